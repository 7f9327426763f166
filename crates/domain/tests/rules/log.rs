//! The log: sentences in the reader's language, and filters in an address.

use domain::{
    Fault, FieldChange, Language, LogFilter, LogKind, LogLevel, LogMessage, LogPlace, Lookup, Platform,
    SecretChange, TestReport, Timestamp,
};
use proptest::prelude::*;

#[test]
fn every_kind_has_a_code_of_its_own_and_a_sentence_in_both_languages() {
    for kind in LogKind::ALL {
        assert_eq!(LogKind::from_code(kind.code()), Some(*kind));
        let message = LogMessage {
            lookup: Some(Lookup::Chats),
            count: Some(3),
            ..LogMessage::new(*kind)
        };
        let sentence = |language| message.sentence(Some(Platform::Telegram), language);
        assert!(
            sentence(Language::It).ends_with('.'),
            "{}",
            sentence(Language::It)
        );
        assert_ne!(sentence(Language::It), sentence(Language::En));
    }
    let mut codes: Vec<&str> = LogKind::ALL.iter().map(|kind| kind.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), LogKind::ALL.len());
}

#[test]
fn a_stored_message_becomes_a_sentence_in_whatever_language_it_is_read() {
    let report = TestReport {
        at: Timestamp::from_ms(0),
        ms: 5,
        steps: Vec::new(),
        identity: Vec::new(),
        fault: Some(Fault::CredentialsRejected { code: 401 }),
        exchanges: Vec::new(),
    };
    let stored = serde_json::to_string(&LogMessage::report(LogKind::CredentialsRejected, report)).unwrap();
    let read: LogMessage = serde_json::from_str(&stored).unwrap();
    assert_eq!(
        read.sentence(Some(Platform::Telegram), Language::It),
        "Credenziali rifiutate. Telegram rifiuta le credenziali (risposta 401)."
    );
    assert_eq!(
        read.sentence(Some(Platform::Telegram), Language::En),
        "Credentials rejected. Telegram rejects the credentials (answer 401)."
    );
}

#[test]
fn an_edit_names_the_fields_in_the_readers_words_and_never_a_secret() {
    let message = LogMessage {
        fields: vec![FieldChange {
            field: "bot_username".to_owned(),
            from: "a_bot".to_owned(),
            to: "b_bot".to_owned(),
        }],
        secrets: vec![SecretChange {
            field: "bot_token".to_owned(),
            removed: false,
        }],
        ..LogMessage::new(LogKind::AccountEdited)
    };
    assert_eq!(
        message.sentence(Some(Platform::Telegram), Language::En),
        "Account changed: Bot Username, Bot Token."
    );
}

#[test]
fn a_type_and_a_message_together_leave_only_what_is_both() {
    let filter = |pairs: &[(&'static str, &'static str)]| LogFilter::from_pairs(pairs.iter().copied());
    assert_eq!(filter(&[]).kinds(), None);
    let errors = filter(&[("level", "error")]).kinds().unwrap();
    assert!(errors.iter().all(|kind| kind.level() == LogLevel::Error));
    assert!(errors.contains(&LogKind::CredentialsRejected));
    let both = filter(&[("level", "error"), ("kind", "account_created")]).kinds();
    assert_eq!(both, Some(Vec::new()));
}

proptest! {
    #[test]
    fn any_address_reads_back_as_the_same_filter(pairs in proptest::collection::vec(("(level|kind|account|id|from|to|older|newer|x)", ".{0,40}"), 0..8)) {
        let filter = LogFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let again = filter.to_pairs();
        let again = LogFilter::from_pairs(again.iter().map(|(name, value)| (*name, value.as_str())));
        prop_assert_eq!(&again, &filter);
    }
}

#[test]
fn what_an_address_names_is_taken_over() {
    let id = "01890000-0000-7000-8000-000000000001";
    let pairs = [
        ("level", "warning"),
        ("kind", "account_deleted"),
        ("account", "  Caffè "),
        ("id", id),
        ("from", "2026-02-28"),
        ("to", "2026-02-30"),
        ("older", id),
    ];
    let filter = LogFilter::from_pairs(pairs);
    assert_eq!(filter.level, Some(LogLevel::Warning));
    assert_eq!(filter.kind, Some(LogKind::AccountDeleted));
    assert_eq!(filter.account, "Caffè");
    assert_eq!(
        filter.from.as_ref().map(domain::CalendarDate::as_str),
        Some("2026-02-28")
    );
    assert_eq!(filter.to, None, "there is no such day");
    assert_eq!(filter.place, LogPlace::OlderThan(id.parse().unwrap()));
    assert!(filter.is_narrowed());
    assert!(
        !LogFilter {
            place: filter.place,
            ..LogFilter::default()
        }
        .is_narrowed()
    );
}
