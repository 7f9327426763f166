//! Which remote fields take what is known of a customer.

use domain::platform::{CustomerSource, FieldMapping, LineFault, WrongLine};
use domain::{FieldError, Language, Platform, Settings};

use crate::samples::{complaint, settings, with};

use LineFault::{FieldTwice, NoEqualsSign, NotAFieldId, NotASource, NotAnAttribute};

const MAP: &str = "field_map";

fn read(text: &str) -> (Vec<FieldMapping>, Option<String>) {
    let settings = settings(
        Platform::ActiveCampaign,
        &with(Platform::ActiveCampaign, &[(MAP, text)]),
    );
    let stored = settings.values().get(MAP).cloned();
    let Settings::ActiveCampaign(settings) = settings else {
        panic!("it is another platform's");
    };
    let mappings = settings.field_map.as_ref().map(|map| map.mappings().to_vec());
    (mappings.unwrap_or_default(), stored)
}

/// The wrong lines of a text.
fn wrong(text: &str) -> Vec<(u32, LineFault)> {
    match complaint(Platform::ActiveCampaign, MAP, text) {
        Some(FieldError::WrongLines { lines }) => lines.iter().map(|line| (line.line, line.why)).collect(),
        None => Vec::new(),
        other => panic!("{text:?}: {other:?}"),
    }
}

#[test]
fn each_line_gives_one_field_its_source() {
    let (mappings, _) = read(
        "1 = first_name\n2 = last_name\n3=phone\n 4\t= language \n5 = country\n6 = type\n7 = attribute:codice_fiscale",
    );
    let found: Vec<(u64, &CustomerSource)> = mappings
        .iter()
        .map(|mapping| (mapping.field.get(), &mapping.source))
        .collect();
    assert!(matches!(
        found[..],
        [
            (1, CustomerSource::FirstName),
            (2, CustomerSource::LastName),
            (3, CustomerSource::Phone),
            (4, CustomerSource::Language),
            (5, CustomerSource::Country),
            (6, CustomerSource::Type),
            (7, CustomerSource::Attribute(name)),
        ] if name.as_str() == "codice_fiscale"
    ));
}

#[test]
fn a_map_is_stored_in_one_writing_and_reads_back() {
    for (typed, expected) in [
        ("3 = phone", "3 = phone"),
        (
            "\r\n\r\n 03=phone\r\n\r\n7 =attribute: Codice fiscale \r\n",
            "3 = phone\n7 = attribute:Codice fiscale",
        ),
        (
            "18446744073709551615 = attribute:a=b",
            "18446744073709551615 = attribute:a=b",
        ),
        ("9 = attribute:<script> 你好", "9 = attribute:<script> 你好"),
    ] {
        let (mappings, stored) = read(typed);
        assert_eq!(stored.as_deref(), Some(expected), "{typed:?}");
        assert_eq!(read(expected), (mappings, stored));
    }
    for empty in ["", " \n\t\r\n "] {
        assert_eq!(read(empty), (Vec::new(), None));
    }
}

#[test]
fn every_wrong_line_is_told_with_its_number() {
    for (line, why) in [
        ("phone", NoEqualsSign),
        ("= phone", NotAFieldId),
        ("0 = phone", NotAFieldId),
        ("+3 = phone", NotAFieldId),
        ("-3 = phone", NotAFieldId),
        ("%PHONE% = phone", NotAFieldId),
        ("٣ = phone", NotAFieldId),
        ("18446744073709551616 = phone", NotAFieldId),
        ("000000000000000000003 = phone", NotAFieldId),
        ("3 =", NotASource),
        ("3 = Phone", NotASource),
        ("3 = email", NotASource),
        ("3 = phone 4 = type", NotASource),
        ("3 = attribute", NotASource),
        ("3 = attribute:", NotAnAttribute),
        ("3 = attribute:a\tb", NotAnAttribute),
        (&format!("3 = attribute:{}", "é".repeat(101)), NotAnAttribute),
    ] {
        assert_eq!(wrong(line), [(1, why)], "{line:?}");
    }
    assert_eq!(wrong(&format!("3 = attribute:{}", "é".repeat(100))), []);
    assert_eq!(
        wrong("\n3 = phone\n\nphone\n03 = type\n4 = nothing\n4 = type"),
        [(4, NoEqualsSign), (5, FieldTwice { first: 2 }), (6, NotASource)]
    );
}

