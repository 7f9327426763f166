//! Clerk.io.

use domain::Fault;
use domain::platform::Platform;
use sandbox::Fault as Wrong;

use crate::stage::{Account, Stage, exchanges, marks};

#[tokio::test]
async fn a_good_account_works_and_shows_neither_key() {
    let stage = Stage::new().await;
    let report = stage.verify(&Account::of(Platform::Clerk)).await;
    assert_eq!(report.fault, None);
    assert_eq!(marks(&report), "++++--");
    assert!(report.identity.is_empty(), "the sandbox invents no names either");
    assert_eq!(
        exchanges(&report),
        ["GET https://api.clerk.sandbox.test/v2/client/account/info?key=▇&private_key=▇ 200"]
    );
    let (public, private) = (sandbox::CLERK_PUBLIC_KEY, sandbox::CLERK_PRIVATE_KEY);
    assert_eq!(
        stage.requests(),
        [format!(
            "GET /v2/client/account/info?key={public}&private_key={private}"
        )]
    );
}

#[tokio::test]
async fn every_fault_is_told_for_what_it_is() {
    let stage = Stage::new().await;
    let account = Account::of(Platform::Clerk);
    stage
        .every_fault(&account, "++++--", |fault| {
            let fault = match fault {
                Wrong::WrongKey => Fault::CredentialsRejected { code: 200 },
                Wrong::MissingPermission => Fault::Refused {
                    code: 200,
                    message: "This key is not allowed to make this call.".into(),
                },
                Wrong::RateLimited | Wrong::RateLimitedUntil => Fault::RateLimited { wait_s: Some(7) },
                Wrong::RateLimitedSilent => Fault::RateLimited { wait_s: None },
                Wrong::Down => Fault::PlatformDown { status: 503 },
                Wrong::InternalError => Fault::PlatformDown { status: 500 },
                Wrong::CloseBefore | Wrong::CloseAfter => Fault::ConnectionLost,
                Wrong::Malformed => Fault::Malformed,
                Wrong::Oversized => Fault::TooLarge,
                Wrong::Redirect => Fault::Redirected {
                    to: "elsewhere.example".into(),
                },
                Wrong::Slow | Wrong::DuplicateDelivery | Wrong::RateLimitEnforced | Wrong::Empty => {
                    return None;
                }
            };
            Some(("+++x--", fault))
        })
        .await;
}

#[tokio::test]
async fn an_error_is_named_as_the_platform_names_it() {
    let stage = Stage::new().await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Wrong::WrongKey));
    let report = stage.verify(&Account::of(Platform::Clerk)).await;
    let id = report.exchanges[0].request_id.as_deref();
    assert_eq!(id, Some("sandbox-authenticationerror"));
}
