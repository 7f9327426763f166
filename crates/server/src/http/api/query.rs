//! Parameters of an address: every one means something, or the request is refused.

use axum::http::Uri;
use domain::Timestamp;
use events::Time;
use service::LogRange;

use super::PREFIX;
use super::problem::Problem;

/// Rows on a page when nobody says how many.
const LIMIT_DEFAULT: u32 = 50;
/// Most rows on a page.
pub(super) const LIMIT_MAX: u32 = 200;

/// The parameters of a list.
#[derive(Debug)]
pub(super) struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads the parameters of an address; one that is not `known`, or stands twice, is refused.
    pub(super) fn read(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if !known.contains(&&*name) {
                let detail = format!(
                    "there is none of that name here. There are: {}.",
                    known.join(", ")
                );
                return Err(Problem::parameter(&name, detail));
            }
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(Problem::parameter(&name, "it stands twice."));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self {
            path: uri.path().to_owned(),
            pairs,
        })
    }

    /// A parameter as it stands.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(found, _)| found == name)?;
        Some(&pair.1)
    }

    /// A parameter as a value; `expected` tells what it must be.
    pub(super) fn value<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some(text) => match parse(text) {
                Some(value) => Ok(Some(value)),
                None => Err(Problem::parameter(name, format!("it must be {expected}."))),
            },
        }
    }

    /// How many rows: `limit`.
    pub(super) fn limit(&self) -> Result<u32, Problem> {
        let expected = format!("a number from 1 to {LIMIT_MAX}");
        let limit = self.value("limit", &expected, |text| {
            text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
        })?;
        Ok(limit.unwrap_or(LIMIT_DEFAULT))
    }

    /// Where the page begins: `cursor`.
    pub(super) fn cursor<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        self.value("cursor", "taken from next of the page before", |text| {
            text.parse().ok()
        })
    }

    /// From when to before when: `from` and `before`.
    pub(super) fn range(&self) -> Result<LogRange, Problem> {
        let at = |name| {
            self.value(
                name,
                "a time as in RFC 3339, such as 2026-11-25T10:30:00Z",
                |text| {
                    let time: Time = text.to_owned().try_into().ok()?;
                    Some(Timestamp::from_ms(time.at().ms()))
                },
            )
        };
        Ok(LogRange {
            from: at("from")?,
            before: at("before")?,
        })
    }

    /// The address of the page after this one.
    pub(super) fn next(&self, cursor: &str) -> String {
        let others = self.pairs.iter().filter(|(name, _)| name != "cursor");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("cursor", cursor)
            .finish();
        format!("{PREFIX}{}?{query}", self.path)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn query(address: &str) -> Result<Query, Problem> {
        Query::read(&address.parse().unwrap(), &["limit", "cursor", "kind"])
    }

    #[test]
    fn the_next_page_keeps_every_other_parameter() {
        let query = query("/events?kind=a%26b&cursor=1&limit=2").unwrap();
        assert_eq!(query.limit().unwrap(), 2);
        assert_eq!(query.next("3.4"), "/api/v1/events?kind=a%26b&limit=2&cursor=3.4");
    }

    #[test]
    fn what_means_nothing_is_refused() {
        assert!(query("/events?colour=red").is_err());
        assert!(query("/events?limit=1&limit=2").is_err());
        for limit in ["0", "201", "-1", "x", ""] {
            assert!(
                query(&format!("/events?limit={limit}")).unwrap().limit().is_err(),
                "{limit}"
            );
        }
        assert!(query("/events?cursor=x").unwrap().cursor::<u32>().is_err());
    }
}
