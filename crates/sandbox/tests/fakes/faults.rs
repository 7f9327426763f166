//! Every fault does what it says, each platform in its own words.

use std::time::{Duration, Instant};

use domain::Platform;
use reqwest::{RequestBuilder, Response};
use sandbox::{Fault, STAFF_CHAT_ID, Sandbox, WABA_ID};
use serde_json::{Value, json};

use crate::client::{Caller, OTHER_HOST, answer, body, start};

/// A call of each host that works as long as nothing is wrong.
fn calls(caller: &Caller) -> [(Platform, RequestBuilder); 5] {
    [
        (Platform::ActiveCampaign, caller.activecampaign("users/me")),
        (Platform::Clerk, caller.clerk("client/account/info")),
        (Platform::WaSmartBusiness, caller.graph(sandbox::PHONE_NUMBER_ID)),
        (Platform::WaSmartBusiness, caller.gateway("account")),
        (Platform::Telegram, caller.telegram("getMe", &json!({}))),
    ]
}

fn set_everywhere(sandbox: &Sandbox, fault: Option<Fault>) {
    for platform in Platform::ALL {
        sandbox.set_fault(platform, fault);
    }
}

/// The answers of every host under one fault.
async fn answers(fault: Fault) -> Vec<Response> {
    let (sandbox, caller) = start().await;
    set_everywhere(&sandbox, Some(fault));
    let mut answers = Vec::new();
    for (_, call) in calls(&caller) {
        answers.push(call.send().await.unwrap());
    }
    answers
}

async fn bodies(fault: Fault) -> Vec<(u16, Value)> {
    let mut bodies = Vec::new();
    for answer in answers(fault).await {
        bodies.push(body(answer).await);
    }
    bodies
}

fn statuses(answers: &[(u16, Value)]) -> Vec<u16> {
    answers.iter().map(|(status, _)| *status).collect()
}

#[test]
fn every_code_leads_back_to_its_fault() {
    for fault in Fault::ALL {
        assert_eq!(fault.code().parse(), Ok(fault));
        assert_eq!(serde_json::to_value(fault).unwrap(), fault.code());
    }
    assert!("none".parse::<Fault>().is_err());
}

#[tokio::test]
async fn without_a_fault_everything_works() {
    let (_sandbox, caller) = start().await;
    for (platform, call) in calls(&caller) {
        assert_eq!(answer(call).await.0, 200, "{platform}");
    }
}

#[tokio::test]
async fn a_fault_is_its_platforms_alone() {
    let (sandbox, caller) = start().await;
    sandbox.set_fault(Platform::Telegram, Some(Fault::Down));
    for (platform, call) in calls(&caller) {
        let expected = if platform == Platform::Telegram { 503 } else { 200 };
        assert_eq!(answer(call).await.0, expected, "{platform}");
    }
    sandbox.set_fault(Platform::Telegram, None);
    assert_eq!(answer(caller.telegram("getMe", &json!({}))).await.0, 200);
}

#[tokio::test]
async fn wrong_key_refuses_good_keys_as_if_they_were_bad() {
    let refused = bodies(Fault::WrongKey).await;
    assert_eq!(statuses(&refused), [403, 200, 401, 401, 401]);
    assert_eq!(refused[1].1["type"], "AuthenticationError");
    assert_eq!(refused[2].1["error"]["code"], 190);
    let (_sandbox, caller) = start().await;
    let bad = [
        caller
            .get(sandbox::ACTIVECAMPAIGN_HOST, "/api/3/users/me")
            .header("Api-Token", "bad"),
        caller.get(
            sandbox::CLERK_HOST,
            "/v2/client/account/info?key=bad&private_key=bad",
        ),
        caller
            .get(
                sandbox::GRAPH_HOST,
                &format!("/v25.0/{}", sandbox::PHONE_NUMBER_ID),
            )
            .bearer_auth("bad"),
        caller
            .get(sandbox::GATEWAY_HOST, "/wa/v1/account")
            .bearer_auth("bad"),
        caller.post(sandbox::TELEGRAM_HOST, "/bot987654321:bad/getMe"),
    ];
    for (call, refused) in bad.into_iter().zip(refused) {
        assert_eq!(answer(call).await, refused);
    }
}

