//! The control page.

use domain::Platform;
use reqwest::{Client, Response, redirect};
use sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

use crate::client::{answer, start};

fn browser() -> Client {
    let builder = Client::builder().no_proxy().redirect(redirect::Policy::none());
    builder.build().unwrap()
}

fn address(sandbox: &Sandbox, path: &str) -> String {
    format!("http://{}{path}", sandbox.control_addr().unwrap())
}

async fn post_form(sandbox: &Sandbox, body: &'static str, header: (&str, &str)) -> Response {
    browser()
        .post(address(sandbox, "/faults"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header(header.0, header.1)
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_form_switches_a_fault_on_and_off() {
    let (sandbox, caller) = start().await;
    let on = post_form(
        &sandbox,
        "platform=clerk&fault=down",
        ("Sec-Fetch-Site", "same-origin"),
    )
    .await;
    assert_eq!(
        (on.status().as_u16(), on.headers()["location"].to_str().unwrap()),
        (303, "/")
    );
    assert_eq!(answer(caller.clerk("client/account/info")).await.0, 503);
    let page = browser().get(address(&sandbox, "/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(page.contains(r#"<option value="down" selected>"#), "{page}");
    assert!(!page.contains("<script"), "{page}");
    for text in [sandbox::CLERK_HOST, sandbox::BOT_TOKEN, r#"lang="en""#] {
        assert!(page.contains(text), "{text}");
    }
    let off = post_form(&sandbox, "platform=clerk&fault=", ("Sec-Fetch-Site", "none")).await;
    assert_eq!(off.status(), 303);
    assert_eq!(answer(caller.clerk("client/account/info")).await.0, 200);
}

#[tokio::test]
async fn faults_are_read_and_set_in_json() {
    let (sandbox, _) = start().await;
    for (fault, status) in [(json!("slow"), 204), (json!("no_such"), 422), (Value::Null, 204)] {
        let set = browser()
            .post(address(&sandbox, "/faults"))
            .json(&json!({ "platform": "telegram", "fault": fault }))
            .send()
            .await
            .unwrap();
        assert_eq!(set.status(), status, "{fault}");
        let faults = browser().get(address(&sandbox, "/faults"));
        let expected = if fault.is_null() {
            Value::Null
        } else {
            json!("slow")
        };
        assert_eq!(answer(faults).await.1["telegram"], expected);
    }
    let wrong = post_form(&sandbox, "platform=none&fault=slow", ("Accept", "*/*")).await;
    assert_eq!(wrong.status(), 422);
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let (sandbox, _) = start().await;
    for header in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://elsewhere.example"),
        ("Origin", "null"),
    ] {
        let refused = post_form(&sandbox, "platform=clerk&fault=down", header).await;
        assert_eq!(refused.status(), 403, "{header:?}");
    }
    assert_eq!(sandbox.fault(Platform::Clerk), None);
    let own = format!("http://{}", sandbox.control_addr().unwrap());
    let taken = post_form(&sandbox, "platform=clerk&fault=down", ("Origin", &own)).await;
    assert_eq!(taken.status(), 303);
    assert_eq!(sandbox.fault(Platform::Clerk), Some(Fault::Down));
}

#[tokio::test]
async fn a_name_that_is_not_this_machines_is_refused() {
    let (sandbox, _) = start().await;
    for (host, status) in [
        ("rebound.example", 421),
        ("rebound.example:80", 421),
        ("localhost:1", 200),
        ("[::1]", 200),
    ] {
        let request = browser().get(address(&sandbox, "/received")).header("Host", host);
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn the_newest_requests_are_listed_without_their_secrets() {
    let (sandbox, caller) = start().await;
    answer(caller.activecampaign("users/me")).await;
    answer(caller.telegram("getMe", &json!({}))).await;
    let listed = browser()
        .get(address(&sandbox, "/received"))
        .send()
        .await
        .unwrap();
    let text = listed.text().await.unwrap();
    for secret in [sandbox::ACTIVECAMPAIGN_KEY, sandbox::BOT_TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
    let listed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(listed[0]["path"], "/bot▇/getMe");
    assert_eq!(listed[1]["path"], "/api/3/users/me");
    assert_eq!(listed.as_array().unwrap().len(), 2);
}
