//! The panel's own network.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{DeliveryState, EventKind, FaultClass, LogKind, Platform};
use platforms::{NameError, Resolver};
use tokio::time::sleep;

use crate::stage::{Stage, event};

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