#[test]
fn a_map_has_its_bounds() {
    let lines = |count: usize| {
        let lines: Vec<String> = (1..=count).map(|id| format!("{id} = phone")).collect();
        lines.join("\n\n")
    };
    assert_eq!(complaint(Platform::ActiveCampaign, MAP, &lines(100)), None);
    assert_eq!(
        complaint(Platform::ActiveCampaign, MAP, &lines(101)),
        Some(FieldError::TooManyLines { max: 100 })
    );
    assert_eq!(
        complaint(Platform::ActiveCampaign, MAP, &"x".repeat(15_001)),
        Some(FieldError::TooLong { max: 15_000 })
    );
    assert_eq!(
        complaint(Platform::ActiveCampaign, MAP, "3 = phone\0"),
        Some(FieldError::ControlCharacter)
    );
}

#[test]
fn a_sentence_tells_a_few_lines_and_counts_the_others() {
    let field = Platform::ActiveCampaign.field(MAP).unwrap();
    let tell = |count: u32, language| {
        let lines = (1..=count).map(|line| WrongLine {
            line,
            why: NotAFieldId,
        });
        let error = FieldError::WrongLines {
            lines: lines.collect(),
        };
        error.message(field, language)
    };
    assert_eq!(
        tell(1, Language::En),
        "Line 1: before = goes a field's id, digits only."
    );
    assert!(tell(3, Language::En).ends_with("Line 3: before = goes a field's id, digits only."));
    assert!(tell(4, Language::En).ends_with(" One more line is wrong."));
    assert!(tell(4, Language::It).ends_with(" Anche un'altra riga è sbagliata."));
    assert!(tell(9, Language::En).ends_with(" 6 more lines are wrong."));
    assert!(tell(9, Language::It).ends_with(" Anche altre 6 righe sono sbagliate."));
    assert!(!tell(9, Language::It).contains("Riga 4"));
}

#[test]
fn every_reason_has_a_sentence_in_both_languages() {
    let field = Platform::ActiveCampaign.field(MAP).unwrap();
    for why in [
        NoEqualsSign,
        NotAFieldId,
        NotASource,
        NotAnAttribute,
        FieldTwice { first: 12 },
    ] {
        let error = FieldError::WrongLines {
            lines: vec![WrongLine { line: 34, why }],
        };
        let [italian, english] = Language::ALL.map(|language| error.message(field, language));
        assert!(italian.starts_with("Riga 34: ") && english.starts_with("Line 34: "));
        for sentence in [italian, english] {
            assert_eq!(
                sentence.contains("12"),
                matches!(why, FieldTwice { .. }),
                "{sentence}"
            );
            assert_eq!(
                sentence.contains("first_name, last_name, phone, language, country, type"),
                why == NotASource,
                "{sentence}"
            );
        }
    }
}

#[test]
fn the_tag_of_new_contacts_is_the_manuals_unless_another_is_named_or_none() {
    let tag = |settings: Settings| {
        let Settings::ActiveCampaign(settings) = settings else {
            panic!("it is another platform's");
        };
        settings.new_customer_tag
    };
    let typed = |text| {
        let form = with(Platform::ActiveCampaign, &[("new_customer_tag", text)]);
        settings(Platform::ActiveCampaign, &form)
    };
    assert_eq!(tag(typed(" Dal negozio ")).as_deref(), Some("Dal negozio"));
    assert_eq!(tag(typed("")), None);
    let stored =
        |values| Settings::parse(Platform::ActiveCampaign, &values, domain::Context::Stored).unwrap();
    assert_eq!(tag(stored(typed("").values())), None, "no tag stays no tag");
    let mut values = typed("").values();
    values.remove("new_customer_tag");
    assert_eq!(
        tag(stored(values)).as_deref(),
        Some("Passweb Integration – customer")
    );
    for (text, expected) in [
        ("é".repeat(255), None),
        ("é".repeat(256), Some(FieldError::TooLong { max: 255 })),
        ("a\nb".to_owned(), Some(FieldError::ControlCharacter)),
    ] {
        assert_eq!(
            complaint(Platform::ActiveCampaign, "new_customer_tag", &text),
            expected
        );
    }
}
