//! From the pairs of a form to a draft, and from settings to values and back.

use domain::{
    Context, DESCRIPTION_FIELD, DescriptionError, FieldError, FormErrors, Platform, Settings, Submission,
    Values,
};
use proptest::prelude::*;

use crate::samples::{HOSTILE, TODAY, check, complete, lists, meta, settings, submission, with};

fn stored(platform: Platform, values: &Values) -> Result<Settings, Vec<(&'static str, FieldError)>> {
    Settings::parse(platform, values, Context::Stored)
}

#[test]
fn a_complete_form_becomes_a_draft() {
    for platform in Platform::ALL {
        let draft = check(platform, &complete(platform)).unwrap();
        assert_eq!(draft.description.as_str(), "Negozio principale");
        assert_eq!(draft.settings.platform(), platform);
        assert!(!draft.secrets.is_empty());
    }
}

#[test]
fn an_empty_form_is_told_everything_at_once() {
    for platform in Platform::ALL {
        let errors = check(platform, &[]).unwrap_err();
        assert_eq!(errors.description, Some(DescriptionError::Empty));
        let values = submission(platform, &[]).values;
        for field in platform.fields() {
            let expected = field.is_required() && field.is_shown(&values);
            assert_eq!(
                errors.fields.get(field.name) == Some(&FieldError::Required),
                expected,
                "{}",
                field.name
            );
        }
    }
}

