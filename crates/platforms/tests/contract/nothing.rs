//! Platforms that have nothing to choose from.

use domain::Lookup;
use domain::platform::Platform;
use platforms::CallError;
use sandbox::Fault as Wrong;

use crate::stage::{Account, Stage};

#[tokio::test]
async fn a_lookup_that_finds_nothing_is_an_empty_list_and_no_fault() {
    let stage = Stage::new().await;
    for account in Account::all() {
        let platform = account.settings.platform();
        for lookup in platforms::lookups(platform) {
            stage.sandbox.set_fault(platform, None);
            let full = match stage.platforms.look_up(&account.remote(), *lookup).await {
                // Numbers are Meta's alone.
                Err(CallError::NotOffered) if *lookup == Lookup::Numbers => continue,
                found => found.unwrap(),
            };
            assert!(!full.is_empty(), "{platform} {lookup:?}");
            stage.sandbox.set_fault(platform, Some(Wrong::Empty));
            let found = stage.platforms.look_up(&account.remote(), *lookup).await.unwrap();
            assert_eq!(found, [], "{platform} {lookup:?}");
        }
    }
}

#[tokio::test]
async fn an_account_with_nothing_in_it_works() {
    let stage = Stage::new().await;
    for platform in Platform::ALL {
        stage.sandbox.set_fault(platform, Some(Wrong::Empty));
    }
    for account in Account::all() {
        let report = stage.verify(&account).await;
        assert!(report.works(), "{report:#?}");
    }
}
