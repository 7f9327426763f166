//! Addresses of remote APIs and the hosts that secrets are bound to.

use domain::{AddressRule, ApiUrl, FieldError};
use proptest::prelude::*;

const STRICT: AddressRule = AddressRule {
    http_allowed: false,
    expand: None,
    strip_suffix: None,
};
const OWN_NETWORK: AddressRule = AddressRule {
    http_allowed: true,
    expand: None,
    strip_suffix: None,
};
const STRIPPED: AddressRule = AddressRule {
    http_allowed: false,
    expand: None,
    strip_suffix: Some("/api/3"),
};

fn shown(text: &str, rule: &AddressRule) -> String {
    ApiUrl::parse(text, rule).unwrap().to_string()
}

fn host(text: &str) -> String {
    ApiUrl::parse(text, &OWN_NETWORK).unwrap().host().to_string()
}

#[test]
fn an_address_is_written_in_one_way() {
    for (typed, kept) in [
        (" https://Shop.API-us1.com/ ", "https://shop.api-us1.com"),
        ("HTTPS://shop.example.com:443//", "https://shop.example.com"),
        (
            "https://shop.example.com:8443/v2/",
            "https://shop.example.com:8443/v2",
        ),
        ("https://città.example/è", "https://xn--citt-3na.example/%C3%A8"),
        ("https://shop.example.com/a/../b", "https://shop.example.com/b"),
        ("https://192.0.2.7", "https://192.0.2.7"),
    ] {
        assert_eq!(shown(typed, &STRICT), kept);
    }
}

#[test]
fn a_pasted_path_is_taken_off_however_often_it_was_pasted() {
    for typed in [
        "https://shop.example.com/api/3",
        "https://shop.example.com/api/3/",
        "https://shop.example.com/api/3/api/3//",
    ] {
        assert_eq!(shown(typed, &STRIPPED), "https://shop.example.com");
    }
    assert_eq!(
        shown("https://shop.example.com/api/3/contacts", &STRIPPED),
        "https://shop.example.com/api/3/contacts"
    );
}

#[test]
fn what_is_no_address_of_an_api_is_refused() {
    for (typed, error) in [
        ("", FieldError::NotAnAddress),
        ("shop", FieldError::NotAnAddress),
        ("shop.example.com", FieldError::NotAnAddress),
        ("https://", FieldError::NotAnAddress),
        ("https://localhost", FieldError::NotAnAddress),
        ("https://shop example.com", FieldError::NotAnAddress),
        ("https://shop.example.com:99999", FieldError::NotAnAddress),
        ("https://<b>.example.com", FieldError::NotAnAddress),
        ("ftp://shop.example.com", FieldError::NotAnAddress),
        ("javascript:alert(1)", FieldError::NotAnAddress),
        ("data:text/html,x", FieldError::NotAnAddress),
        ("file:///etc/passwd", FieldError::NotAnAddress),
        ("http://shop.example.com", FieldError::HttpsNeeded),
        (
            "https://ada@shop.example.com",
            FieldError::AddressHoldsCredentials,
        ),
        (
            "https://ada:pw@shop.example.com",
            FieldError::AddressHoldsCredentials,
        ),
        ("https://shop.example.com?key=1", FieldError::AddressHoldsQuery),
        ("https://shop.example.com/?", FieldError::AddressHoldsQuery),
        ("https://shop.example.com/#x", FieldError::AddressHoldsQuery),
    ] {
        assert_eq!(ApiUrl::parse(typed, &STRICT), Err(error), "{typed}");
    }
}

#[test]
fn an_address_is_at_most_255_characters_long_also_when_written_out() {
    let address = |tail: usize| format!("https://shop.example.com/{}", "a".repeat(tail));
    let before = address(0).len();
    assert!(ApiUrl::parse(&address(255 - before), &STRICT).is_ok());
    assert_eq!(
        ApiUrl::parse(&address(256 - before), &STRICT),
        Err(FieldError::TooLong { max: 255 })
    );
    let accents = format!("https://shop.example.com/{}", "è".repeat(100));
    assert_eq!(
        ApiUrl::parse(&accents, &STRICT),
        Err(FieldError::TooLong { max: 255 })
    );
}

#[test]
fn plain_http_is_for_a_server_in_the_own_network() {
    assert_eq!(
        shown("http://localhost:8081/", &OWN_NETWORK),
        "http://localhost:8081"
    );
    assert_eq!(shown("http://[::1]:8081", &OWN_NETWORK), "http://[::1]:8081");
    assert_eq!(
        ApiUrl::parse("ftp://localhost", &OWN_NETWORK),
        Err(FieldError::NotAnAddress)
    );
}

#[test]
fn a_host_names_where_a_secret_goes_and_how() {
    for (address, bound) in [
        ("https://Shop.Example.com/v2", "shop.example.com"),
        ("https://shop.example.com:443", "shop.example.com"),
        ("https://shop.example.com:8443/x", "shop.example.com:8443"),
        ("http://shop.example.com", "http://shop.example.com"),
        ("http://shop.example.com:80", "http://shop.example.com"),
        ("http://[::1]:8081/x", "http://[::1]:8081"),
        ("https://città.example", "xn--citt-3na.example"),
    ] {
        assert_eq!(host(address), bound);
    }
    assert_eq!(
        host("https://a.example/one"),
        host("https://a.example/two"),
        "the path does not matter"
    );
}

fn addresses() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z]{1,8}://[a-zA-Z0-9à.:@-]{0,30}[ -~è]{0,80}",
        "https://[a-z]{1,10}\\.[a-z]{2,3}(/[a-zà-ù%.2e /]{0,20}){0,5}(/api/3){0,3}/{0,3}",
        "https?://[a-z.]{1,40}(:[0-9]{1,6})?/\\PC{0,90}",
        ".{0,80}",
    ]
}

proptest! {
    #[test]
    fn an_accepted_address_reads_back_as_itself(text in addresses()) {
        for rule in [&STRICT, &OWN_NETWORK, &STRIPPED] {
            if let Ok(address) = ApiUrl::parse(&text, rule) {
                prop_assert_eq!(ApiUrl::parse(address.as_str(), rule), Ok(address.clone()), "{}", address);
                prop_assert!(address.as_str().is_ascii() && address.as_str().len() <= 255);
                prop_assert!(!address.as_str().ends_with('/') && !address.as_str().contains(['?', '#', ' ', '<', '>', '"']));
            }
        }
    }

    #[test]
    fn a_host_is_never_empty_and_holds_no_path_nor_user(text in addresses()) {
        if let Ok(address) = ApiUrl::parse(&text, &OWN_NETWORK) {
            let host = address.host().to_string();
            let bare = host.strip_prefix("http://").unwrap_or(&host);
            prop_assert!(!bare.is_empty() && !bare.contains(['/', '@', '?', '#']));
            prop_assert_eq!(bare.to_lowercase(), bare);
            prop_assert_eq!(host.starts_with("http://"), address.as_str().starts_with("http://"));
        }
    }
}
