//! Places, targets, search and recorded changes.

use domain::{
    Account, AccountChange, ChangeKind, Language, Platform, SecretChange, SecretValue, Slot, Version,
};

use crate::samples::{TODAY, account, complete, lists, meta, settings, submission, with};

fn keys(platform: Platform, changes: &[(&str, &str)]) -> Vec<String> {
    settings(platform, &with(platform, changes))
        .slots()
        .iter()
        .map(Slot::key)
        .collect()
}

#[test]
fn one_place_for_each_platform_and_for_clerk_one_for_each_language() {
    assert_eq!(keys(Platform::ActiveCampaign, &[]), ["activecampaign"]);
    assert_eq!(keys(Platform::WaSmartBusiness, &[]), ["wa_smart_business"]);
    assert_eq!(keys(Platform::Telegram, &[]), ["telegram"]);
    assert_eq!(keys(Platform::Clerk, &[]), ["clerk:it"]);
    assert_eq!(keys(Platform::Clerk, &[("language", "pt_br")]), ["clerk:pt-BR"]);
    assert_eq!(
        keys(Platform::Clerk, &[("is_default_account", "on")]),
        ["clerk:it", "clerk:default"]
    );
}

#[test]
fn the_transport_does_not_make_a_second_place() {
    assert_eq!(
        settings(Platform::WaSmartBusiness, &meta()).slots(),
        [Slot::Platform(Platform::WaSmartBusiness)]
    );
}

#[test]
fn only_the_default_place_is_one() {
    let slots = settings(
        Platform::Clerk,
        &with(Platform::Clerk, &[("is_default_account", "on")]),
    )
    .slots();
    assert_eq!(
        slots.iter().map(Slot::is_default).collect::<Vec<_>>(),
        [false, true]
    );
    for slot in &slots {
        assert_eq!(
            &serde_json::from_str::<Slot>(&serde_json::to_string(slot).unwrap()).unwrap(),
            slot
        );
    }
}

#[test]
fn the_default_mark_is_set_and_taken_away_where_there_is_one() {
    let clerk = settings(Platform::Clerk, &complete(Platform::Clerk));
    let marked = clerk.clone().with_default_mark(true);
    assert_eq!(marked.values()["is_default_account"], "true");
    assert_eq!(marked.with_default_mark(false), clerk);
    for platform in [
        Platform::ActiveCampaign,
        Platform::WaSmartBusiness,
        Platform::Telegram,
    ] {
        let settings = settings(platform, &complete(platform));
        assert_eq!(settings.clone().with_default_mark(true), settings);
    }
}

#[test]
fn a_target_is_what_people_recognise() {
    let shown =
        |platform, pairs: &[(String, String)], language| settings(platform, pairs).target().show(language);
    for language in Language::ALL {
        assert_eq!(
            shown(
                Platform::ActiveCampaign,
                &complete(Platform::ActiveCampaign),
                language
            ),
            "shop.api-us1.com"
        );
        assert_eq!(
            shown(
                Platform::WaSmartBusiness,
                &complete(Platform::WaSmartBusiness),
                language
            ),
            "gateway.example.com"
        );
        assert_eq!(
            shown(Platform::WaSmartBusiness, &meta(), language),
            "ID 106540352242922"
        );
        assert_eq!(
            shown(Platform::Telegram, &complete(Platform::Telegram), language),
            "@negozio_bot"
        );
    }
    assert_eq!(
        shown(Platform::Clerk, &complete(Platform::Clerk), Language::It),
        "italiano"
    );
    assert_eq!(
        shown(Platform::Clerk, &complete(Platform::Clerk), Language::En),
        "Italian"
    );
}

#[test]
fn secrets_go_where_the_transport_goes() {
    assert_eq!(
        settings(Platform::WaSmartBusiness, &complete(Platform::WaSmartBusiness))
            .host()
            .as_str(),
        "gateway.example.com"
    );
    assert_eq!(
        settings(Platform::WaSmartBusiness, &meta()).host().as_str(),
        "graph.facebook.com"
    );
    let own = with(Platform::Telegram, &[("api_base_url", "http://localhost:8081")]);
    assert_eq!(
        settings(Platform::Telegram, &own).host().as_str(),
        "http://localhost:8081"
    );
}

