//! Secrets in forms: typed once, kept when left empty, never shown, bound to a host.

use domain::{
    AccountDraft, FieldError, FormErrors, Platform, SecretState, SecretUse, SecretValue, Submission,
};

use crate::samples::{TODAY, check, complete, lists, meta, settings, stored, submission, with};

fn check_stored(
    platform: Platform,
    pairs: &[(String, String)],
    stored: &[SecretState],
) -> Result<AccountDraft, FormErrors> {
    submission(platform, pairs).check(&lists(), TODAY, stored)
}

/// What happens to each secret: its name, and the new value or `None` where it is removed.
fn fates(draft: &AccountDraft) -> Vec<(&str, Option<&str>)> {
    draft
        .secrets
        .iter()
        .map(|secret| (secret.field, secret.value.as_ref().map(SecretValue::expose)))
        .collect()
}

#[test]
fn a_secret_does_not_print_itself() {
    let planted = "planted-secret-0123456789";
    assert!(!format!("{:?}", SecretValue::new(planted.to_owned())).contains("planted"));
    let form = submission(
        Platform::ActiveCampaign,
        &with(Platform::ActiveCampaign, &[("api_key", planted)]),
    );
    assert!(form.has_secret("api_key"));
    for shown in [
        format!("{form:?}"),
        format!("{form:#?}"),
        format!("{:?}", form.check(&lists(), TODAY, &[]).unwrap()),
    ] {
        assert!(!shown.contains("planted"), "{shown}");
        assert!(shown.contains("redacted"));
    }
    assert!(
        !form.values.contains_key("api_key"),
        "a secret stands in no values"
    );
}

#[test]
fn a_refused_secret_stands_in_no_error() {
    for platform in Platform::ALL {
        for field in platform.fields().iter().filter(|field| field.is_secret()) {
            let form = if field.shown_when.is_some() {
                meta()
            } else {
                complete(platform)
            };
            let mut pairs = form;
            pairs.push((field.name.to_owned(), "planted secret <b>".to_owned()));
            let errors = check(platform, &pairs).unwrap_err();
            assert_eq!(errors.fields[field.name], FieldError::WrongForm, "{}", field.name);
            assert!(!format!("{errors:?}").contains("planted"));
            assert!(!serde_json::to_string(&errors).unwrap().contains("planted"));
            for language in domain::Language::ALL {
                assert!(
                    errors
                        .messages(platform, language)
                        .iter()
                        .all(|(_, message)| !message.contains("planted"))
                );
            }
        }
    }
}

#[test]
fn a_typed_secret_is_trimmed_and_replaces() {
    let old = [stored(
        "api_key",
        &settings(Platform::ActiveCampaign, &complete(Platform::ActiveCampaign)),
    )];
    let pairs = with(
        Platform::ActiveCampaign,
        &[("api_key", "  new-key-0123456789abcdef\r\n")],
    );
    for stored in [&[][..], &old[..]] {
        let draft = check_stored(Platform::ActiveCampaign, &pairs, stored).unwrap();
        assert_eq!(fates(&draft), [("api_key", Some("new-key-0123456789abcdef"))]);
    }
}

#[test]
fn an_empty_secret_keeps_the_stored_one() {
    let old = [stored(
        "api_key",
        &settings(Platform::ActiveCampaign, &complete(Platform::ActiveCampaign)),
    )];
    for empty in ["", "   ", "\t\n"] {
        let mut pairs = complete(Platform::ActiveCampaign);
        pairs.retain(|(name, _)| name != "api_key");
        pairs.push(("api_key".to_owned(), empty.to_owned()));
        assert!(
            check_stored(Platform::ActiveCampaign, &pairs, &old)
                .unwrap()
                .secrets
                .is_empty()
        );
        let errors = check_stored(Platform::ActiveCampaign, &pairs, &[]).unwrap_err();
        assert_eq!(
            errors.fields["api_key"],
            FieldError::Required,
            "with none stored there is nothing to keep"
        );
    }
}

#[test]
fn a_required_secret_cannot_be_removed_only_replaced() {
    let old = [stored(
        "api_key",
        &settings(Platform::ActiveCampaign, &complete(Platform::ActiveCampaign)),
    )];
    let mut pairs = complete(Platform::ActiveCampaign);
    pairs.retain(|(name, _)| name != "api_key");
    pairs.push(("remove_api_key".to_owned(), "on".to_owned()));
    let errors = check_stored(Platform::ActiveCampaign, &pairs, &old).unwrap_err();
    assert_eq!(errors.fields["api_key"], FieldError::SecretNeeded);
    pairs.push(("api_key".to_owned(), "new-key-0123456789abcdef".to_owned()));
    let draft = check_stored(Platform::ActiveCampaign, &pairs, &old).unwrap();
    assert_eq!(
        fates(&draft),
        [("api_key", Some("new-key-0123456789abcdef"))],
        "typed and ticked: the new one counts"
    );
}

