//! The list's filter and the address that holds it.

use domain::{AccountFilter, AccountSort, Direction, PAGE_SIZE, Platform, SEARCH_CHARS_MAX, SortColumn};
use proptest::prelude::*;

fn read(pairs: &[(&str, &str)]) -> AccountFilter {
    AccountFilter::from_pairs(pairs.iter().copied())
}

fn again(filter: &AccountFilter) -> AccountFilter {
    AccountFilter::from_pairs(
        filter
            .to_pairs()
            .iter()
            .map(|(name, value)| (*name, value.as_str())),
    )
}

#[test]
fn an_empty_address_is_the_whole_list_by_description() {
    let filter = read(&[]);
    assert_eq!(filter, AccountFilter::default());
    assert!(filter.to_pairs().is_empty() && !filter.is_narrowed());
    assert_eq!(filter.offset(), 0);
}

#[test]
fn an_address_says_what_the_list_shows() {
    let filter = read(&[
        ("q", " shop "),
        ("platform", "clerk"),
        ("state", "off"),
        ("sort", "-updated"),
        ("page", "3"),
    ]);
    assert_eq!(
        filter,
        AccountFilter {
            search: "shop".to_owned(),
            platform: Some(Platform::Clerk),
            active: Some(false),
            attention: false,
            sort: AccountSort {
                column: SortColumn::Updated,
                direction: Direction::Descending
            },
            page: 3,
        }
    );
    assert!(filter.is_narrowed());
    assert_eq!(filter.offset(), 2 * u64::from(PAGE_SIZE));
    assert_eq!(again(&filter), filter);
}

#[test]
fn what_is_wrong_in_an_address_falls_back_to_its_default() {
    for pair in [
        ("platform", "<script>"),
        ("platform", "Clerk"),
        ("state", "' OR 1=1 --"),
        ("state", "true"),
        ("sort", "description; DROP TABLE accounts"),
        ("sort", "--updated"),
        ("sort", "password_hash"),
        ("page", "0"),
        ("page", "-1"),
        ("page", "1e9"),
        ("page", ""),
        ("page", "99999999999999999999"),
        ("q", "\0\u{1b}  \t"),
        ("unknown", "x"),
        ("", ""),
    ] {
        assert_eq!(read(&[pair]), AccountFilter::default(), "{pair:?}");
    }
}

#[test]
fn a_page_beyond_all_pages_is_bounded() {
    assert_eq!(read(&[("page", "4294967295")]).page, 1_000_000);
    assert!(read(&[("page", "4294967295")]).offset() < u64::from(u32::MAX));
}

#[test]
fn the_last_of_repeated_pairs_counts() {
    assert_eq!(
        read(&[("q", "one"), ("q", "two"), ("page", "2"), ("page", "5")]).search,
        "two"
    );
    assert_eq!(
        read(&[("platform", "clerk"), ("platform", "nothing")]).platform,
        None
    );
}

#[test]
fn a_long_search_is_cut_between_characters() {
    let filter = read(&[("q", &"🛒".repeat(SEARCH_CHARS_MAX + 50))]);
    assert_eq!(filter.search.chars().count(), SEARCH_CHARS_MAX);
    let spaced = format!("{} {}", "a".repeat(SEARCH_CHARS_MAX - 1), "b");
    assert_eq!(
        again(&read(&[("q", &spaced)])),
        read(&[("q", &spaced)]),
        "a cut that leaves a space at the end"
    );
    assert_eq!(
        read(&[("q", "\u{1} a")]).search,
        "a",
        "a space behind a control character is no leading space"
    );
}

#[test]
fn codes_are_unique() {
    let mut codes: Vec<&str> = SortColumn::ALL.into_iter().map(SortColumn::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), SortColumn::ALL.len());
    assert_eq!(Direction::Ascending.reversed().reversed(), Direction::Ascending);
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        Just("q"),
        Just("platform"),
        Just("state"),
        Just("sort"),
        Just("page"),
        Just("x")
    ]
    .prop_map(str::to_owned);
    let value = prop_oneof![
        ".{0,130}",
        "[\\x00-\\x20a]{0,120}",
        "-?(description|platform|state|updated)",
        "on|off|clerk|telegram|activecampaign|wa_smart_business",
        "[0-9]{0,12}",
    ];
    proptest::collection::vec((name, value), 0..12)
}

proptest! {
    #[test]
    fn every_address_means_something_and_is_written_back_alike(pairs in pairs()) {
        let filter = AccountFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        prop_assert_eq!(again(&filter), filter.clone());
        prop_assert!(filter.search.chars().count() <= SEARCH_CHARS_MAX);
        prop_assert!(!filter.search.contains(char::is_control));
        prop_assert!((1..=1_000_000).contains(&filter.page));
    }
}
