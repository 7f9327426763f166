//! No secret stands in what is told of a delivery.

use domain::EventKind::{CustomerUpdated, OrderPlaced, ProductDeleted};
use sandbox::Fault;
use serde_json::json;

use crate::samples::{customer, order, removed};
use crate::stage::Stage;

#[tokio::test]
async fn reports_show_no_secret_whatever_happens() {
    let secrets = [
        sandbox::ACTIVECAMPAIGN_KEY,
        sandbox::CLERK_PRIVATE_KEY,
        sandbox::CLERK_PUBLIC_KEY,
    ];
    for stage in [Stage::activecampaign().await, Stage::clerk().await] {
        let faults = Fault::ALL
            .into_iter()
            .filter(|fault| *fault != Fault::Slow)
            .map(Some);
        for fault in faults.chain([None]) {
            stage.set_fault(fault);
            let reports = [
                stage.deliver(CustomerUpdated, &customer(&json!({}))).await,
                stage.deliver(OrderPlaced, &order(&json!({}))).await,
                stage.deliver(ProductDeleted, &removed("A-1")).await,
            ];
            let told = format!("{reports:?}");
            for secret in secrets {
                assert!(!told.contains(secret), "{fault:?}: {told}");
            }
        }
        assert!(stage.mark() > 0);
        let kept = format!("{:?}", stage.memory.content().values());
        assert!(secrets.iter().all(|secret| !kept.contains(secret)));
    }
}
