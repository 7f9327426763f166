//! Identifiers, versions and instants.

use domain::{AccountId, SiteId, Timestamp, UserId, Version};
use proptest::prelude::*;
use uuid::Uuid;

#[test]
fn what_is_no_id_is_refused() {
    for text in [
        "",
        " ",
        "1",
        "0192f0c1-0000-7000-8000-00000000000",
        "0192f0c1-0000-7000-8000-0000000000000",
        "../../x",
        "zzzzzzzz-0000-7000-8000-000000000000",
        "' OR 1=1",
        "è",
    ] {
        assert!(text.parse::<AccountId>().is_err(), "{text:?}");
        assert!(text.parse::<SiteId>().is_err(), "{text:?}");
        assert!(text.parse::<UserId>().is_err(), "{text:?}");
    }
}

#[test]
fn versions_count_from_one_and_never_wrap() {
    assert_eq!(Version::FIRST.number(), 1);
    assert_eq!(Version::FIRST.next().number(), 2);
    assert_eq!(Version::from_number(0), None);
    let last = Version::from_number(u32::MAX).unwrap();
    assert_eq!(last.next(), last);
    for text in ["", "0", "-1", "1.0", "1e3", "4294967296", " 1", "one", "٣"] {
        assert!(text.parse::<Version>().is_err(), "{text:?}");
    }
}

#[test]
fn instants_stop_at_the_ends_of_time() {
    let end = Timestamp::from_ms(i64::MAX);
    assert_eq!(end.plus_seconds(1), end);
    assert_eq!(
        Timestamp::from_ms(i64::MIN).plus_seconds(i64::MIN),
        Timestamp::from_ms(i64::MIN)
    );
    assert!(end.seconds_since(Timestamp::from_ms(i64::MIN)) > 0);
    assert_eq!(
        Timestamp::from_ms(10_500).seconds_since(Timestamp::from_ms(9_501)),
        0
    );
    assert_eq!(
        Timestamp::from_ms(10_500).seconds_since(Timestamp::from_ms(9_500)),
        1
    );
}

proptest! {
    #[test]
    fn an_id_reads_back_from_what_it_shows(number in any::<u128>()) {
        let id = AccountId::new(Uuid::from_u128(number));
        prop_assert_eq!(id.to_string().parse::<AccountId>().unwrap(), id);
        prop_assert_eq!(id.to_string().len(), 36);
        prop_assert_eq!(serde_json::from_str::<AccountId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn any_text_at_all_is_read_as_an_id_or_refused(text in ".{0,60}") {
        if let Ok(id) = text.parse::<AccountId>() {
            prop_assert_eq!(id.to_string().parse::<AccountId>().unwrap(), id);
        }
    }

    #[test]
    fn a_version_reads_back_from_what_it_shows(number in 1_u32..) {
        let version = Version::from_number(number).unwrap();
        prop_assert_eq!(version.to_string().parse::<Version>().unwrap(), version);
        prop_assert!(version.next() >= version);
    }

    #[test]
    fn moving_an_instant_forth_and_back_ends_where_it_began(ms in -4_000_000_000_000_i64..4_000_000_000_000, seconds in -1_000_000_000_i64..1_000_000_000) {
        let instant = Timestamp::from_ms(ms);
        prop_assert_eq!(instant.plus_seconds(seconds).plus_seconds(-seconds), instant);
        prop_assert_eq!(instant.plus_seconds(seconds).seconds_since(instant), seconds);
    }
}