#[test]
fn names_that_the_platform_does_not_have_are_passed_over() {
    let stray = [
        ("version", "9"),
        ("id", "x"),
        ("active", "true"),
        ("site_id", "x"),
        ("api_url[]", "x"),
        ("Description", "x"),
        ("remove_api_url", "on"),
        ("remove_", "on"),
        ("remove_nothing", "on"),
        ("remove_description", "on"),
        ("bot_token", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
        ("", ""),
        ("\0", "\0"),
    ];
    let platform = Platform::ActiveCampaign;
    assert_eq!(
        submission(platform, &with(platform, &stray)),
        submission(platform, &complete(platform))
    );
}

#[test]
fn the_last_of_repeated_fields_counts() {
    let pairs = with(
        Platform::ActiveCampaign,
        &[
            ("description", "First"),
            ("description", "Second"),
            ("api_url", "one"),
            ("api_url", "two"),
            ("orders_enabled", "false"),
            ("orders_enabled", "on"),
            ("api_key", "first-key-0123456789abcdef"),
            ("api_key", "second-key-0123456789abcdef"),
            ("api_key", ""),
        ],
    );
    let draft = check(Platform::ActiveCampaign, &pairs).unwrap();
    assert_eq!(draft.description.as_str(), "Second");
    assert_eq!(draft.settings.values()["api_url"], "https://two.api-us1.com");
    assert_eq!(draft.settings.values()["orders_enabled"], "true");
    assert_eq!(
        draft.secrets[0].value.as_ref().unwrap().expose(),
        "second-key-0123456789abcdef"
    );
}

#[test]
fn a_box_that_is_not_ticked_is_off() {
    let mut pairs = complete(Platform::ActiveCampaign);
    pairs.retain(|(name, _)| name != "orders_enabled");
    assert_eq!(
        settings(Platform::ActiveCampaign, &pairs).values()["orders_enabled"],
        "false"
    );
}

#[test]
fn sections_that_open_after_the_first_save_begin_with_their_defaults() {
    for platform in Platform::ALL {
        let credentials: Vec<(String, String)> = complete(platform)
            .into_iter()
            .filter(|(name, _)| {
                name == DESCRIPTION_FIELD || !platform.field(name).unwrap().section.after_first_save()
            })
            .collect();
        let pairs = credentials
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let draft = Submission::from_pairs(platform, pairs, &lists(), true)
            .check(&lists(), TODAY, &[])
            .unwrap();
        let defaults = platform.defaults(&lists());
        for field in platform
            .fields()
            .iter()
            .filter(|field| field.section.after_first_save())
        {
            assert_eq!(
                draft.settings.values().get(field.name),
                defaults.get(field.name),
                "{}",
                field.name
            );
        }
    }
}

#[test]
fn an_emptied_field_stays_empty_though_it_has_a_default() {
    let emptied = settings(
        Platform::Clerk,
        &with(Platform::Clerk, &[("tracking_snippet", "")]),
    );
    let Settings::Clerk(clerk) = stored(Platform::Clerk, &emptied.values()).unwrap() else {
        panic!("another platform")
    };
    assert_eq!(clerk.tracking_snippet, None);
}

#[test]
fn a_stored_value_that_is_missing_is_read_as_its_default() {
    for platform in Platform::ALL {
        let complete = settings(platform, &complete(platform)).values();
        for field in platform
            .fields()
            .iter()
            .filter(|field| !field.default.is_empty() && !field.is_secret() && field.shown_when.is_none())
        {
            if field.name == "transport" {
                continue;
            }
            let mut values = complete.clone();
            values.remove(field.name);
            assert_eq!(
                stored(platform, &values).unwrap().values()[field.name],
                field.default,
                "{}",
                field.name
            );
        }
    }
}

#[test]
fn a_stored_language_or_currency_is_read_after_the_site_dropped_it() {
    let mut values = settings(Platform::Clerk, &complete(Platform::Clerk)).values();
    values.insert("language".to_owned(), "de".to_owned());
    values.insert("currency".to_owned(), "CHF".to_owned());
    values.insert("orders_feed_from".to_owned(), "2999-01-01".to_owned());
    assert_eq!(stored(Platform::Clerk, &values).unwrap().values(), values);
    let typed = Settings::parse(
        Platform::Clerk,
        &values,
        Context::Typed {
            lists: &lists(),
            today: TODAY,
        },
    )
    .unwrap_err();
    assert_eq!(typed.len(), 3, "typed anew it is refused: {typed:?}");
}

#[test]
fn spaces_around_a_choice_do_not_hide_its_required_fields() {
    let pairs = with(Platform::WaSmartBusiness, &[("transport", " meta_cloud_api ")]);
    let errors = check(Platform::WaSmartBusiness, &pairs).unwrap_err();
    assert!(
        ["phone_number_id", "waba_id", "graph_url"]
            .into_iter()
            .all(|field| errors.fields.contains_key(field))
    );
}

#[test]
fn a_field_out_of_sight_keeps_what_fits_and_has_its_default_otherwise() {
    let pairs = with(
        Platform::WaSmartBusiness,
        &[
            ("phone_number_id", "106540352242922"),
            ("waba_id", "<b>"),
            ("graph_url", ""),
        ],
    );
    let values = settings(Platform::WaSmartBusiness, &pairs).values();
    assert_eq!(values["phone_number_id"], "106540352242922");
    assert!(!values.contains_key("waba_id"));
    assert_eq!(
        values["graph_url"], "https://graph.facebook.com",
        "ready for when it comes into sight"
    );
    assert_eq!(values["graph_version"], "v25.0", "the form did not even have it");
}

#[test]
fn errors_come_in_the_order_of_the_form() {
    let errors = check(Platform::Telegram, &[]).unwrap_err();
    for language in domain::Language::ALL {
        let names: Vec<String> = errors
            .messages(Platform::Telegram, language)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            names,
            [
                "description",
                "bot_token",
                "bot_username",
                "api_base_url",
                "cart_delay_hours",
                "link_method"
            ]
        );
    }
    let crossed: FormErrors = serde_json::from_str(&serde_json::to_string(&errors).unwrap()).unwrap();
    assert_eq!(crossed, errors);
    assert!(FormErrors::default().is_empty() && !errors.is_empty());
}

