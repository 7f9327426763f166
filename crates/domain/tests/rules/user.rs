//! Sign-in names and passwords.

use domain::{PASSWORD_CHARS, PasswordError, UserName, UserNameError, check_password};
use proptest::prelude::*;

fn name(text: &str) -> Result<UserName, UserNameError> {
    text.parse()
}

#[test]
fn a_user_name_is_trimmed_and_made_lower_case() {
    for (typed, kept) in [
        (" Ada ", "ada"),
        ("ADA@Example.COM", "ada@example.com"),
        ("Élodie", "élodie"),
        ("a+b_c-d.e9", "a+b_c-d.e9"),
    ] {
        assert_eq!(name(typed).unwrap().as_str(), kept);
    }
}

#[test]
fn a_user_name_has_two_to_sixty_four_characters() {
    assert!(name("a").is_err());
    assert!(name("ab").is_ok());
    assert!(name(&"è".repeat(64)).is_ok());
    assert!(name(&"a".repeat(65)).is_err());
    assert!(name(&"a".repeat(2_000_000)).is_err());
}

#[test]
fn a_user_name_holds_no_spaces_markup_or_control_characters() {
    for text in [
        "",
        "  ",
        "a b",
        "a\tb",
        "ab\u{0}",
        "<b>",
        "ada'--",
        "a\"b",
        "a/b",
        "a\\b",
        "a%b",
        "ada\u{202e}x",
        "🛒🛒",
        "a\u{200b}b",
    ] {
        assert_eq!(name(text), Err(UserNameError::Malformed), "{text:?}");
    }
}

#[test]
fn a_user_name_from_outside_is_checked_too() {
    assert_eq!(
        serde_json::from_str::<UserName>("\"Ada\"").unwrap().as_str(),
        "ada"
    );
    assert!(serde_json::from_str::<UserName>("\"a b\"").is_err());
}

#[test]
fn a_password_is_judged_by_its_length() {
    let ada = name("ada").unwrap();
    for (password, verdict) in [
        (String::new(), Err(PasswordError::TooShort)),
        ("elevenchars".to_owned(), Err(PasswordError::TooShort)),
        ("twelve chars".to_owned(), Ok(())),
        ("            ".to_owned(), Ok(())),
        ("è".repeat(12), Ok(())),
        ("🛒".repeat(256), Ok(())),
        ("x".repeat(257), Err(PasswordError::TooLong)),
        ("x".repeat(2_000_000), Err(PasswordError::TooLong)),
    ] {
        assert_eq!(
            check_password(&password, &ada),
            verdict,
            "{} characters",
            password.chars().count()
        );
    }
}

#[test]
fn a_password_does_not_contain_the_user_name() {
    let ada = name("ada").unwrap();
    for password in ["ada and eleven", "eleven and ADA", "xxxxxAdAxxxxx"] {
        assert_eq!(
            check_password(password, &ada),
            Err(PasswordError::ContainsName),
            "{password}"
        );
    }
}

#[test]
fn every_refusal_says_why_in_both_languages() {
    let texts = [
        UserNameError::Malformed.text(),
        PasswordError::TooShort.text(),
        PasswordError::TooLong.text(),
        PasswordError::ContainsName.text(),
    ];
    for text in texts {
        assert!(!text.it.is_empty() && !text.en.is_empty() && text.it != text.en);
    }
    assert!(
        PasswordError::TooShort
            .text()
            .it
            .contains(&PASSWORD_CHARS.start().to_string())
    );
    assert!(
        PasswordError::TooLong
            .text()
            .en
            .contains(&PASSWORD_CHARS.end().to_string())
    );
}

proptest! {
    #[test]
    fn an_accepted_name_reads_back_as_itself(text in ".{0,70}") {
        if let Ok(name) = name(&text) {
            prop_assert_eq!(name.as_str().parse::<UserName>(), Ok(name.clone()));
            prop_assert!(!name.as_str().contains(char::is_whitespace));
        }
    }

    #[test]
    fn capitals_never_make_another_person(text in "[a-zA-Z0-9._@+-]{2,64}") {
        prop_assert_eq!(name(&text), name(&text.to_uppercase()));
    }

    #[test]
    fn any_password_gets_a_verdict(password in ".{0,300}") {
        let fits = PASSWORD_CHARS.contains(&password.chars().count());
        let verdict = check_password(&password, &name("zz-nobody").unwrap());
        prop_assert_eq!(verdict.is_ok(), fits && !password.to_lowercase().contains("zz-nobody"));
    }
}
