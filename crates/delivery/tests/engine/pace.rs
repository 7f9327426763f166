//! The pace of calls.

use domain::{EventKind, Platform};
use sandbox::Fault;

use crate::stage::{Stage, event};

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_enforces_its_limit_gets_everything_at_its_pace() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Fault::RateLimitEnforced));
    let engine = stage.engine();
    for number in 0..15 {
        let event = event(EventKind::CustomerDeleted, &format!("d{number}"), |data| {
            data["id"] = format!("k{number}").into();
            data["email"] = format!("k{number}@example.com").into();
        });
        stage.accept(vec![event]).await;
    }
    let mut refused = 0;
    for number in 0..15 {
        let (row, _) = stage.until_delivered(&account, &format!("d{number}")).await;
        refused += row.attempts - 1;
    }
    // The sandbox has no limit until it says so; what was under way then is refused with it, and nothing more.
    assert!((1..=5).contains(&refused), "{refused}");
    engine.stop().await;
}
