//! The panel's own network.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{Account, DeliveryState, EventKind, FaultClass, LogKind, Platform};
use platforms::{NameError, Resolver};
use tokio::time::sleep;

use crate::cable::Cable;
use crate::stage::{Running, Stage, event};

/// The host that tells of the network.
const WITNESS: &str = sandbox::TELEGRAM_HOST;

/// A name service that does not answer. The fake platforms do not need it.
struct Silent;

#[async_trait::async_trait]
impl Resolver for Silent {
    async fn addresses(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        Err(NameError::Silent)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_the_own_network_burns_nothing_and_ends_by_itself() {
    let stage = Stage::with_resolver(Arc::new(Silent)).await;
    let unreached = stage
        .active(
            Platform::ActiveCampaign,
            &[("api_url", "https://shop.api-us1.com")],
        )
        .await;
    let reached = stage.active(Platform::Clerk, &[]).await;
    let engine = stage.engine();
    for number in 0..10 {
        let event = event(EventKind::NewsletterSubscribed, &format!("n{number}"), |data| {
            data["id"] = format!("k{number}").into();
        });
        stage.accept(vec![event]).await;
    }
    let (row, attempts) = stage.until_failed(&unreached, "n0").await;
    assert_eq!(row.class, Some(FaultClass::OwnNetwork));
    assert_eq!(attempts.len(), 1, "it is told, and not counted");
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 1);
    assert_eq!(stage.told(LogKind::OwnNetworkBack).await, 0);

    // Somebody who can be reached has something to send, and shows that there is a network.
    stage.accept_product("p1").await;
    stage.until_delivered(&reached, "p1").await;
    assert_eq!(stage.told(LogKind::OwnNetworkBack).await, 1);

    // The name service is still silent for the other, which is now its own trouble.
    sleep(Duration::from_secs(6)).await;
    stage.accept_product("p2").await;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(stage.find(&reached, "p2").await.0.state, DeliveryState::Delivered);
    for number in 0..10 {
        let (row, _) = stage.find(&unreached, &format!("n{number}")).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Waiting, 0));
    }
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 1);
    engine.stop().await;
}

/// One platform that was reached, and a witness that somebody has tried to meet.
async fn reaching() -> (Stage, Cable, Account, Running) {
    let (stage, cable, account) = behind_one_host().await;
    let engine = at_work(&stage, &cable, &account).await;
    (stage, cable, account, engine)
}

async fn at_work(stage: &Stage, cable: &Cable, account: &Account) -> Running {
    let engine = stage.engine();
    stage.accept_product("before").await;
    stage.until_delivered(account, "before").await;
    cable.until_called(WITNESS).await;
    engine
}

/// One platform, which nothing was sent to yet.
async fn behind_one_host() -> (Stage, Cable, Account) {
    let (stage, cable) = Stage::on_a_cable(WITNESS).await;
    let account = stage.active(Platform::Clerk, &[]).await;
    (stage, cable, account)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_behind_a_single_platform_burns_nothing_either() {
    let (stage, cable, account, engine) = reaching().await;

    cable.cut();
    for number in 0..20 {
        stage.accept_product(&format!("p{number}")).await;
    }
    stage.until_failed(&account, "p0").await;
    // Long enough for probes, and for the first retry of what would have been counted.
    sleep(Duration::from_secs(7)).await;
    for number in 0..20 {
        let (row, _) = stage.find(&account, &format!("p{number}")).await;
        assert_eq!(
            (row.state, row.attempts),
            (DeliveryState::Waiting, 0),
            "p{number}"
        );
    }
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 1);
    assert_eq!(stage.told(LogKind::OwnNetworkBack).await, 0);
    let (row, _) = stage.find(&account, "p0").await;
    assert_eq!(row.class, Some(FaultClass::OwnNetwork), "it is called what it is");
    assert!(stage.raccordo.suspects_own_network(stage.site.id).await.unwrap());

    cable.mend();
    for number in 0..20 {
        let (row, _) = stage.until_delivered(&account, &format!("p{number}")).await;
        assert_eq!(row.attempts, 1);
    }
    assert_eq!(stage.told(LogKind::OwnNetworkBack).await, 1);
    assert!(!stage.raccordo.suspects_own_network(stage.site.id).await.unwrap());
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_ends_between_two_processes_is_told_to_be_over() {
    let (stage, cable, account, engine) = reaching().await;
    cable.cut();
    stage.accept_product("p").await;
    stage.until_failed(&account, "p").await;
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 1);
    engine.stop().await;

    cable.mend();
    let engine = stage.engine();
    stage.until_delivered(&account, "p").await;
    assert_eq!(stage.told(LogKind::OwnNetworkBack).await, 1);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_platform_that_cannot_be_reached_while_the_network_is_up_is_to_blame_itself() {
    let (stage, cable, account, engine) = reaching().await;

    cable.cut_off(sandbox::CLERK_HOST);
    stage.accept_product("p").await;
    let (row, _) = stage.until(&account, "p", |row| row.attempts == 1).await;
    assert_eq!(row.class, Some(FaultClass::Temporary));
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 0);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_ends_for_whoever_counts_the_attempts_as_soon_as_a_witness_is_reached() {
    let (stage, cable, account, engine) = reaching().await;

    cable.cut();
    stage.accept_product("p").await;
    stage.until_failed(&account, "p").await;
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 1);
    // The network comes back, the platform does not.
    cable.cut_off(sandbox::CLERK_HOST);
    stage.until(&account, "p", |row| row.attempts == 1).await;
    assert_eq!(stage.told(LogKind::OwnNetworkBack).await, 1);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn witnesses_that_are_out_of_reach_while_a_platform_is_not_prove_nothing() {
    let (stage, cable, account) = behind_one_host().await;
    // A firewall that lets through the platform alone.
    cable.cut_off(WITNESS);
    let engine = at_work(&stage, &cable, &account).await;
    cable.cut();
    stage.accept_product("p").await;
    stage.until(&account, "p", |row| row.attempts == 1).await;
    assert_eq!(stage.told(LogKind::OwnNetworkSuspected).await, 0);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_that_starts_without_a_network_burns_nothing_either() {
    let (stage, cable, account) = behind_one_host().await;
    cable.cut();
    let engine = stage.engine();
    stage.accept_product("p").await;
    let (row, _) = stage.until_failed(&account, "p").await;
    assert_eq!((row.class, row.attempts), (Some(FaultClass::OwnNetwork), 0));
    cable.mend();
    stage.until_delivered(&account, "p").await;
    engine.stop().await;
}
