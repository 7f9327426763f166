//! Clerk.io's examples.

use serde_json::json;

use super::{assert_shape, parse};
use crate::client::{answer, start};

#[tokio::test]
async fn clerks_errors_have_the_documented_shape() {
    // https://docs.clerk.io/docs/errors
    let documented = parse(
        r#"{"status":"error","message":"A message explaining the error.",
        "moreInfo":"http://my.clerk.io/error/{ERROR_ID}","type":"ErrorType","id":"{ERROR_ID}"}"#,
    );
    let (_sandbox, caller) = start().await;
    let host = sandbox::CLERK_HOST;
    for (path, kind) in [
        ("/v2/client/account/info", "ParsingError"),
        (
            "/v2/client/account/info?key=a&private_key=b",
            "AuthenticationError",
        ),
        ("/v1/anything", "LogicalError"),
    ] {
        let (_, found) = answer(caller.get(host, path)).await;
        assert_shape(&found, &documented, path);
        assert_eq!(
            (&found["status"], &found["type"]),
            (&json!("error"), &json!(kind))
        );
    }
}

#[tokio::test]
async fn clerks_successes_say_ok() {
    // https://github.com/clerkio/clerk-woocommerce, includes/class-clerk-api.php: `'ok' === $json->status`;
    // https://github.com/clerkio/clerk-magento, the contents' `id`, `type` and `api`.
    let (_sandbox, caller) = start().await;
    assert_eq!(
        answer(caller.clerk("client/account/info")).await,
        (200, json!({ "status": "ok" }))
    );
    let (_, found) = answer(caller.clerk("client/account/content/list")).await;
    let documented =
        parse(r#"{"status":"ok","contents":[{"id":"popular","type":"html","api":"search/popular"}]}"#);
    assert_shape(&found, &documented, "contents");
}
