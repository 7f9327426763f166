//! The name by which people know an account.

use domain::{Description, DescriptionError};
use proptest::prelude::*;

use crate::samples::HOSTILE;

fn parse(text: &str) -> Result<Description, DescriptionError> {
    text.parse()
}

#[test]
fn a_description_has_one_to_a_hundred_characters_after_trimming() {
    for (text, kept) in [
        ("a", "a"),
        ("  Negozio \t\n", "Negozio"),
        ("\u{a0}è\u{2003}", "è"),
    ] {
        assert_eq!(parse(text).unwrap().as_str(), kept);
    }
    for length in [99, 100] {
        assert!(parse(&"à".repeat(length)).is_ok());
        assert!(
            parse(&format!("  {}  ", "🛒".repeat(length))).is_ok(),
            "characters count, not bytes"
        );
    }
    assert_eq!(parse(&"a".repeat(101)), Err(DescriptionError::TooLong));
    assert_eq!(parse(&"a".repeat(2_000_000)), Err(DescriptionError::TooLong));
}

#[test]
fn a_description_that_nobody_could_see_is_empty() {
    for text in [
        "",
        " ",
        "\t\r\n",
        "\u{a0}\u{3000}",
        "\u{200b}",
        "\u{200d}\u{2060}",
        "\u{3164}",
        "\u{2800} \u{2800}",
    ] {
        assert_eq!(parse(text), Err(DescriptionError::Empty), "{text:?}");
    }
}

#[test]
fn control_characters_and_turned_text_are_refused() {
    for char in [
        '\0', '\u{1}', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}', '\u{61c}', '\u{200e}',
        '\u{200f}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{feff}',
    ] {
        assert_eq!(
            parse(&format!("a{char}b")),
            Err(DescriptionError::ControlCharacter),
            "{char:?}"
        );
    }
}

#[test]
fn what_looks_like_markup_or_a_statement_is_kept_letter_by_letter() {
    for text in HOSTILE {
        assert_eq!(parse(text).unwrap().as_str(), text);
    }
    let family = "👨\u{200d}👩\u{200d}👧 e scrittura \u{5e9}\u{5dc}\u{5d5}\u{5dd}";
    assert_eq!(
        parse(family).unwrap().as_str(),
        family,
        "joined emoji and right-to-left letters are text"
    );
}

#[test]
fn a_description_from_outside_is_checked_too() {
    assert_eq!(
        serde_json::from_str::<Description>("\" a \"").unwrap().as_str(),
        "a"
    );
    assert!(serde_json::from_str::<Description>("\"\"").is_err());
    assert!(serde_json::from_str::<Description>(&format!("\"{}\"", "a".repeat(101))).is_err());
    assert_eq!(
        serde_json::to_string(&parse("a\"b").unwrap()).unwrap(),
        r#""a\"b""#
    );
}

proptest! {
    #[test]
    fn an_accepted_description_reads_back_as_itself(text in ".{0,120}") {
        if let Ok(description) = parse(&text) {
            prop_assert_eq!(description.as_str(), text.trim());
            prop_assert!((1..=100).contains(&description.as_str().chars().count()));
            prop_assert!(!description.as_str().contains(char::is_control));
            prop_assert_eq!(parse(description.as_str()), Ok(description.clone()));
            prop_assert_eq!(description.to_string(), String::from(description));
        }
    }

    #[test]
    fn printable_text_of_the_right_length_is_always_accepted(text in "[a-zA-Z0-9à-ÿ<>'\";&%_|\\\\-]{1,100}") {
        prop_assert!(parse(&text).is_ok());
    }
}