#[tokio::test]
async fn missing_permission_leaves_the_key_good() {
    let (sandbox, caller) = start().await;
    set_everywhere(&sandbox, Some(Fault::MissingPermission));
    for (platform, call) in calls(&caller) {
        let (status, body) = answer(call).await;
        assert_eq!(status, 200, "{platform}");
        if platform == Platform::Clerk {
            assert_eq!(body["type"], "LogicalError");
        }
    }
    for path in ["lists", "tags", "connections"] {
        assert_eq!(answer(caller.activecampaign(path)).await.0, 403, "{path}");
    }
    for edge in ["message_templates", "phone_numbers"] {
        let (status, body) = answer(caller.graph(&format!("{WABA_ID}/{edge}"))).await;
        assert_eq!((status, &body["error"]["code"]), (403, &json!(200)), "{edge}");
    }
    assert_eq!(answer(caller.gateway("templates")).await.0, 403);
    let chat = json!({ "chat_id": STAFF_CHAT_ID, "user_id": sandbox::BOT_ID, "text": "Prova" });
    assert_eq!(answer(caller.telegram("getChat", &chat)).await.0, 200);
    let member = answer(caller.telegram("getChatMember", &chat)).await.1;
    assert_eq!(member["result"]["status"], "restricted");
    assert_eq!(member["result"]["can_send_messages"], false);
    assert_eq!(answer(caller.telegram("sendMessage", &chat)).await.0, 400);
    assert!(sandbox.messages().is_empty());
}

#[tokio::test]
async fn rate_limits_tell_how_long_to_wait_or_do_not() {
    for answer in answers(Fault::RateLimited).await {
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["retry-after"], "7");
    }
    for answer in answers(Fault::RateLimitedUntil).await {
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["date"], Fault::ANSWERED_AT);
        assert_eq!(answer.headers()["retry-after"], Fault::RETRY_AFTER);
    }
    for answer in answers(Fault::RateLimitedSilent).await {
        assert_eq!(answer.status(), 429);
        assert!(!answer.headers().contains_key("retry-after"));
    }
    let told = bodies(Fault::RateLimited).await;
    assert_eq!(told[2].1["error"]["code"], 130_429);
    assert_eq!(told[4].1["parameters"]["retry_after"], 7);
    assert_eq!(
        bodies(Fault::RateLimitedSilent).await[4].1.get("parameters"),
        None
    );
}

#[tokio::test]
async fn an_enforced_limit_counts_the_calls_of_each_host() {
    let (sandbox, caller) = start().await;
    sandbox.set_fault(Platform::ActiveCampaign, Some(Fault::RateLimitEnforced));
    let started = Instant::now();
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(answer(caller.activecampaign("users/me")).await.0);
    }
    assert!(started.elapsed() < Duration::from_secs(1), "too slow to tell");
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429, 429]);
    let refused = caller.activecampaign("users/me").send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
    let other = caller
        .get(OTHER_HOST, "/api/3/users/me")
        .header("Api-Token", sandbox::ACTIVECAMPAIGN_KEY);
    assert_eq!(answer(other).await.0, 200, "another account has its own limit");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(answer(caller.activecampaign("users/me")).await.0, 200);
}

#[tokio::test]
async fn empty_has_nothing_to_choose_from() {
    let (sandbox, caller) = start().await;
    set_everywhere(&sandbox, Some(Fault::Empty));
    for (platform, call) in calls(&caller) {
        assert_eq!(answer(call).await.0, 200, "{platform}");
    }
    for list in ["lists", "tags", "fields"] {
        let (status, body) = answer(caller.activecampaign(list)).await;
        assert_eq!(
            (status, &body[list], &body["meta"]["total"]),
            (200, &json!([]), &json!("0"))
        );
    }
    for edge in ["message_templates", "phone_numbers"] {
        let (status, body) = answer(caller.graph(&format!("{WABA_ID}/{edge}"))).await;
        assert_eq!((status, body), (200, json!({ "data": [] })), "{edge}");
    }
    let (_, body) = answer(caller.gateway("templates")).await;
    assert_eq!(body, json!({ "templates": [] }));
    let (_, body) = answer(caller.telegram("getUpdates", &json!({}))).await;
    assert_eq!(body, json!({ "ok": true, "result": [] }));
    let (_, body) = answer(caller.clerk("client/account/content/list")).await;
    assert_eq!(body, json!({ "status": "ok", "contents": [] }));
}

