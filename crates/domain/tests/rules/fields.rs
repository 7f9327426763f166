//! Every field of every platform: empty, too long, of the wrong form, at its bounds.

use domain::{FieldError, Platform};

use crate::samples::{HOSTILE, check, complaint, complaint_in, complete, meta, settings, with};

use FieldError::{
    AddressHoldsCredentials, AddressHoldsQuery, ControlCharacter, FutureDate, HttpsNeeded, NotAChoice,
    NotADate, NotAnAddress, NotInRange, Required, TooLong, TooShort, WrongForm,
};

/// One field, and what it says to each value.
fn judge(platform: Platform, field: &str, cases: &[(&str, Option<FieldError>)]) {
    judge_in(platform, &complete(platform), field, cases);
}

fn judge_in(
    platform: Platform,
    form: &[(String, String)],
    field: &str,
    cases: &[(&str, Option<FieldError>)],
) {
    for (value, expected) in cases {
        let shown: String = value.chars().take(80).collect();
        assert_eq!(
            &complaint_in(platform, form, field, value),
            expected,
            "{field} = {shown:?}"
        );
    }
}

#[test]
fn activecampaign_asks_for_the_address_of_the_account() {
    judge(
        Platform::ActiveCampaign,
        "api_url",
        &[
            ("https://shop.api-us1.com", None),
            ("https://shop.api-us1.com/api/3", None),
            ("https://shop.activehosted.com/", None),
            ("shop", None),
            (" My-Shop ", None),
            ("", Some(Required)),
            ("  \t ", Some(Required)),
            ("-shop", Some(NotAnAddress)),
            ("my shop", Some(NotAnAddress)),
            ("shop.api-us1.com", Some(NotAnAddress)),
            ("http://shop.api-us1.com", Some(HttpsNeeded)),
            ("https://localhost", Some(NotAnAddress)),
            ("https://ada:pw@shop.api-us1.com", Some(AddressHoldsCredentials)),
            ("https://shop.api-us1.com/?x=1", Some(AddressHoldsQuery)),
            ("https://shop.api\n-us1.com", Some(ControlCharacter)),
            ("https://shop.api-us1.com\0/", Some(ControlCharacter)),
            (&"a".repeat(64), Some(NotAnAddress)),
            (
                &format!("https://shop.api-us1.com/{}", "a".repeat(300)),
                Some(TooLong { max: 255 }),
            ),
        ],
    );
    let values = settings(
        Platform::ActiveCampaign,
        &with(Platform::ActiveCampaign, &[("api_url", "My-Shop")]),
    )
    .values();
    assert_eq!(values["api_url"], "https://my-shop.api-us1.com");
}

#[test]
fn activecampaign_asks_for_a_key_without_spaces() {
    judge(
        Platform::ActiveCampaign,
        "api_key",
        &[
            (&"k".repeat(20), None),
            (&format!("  {}\n", "k".repeat(200)), None),
            (&"k".repeat(19), Some(TooShort { min: 20 })),
            (&"k".repeat(201), Some(TooLong { max: 200 })),
            ("abcdefghij klmnopqrst", Some(WrongForm)),
            ("chiave-con-àccento-0123", Some(WrongForm)),
            ("abcdefghij\0klmnopqrst", Some(ControlCharacter)),
            ("", Some(Required)),
        ],
    );
}

#[test]
fn a_switch_is_on_or_off() {
    for (platform, field) in [
        (Platform::ActiveCampaign, "orders_enabled"),
        (Platform::ActiveCampaign, "abandoned_carts_enabled"),
        (Platform::Clerk, "is_default_account"),
    ] {
        judge(
            platform,
            field,
            &[
                ("on", None),
                ("true", None),
                ("false", None),
                ("", None),
                ("yes", Some(NotAChoice)),
                ("<b>", Some(NotAChoice)),
                (" on", Some(NotAChoice)),
            ],
        );
    }
    let stored = |value| {
        settings(
            Platform::ActiveCampaign,
            &with(Platform::ActiveCampaign, &[("orders_enabled", value)]),
        )
        .values()
    };
    assert_eq!(stored("on")["orders_enabled"], "true");
    assert_eq!(stored("")["orders_enabled"], "false");
}

