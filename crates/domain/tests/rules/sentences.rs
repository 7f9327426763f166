//! What people are told, in both languages.

use domain::platform::{LineFault, WrongLine};
use domain::{DescriptionError, Field, FieldError, Kind, Language, Platform, Text};

use crate::samples::{HOSTILE, check, complete, with};

/// Every error that there is; the match makes the compiler point here when one is added.
fn all_errors() -> Vec<FieldError> {
    let errors = vec![
        FieldError::Required,
        FieldError::TooShort { min: 20 },
        FieldError::TooLong { max: 200 },
        FieldError::ControlCharacter,
        FieldError::WrongForm,
        FieldError::NotAnAddress,
        FieldError::HttpsNeeded,
        FieldError::AddressHoldsCredentials,
        FieldError::AddressHoldsQuery,
        FieldError::NotInRange { min: 1, max: 720 },
        FieldError::WrongLines {
            lines: vec![WrongLine {
                line: 2,
                why: LineFault::NoEqualsSign,
            }],
        },
        FieldError::TooManyLines { max: 100 },
        FieldError::NotAChoice,
        FieldError::NotADate,
        FieldError::FutureDate,
        FieldError::SecretBoundTo {
            host: "shop.example.com".to_owned(),
        },
        FieldError::SecretNeeded,
    ];
    for error in &errors {
        match error {
            FieldError::Required
            | FieldError::TooShort { .. }
            | FieldError::TooLong { .. }
            | FieldError::ControlCharacter
            | FieldError::WrongForm
            | FieldError::NotAnAddress
            | FieldError::HttpsNeeded
            | FieldError::AddressHoldsCredentials
            | FieldError::AddressHoldsQuery
            | FieldError::NotInRange { .. }
            | FieldError::WrongLines { .. }
            | FieldError::TooManyLines { .. }
            | FieldError::NotAChoice
            | FieldError::NotADate
            | FieldError::FutureDate
            | FieldError::SecretBoundTo { .. }
            | FieldError::SecretNeeded => {}
        }
    }
    errors
}

fn fields() -> impl Iterator<Item = &'static Field> {
    Platform::ALL.into_iter().flat_map(Platform::fields)
}

#[test]
fn every_error_has_a_sentence_in_both_languages_for_every_field() {
    for field in fields() {
        for error in all_errors() {
            if error == FieldError::NotAnAddress && !matches!(field.kind, Kind::Address(_)) {
                continue;
            }
            let [italian, english] = Language::ALL.map(|language| error.message(field, language));
            assert_ne!(italian, english, "{error:?} of {}", field.name);
            for sentence in [italian, english] {
                assert!(sentence.len() > 10 && sentence.trim() == sentence, "{sentence}");
                assert!(
                    sentence.starts_with(|char: char| char.is_uppercase() || matches!(char, '«' | '“')),
                    "{sentence}"
                );
                assert!(!sentence.contains(['<', '>', '\n']), "{sentence}");
            }
        }
    }
}

#[test]
fn a_sentence_names_its_bounds_and_its_host() {
    let field = Platform::Telegram.field("bot_token").unwrap();
    for language in Language::ALL {
        assert!(
            FieldError::TooShort { min: 20 }
                .message(field, language)
                .contains("20")
        );
        assert!(
            FieldError::TooLong { max: 200 }
                .message(field, language)
                .contains("200")
        );
        let range = FieldError::NotInRange { min: 1, max: 720 }.message(field, language);
        assert!(range.contains('1') && range.contains("720"));
        let bound = FieldError::SecretBoundTo {
            host: "old.example.com".to_owned(),
        }
        .message(field, language);
        assert!(bound.contains("old.example.com") && bound.contains("Bot Token"));
    }
}

#[test]
fn an_address_that_is_none_is_answered_with_an_example() {
    for field in fields().filter(|field| matches!(field.kind, Kind::Address(_))) {
        assert!(field.example.starts_with("https://"), "{}", field.name);
        for language in Language::ALL {
            assert!(
                FieldError::NotAnAddress
                    .message(field, language)
                    .ends_with(field.example)
            );
        }
    }
}

#[test]
fn no_sentence_echoes_what_was_typed() {
    for platform in Platform::ALL {
        for field in platform.fields() {
            for text in HOSTILE
                .into_iter()
                .chain(["https://planted<b>.example", "planted\0"])
            {
                let Err(errors) = check(
                    platform,
                    &with(platform, &[(field.name, text), ("description", "\0planted<b>")]),
                ) else {
                    continue;
                };
                for language in Language::ALL {
                    for (_, sentence) in errors.messages(platform, language) {
                        assert!(
                            !sentence.contains("planted")
                                && !sentence.contains(['<', '>'])
                                && !sentence.contains(text),
                            "{sentence}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn errors_cross_to_the_browser_as_they_are() {
    for error in all_errors() {
        assert_eq!(
            serde_json::from_str::<FieldError>(&serde_json::to_string(&error).unwrap()).unwrap(),
            error
        );
    }
}

#[test]
fn a_refused_description_says_why_in_both_languages() {
    let errors = [
        DescriptionError::Empty,
        DescriptionError::TooLong,
        DescriptionError::ControlCharacter,
    ];
    let texts: Vec<Text> = errors.into_iter().map(DescriptionError::text).collect();
    assert!(
        texts
            .iter()
            .all(|text| !text.it.is_empty() && !text.en.is_empty() && text.it != text.en)
    );
    let told = check(
        Platform::Telegram,
        &with(Platform::Telegram, &[("description", " ")]),
    )
    .unwrap_err();
    assert_eq!(
        told.messages(Platform::Telegram, Language::It),
        [("description".to_owned(), texts[0].it.to_owned())]
    );
    assert!(check(Platform::Telegram, &complete(Platform::Telegram)).is_ok());
}

#[test]
fn a_language_reads_back_from_its_code() {
    for language in Language::ALL {
        assert_eq!(Language::from_code(language.code()), Some(language));
        assert!(!language.own_name().is_empty());
    }
    for code in ["", "IT", "de", "it-IT", "<b>"] {
        assert_eq!(Language::from_code(code), None);
    }
    assert_eq!(Language::default(), Language::It);
    assert_eq!(Text::same("API Key").get(Language::En), "API Key");
}
