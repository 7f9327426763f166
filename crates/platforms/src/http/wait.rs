//! How long a platform asks to wait.

use std::time::SystemTime;

/// The longest wait that is believed, in seconds: a day. Whoever means more says so again.
const WAIT_S_MAX: u64 = 24 * 60 * 60;

/// The seconds that `Retry-After` asks for: a number of seconds, or a date
/// (<https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3>). A date counts from the answer's own `date`, since the other
/// side's clock may differ from ours; without one, from `clock`. One that has passed is no wait, 0; what is neither a
/// number nor a date says nothing, `None`.
pub(super) fn seconds(
    retry_after: &str,
    date: Option<&str>,
    clock: impl FnOnce() -> Option<SystemTime>,
) -> Option<u32> {
    let text = retry_after.trim();
    let wait_s = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Nothing but digits does not fit for one reason only.
        text.parse().unwrap_or(WAIT_S_MAX)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        let now = date
            .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
            .or_else(clock)?;
        until.duration_since(now).map_or(0, |wait| wait.as_secs())
    };
    u32::try_from(wait_s.min(WAIT_S_MAX)).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// When the examples of RFC 9110 say that it is.
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn told(retry_after: &str) -> Option<u32> {
        seconds(retry_after, Some(DATE), || None)
    }

    #[test]
    fn seconds_are_taken_as_they_stand() {
        for (text, wait_s) in [("7", 7), (" 120 ", 120), ("0", 0), ("007", 7)] {
            assert_eq!(told(text), Some(wait_s), "{text}");
            assert_eq!(seconds(text, None, || None), Some(wait_s), "{text}");
        }
    }

    #[test]
    fn a_date_counts_from_the_answers_own_in_every_spelling() {
        for text in [
            "Sun, 06 Nov 1994 08:50:07 GMT",
            "Sunday, 06-Nov-94 08:50:07 GMT",
            "Sun Nov  6 08:50:07 1994",
        ] {
            assert_eq!(told(text), Some(30), "{text}");
        }
    }

    #[test]
    fn without_a_date_of_its_own_the_clock_counts() {
        let clock = || UNIX_EPOCH.checked_add(Duration::from_secs(784_111_777));
        let until = "Sun, 06 Nov 1994 08:50:07 GMT";
        assert_eq!(seconds(until, None, clock), Some(30));
        assert_eq!(seconds(until, Some("yesterday"), clock), Some(30));
        assert_eq!(seconds(until, None, || None), None, "nobody knows the time");
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        for text in [
            DATE,
            "Sun, 06 Nov 1994 08:49:36 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            assert_eq!(told(text), Some(0), "{text}");
        }
    }

    #[test]
    fn nobody_is_believed_beyond_a_day() {
        for text in [
            "86401",
            "4294967296",
            "99999999999999999999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(told(text), Some(86_400), "{text}");
        }
    }

    #[test]
    fn what_is_neither_says_nothing() {
        for text in [
            "",
            " ",
            "-5",
            "+5",
            "1.5",
            "soon",
            "7 s",
            "Sun, 06 Nov",
            "1994-11-06T08:49:37Z",
            "７",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