#[test]
fn clerk_asks_for_two_keys() {
    judge(
        Platform::Clerk,
        "public_key",
        &[
            (&"a".repeat(16), None),
            (&"A9".repeat(32), None),
            (&"a".repeat(15), Some(TooShort { min: 16 })),
            (&"a".repeat(65), Some(TooLong { max: 64 })),
            ("abcdefgh-ijklmnop", Some(WrongForm)),
            ("abcdefghàijklmnop", Some(WrongForm)),
            ("abcdefgh\u{7}ijklmnop", Some(ControlCharacter)),
            ("", Some(Required)),
        ],
    );
    judge(
        Platform::Clerk,
        "private_key",
        &[
            (&"a".repeat(16), None),
            (&"a_-9".repeat(32), None),
            (&"a".repeat(15), Some(TooShort { min: 16 })),
            (&"a".repeat(129), Some(TooLong { max: 128 })),
            ("abcdefgh.ijklmnop", Some(WrongForm)),
            ("", Some(Required)),
        ],
    );
}

#[test]
fn clerk_takes_the_languages_and_currencies_of_the_site_only() {
    judge(
        Platform::Clerk,
        "language",
        &[
            ("it", None),
            ("PT_br", None),
            ("de", Some(NotAChoice)),
            ("pt", Some(NotAChoice)),
            ("<b>", Some(NotAChoice)),
            ("", Some(Required)),
        ],
    );
    judge(
        Platform::Clerk,
        "currency",
        &[
            ("EUR", None),
            ("usd", None),
            ("GBP", Some(NotAChoice)),
            ("€", Some(NotAChoice)),
            ("", Some(Required)),
        ],
    );
}

#[test]
fn clerk_takes_an_encrypted_address_only() {
    judge(
        Platform::Clerk,
        "api_base_url",
        &[
            ("https://api.clerk.io/v2/", None),
            ("http://api.clerk.io/v2", Some(HttpsNeeded)),
            ("clerk", Some(NotAnAddress)),
            ("", Some(Required)),
        ],
    );
}

#[test]
fn clerk_takes_a_tracking_code_with_known_placeholders() {
    let long = |length: usize| format!("Clerk('config'{}", "x".repeat(length - "Clerk('config'".len()));
    judge(
        Platform::Clerk,
        "tracking_snippet",
        &[
            ("", None),
            (
                "<script>\r\n\tClerk(\"config\", {key: '{clerk_public_key}', {clerk_visitor_type}});\n</script>",
                None,
            ),
            (&long(10_000), None),
            (&long(10_001), Some(TooLong { max: 10_000 })),
            ("<script>alert(1)</script>", Some(WrongForm)),
            ("Clerk('config', '{clerk_private_key}')", Some(WrongForm)),
            ("Clerk('config', '{clerk_public_key')", Some(WrongForm)),
            ("Clerk('config')\0", Some(ControlCharacter)),
            ("Clerk('config')\u{1b}[0m", Some(ControlCharacter)),
        ],
    );
}

#[test]
fn a_choice_is_one_of_the_list() {
    judge(
        Platform::Clerk,
        "visitor_mode",
        &[
            ("custom", None),
            ("auto", None),
            ("persistent", None),
            ("null", None),
            ("Auto", Some(NotAChoice)),
            ("cookies", Some(NotAChoice)),
            ("", Some(Required)),
        ],
    );
    judge(
        Platform::Telegram,
        "link_method",
        &[
            ("login_widget", None),
            ("deep_link", None),
            ("oidc", None),
            ("sms", Some(NotAChoice)),
            ("<b>", Some(NotAChoice)),
            ("", Some(Required)),
        ],
    );
    judge_in(
        Platform::WaSmartBusiness,
        &complete(Platform::WaSmartBusiness),
        "transport",
        &[("wa_smart_business", None), (" wa_smart_business ", None)],
    );
    for wrong in ["", "sms", "META_CLOUD_API"] {
        let errors = check(
            Platform::WaSmartBusiness,
            &with(Platform::WaSmartBusiness, &[("transport", wrong)]),
        )
        .unwrap_err();
        assert_eq!(
            errors.fields["transport"],
            if wrong.is_empty() { Required } else { NotAChoice }
        );
    }
}

#[test]
fn clerk_s_optional_texts_are_kept_letter_by_letter_up_to_their_length() {
    for (field, max) in [
        ("discount_class", 100),
        ("optout_attribute", 100),
        ("customer_filter", 500),
        ("product_filter", 500),
    ] {
        judge(
            Platform::Clerk,
            field,
            &[
                ("", None),
                ("x", None),
                (&"è".repeat(max), None),
                (
                    &"è".repeat(max + 1),
                    Some(TooLong {
                        max: u32::try_from(max).unwrap(),
                    }),
                ),
                ("a\nb", Some(ControlCharacter)),
                ("a\tb", Some(ControlCharacter)),
                ("a\0b", Some(ControlCharacter)),
            ],
        );
        for text in HOSTILE {
            let values = settings(Platform::Clerk, &with(Platform::Clerk, &[(field, text)])).values();
            assert_eq!(values[field], text);
        }
        assert!(
            !settings(Platform::Clerk, &with(Platform::Clerk, &[(field, "")]))
                .values()
                .contains_key(field)
        );
    }
}

