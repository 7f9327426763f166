//! `ActiveCampaign`.

use domain::platform::Platform;
use domain::{Fault, FaultClass, Lookup, Permission};
use platforms::CallError;
use sandbox::Fault as Wrong;

use crate::stage::{Account, Stage, exchanges, facts, failure, marks};

const HOST: &str = "https://negozio.activecampaign.sandbox.test";

#[tokio::test]
async fn a_good_account_says_whose_it_is() {
    let stage = Stage::new().await;
    let report = stage.verify(&Account::of(Platform::ActiveCampaign)).await;
    assert_eq!(report.fault, None);
    assert_eq!(marks(&report), "+++++-");
    assert_eq!(
        facts(&report.identity),
        [
            "User: negozio",
            "E-mail: negozio@sandbox.test",
            "Lists: 3",
            "Connections: 1"
        ]
    );
    assert_eq!(
        exchanges(&report),
        [
            format!("GET {HOST}/api/3/users/me 200"),
            format!("GET {HOST}/api/3/lists?limit=1 200"),
            format!("GET {HOST}/api/3/connections?limit=1 200"),
        ]
    );
    assert!(report.exchanges[0].body.contains("negozio@sandbox.test"));
    let received = stage.sandbox.received();
    assert_eq!(received[0].header("api-token"), Some(sandbox::ACTIVECAMPAIGN_KEY));
    assert!(received[0].header("user-agent").unwrap().starts_with("Raccordo/"));
}

#[tokio::test]
async fn every_fault_is_told_for_what_it_is() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::ActiveCampaign);
    stage
        .every_fault(&account, "+++++-", |fault| {
            Some(match fault {
                Wrong::WrongKey => ("+++x--", Fault::CredentialsRejected { code: 403 }),
                Wrong::MissingPermission => (
                    "++++x-",
                    Fault::PermissionMissing {
                        what: Permission::ReadLists,
                    },
                ),
                Wrong::RateLimited | Wrong::RateLimitedUntil => {
                    ("+++x--", Fault::RateLimited { wait_s: Some(7) })
                }
                Wrong::RateLimitedSilent => ("+++x--", Fault::RateLimited { wait_s: None }),
                Wrong::Down => ("+++x--", Fault::PlatformDown { status: 503 }),
                Wrong::InternalError => ("+++x--", Fault::PlatformDown { status: 500 }),
                Wrong::CloseBefore | Wrong::CloseAfter => ("+++x--", Fault::ConnectionLost),
                Wrong::Malformed => ("+++x--", Fault::Malformed),
                Wrong::Oversized => ("+++x--", Fault::TooLarge),
                Wrong::Redirect => (
                    "+++x--",
                    Fault::Redirected {
                        to: "elsewhere.example".into(),
                    },
                ),
                Wrong::Slow | Wrong::DuplicateDelivery | Wrong::RateLimitEnforced | Wrong::Empty => {
                    return None;
                }
            })
        })
        .await;
}

#[tokio::test]
async fn lists_and_tags_are_offered_by_name() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::ActiveCampaign);
    let lists = stage
        .platforms
        .look_up(&account.remote(), Lookup::Lists)
        .await
        .unwrap();
    let names: Vec<_> = lists.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names, sandbox::LISTS);
    assert_eq!(lists[0].id, "1");
    let tags = stage
        .platforms
        .look_up(&account.remote(), Lookup::Tags)
        .await
        .unwrap();
    assert_eq!(tags.len(), sandbox::TAGS.len());
    assert_eq!(
        stage.requests(),
        [
            "GET /api/3/lists?limit=100&offset=0",
            "GET /api/3/tags?limit=100&offset=0"
        ]
    );
}

#[tokio::test]
async fn fields_of_contacts_are_offered_with_their_types() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::ActiveCampaign);
    let remote = account.remote();
    let fields = stage.platforms.look_up(&remote, Lookup::Fields).await.unwrap();
    let shown: Vec<_> = fields
        .iter()
        .map(|field| (field.id.as_str(), field.name.as_str(), field.note.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("1", "Partita IVA", "text"),
            ("2", "Data di nascita", "text"),
            ("3", "Tessera fedeltà", "text"),
        ]
    );
    assert_eq!(stage.requests(), ["GET /api/3/fields?limit=100&offset=0"]);
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Wrong::Empty));
    let none = stage.platforms.look_up(&remote, Lookup::Fields).await.unwrap();
    assert!(none.is_empty());
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Wrong::MissingPermission));
    let failed = failure(stage.platforms.look_up(&remote, Lookup::Fields).await);
    assert_eq!(
        failed.fault,
        Fault::PermissionMissing {
            what: Permission::Other
        }
    );
}

#[tokio::test]
async fn a_lookup_that_fails_shows_its_calls_and_changes_nothing() {
    let stage = Stage::new().await;
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Wrong::CloseAfter));
    let account = Account::of(Platform::ActiveCampaign);
    let failed = failure(stage.platforms.look_up(&account.remote(), Lookup::Lists).await);
    assert_eq!(failed.fault, Fault::ConnectionLost);
    assert_eq!(failed.class(), FaultClass::Temporary);
    assert_eq!(failed.exchanges.len(), 1);
}

#[tokio::test]
async fn what_it_does_not_have_is_not_offered() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::ActiveCampaign);
    let remote = account.remote();
    for lookup in Lookup::ALL {
        let offered = platforms::lookups(Platform::ActiveCampaign).contains(&lookup);
        let found = stage.platforms.look_up(&remote, lookup).await;
        assert_eq!(found.is_ok(), offered, "{lookup:?}");
    }
    assert!(!platforms::offers_test_message(&account.settings));
    let sent = stage.platforms.send_test_message(&remote, "Prova").await;
    assert!(matches!(sent, Err(CallError::NotOffered)));
}
