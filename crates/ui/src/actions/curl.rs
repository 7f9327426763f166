//! A call as a command line, to be made by hand. Secrets are not in it: where they belong stands `▇`.

use domain::{Exchange, Platform};

use crate::view::CurlView;

/// The header in which a platform takes its credentials.
const fn credentials_header(platform: Platform) -> Option<&'static str> {
    match platform {
        Platform::ActiveCampaign => Some("Api-Token: ▇"),
        // They stand in the address or in the body.
        Platform::Clerk | Platform::WaSmartBusiness | Platform::Telegram => None,
    }
}

/// What a body is read from of which only the beginning was kept.
const BODY_FILE: &str = "@body.json";

/// The command line for a call. Half a body is never sent: in its place stands a file that is yet to be written.
pub(super) fn curl(platform: Platform, exchange: &Exchange) -> CurlView {
    let is_cut = super::delivery::is_cut(&exchange.sent);
    let mut line = format!("curl --request {} {}", exchange.method, quoted(&exchange.url));
    if let Some(header) = credentials_header(platform) {
        push(&mut line, "--header", header);
    }
    if !exchange.sent.is_empty() {
        push(&mut line, "--header", "Content-Type: application/json");
        push(
            &mut line,
            "--data",
            if is_cut { BODY_FILE } else { &exchange.sent },
        );
    }
    CurlView { line, is_cut }
}

fn push(line: &mut String, option: &str, value: &str) {
    line.push_str(" \\\n  ");
    line.push_str(option);
    line.push(' ');
    line.push_str(&quoted(value));
}

/// A word of a POSIX shell that means nothing but itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(url: &str, sent: &str) -> Exchange {
        Exchange {
            method: "POST".to_owned(),
            url: url.to_owned(),
            sent: sent.to_owned(),
            status: Some(201),
            request_id: None,
            body: String::new(),
        }
    }

    #[test]
    fn the_call_can_be_made_again_by_hand() {
        let call = exchange("https://acme.api-us1.com/api/3/contact/sync", r#"{"contact":{}}"#);
        assert_eq!(
            curl(Platform::ActiveCampaign, &call).line,
            "curl --request POST 'https://acme.api-us1.com/api/3/contact/sync' \\\n  --header 'Api-Token: ▇' \\\n  \
             --header 'Content-Type: application/json' \\\n  --data '{\"contact\":{}}'"
        );
    }

    #[test]
    fn nothing_in_it_is_a_command() {
        let call = exchange(
            "https://api.clerk.io/v2/orders?key=▇",
            "{\"name\":\"d'Or'; rm -rf ~; '$(x)\"}",
        );
        let CurlView { line, is_cut } = curl(Platform::Clerk, &call);
        assert!(!is_cut);
        assert!(
            line.ends_with(r#"--data '{"name":"d'\''Or'\''; rm -rf ~; '\''$(x)"}'"#),
            "{line}"
        );
    }

    #[test]
    fn half_a_body_is_not_sent() {
        let whole = format!(r#"{{"name":"{}"}}"#, "x".repeat(Exchange::BODY_CHARS_MAX));
        let kept: String = whole.chars().take(Exchange::BODY_CHARS_MAX).collect();
        let view = curl(
            Platform::Clerk,
            &exchange("https://api.clerk.io/v2/products", &kept),
        );
        assert!(view.is_cut);
        assert!(view.line.ends_with("--data '@body.json'"), "{}", view.line);
    }
}