#[test]
fn a_date_is_on_the_calendar_and_not_to_come() {
    judge(
        Platform::Clerk,
        "orders_feed_from",
        &[
            ("", None),
            ("2024-02-29", None),
            ("2000-02-29", None),
            (" 2026-11-23 ", None),
            ("0001-01-01", None),
            ("2026-11-24", Some(FutureDate)),
            ("9999-12-31", Some(FutureDate)),
            ("2023-02-29", Some(NotADate)),
            ("1900-02-29", Some(NotADate)),
            ("2025-04-31", Some(NotADate)),
            ("2025-00-10", Some(NotADate)),
            ("2025-13-10", Some(NotADate)),
            ("2025-01-00", Some(NotADate)),
            ("0000-01-01", Some(NotADate)),
            ("31/01/2025", Some(NotADate)),
            ("2025-1-31", Some(NotADate)),
            ("2025-01-31T00:00", Some(NotADate)),
            ("+025-01-31", Some(NotADate)),
            ("٢٠٢٥-٠١", Some(NotADate)),
            ("<b>", Some(NotADate)),
        ],
    );
}

#[test]
fn hours_are_a_whole_number_within_bounds() {
    let out = Some(NotInRange { min: 1, max: 720 });
    for platform in [Platform::WaSmartBusiness, Platform::Telegram] {
        judge(
            platform,
            "cart_delay_hours",
            &[
                ("1", None),
                (" 720 ", None),
                ("0", out.clone()),
                ("721", out.clone()),
                ("-1", out.clone()),
                ("1.5", out.clone()),
                ("1,5", out.clone()),
                ("1e2", out.clone()),
                ("99999999999999999999", out.clone()),
                ("tre", out.clone()),
                ("٣", out.clone()),
                ("3 OR 1=1", out.clone()),
                ("", Some(Required)),
            ],
        );
    }
}

#[test]
fn the_gateway_is_asked_for_its_own_transport_only() {
    judge(
        Platform::WaSmartBusiness,
        "gateway_url",
        &[
            ("https://gateway.example.com/wa", None),
            ("http://gateway.example.com", Some(HttpsNeeded)),
            ("gateway", Some(NotAnAddress)),
            ("", Some(Required)),
        ],
    );
    for value in ["", "gateway", "http://x"] {
        assert_eq!(
            complaint_in(Platform::WaSmartBusiness, &meta(), "gateway_url", value),
            None,
            "out of sight, {value:?} is no error"
        );
    }
}

#[test]
fn meta_s_ids_are_asked_for_its_own_transport_only() {
    for field in ["phone_number_id", "waba_id"] {
        judge_in(
            Platform::WaSmartBusiness,
            &meta(),
            field,
            &[
                ("12345", None),
                (&"1".repeat(20), None),
                ("1234", Some(TooShort { min: 5 })),
                (&"1".repeat(21), Some(TooLong { max: 20 })),
                ("+39055123456", Some(WrongForm)),
                ("055 123456", Some(WrongForm)),
                ("٣٣٣٣٣٣", Some(WrongForm)),
                ("", Some(Required)),
            ],
        );
        assert_eq!(complaint(Platform::WaSmartBusiness, field, ""), None);
    }
    judge_in(
        Platform::WaSmartBusiness,
        &meta(),
        "graph_version",
        &[
            ("v25.0", None),
            ("v100.10", None),
            ("25.0", Some(WrongForm)),
            ("v25", Some(WrongForm)),
            ("v25.", Some(WrongForm)),
            ("v.0", Some(WrongForm)),
            ("v2a.0", Some(WrongForm)),
            ("v25.0/../me", Some(TooLong { max: 8 })),
            ("v1/..", Some(WrongForm)),
            ("", Some(Required)),
        ],
    );
    judge_in(
        Platform::WaSmartBusiness,
        &meta(),
        "graph_url",
        &[
            ("https://graph.facebook.com", None),
            ("http://graph.facebook.com", Some(HttpsNeeded)),
            ("", Some(Required)),
        ],
    );
}

