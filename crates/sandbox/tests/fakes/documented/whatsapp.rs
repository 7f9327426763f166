//! Meta's examples and the gateway's contract.

use sandbox::{PHONE_NUMBER_ID, WABA_ID};
use serde_json::json;

use super::{assert_shape, parse};
use crate::client::{answer, start};

#[tokio::test]
async fn metas_number_has_the_documented_shape() {
    // https://github.com/facebook/openapi, business-messaging-api_v23.0.yaml, GET /{Version}/{Phone-Number-ID}
    let documented = parse(
        r#"{"display_phone_number":"+1 631-555-5555","id":"106540352242922","quality_rating":"GREEN",
        "verified_name":"Jasper's Market"}"#,
    );
    let (_sandbox, caller) = start().await;
    assert_shape(
        &answer(caller.graph(PHONE_NUMBER_ID)).await.1,
        &documented,
        "number",
    );
    let (_, found) = answer(caller.graph(&format!("{PHONE_NUMBER_ID}?fields=verified_name"))).await;
    assert_shape(
        &found,
        &parse(r#"{"id":"106540352242922","verified_name":"Jasper's Market"}"#),
        "number",
    );
    let (status, found) = answer(caller.graph(&format!("{PHONE_NUMBER_ID}?fields=shoe_size"))).await;
    assert_eq!((status, &found["error"]["code"]), (400, &json!(100)));
}

#[tokio::test]
async fn metas_lists_are_followed_by_their_cursors() {
    // https://developers.facebook.com/docs/graph-api/results (paging) and
    // https://developers.facebook.com/docs/graph-api/reference/whats-app-business-hsm (a template)
    let templates = parse(
        r#"{"data":[{"name":"shiptest","components":[{"type":"BODY","text":"testing"}],"language":"en_US",
        "status":"REJECTED","category":"TRANSACTIONAL","id":"1"}],
        "paging":{"cursors":{"before":"MQ","after":"MQ"},"next":"https://graph.facebook.com/v23.0/1/x?after=MQ"}}"#,
    );
    let mut last_page = templates.clone();
    last_page["paging"].as_object_mut().unwrap().remove("next");
    let (_sandbox, caller) = start().await;
    let mut statuses = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("{WABA_ID}/message_templates?limit=100{after}");
        let (_, found) = answer(caller.graph(&path)).await;
        let is_last = found["paging"].get("next").is_none();
        assert_shape(&found, if is_last { &last_page } else { &templates }, "templates");
        let items = found["data"].as_array().unwrap();
        statuses.extend(
            items
                .iter()
                .map(|item| item["status"].as_str().unwrap().to_owned()),
        );
        after = format!("&after={}", found["paging"]["cursors"]["after"].as_str().unwrap());
        if is_last {
            break;
        }
    }
    assert_eq!(
        statuses,
        [
            "APPROVED", "APPROVED", "APPROVED", "PENDING", "REJECTED", "APPROVED", "PAUSED"
        ]
    );
    let (_, beyond) = answer(caller.graph(&format!("{WABA_ID}/message_templates?limit=100{after}"))).await;
    assert_eq!(beyond, json!({ "data": [] }));

    // https://developers.facebook.com/docs/whatsapp/business-management-api/manage-phone-numbers
    let numbers = parse(
        r#"{"data":[{"verified_name":"Jasper's Market","display_phone_number":"+1 631-555-5555",
        "id":"1906385232743451","quality_rating":"GREEN"}],"paging":{"cursors":{"before":"MQ","after":"MQ"}}}"#,
    );
    let (_, found) = answer(caller.graph(&format!("{WABA_ID}/phone_numbers"))).await;
    assert_shape(&found, &numbers, "numbers");
}

#[tokio::test]
async fn metas_errors_have_the_documented_shape() {
    // https://developers.facebook.com/docs/graph-api/guides/error-handling, without the members that are optional
    let documented = parse(
        r#"{"error":{"message":"Message describing the error","type":"OAuthException","code":190,
        "fbtrace_id":"EJplcsCHuLu"}}"#,
    );
    let (_sandbox, caller) = start().await;
    let host = sandbox::GRAPH_HOST;
    let bad_token = caller
        .get(host, &format!("/v25.0/{PHONE_NUMBER_ID}"))
        .bearer_auth("bad");
    for (call, status, code) in [
        (bad_token, 401, 190),
        (caller.get(host, &format!("/v25.0/{PHONE_NUMBER_ID}")), 401, 104),
        (caller.graph("999999999"), 404, 803),
        (caller.graph("999999999/message_templates"), 404, 803),
        (caller.get(host, &format!("/{PHONE_NUMBER_ID}")), 404, 803),
    ] {
        let (found_status, found) = answer(call).await;
        assert_shape(&found, &documented, "error");
        assert_eq!((found_status, &found["error"]["code"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn the_gateway_keeps_our_contract() {
    // docs/whatsapp-gateway.md; errors: https://www.rfc-editor.org/rfc/rfc9457
    let (_sandbox, caller) = start().await;
    let (_, account) = answer(caller.gateway("account")).await;
    assert_shape(
        &account,
        &parse(r#"{"name":"Negozio","number":"+390101234567"}"#),
        "account",
    );
    let (_, templates) = answer(caller.gateway("templates")).await;
    let documented = parse(r#"{"templates":[{"name":"ordine","language":"it","body":"Ciao {{1}}"}]}"#);
    assert_shape(&templates, &documented, "templates");
    let problem = parse(
        r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"The token is unknown."}"#,
    );
    let response = caller
        .get(sandbox::GATEWAY_HOST, "/wa/v1/account")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_shape(&response.json().await.unwrap(), &problem, "problem");
    assert_eq!(answer(caller.gateway("nothing")).await.0, 404);
}