#[test]
fn an_optional_secret_is_removed_by_its_box() {
    let bound = settings(Platform::WaSmartBusiness, &meta());
    let old = [stored("access_token", &bound), stored("app_secret", &bound)];
    let mut pairs = meta();
    pairs.retain(|(name, _)| name != "access_token" && name != "app_secret");
    assert!(
        check_stored(Platform::WaSmartBusiness, &pairs, &old)
            .unwrap()
            .secrets
            .is_empty()
    );
    let field = Platform::WaSmartBusiness.field("app_secret").unwrap();
    pairs.push((Submission::remove_name(field), "on".to_owned()));
    let draft = check_stored(Platform::WaSmartBusiness, &pairs, &old).unwrap();
    assert_eq!(fates(&draft), [("app_secret", None)]);
    let draft = check_stored(Platform::WaSmartBusiness, &pairs, &old[..1]).unwrap();
    assert!(draft.secrets.is_empty(), "what is not stored is not removed");
}

#[test]
fn a_changed_host_asks_for_the_secret_again() {
    let old = [stored(
        "api_key",
        &settings(Platform::ActiveCampaign, &complete(Platform::ActiveCampaign)),
    )];
    let mut pairs = with(
        Platform::ActiveCampaign,
        &[("api_url", "https://evil.example.com")],
    );
    let draft = check_stored(Platform::ActiveCampaign, &pairs, &old).unwrap();
    assert_eq!(draft.secrets.len(), 1, "typed again, it goes to the new host");
    pairs.retain(|(name, _)| name != "api_key");
    let errors = check_stored(Platform::ActiveCampaign, &pairs, &old).unwrap_err();
    assert_eq!(
        errors.fields["api_key"],
        FieldError::SecretBoundTo {
            host: "shop.api-us1.com".to_owned()
        }
    );
}

#[test]
fn another_port_or_scheme_is_another_host_but_another_path_is_not() {
    let old = [stored(
        "bot_token",
        &settings(Platform::Telegram, &complete(Platform::Telegram)),
    )];
    let asked = |url: &str| {
        let mut pairs = with(Platform::Telegram, &[("api_base_url", url)]);
        pairs.retain(|(name, _)| name != "bot_token");
        check_stored(Platform::Telegram, &pairs, &old).is_err()
    };
    for same in ["https://api.telegram.org/", "https://API.telegram.org:443/x"] {
        assert!(!asked(same), "{same}");
    }
    for other in [
        "http://api.telegram.org",
        "https://api.telegram.org:8443",
        "https://api.telegram.org.evil.example",
    ] {
        assert!(asked(other), "{other}");
    }
}

#[test]
fn a_changed_transport_asks_for_the_token_and_drops_what_is_out_of_sight() {
    let bound = settings(Platform::WaSmartBusiness, &meta());
    let old = [stored("access_token", &bound), stored("app_secret", &bound)];
    let mut pairs = complete(Platform::WaSmartBusiness);
    let draft = check_stored(Platform::WaSmartBusiness, &pairs, &old).unwrap();
    assert_eq!(
        fates(&draft),
        [
            ("access_token", Some("EAAG_0123456789.abcdef|x")),
            ("app_secret", None)
        ]
    );
    pairs.retain(|(name, _)| name != "access_token");
    let errors = check_stored(Platform::WaSmartBusiness, &pairs, &old).unwrap_err();
    assert_eq!(
        errors.fields["access_token"],
        FieldError::SecretBoundTo {
            host: "graph.facebook.com".to_owned()
        }
    );
    assert_eq!(errors.fields.len(), 1);
}

#[test]
fn a_secret_typed_into_a_field_out_of_sight_is_not_taken() {
    let pairs = with(
        Platform::WaSmartBusiness,
        &[("app_secret", "0123456789abcdef0123456789abcdef")],
    );
    let draft = check(Platform::WaSmartBusiness, &pairs).unwrap();
    assert_eq!(
        draft
            .secrets
            .iter()
            .map(|secret| secret.field)
            .collect::<Vec<_>>(),
        ["access_token"]
    );
}

#[test]
fn a_locked_secret_says_why_in_both_languages() {
    assert_eq!(SecretUse::Usable.reason(), None);
    for state in [SecretUse::KeyMissing, SecretUse::OtherKey, SecretUse::Tampered] {
        let text = state.reason().unwrap();
        assert!(!text.it.is_empty() && !text.en.is_empty() && text.it != text.en);
    }
}