#[test]
fn whatsapp_s_secrets_have_their_forms() {
    judge_in(
        Platform::WaSmartBusiness,
        &meta(),
        "access_token",
        &[
            (&"E".repeat(16), None),
            (&"a_.|-9".repeat(170), None),
            (&"E".repeat(15), Some(TooShort { min: 16 })),
            (&"E".repeat(1025), Some(TooLong { max: 1024 })),
            ("Bearer EAAG0123456789", Some(WrongForm)),
            ("", Some(Required)),
        ],
    );
    judge_in(
        Platform::WaSmartBusiness,
        &meta(),
        "app_secret",
        &[
            (&"0f".repeat(16), None),
            ("", None),
            (&"0f".repeat(15), Some(TooShort { min: 32 })),
            (&"0f".repeat(17), Some(TooLong { max: 32 })),
            (&"0F".repeat(16), Some(WrongForm)),
            (&"0g".repeat(16), Some(WrongForm)),
        ],
    );
}

#[test]
fn telegram_asks_for_a_bot_s_token_and_name() {
    let key = "A".repeat(35);
    judge(
        Platform::Telegram,
        "bot_token",
        &[
            (&format!("110201543:{key}"), None),
            (&format!(" 1:{}", "_-".repeat(10)), None),
            (&format!("9999999999999999:{}", "a".repeat(63)), None),
            (&format!("1:{}", "a".repeat(19)), Some(WrongForm)),
            (&format!("1:{}", "a".repeat(65)), Some(WrongForm)),
            (&format!("0110201543:{key}"), Some(WrongForm)),
            (&format!("11020a543:{key}"), Some(WrongForm)),
            (&format!("110201543{key}"), Some(WrongForm)),
            (&format!(":{key}"), Some(WrongForm)),
            (&format!("110201543:{key}:x"), Some(WrongForm)),
            (&format!("bot110201543:{key}"), Some(WrongForm)),
            (&"1".repeat(81), Some(TooLong { max: 80 })),
            ("", Some(Required)),
        ],
    );
    judge(
        Platform::Telegram,
        "bot_username",
        &[
            ("negozio_bot", None),
            ("@NegozioBOT", None),
            ("a1bot", None),
            (&format!("{}bot", "a".repeat(29)), None),
            (&format!("{}bot", "a".repeat(30)), Some(TooLong { max: 32 })),
            ("abot", Some(TooShort { min: 5 })),
            ("negozio", Some(WrongForm)),
            ("1negozio_bot", Some(WrongForm)),
            ("_negozio_bot", Some(WrongForm)),
            ("negozio-bot", Some(WrongForm)),
            ("@@negozio_bot", Some(WrongForm)),
            ("https://t.me/negozio_bot", Some(WrongForm)),
            ("negòzio_bot", Some(WrongForm)),
            ("", Some(Required)),
            ("@", Some(Required)),
        ],
    );
    assert_eq!(
        settings(
            Platform::Telegram,
            &with(Platform::Telegram, &[("bot_username", " @Negozio_Bot ")])
        )
        .values()["bot_username"],
        "Negozio_Bot"
    );
}

#[test]
fn telegram_s_server_may_stand_in_the_own_network() {
    judge(
        Platform::Telegram,
        "api_base_url",
        &[
            ("https://api.telegram.org", None),
            ("http://localhost:8081", None),
            ("http://10.0.0.5:8081/", None),
            ("ftp://localhost", Some(NotAnAddress)),
            ("localhost:8081", Some(NotAnAddress)),
            ("https://a:b@localhost", Some(AddressHoldsCredentials)),
            ("", Some(Required)),
        ],
    );
}

#[test]
fn every_field_takes_hostile_text_as_text_or_refuses_it() {
    for platform in Platform::ALL {
        for field in platform
            .fields()
            .iter()
            .filter(|field| field.shown_when.is_none() && field.name != "transport")
        {
            for text in HOSTILE
                .into_iter()
                .chain(["\0", "a\u{0}b", "\u{202e}", "\u{feff}"])
            {
                if complaint(platform, field.name, text).is_none() && !field.is_secret() {
                    let values = settings(platform, &with(platform, &[(field.name, text)])).values();
                    assert_eq!(
                        values[field.name],
                        text.trim(),
                        "{} changed what it accepted",
                        field.name
                    );
                }
            }
            let huge = "x".repeat(2_000_000);
            assert!(
                complaint(platform, field.name, &huge).is_some(),
                "{} took two million characters",
                field.name
            );
        }
    }
}
