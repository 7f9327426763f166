//! A site's data.

use domain::{Currency, Language, LanguageTag, SiteError, SiteLists, SiteName, SiteUrl, TimeZone};
use proptest::prelude::*;

use crate::samples::HOSTILE;

#[test]
fn a_site_name_has_one_to_a_hundred_characters() {
    assert_eq!(
        " Il mio negozio ".parse::<SiteName>().unwrap().as_str(),
        "Il mio negozio"
    );
    assert!("è".repeat(100).parse::<SiteName>().is_ok());
    for text in [
        String::new(),
        "  ".to_owned(),
        "a\0b".to_owned(),
        "a\nb".to_owned(),
        "a".repeat(101),
    ] {
        assert_eq!(text.parse::<SiteName>(), Err(SiteError::Name), "{text:?}");
    }
    for text in HOSTILE {
        assert_eq!(text.parse::<SiteName>().unwrap().as_str(), text);
    }
}

#[test]
fn a_site_address_is_http_or_https_with_a_host() {
    for (typed, kept) in [
        ("https://www.example.com/", "https://www.example.com"),
        (" HTTP://WWW.Example.COM:80 ", "http://www.example.com"),
        ("https://example.com/shop/", "https://example.com/shop"),
        ("https://città.example", "https://xn--citt-3na.example"),
        ("http://localhost:8080", "http://localhost:8080"),
    ] {
        assert_eq!(typed.parse::<SiteUrl>().unwrap().as_str(), kept);
    }
    for text in [
        "",
        "www.example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://",
        "https://ada@example.com",
        "https://ada:pw@example.com",
        "//example.com",
        "https://exa mple.com",
    ] {
        assert_eq!(text.parse::<SiteUrl>(), Err(SiteError::Url), "{text:?}");
    }
    assert_eq!(
        format!("https://example.com/{}", "a".repeat(300)).parse::<SiteUrl>(),
        Err(SiteError::Url)
    );
    assert_eq!(
        format!("https://example.com/{}", "è".repeat(100)).parse::<SiteUrl>(),
        Err(SiteError::Url)
    );
}

#[test]
fn a_language_tag_is_written_in_one_way() {
    for (typed, kept) in [
        ("it", "it"),
        ("IT", "it"),
        ("pt_br", "pt-BR"),
        (" PT-br ", "pt-BR"),
        ("fil", "fil"),
    ] {
        assert_eq!(typed.parse::<LanguageTag>().unwrap().as_str(), kept);
    }
    for text in [
        "", "i", "ital", "it-", "it-I", "it-ITA", "it-IT-x", "1t", "it--IT", "ìt", "<b>", "it\0",
    ] {
        assert_eq!(text.parse::<LanguageTag>(), Err(SiteError::Language), "{text:?}");
    }
}

#[test]
fn a_language_without_a_name_is_shown_by_its_tag() {
    let tag: LanguageTag = "fil".parse().unwrap();
    assert_eq!((tag.name(Language::It), tag.name(Language::En)), ("fil", "fil"));
    let italian: LanguageTag = "it".parse().unwrap();
    assert_eq!(
        (italian.name(Language::It), italian.name(Language::En)),
        ("italiano", "Italian")
    );
}

#[test]
fn a_currency_is_three_letters() {
    assert_eq!(" eur ".parse::<Currency>().unwrap().as_str(), "EUR");
    for text in ["", "EU", "EURO", "€", "E1R", "E R"] {
        assert_eq!(text.parse::<Currency>(), Err(SiteError::Currency), "{text:?}");
    }
}

#[test]
fn a_time_zone_is_a_place() {
    for text in [
        "Europe/Rome",
        "UTC",
        "America/Port-au-Prince",
        "Etc/GMT+1",
        "America/North_Dakota/Beulah",
    ] {
        assert_eq!(text.parse::<TimeZone>().unwrap().as_str(), text);
    }
    for text in ["", "Europe Rome", "Europe/Roma!", "<b>", "../../etc/localtime"] {
        assert_eq!(text.parse::<TimeZone>(), Err(SiteError::TimeZone), "{text:?}");
    }
    assert_eq!("a".repeat(65).parse::<TimeZone>(), Err(SiteError::TimeZone));
}

#[test]
fn lists_keep_their_order_and_hold_nothing_twice() {
    let lists = SiteLists::parse("it, EN;pt_br it,,", "eur usd EUR").unwrap();
    let languages: Vec<&str> = lists.languages.iter().map(LanguageTag::as_str).collect();
    let currencies: Vec<&str> = lists.currencies.iter().map(Currency::as_str).collect();
    assert_eq!(languages, ["it", "en", "pt-BR"]);
    assert_eq!(currencies, ["EUR", "USD"]);
}

#[test]
fn lists_are_never_empty() {
    assert_eq!(SiteLists::parse("", "EUR"), Err(SiteError::NoLanguage));
    assert_eq!(SiteLists::parse(" ,; ", "EUR"), Err(SiteError::NoLanguage));
    assert_eq!(SiteLists::parse("it", ""), Err(SiteError::NoCurrency));
    assert_eq!(SiteLists::parse("italiano", "EUR"), Err(SiteError::Language));
    assert_eq!(SiteLists::parse("it", "€"), Err(SiteError::Currency));
}

#[test]
fn every_refusal_says_why_in_both_languages() {
    for error in [
        SiteError::Name,
        SiteError::Url,
        SiteError::Language,
        SiteError::Currency,
        SiteError::NoLanguage,
        SiteError::NoCurrency,
        SiteError::TimeZone,
    ] {
        let text = error.text();
        assert!(
            !text.it.is_empty() && !text.en.is_empty() && text.it != text.en,
            "{error:?}"
        );
    }
}

proptest! {
    #[test]
    fn accepted_data_reads_back_as_itself(text in ".{0,120}", address in "https?://[a-zA-Z0-9à.-]{1,20}[:0-9]{0,5}[ -~]{0,60}") {
        if let Ok(name) = text.parse::<SiteName>() { prop_assert_eq!(name.as_str().parse(), Ok(name.clone())); }
        if let Ok(tag) = text.parse::<LanguageTag>() { prop_assert_eq!(tag.as_str().parse(), Ok(tag.clone())); }
        if let Ok(currency) = text.parse::<Currency>() { prop_assert_eq!(currency.as_str().parse(), Ok(currency.clone())); }
        if let Ok(zone) = text.parse::<TimeZone>() { prop_assert_eq!(zone.as_str().parse(), Ok(zone.clone())); }
        if let Ok(url) = address.parse::<SiteUrl>() { prop_assert_eq!(url.as_str().parse(), Ok(url.clone())); }
    }

    #[test]
    fn any_pair_of_lists_is_accepted_or_refused(languages in ".{0,40}", currencies in ".{0,40}") {
        if let Ok(lists) = SiteLists::parse(&languages, &currencies) {
            prop_assert!(!lists.languages.is_empty() && !lists.currencies.is_empty());
        }
    }
}

#[test]
fn a_currency_knows_its_decimals() {
    for (code, decimals) in [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("XXX", 2),
    ] {
        assert_eq!(code.parse::<Currency>().unwrap().decimals(), decimals, "{code}");
    }
}