#[tokio::test]
async fn faults_of_the_platform_are_5xx() {
    assert_eq!(statuses(&bodies(Fault::Down).await), [503; 5]);
    assert_eq!(statuses(&bodies(Fault::InternalError).await), [500; 5]);
}

#[tokio::test]
async fn malformed_is_a_200_that_no_parser_reads() {
    for answer in answers(Fault::Malformed).await {
        assert_eq!(answer.status(), 200);
        let text = answer.text().await.unwrap();
        assert!(!text.is_empty());
        assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn oversized_comes_in_chunks_without_a_length() {
    for answer in answers(Fault::Oversized).await {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.content_length(), None);
        assert_eq!(answer.bytes().await.unwrap().len(), Fault::OVERSIZED_BYTES);
    }
}

#[tokio::test]
async fn a_redirect_leads_to_another_host() {
    for answer in answers(Fault::Redirect).await {
        assert_eq!(answer.status(), 302);
        assert_eq!(answer.headers()["location"], Fault::ELSEWHERE);
    }
    let (sandbox, caller) = start().await;
    sandbox.set_fault(Platform::Telegram, Some(Fault::Redirect));
    let message = json!({ "chat_id": STAFF_CHAT_ID, "text": "Altrove" });
    let answer = caller.telegram("sendMessage", &message).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert!(sandbox.messages().is_empty(), "nothing was done");
}

#[tokio::test]
async fn a_connection_closed_before_reading_leaves_no_trace() {
    let (sandbox, caller) = start().await;
    // Also a connection that is open already.
    assert_eq!(answer(caller.activecampaign("users/me")).await.0, 200);
    set_everywhere(&sandbox, Some(Fault::CloseBefore));
    for (platform, call) in calls(&caller) {
        let error = call.send().await.unwrap_err();
        assert!(
            !error.is_timeout() && !error.is_connect(),
            "{platform}: {error:?}"
        );
    }
    assert_eq!(sandbox.received().len(), 1);
}

#[tokio::test]
async fn a_connection_closed_after_reading_has_done_what_was_asked() {
    let (sandbox, caller) = start().await;
    set_everywhere(&sandbox, Some(Fault::CloseAfter));
    for (platform, call) in calls(&caller) {
        let error = call.send().await.unwrap_err();
        assert!(
            !error.is_timeout() && !error.is_connect(),
            "{platform}: {error:?}"
        );
    }
    let message = json!({ "chat_id": STAFF_CHAT_ID, "text": "Perso per strada" });
    assert!(caller.telegram("sendMessage", &message).send().await.is_err());
    assert_eq!(sandbox.received().len(), 6);
    assert_eq!(sandbox.messages()[0].text, "Perso per strada");
}

#[tokio::test]
async fn slow_obeys_at_once_and_is_silent() {
    let (sandbox, caller) = start().await;
    set_everywhere(&sandbox, Some(Fault::Slow));
    let message = json!({ "chat_id": STAFF_CHAT_ID, "text": "Con calma" });
    let call = caller
        .telegram("sendMessage", &message)
        .timeout(Duration::from_millis(700));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(sandbox.messages().len(), 1);
}

#[tokio::test]
async fn duplicate_delivery_sends_each_message_twice() {
    let (sandbox, caller) = start().await;
    sandbox.set_fault(Platform::Telegram, Some(Fault::DuplicateDelivery));
    let message = json!({ "chat_id": STAFF_CHAT_ID, "text": "Due volte" });
    let (status, body) = answer(caller.telegram("sendMessage", &message)).await;
    assert_eq!((status, &body["result"]["message_id"]), (200, &json!(2)));
    let sent: Vec<_> = sandbox
        .messages()
        .into_iter()
        .map(|message| (message.id, message.text))
        .collect();
    assert_eq!(sent, [(1, "Due volte".to_owned()), (2, "Due volte".to_owned())]);
    assert_eq!(sandbox.received().len(), 1);
}