/// Forms with a few fields spoilt, by names of the platform and by others.
fn spoilt() -> impl Strategy<Value = (Platform, Vec<(String, String)>)> {
    let text = prop_oneof![
        ".{0,40}",
        "\\PC{0,120}",
        "[ -~]{0,60}",
        "https?://[a-zA-Z0-9.à-]{1,30}(:[0-9]{1,5})?[a-z/%è. -]{0,30}",
        "@?[a-zA-Z_]{0,30}[bB]ot",
        "[a-zA-Z0-9]{10,70}",
        "[0-9]{1,22}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "v?[0-9]{1,3}\\.[0-9]{1,3}",
        prop::sample::select(vec![
            "",
            " ",
            "on",
            "true",
            "false",
            "it",
            "EN",
            "pt_br",
            "usd",
            "null",
            "custom",
            "oidc",
            "meta_cloud_api",
            "wa_smart_business"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
    ];
    let form = prop::sample::select(vec![
        (Platform::ActiveCampaign, complete(Platform::ActiveCampaign)),
        (Platform::Clerk, complete(Platform::Clerk)),
        (Platform::WaSmartBusiness, complete(Platform::WaSmartBusiness)),
        (Platform::WaSmartBusiness, meta()),
        (Platform::Telegram, complete(Platform::Telegram)),
    ]);
    (
        form,
        proptest::collection::vec((any::<prop::sample::Index>(), text), 0..4),
    )
        .prop_map(|((platform, mut pairs), changes)| {
            for (which, value) in changes {
                pairs.push((which.get(platform.fields()).name.to_owned(), value));
            }
            (platform, pairs)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn settings_read_back_from_their_values_as_they_were((platform, pairs) in spoilt()) {
        if let Ok(draft) = check(platform, &pairs) {
            let values = draft.settings.values();
            prop_assert_eq!(stored(platform, &values), Ok(draft.settings.clone()));
            let typed = Settings::parse(platform, &values, Context::Typed { lists: &lists(), today: TODAY });
            prop_assert_eq!(typed, Ok(draft.settings.clone()), "an unchanged form is an unchanged account");
            prop_assert!(!draft.settings.host().as_str().is_empty());
            prop_assert!(!draft.settings.slots().is_empty());
        }
    }

    #[test]
    fn a_form_that_is_sent_again_unchanged_says_the_same((platform, pairs) in spoilt()) {
        let form = submission(platform, &pairs);
        let before = form.check(&lists(), TODAY, &[]);
        prop_assert_eq!(before.clone(), form.check(&lists(), TODAY, &[]));
        if let Err(errors) = before {
            prop_assert!(errors.fields.keys().all(|name| platform.field(name).is_some()));
            prop_assert_eq!(errors.messages(platform, domain::Language::It).len(), errors.fields.len() + usize::from(errors.description.is_some()));
        }
    }

    #[test]
    fn whatever_is_sent_is_sorted_without_a_panic(pairs in proptest::collection::vec((".{0,20}", ".{0,40}"), 0..20), first in any::<bool>()) {
        for platform in Platform::ALL {
            let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let form = Submission::from_pairs(platform, pairs, &lists(), first);
            let known = form.values.keys().all(|name| platform.field(name).is_some_and(|field| !field.is_secret()));
            prop_assert!(known);
        }
    }

    #[test]
    fn no_secret_ever_stands_in_values_or_errors((platform, pairs) in spoilt(), tail in "[A-Za-z0-9]{16}") {
        let planted = format!("110201543:planted{tail}");
        let mut pairs = pairs;
        for field in platform.fields().iter().filter(|field| field.is_secret()) {
            pairs.push((field.name.to_owned(), planted.clone()));
        }
        let form = submission(platform, &pairs);
        let told = match form.check(&lists(), TODAY, &[]) {
            Ok(draft) => format!("{form:?}{draft:?}{:?}", draft.settings.values()),
            Err(errors) => format!("{form:?}{errors:?}"),
        };
        prop_assert!(!told.contains("planted"));
    }
}
