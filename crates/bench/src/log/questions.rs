//! What people ask of the log.

use anyhow::{Result, bail, ensure};
use domain::{AccountId, LOG_PAGE_SIZE, LogFilter, LogKind, LogLevel, LogPlace};
use persistence::{LogQuery, Store};

use super::entries::{self, ACCOUNTS, BRIEF, BRIEF_ENTRIES, BUSY, Entries, RARE, RARE_ENTRIES, STEADY};

/// Accounts that the panel offers to choose from.
pub(crate) const ACCOUNTS_OFFERED: u32 = 50;
/// A search that finds more accounts than are offered.
pub(crate) const SEARCH: &str = "milano";
/// Entries that the panel asks for: one more than it shows.
const LIMIT: u32 = LOG_PAGE_SIZE + 1;

/// What must come back.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// As many as were asked for.
    Page,
    /// So many.
    Exactly(u32),
    /// One at least.
    Some,
}

/// A page of the log under one filter.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Its name in the report.
    pub(crate) name: String,
    /// Whether it is one of those of which only the slowest is told.
    pub(crate) is_one_of_kinds: bool,
    /// The search for accounts that comes before.
    search: Option<&'static str>,
    query: LogQuery,
    expected: Expected,
}

impl Question {
    /// The query, once the accounts of its search are found: the panel does both for a page.
    pub(crate) async fn query(&self, store: &dyn Store) -> Result<LogQuery> {
        let Some(text) = self.search else {
            return Ok(self.query.clone());
        };
        let found = store.list_log_accounts(self.query.site, text, u32::MAX).await?;
        ensure!(
            found.len() > ACCOUNTS_OFFERED as usize,
            "{} accounts are called {text}",
            found.len()
        );
        Ok(LogQuery {
            accounts: Some(found.into_iter().map(|account| account.id).collect()),
            ..self.query.clone()
        })
    }

    /// Asks; answers how many entries there are. It is an error if there should be others.
    pub(crate) async fn ask(&self, store: &dyn Store) -> Result<usize> {
        let query = self.query(store).await?;
        let found = store.list_log(&query).await?.len();
        let is_right = match self.expected {
            Expected::Page => found == LIMIT as usize,
            Expected::Exactly(number) => found == number as usize,
            Expected::Some => found > 0,
        };
        if !is_right {
            bail!(
                "“{}” found {found} entries instead of {:?}",
                self.name,
                self.expected
            );
        }
        Ok(found)
    }

    fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    fn finds(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    fn filtered(mut self, level: Option<LogLevel>, kind: Option<LogKind>) -> Self {
        let filter = LogFilter {
            level,
            kind,
            ..LogFilter::default()
        };
        self.query.kinds = filter.kinds();
        self
    }

    fn about(mut self, account: AccountId) -> Self {
        self.query.accounts = Some(vec![account]);
        self
    }

    fn searched(self) -> Self {
        Self {
            search: Some(SEARCH),
            ..self
        }
    }

    fn during(mut self, (from, before): (domain::LogId, domain::LogId)) -> Self {
        self.query.from = Some(from);
        self.query.before = Some(before);
        self
    }

    fn at(mut self, place: LogPlace) -> Self {
        self.query.place = place;
        self
    }
}

/// The page that every other is compared with.
pub(crate) fn first_page(entries: &Entries) -> Question {
    Question {
        name: "First page".to_owned(),
        is_one_of_kinds: false,
        search: None,
        query: LogQuery {
            site: entries.own.id,
            kinds: None,
            accounts: None,
            from: None,
            before: None,
            place: LogPlace::Newest,
            limit: LIMIT,
        },
        expected: Expected::Page,
    }
}

/// Everything at once.
pub(crate) fn combined(entries: &Entries) -> Question {
    first_page(entries)
        .named("All filters at once: level, kind, text, period, page")
        .filtered(Some(LogLevel::Error), Some(LogKind::TestFailed))
        .searched()
        .during(Entries::middle_day())
        .at(LogPlace::OlderThan(Entries::middle_noon()))
        .finds(Expected::Some)
}

/// All others.
pub(crate) fn others(entries: &Entries) -> Vec<Question> {
    let page = || first_page(entries);
    let account = |number: usize| entries::account_id(entries.own.id, number);
    let (rows, error) = (entries.rows(), Some(LogLevel::Error));
    let mut questions = vec![
        page()
            .named("Second page")
            .at(LogPlace::OlderThan(entries.id(rows - LOG_PAGE_SIZE))),
        page()
            .named("A page deep down")
            .at(LogPlace::OlderThan(entries.id(rows / 20))),
        page()
            .named("The oldest page")
            .at(LogPlace::OlderThan(entries.id(LOG_PAGE_SIZE)))
            .finds(Expected::Exactly(LOG_PAGE_SIZE)),
        page()
            .named("Back up from the middle")
            .at(LogPlace::NewerThan(entries.id(rows / 2))),
    ];
    for level in LogLevel::ALL {
        questions.push(
            page()
                .named(&format!("Level {}", level.code()))
                .filtered(Some(level), None),
        );
    }
    questions.push(
        page()
            .named("Level error, a page deep down")
            .filtered(error, None)
            .at(LogPlace::OlderThan(entries.id(rows / 20))),
    );
    for kind in LogKind::ALL {
        questions.push(Question {
            is_one_of_kinds: true,
            ..page()
                .named(&format!("Kind {}", kind.code()))
                .filtered(None, Some(*kind))
                .finds(Expected::Some)
        });
    }
    questions.extend([
        page()
            .named("A kind that occurs three times")
            .filtered(None, Some(RARE))
            .finds(Expected::Exactly(RARE_ENTRIES)),
        page().named("An account with many entries").about(account(BUSY)),
        page()
            .named("An account with few, long ago")
            .about(account(BRIEF))
            .finds(Expected::Exactly(BRIEF_ENTRIES)),
        page()
            .named("An account with none")
            .about(account(ACCOUNTS))
            .finds(Expected::Exactly(0)),
        page()
            .named("An account and level error")
            .about(account(BUSY))
            .filtered(error, None),
        page()
            .named("Level error, an account that never fails")
            .about(account(STEADY))
            .filtered(error, None)
            .finds(Expected::Exactly(0)),
        page()
            .named("A text that every third account is called by")
            .searched(),
        page()
            .named("The text and level error")
            .searched()
            .filtered(error, None),
        page()
            .named("The text, a page deep down")
            .searched()
            .at(LogPlace::OlderThan(entries.id(rows / 20))),
        page().named("A day in the middle").during(Entries::middle_day()),
        page()
            .named("A day without entries")
            .during(Entries::quiet_day())
            .finds(Expected::Exactly(0)),
        page()
            .named("The day in the middle and level error")
            .during(Entries::middle_day())
            .filtered(error, None),
        page()
            .named("The text on the day without entries")
            .searched()
            .during(Entries::quiet_day())
            .finds(Expected::Exactly(0)),
        combined(entries),
    ]);
    questions
}
