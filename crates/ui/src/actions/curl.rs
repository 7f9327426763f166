//! A call as a command line, to be made by hand. Secrets are not in it: where they belong stands `▇`.

use domain::{Exchange, Platform};

/// The header in which a platform takes its credentials.
const fn credentials_header(platform: Platform) -> Option<&'static str> {
    match platform {
        Platform::ActiveCampaign => Some("Api-Token: ▇"),
        // They stand in the address or in the body.
        Platform::Clerk | Platform::WaSmartBusiness | Platform::Telegram => None,
    }
}

/// The command line for a call.
pub(super) fn curl(platform: Platform, exchange: &Exchange) -> String {
    let mut line = format!("curl --request {} {}", exchange.method, quoted(&exchange.url));
    if let Some(header) = credentials_header(platform) {
        push(&mut line, "--header", header);
    }
    if !exchange.sent.is_empty() {
        push(&mut line, "--header", "Content-Type: application/json");
        push(&mut line, "--data", &exchange.sent);
    }
    line
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
            curl(Platform::ActiveCampaign, &call),
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
        let line = curl(Platform::Clerk, &call);
        assert!(
            line.ends_with(r#"--data '{"name":"d'\''Or'\''; rm -rf ~; '\''$(x)"}'"#),
            "{line}"
        );
    }
}
