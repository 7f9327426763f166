//! Times in words, in the site's time zone and the interface's language.

use domain::{Language, Site, Timestamp};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ZonedDateTime};

use crate::view::When;

const MONTHS_IT: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `at` in words, seen from `now`.
pub(crate) fn when(at: Timestamp, now: Timestamp, site: &Site, language: Language) -> When {
    let (at_there, now_there) = (local(at, site), local(now, site));
    When {
        iso: Instant::from_millisecond(at.ms()).unwrap_or_default().to_string(),
        full: full(&at_there, language),
        short: short(&at_there, &now_there, now.seconds_since(at), language),
    }
}

/// The date of `now` in the site's time zone, `2026-11-23`.
pub(crate) fn today(now: Timestamp, site: &Site) -> String {
    local(now, site).date().to_string()
}

/// Whether the time zone exists.
pub(crate) fn is_time_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

fn local(at: Timestamp, site: &Site) -> ZonedDateTime {
    let zone = TimeZone::get(site.time_zone.as_str()).unwrap_or(TimeZone::UTC);
    Instant::from_millisecond(at.ms())
        .unwrap_or_default()
        .to_zoned_datetime(zone)
}

fn month(at: &ZonedDateTime, language: Language) -> &'static str {
    let index = usize::try_from(at.month() - 1).unwrap_or_default().min(11);
    match language {
        Language::It => MONTHS_IT[index],
        Language::En => MONTHS_EN[index],
    }
}

fn full(at: &ZonedDateTime, language: Language) -> String {
    format!(
        "{} {} {}, {:02}:{:02}",
        at.day(),
        month(at, language),
        at.year(),
        at.hour(),
        at.minute()
    )
}

fn short(at: &ZonedDateTime, now: &ZonedDateTime, seconds: i64, language: Language) -> String {
    let it = language == Language::It;
    let days = at.date().until(now.date()).map_or(0, |span| span.get_days());
    match seconds {
        // A clock of another process may be a little ahead.
        ..60 if seconds > -60 => if it { "adesso" } else { "now" }.to_owned(),
        60..3600 => format!("{} min{}", seconds / 60, if it { " fa" } else { " ago" }),
        3600..86_400 if days == 0 => format!("{} h{}", seconds / 3600, if it { " fa" } else { " ago" }),
        _ if days == 1 => {
            format!(
                "{} {:02}:{:02}",
                if it { "ieri" } else { "yesterday" },
                at.hour(),
                at.minute()
            )
        }
        _ => {
            let name = month(at, language);
            let brief: String = name.chars().take(3).collect();
            if at.year() == now.year() {
                format!("{} {brief}", at.day())
            } else {
                format!("{} {brief} {}", at.day(), at.year())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use domain::{SiteId, SiteLists};

    fn site() -> Site {
        Site {
            id: SiteId::new(uuid()),
            name: "Shop".parse().unwrap(),
            url: "https://www.example.com".parse().unwrap(),
            lists: SiteLists::parse("it", "EUR").unwrap(),
            time_zone: "Europe/Rome".parse().unwrap(),
        }
    }

    fn uuid() -> uuid::Uuid {
        uuid::Uuid::nil()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_ms(text.parse::<Instant>().unwrap().as_millisecond())
    }

    #[test]
    fn times_are_said_as_a_person_says_them() {
        let now = at("2026-11-23T13:00:00Z");
        let short = |then: &str| when(at(then), now, &site(), Language::It).short;
        assert_eq!(short("2026-11-23T12:59:30Z"), "adesso");
        assert_eq!(short("2026-11-23T12:10:00Z"), "50 min fa");
        assert_eq!(short("2026-11-23T08:10:00Z"), "4 h fa");
        assert_eq!(short("2026-11-22T23:30:00Z"), "13 h fa");
        assert_eq!(short("2026-11-22T20:30:00Z"), "ieri 21:30");
        assert_eq!(short("2026-09-03T20:30:00Z"), "3 set");
        assert_eq!(short("2025-09-03T20:30:00Z"), "3 set 2025");
    }

    #[test]
    fn full_times_are_in_the_sites_zone_and_the_interfaces_language() {
        let now = at("2026-11-23T13:00:00Z");
        let shown = when(at("2026-07-01T10:05:00Z"), now, &site(), Language::En);
        assert_eq!(shown.full, "1 July 2026, 12:05");
        assert_eq!(shown.iso, "2026-07-01T10:05:00Z");
        assert_eq!(today(at("2026-11-23T23:30:00Z"), &site()), "2026-11-24");
    }
}
