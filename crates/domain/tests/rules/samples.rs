//! Complete forms of every platform, to be spoilt by the tests.

use domain::{
    Account, AccountDraft, AccountId, FieldError, FormErrors, Platform, SecretState, Settings, SiteId,
    SiteLists, Submission, Timestamp, Version,
};
use uuid::Uuid;

/// The day of every test.
pub(crate) const TODAY: &str = "2026-11-23";

/// Text that nothing may take for markup, a statement or a path.
pub(crate) const HOSTILE: [&str; 10] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE accounts; --",
    "%' OR '1'='1",
    "${7*7}{{7*7}}",
    "../../etc/passwd",
    "100% _ \\ done",
    "Καλημέρα 你好 🛒 e\u{301}",
    "&lt;b&gt;",
    "=cmd|' /C calc'!A0",
];

/// The languages and currencies of the site.
pub(crate) fn lists() -> SiteLists {
    SiteLists::parse("it, en, pt-BR", "EUR, USD").unwrap()
}

/// A form that can be saved, with every field that the platform has.
pub(crate) fn complete(platform: Platform) -> Vec<(String, String)> {
    let own: &[(&str, &str)] = match platform {
        Platform::ActiveCampaign => &[
            ("api_url", "https://shop.api-us1.com"),
            ("api_key", "0123456789abcdef0123456789abcdef"),
            ("orders_enabled", "on"),
            ("new_customer_tag", "Dal negozio"),
            ("field_map", "3 = phone\n7 = attribute:codice_fiscale"),
        ],
        Platform::Clerk => &[
            ("public_key", "abcdefghijklmnopqrstuvwxyz012345"),
            ("private_key", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123"),
            ("api_base_url", "https://api.clerk.io/v2"),
            ("language", "it"),
            ("currency", "EUR"),
            (
                "tracking_snippet",
                "Clerk('config', {key: '{clerk_public_key}'});",
            ),
            ("visitor_mode", "auto"),
            ("discount_class", "Listino web"),
            ("optout_attribute", "no_tracking"),
            ("orders_feed_from", "2025-01-31"),
            ("customer_filter", "attivo = 1"),
            ("product_filter", "prezzo > 0"),
            ("feed_orders_auto", "on"),
        ],
        Platform::WaSmartBusiness => &[
            ("transport", "wa_smart_business"),
            ("gateway_url", "https://gateway.example.com/wa"),
            ("access_token", "EAAG_0123456789.abcdef|x"),
            ("cart_delay_hours", "3"),
        ],
        Platform::Telegram => &[
            ("bot_token", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
            ("bot_username", "negozio_bot"),
            ("api_base_url", "https://api.telegram.org"),
            ("cart_delay_hours", "24"),
            ("link_method", "deep_link"),
        ],
    };
    let description = [("description", "Negozio principale")];
    description
        .iter()
        .chain(own)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A WA Smart Business form by way of Meta.
pub(crate) fn meta() -> Vec<(String, String)> {
    with(
        Platform::WaSmartBusiness,
        &[
            ("transport", "meta_cloud_api"),
            ("phone_number_id", "106540352242922"),
            ("waba_id", "102290129340398"),
            ("graph_version", "v25.0"),
            ("graph_url", "https://graph.facebook.com"),
            ("app_secret", "0123456789abcdef0123456789abcdef"),
        ],
    )
}

/// The complete form with some values put in; a later pair wins over an earlier one.
pub(crate) fn with(platform: Platform, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs = complete(platform);
    pairs.extend(
        changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    pairs
}

/// The form as it arrives.
pub(crate) fn submission(platform: Platform, pairs: &[(String, String)]) -> Submission {
    Submission::from_pairs(
        platform,
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        &lists(),
        false,
    )
}

/// The form, checked for a new account.
pub(crate) fn check(platform: Platform, pairs: &[(String, String)]) -> Result<AccountDraft, FormErrors> {
    submission(platform, pairs).check(&lists(), TODAY, &[])
}

/// What the complete form's `field` is told when it holds `value`; `None` when it is accepted. No other field may
/// complain.
pub(crate) fn complaint(platform: Platform, field: &str, value: &str) -> Option<FieldError> {
    complaint_in(platform, &complete(platform), field, value)
}

/// The same for another form than the complete one.
pub(crate) fn complaint_in(
    platform: Platform,
    form: &[(String, String)],
    field: &str,
    value: &str,
) -> Option<FieldError> {
    let mut pairs = form.to_vec();
    pairs.push((field.to_owned(), value.to_owned()));
    // An empty secret means "keep": there is nothing to keep yet, so what the form had must go.
    if value.trim().is_empty() {
        pairs.retain(|(name, typed)| name != field || typed == value);
    }
    match check(platform, &pairs) {
        Ok(_) => None,
        Err(mut errors) => {
            let error = errors.fields.remove(field);
            assert!(
                errors.is_empty(),
                "{field} = {value:?} made others complain: {errors:?}"
            );
            error
        }
    }
}

/// The settings of a form that can be saved.
pub(crate) fn settings(platform: Platform, pairs: &[(String, String)]) -> Settings {
    check(platform, pairs).unwrap().settings
}

/// An account with the settings of a form.
pub(crate) fn account(platform: Platform, pairs: &[(String, String)]) -> Account {
    let draft = check(platform, pairs).unwrap();
    Account {
        id: AccountId::new(Uuid::from_u128(7)),
        site_id: SiteId::new(Uuid::from_u128(1)),
        description: draft.description,
        settings: draft.settings,
        active: false,
        version: Version::FIRST,
        settings_version: Version::FIRST,
        created_at: Timestamp::from_ms(0),
        updated_at: Timestamp::from_ms(0),
        updated_by: "ada".to_owned(),
        secrets: Vec::new(),
    }
}

/// What is known of a secret stored for the host of `settings`.
pub(crate) fn stored(field: &str, settings: &Settings) -> SecretState {
    SecretState {
        field: field.to_owned(),
        host: settings.host(),
        key_id: "0011223344556677".to_owned(),
        set_at: Timestamp::from_ms(0),
        set_by: "ada".to_owned(),
    }
}
