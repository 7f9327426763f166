//! WhatsApp, by Meta and by a gateway.

use domain::platform::Platform;
use domain::{Fault, Lookup, Permission, RemoteThing};
use platforms::CallError;
use sandbox::Fault as Wrong;

use crate::stage::{Account, Stage, exchanges, facts, marks};

const META: &str = "https://graph.whatsapp.sandbox.test/v25.0";
const GATEWAY: &str = "https://gateway.whatsapp.sandbox.test/wa";
const NO_TEMPLATES: Fault = Fault::PermissionMissing {
    what: Permission::ReadTemplates,
};

/// What both transports make of a fault; `wrong_key` is each one's own code.
fn expected(fault: Wrong, wrong_key: u32) -> Option<(&'static str, Fault)> {
    Some(match fault {
        Wrong::WrongKey => ("+++x--", Fault::CredentialsRejected { code: wrong_key }),
        Wrong::MissingPermission => ("++++x-", NO_TEMPLATES),
        Wrong::RateLimited | Wrong::RateLimitedUntil => ("+++x--", Fault::RateLimited { wait_s: Some(7) }),
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
        Wrong::Slow | Wrong::DuplicateDelivery | Wrong::RateLimitEnforced | Wrong::Empty => return None,
    })
}

#[tokio::test]
async fn a_good_account_at_meta_says_which_number_it_is() {
    let stage = Stage::new().await;
    let report = stage.verify(&Account::meta(&[])).await;
    assert_eq!(report.fault, None);
    assert_eq!(marks(&report), "++++++");
    assert_eq!(
        facts(&report.identity),
        [
            "Number: +39 010 000 0001",
            "Name: Negozio Sandbox",
            "Quality: GREEN",
            "Approved templates: 4"
        ]
    );
    let number = sandbox::PHONE_NUMBER_ID;
    let templates = format!(
        "{META}/{}/message_templates?fields=name%2Clanguage%2Cstatus&limit=100",
        sandbox::WABA_ID
    );
    assert_eq!(
        exchanges(&report),
        [
            format!("GET {META}/{number}?fields=display_phone_number%2Cverified_name%2Cquality_rating 200"),
            format!("GET {templates} 200"),
            format!("GET {templates}&after=sandbox-3 200"),
            format!("GET {templates}&after=sandbox-6 200"),
        ]
    );
    let bearer = format!("Bearer {}", sandbox::META_TOKEN);
    for request in stage.sandbox.received() {
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    }
}

#[tokio::test]
async fn every_fault_at_meta_is_told_for_what_it_is() {
    let stage = Stage::new().await;
    stage
        .every_fault(&Account::meta(&[]), "++++++", |fault| expected(fault, 190))
        .await;
}

#[tokio::test]
async fn what_meta_does_not_know_is_named() {
    let stage = Stage::new().await;
    for (field, thing) in [
        ("phone_number_id", RemoteThing::Number),
        ("waba_id", RemoteThing::BusinessAccount),
    ] {
        let report = stage.verify(&Account::meta(&[(field, "999999999999")])).await;
        assert_eq!(report.fault, Some(Fault::NotFound { what: thing }));
        assert_eq!(marks(&report), "++++-x", "{field}");
        let last = report.exchanges.last().unwrap();
        assert_eq!(last.request_id.as_deref(), Some("ASandboxTrace01"));
    }
}

#[tokio::test]
async fn metas_numbers_and_approved_templates_are_offered() {
    let stage = Stage::new().await;
    let account = Account::meta(&[]);
    let numbers = stage
        .platforms
        .look_up(&account.remote(), Lookup::Numbers)
        .await
        .unwrap();
    assert_eq!(numbers.len(), 2);
    assert_eq!(numbers[0].id, sandbox::PHONE_NUMBER_ID);
    assert_eq!(numbers[0].name, sandbox::META_NUMBER);
    let templates = stage
        .platforms
        .look_up(&account.remote(), Lookup::Templates)
        .await
        .unwrap();
    let shown: Vec<_> = templates
        .iter()
        .map(|template| format!("{} {}", template.name, template.note))
        .collect();
    assert_eq!(
        shown,
        [
            "ordine_spedito it",
            "ordine_spedito en",
            "carrello_abbandonato it",
            "ordine_pronto it"
        ]
    );
}

#[tokio::test]
async fn a_good_gateway_says_which_number_it_is() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::WaSmartBusiness);
    let report = stage.verify(&account).await;
    assert_eq!(report.fault, None);
    assert_eq!(marks(&report), "+++++-");
    assert_eq!(
        facts(&report.identity),
        [
            "Number: +390100000002",
            "Name: Negozio Sandbox",
            "Approved templates: 2"
        ]
    );
    assert_eq!(
        exchanges(&report),
        [
            format!("GET {GATEWAY}/v1/account 200"),
            format!("GET {GATEWAY}/v1/templates 200"),
        ]
    );
    let templates = stage
        .platforms
        .look_up(&account.remote(), Lookup::Templates)
        .await
        .unwrap();
    assert_eq!(templates.len(), 2);
    let numbers = stage.platforms.look_up(&account.remote(), Lookup::Numbers).await;
    assert!(matches!(numbers, Err(CallError::NotOffered)));
}

#[tokio::test]
async fn every_fault_of_a_gateway_is_told_for_what_it_is() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::WaSmartBusiness);
    stage
        .every_fault(&account, "+++++-", |fault| expected(fault, 401))
        .await;
}