#[test]
fn search_finds_description_platform_and_target_in_every_language_and_no_secret() {
    let text = account(
        Platform::Clerk,
        &with(Platform::Clerk, &[("description", "ÈLITE Shop")]),
    )
    .search_text();
    for words in ["èlite shop", "clerk.io", "italiano", "italian"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(text, text.to_lowercase());
    assert!(!text.contains("abcdefghijklmnopqrstuvwxyz_-0123"));
}

#[test]
fn capitals_do_not_part_the_alphabet() {
    let key = |description| {
        account(
            Platform::Telegram,
            &with(Platform::Telegram, &[("description", description)]),
        )
        .description_key()
    };
    assert_eq!(key("ÀBC"), key("àbc"));
}

fn change(before: Option<&Account>, after: &Account) -> AccountChange {
    AccountChange {
        account_id: after.id,
        version: Version::FIRST,
        kind: ChangeKind::Edited,
        at: after.updated_at,
        by: "ada".to_owned(),
        fields: AccountChange::fields_between(before, after),
        secrets: vec![SecretChange {
            field: "api_key".to_owned(),
            removed: false,
        }],
    }
}

#[test]
fn a_change_names_the_fields_that_differ_with_both_values() {
    let before = account(Platform::ActiveCampaign, &complete(Platform::ActiveCampaign));
    let after = account(
        Platform::ActiveCampaign,
        &with(
            Platform::ActiveCampaign,
            &[("description", "<b>New</b>"), ("orders_enabled", "false")],
        ),
    );
    let fields = AccountChange::fields_between(Some(&before), &after);
    let told: Vec<(&str, &str, &str)> = fields
        .iter()
        .map(|field| (field.field.as_str(), field.from.as_str(), field.to.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("description", "Negozio principale", "<b>New</b>"),
            ("orders_enabled", "true", "false")
        ]
    );
    assert!(AccountChange::fields_between(Some(&before), &before).is_empty());
}

#[test]
fn a_new_account_s_change_names_all_that_it_holds() {
    for platform in Platform::ALL {
        let account = account(platform, &complete(platform));
        let fields = AccountChange::fields_between(None, &account);
        assert!(
            fields
                .iter()
                .all(|field| field.from.is_empty() && !field.to.is_empty())
        );
        let filled = account
            .settings
            .values()
            .values()
            .filter(|value| !value.is_empty())
            .count();
        assert_eq!(fields.len(), filled + 1);
    }
}

#[test]
fn a_field_that_was_emptied_or_filled_is_told() {
    let full = account(Platform::Clerk, &complete(Platform::Clerk));
    let empty = account(
        Platform::Clerk,
        &with(
            Platform::Clerk,
            &[("discount_class", ""), ("tracking_snippet", "")],
        ),
    );
    let emptied = AccountChange::fields_between(Some(&full), &empty);
    let filled = AccountChange::fields_between(Some(&empty), &full);
    assert_eq!(
        emptied
            .iter()
            .map(|field| field.field.as_str())
            .collect::<Vec<_>>(),
        ["discount_class", "tracking_snippet"]
    );
    assert!(
        emptied.iter().all(|field| field.to.is_empty()) && filled.iter().all(|field| field.from.is_empty())
    );
}

#[test]
fn no_recorded_change_holds_the_value_of_a_secret() {
    for platform in Platform::ALL {
        let form = if platform == Platform::WaSmartBusiness {
            meta()
        } else {
            complete(platform)
        };
        let draft = submission(platform, &form).check(&lists(), TODAY, &[]).unwrap();
        let account = account(platform, &form);
        for recorded in [change(None, &account), change(Some(&account), &account)] {
            let written = format!("{recorded:?}{}", serde_json::to_string(&recorded).unwrap());
            for value in draft
                .secrets
                .iter()
                .filter_map(|secret| secret.value.as_ref())
                .map(SecretValue::expose)
            {
                assert!(!written.contains(value), "{}", platform.code());
            }
        }
        assert!(!format!("{account:?}").contains("secret-value"));
    }
}

#[test]
fn a_recorded_change_reads_back_as_it_was() {
    let account = account(Platform::Clerk, &complete(Platform::Clerk));
    let recorded = change(None, &account);
    assert_eq!(
        serde_json::from_str::<AccountChange>(&serde_json::to_string(&recorded).unwrap()).unwrap(),
        recorded
    );
}
