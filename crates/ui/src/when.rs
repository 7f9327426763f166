//! Times in words, in the site's time zone and the interface's language.

use domain::{CalendarDate, Language, Site, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ZonedDateTime};
use service::LogRange;

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

/// The time of an entry of the log: the day as a person says it, the time to the second.
pub(crate) fn logged(at: Timestamp, now: Timestamp, site: &Site, language: Language) -> When {
    let (at_there, now_there) = (local(at, site), local(now, site));
    let time = at_there.time();
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    When {
        iso: Instant::from_millisecond(at.ms()).unwrap_or_default().to_string(),
        full: format!("{}, {clock}", full_date(&at_there, language)),
        short: format!("{} {clock}", day(&at_there, &now_there, language)),
    }
}

/// The time of the first of several things, with the word for it: `dalle 09:12`, `dal 3 set`.
pub(crate) fn since(at: Timestamp, now: Timestamp, site: &Site, language: Language) -> When {
    let (at_there, now_there) = (local(at, site), local(now, site));
    let is_today = at_there.date() == now_there.date();
    let said = if is_today {
        clock(&at_there)
    } else {
        day(&at_there, &now_there, language)
    };
    let word = match (language, is_today, said.as_str()) {
        (Language::It, true, _) => "dalle",
        (Language::It, false, "ieri") => "da",
        (Language::It, false, _) => "dal",
        (Language::En, _, _) => "since",
    };
    When {
        short: format!("{word} {said}"),
        ..when(at, now, site, language)
    }
}

/// A time to come: `tra 28 min`, `domani 08:00`, `3 dic`.
pub(crate) fn until(at: Timestamp, now: Timestamp, site: &Site, language: Language) -> When {
    let (at_there, now_there) = (local(at, site), local(now, site));
    let seconds = at.seconds_since(now);
    let days = now_there
        .date()
        .until(at_there.date())
        .map_or(0, |span| span.get_days());
    let it = language == Language::It;
    let short = match (seconds, days) {
        (..1, _) => if it { "adesso" } else { "now" }.to_owned(),
        (..60, _) => format!("{} {seconds} s", if it { "tra" } else { "in" }),
        (..3600, _) => format!("{} {} min", if it { "tra" } else { "in" }, (seconds + 59) / 60),
        (_, 0) => format!("{} {}", if it { "alle" } else { "at" }, clock(&at_there)),
        (_, 1) => format!("{} {}", if it { "domani" } else { "tomorrow" }, clock(&at_there)),
        _ => short_date(&at_there, &now_there, language),
    };
    When {
        short,
        ..when(at, now, site, language)
    }
}

/// The next morning at 8, in the site's time zone.
pub(crate) fn tomorrow_morning(now: Timestamp, site: &Site) -> Option<Timestamp> {
    let tomorrow = local(now, site).date().tomorrow().ok()?;
    let morning = tomorrow.at(8, 0, 0, 0).to_zoned_datetime(zone(site)).ok()?;
    Some(Timestamp::from_ms(morning.timestamp().as_millisecond()))
}

/// When an hour begins, in the site's time zone: `14:00`.
pub(crate) fn hour(at: Timestamp, site: &Site) -> String {
    clock(&local(at, site))
}

/// How long something takes, about: `circa 2 min`.
pub(crate) fn about(ms: u64, language: Language) -> String {
    let seconds = ms.div_ceil(1_000).max(1);
    let (number, unit) = match seconds {
        0..90 => (seconds, "s"),
        90..5_400 => (seconds.div_ceil(60), "min"),
        _ => (seconds.div_ceil(3_600), "h"),
    };
    match language {
        Language::It => format!("circa {number} {unit}"),
        Language::En => format!("about {number} {unit}"),
    }
}

