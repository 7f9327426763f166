//! Who answers under which name.

use sandbox::{ACTIVECAMPAIGN_HOST, ACTIVECAMPAIGN_KEY, Fault, GRAPH_HOST, Received, Sandbox, StartError};
use serde_json::json;

use crate::client::{Caller, OTHER_HOST, answer, free, start};
use domain::Platform;

#[tokio::test]
async fn each_activecampaign_name_is_an_account_of_its_own() {
    let (_sandbox, caller) = start().await;
    let mut users = Vec::new();
    for host in [ACTIVECAMPAIGN_HOST, OTHER_HOST] {
        let request = caller
            .get(host, "/api/3/users/me")
            .header("Api-Token", ACTIVECAMPAIGN_KEY);
        users.push(answer(request).await.1["user"]["username"].clone());
    }
    assert_eq!(users, [json!("negozio"), json!("altro")]);
}

#[tokio::test]
async fn the_certificate_is_for_the_sandbox_only() {
    let (_sandbox, caller) = start().await;
    let error = caller.get("www.example.com", "/").send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn a_host_header_of_somebody_else_is_misdirected() {
    let (_sandbox, caller) = start().await;
    let request = caller.get(GRAPH_HOST, "/").header("Host", "www.example.com");
    assert_eq!(request.send().await.unwrap().status(), 421);
}

#[tokio::test]
async fn two_sandboxes_do_not_disturb_each_other() {
    let (one, to_one) = start().await;
    let (two, to_two) = start().await;
    assert_ne!(one.certificate_pem(), two.certificate_pem());
    one.set_fault(Platform::ActiveCampaign, Some(Fault::Down));
    assert_eq!(answer(to_one.activecampaign("users/me")).await.0, 503);
    assert_eq!(answer(to_two.activecampaign("users/me")).await.0, 200);
    assert_eq!((one.received().len(), two.received().len()), (1, 1));
    let stranger = Caller::new(&two, one.certificate_pem());
    let error = stranger.activecampaign("users/me").send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn what_came_in_is_kept_whole_and_shown_without_secrets() {
    let (sandbox, caller) = start().await;
    answer(caller.activecampaign("lists?limit=1")).await;
    answer(caller.clerk("client/account/info")).await;
    answer(caller.telegram("getChat", &json!({ "chat_id": 1, "token": "planted-secret" }))).await;
    let received = sandbox.received();
    assert_eq!(received[0].method, "GET");
    assert_eq!(received[0].path, "/api/3/lists?limit=1");
    assert_eq!(received[0].header("api-token"), Some(ACTIVECAMPAIGN_KEY));
    assert!(received[1].path.contains(sandbox::CLERK_PRIVATE_KEY));
    assert!(received[2].path.contains(sandbox::BOT_TOKEN));
    assert!(received[2].body.contains("planted-secret"));
    let shown = format!("{received:?} {sandbox:?}");
    for secret in [
        ACTIVECAMPAIGN_KEY,
        sandbox::CLERK_PRIVATE_KEY,
        sandbox::BOT_TOKEN,
        "planted-secret",
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("/bot▇/getChat"), "{shown}");
    assert!(shown.contains("key=▇&private_key=▇"), "{shown}");
}

#[tokio::test]
async fn secrets_in_a_form_are_shown_as_blocks_too() {
    let (sandbox, caller) = start().await;
    let request = caller
        .post(sandbox::CLERK_HOST, "/v2/x?private%5Fkey=one")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("private_key=two&name=three");
    request.send().await.unwrap();
    let shown: Received = sandbox.received()[0].redacted();
    assert_eq!(shown.path, "/v2/x?private%5Fkey=▇");
    assert_eq!(shown.body, "private_key=▇&name=three");
}

#[tokio::test]
async fn a_taken_address_and_an_open_control_page_are_refused() {
    let (sandbox, _) = start().await;
    let taken = Sandbox::start(sandbox.addr(), None).await.unwrap_err();
    assert!(matches!(taken, StartError::Listen { addr, .. } if addr == sandbox.addr()));
    let open = ([0, 0, 0, 0], 0).into();
    let refused = Sandbox::start(free(), Some(open)).await.unwrap_err();
    assert!(matches!(refused, StartError::ControlNotLoopback { addr } if addr == open));
}

#[tokio::test]
async fn nothing_answers_once_it_has_stopped() {
    let (sandbox, caller) = start().await;
    assert_eq!(answer(caller.activecampaign("users/me")).await.0, 200);
    let (addr, control) = (sandbox.addr(), sandbox.control_addr().unwrap());
    sandbox.stop().await;
    assert!(caller.activecampaign("users/me").send().await.is_err());
    // Both addresses are free again.
    Sandbox::start(addr, Some(control)).await.unwrap();
}