/// A time for spreadsheets, in the site's time zone: `2026-11-23 14:03:05`.
pub(crate) fn stamp(at: Timestamp, site: &Site) -> String {
    local(at, site).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The days of a filter, from midnight to midnight in the site's time zone.
pub(crate) fn range(from: Option<&CalendarDate>, to: Option<&CalendarDate>, site: &Site) -> LogRange {
    let zone = zone(site);
    let midnight = |date: Date| {
        let there = date.to_zoned_datetime(zone.clone()).ok()?;
        Some(Timestamp::from_ms(there.timestamp().as_millisecond()))
    };
    let date = |date: Option<&CalendarDate>| date?.as_str().parse::<Date>().ok();
    LogRange {
        from: date(from).and_then(midnight),
        before: date(to).and_then(|date| midnight(date.tomorrow().ok()?)),
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
    Instant::from_millisecond(at.ms())
        .unwrap_or_default()
        .to_zoned_datetime(zone(site))
}

fn zone(site: &Site) -> TimeZone {
    TimeZone::get(site.time_zone.as_str()).unwrap_or(TimeZone::UTC)
}

fn clock(at: &ZonedDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn month(at: &ZonedDateTime, language: Language) -> &'static str {
    let index = usize::try_from(at.month() - 1).unwrap_or_default().min(11);
    match language {
        Language::It => MONTHS_IT[index],
        Language::En => MONTHS_EN[index],
    }
}

fn full(at: &ZonedDateTime, language: Language) -> String {
    format!("{}, {}", full_date(at, language), clock(at))
}

fn full_date(at: &ZonedDateTime, language: Language) -> String {
    format!("{} {} {}", at.day(), month(at, language), at.year())
}

/// The day as a person says it, seen from `now`: `oggi`, `ieri`, `3 set`.
fn day(at: &ZonedDateTime, now: &ZonedDateTime, language: Language) -> String {
    let days = at.date().until(now.date()).map_or(0, |span| span.get_days());
    match (days, language) {
        (0, Language::It) => "oggi".to_owned(),
        (0, Language::En) => "today".to_owned(),
        (1, Language::It) => "ieri".to_owned(),
        (1, Language::En) => "yesterday".to_owned(),
        _ => short_date(at, now, language),
    }
}

fn short_date(at: &ZonedDateTime, now: &ZonedDateTime, language: Language) -> String {
    let brief: String = month(at, language).chars().take(3).collect();
    if at.year() == now.year() {
        format!("{} {brief}", at.day())
    } else {
        format!("{} {brief} {}", at.day(), at.year())
    }
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
        _ => short_date(at, now, language),
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
    fn how_long_something_takes_is_said_about_and_never_too_short() {
        for (seconds, it, en) in [
            (0, "circa 1 s", "about 1 s"),
            (89, "circa 89 s", "about 89 s"),
            (90, "circa 2 min", "about 2 min"),
            (121, "circa 3 min", "about 3 min"),
            (5_399, "circa 90 min", "about 90 min"),
            (5_401, "circa 2 h", "about 2 h"),
        ] {
            assert_eq!(about(seconds * 1_000, Language::It), it);
            assert_eq!(about(seconds * 1_000, Language::En), en);
        }
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

    #[test]
    fn what_is_to_come_is_said_as_a_person_says_it() {
        let now = at("2026-11-23T13:00:00Z");
        let short = |then: &str| until(at(then), now, &site(), Language::It).short;
        assert_eq!(short("2026-11-23T12:00:00Z"), "adesso");
        assert_eq!(short("2026-11-23T13:00:15Z"), "tra 15 s");
        assert_eq!(short("2026-11-23T13:27:10Z"), "tra 28 min");
        assert_eq!(short("2026-11-23T16:00:00Z"), "alle 17:00");
        assert_eq!(short("2026-11-24T07:00:00Z"), "domani 08:00");
        assert_eq!(short("2026-12-03T07:00:00Z"), "3 dic");
    }

    #[test]
    fn the_first_of_several_things_is_told_by_the_hour_or_the_day() {
        let now = at("2026-11-23T13:00:00Z");
        let short = |then: &str, language| since(at(then), now, &site(), language).short;
        assert_eq!(short("2026-11-23T08:12:00Z", Language::It), "dalle 09:12");
        assert_eq!(short("2026-11-22T08:12:00Z", Language::It), "da ieri");
        assert_eq!(short("2026-09-03T08:12:00Z", Language::It), "dal 3 set");
        assert_eq!(short("2026-11-23T08:12:00Z", Language::En), "since 09:12");
    }

    #[test]
    fn the_next_morning_is_the_sites() {
        let morning = |now: &str| tomorrow_morning(at(now), &site());
        assert_eq!(morning("2026-11-23T13:00:00Z"), Some(at("2026-11-24T07:00:00Z")));
        // Summer begins in the night between.
        assert_eq!(morning("2026-03-28T13:00:00Z"), Some(at("2026-03-29T06:00:00Z")));
    }

    #[test]
    fn how_long_it_takes_is_rounded_up() {
        assert_eq!(about(1, Language::It), "circa 1 s");
        assert_eq!(about(128_000, Language::It), "circa 3 min");
        assert_eq!(about(10_000_000, Language::En), "about 3 h");
    }

    #[test]
    fn the_log_tells_seconds() {
        let now = at("2026-11-23T13:00:00Z");
        let logged = |then: &str| logged(at(then), now, &site(), Language::It);
        assert_eq!(logged("2026-11-23T12:59:30Z").short, "oggi 13:59:30");
        assert_eq!(logged("2026-11-22T22:59:59Z").short, "ieri 23:59:59");
        assert_eq!(logged("2026-09-03T20:30:05Z").short, "3 set 22:30:05");
        assert_eq!(logged("2025-09-03T20:30:05Z").full, "3 settembre 2025, 22:30:05");
        assert_eq!(stamp(at("2026-07-01T10:05:09Z"), &site()), "2026-07-01 12:05:09");
    }

    #[test]
    fn the_days_of_a_filter_begin_and_end_at_the_sites_midnight() {
        let of = |from: &str, to: &str| {
            let (from, to) = (CalendarDate::read(from), CalendarDate::read(to));
            range(from.as_ref(), to.as_ref(), &site())
        };
        let winter = of("2026-11-23", "2026-11-23");
        assert_eq!(winter.from, Some(at("2026-11-22T23:00:00Z")));
        assert_eq!(winter.before, Some(at("2026-11-23T23:00:00Z")));
        // The day on which the clocks change has 25 hours.
        let longest = of("2026-10-25", "2026-10-25");
        assert_eq!(longest.from, Some(at("2026-10-24T22:00:00Z")));
        assert_eq!(longest.before, Some(at("2026-10-25T23:00:00Z")));
        assert_eq!(of("", "9999-12-31"), LogRange::default());
    }
}
