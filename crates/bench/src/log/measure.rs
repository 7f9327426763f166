//! Asking, adding and removing, with a watch.

use std::time::Instant;

use anyhow::{Result, ensure};
use domain::LogId;
use persistence::Store;

use super::entries::Entries;
use super::questions::{self, ACCOUNTS_OFFERED, Question, SEARCH};
use crate::report::{Aim, Report, Table, figure, with_unit};
use crate::stats::{Latencies, ms};

/// No page of the log takes longer, in milliseconds.
const AIM_MS: f64 = 100.0;
/// Entries that are removed in one act, as by the panel.
const PURGE_BATCH: u32 = 1_000;

/// How long something took.
pub(crate) struct Measured {
    what: String,
    /// How many entries or accounts came of it.
    count: usize,
    /// The first call, in milliseconds: the statement is not prepared, its pages not read.
    first_ms: f64,
    /// All later calls.
    later: Latencies,
}

impl Measured {
    fn row(&self, base_ms: f64) -> [String; 7] {
        let median = self.later.p50();
        [
            self.what.clone(),
            self.count.to_string(),
            with_unit(self.first_ms, "ms"),
            with_unit(median, "ms"),
            with_unit(self.later.p99(), "ms"),
            figure(median / base_ms),
            if median <= AIM_MS { "ok" } else { "**MISSED**" }.to_owned(),
        ]
    }
}

/// What to measure, and how often.
pub(crate) struct Round<'a> {
    /// Where.
    pub(crate) store: &'a dyn Store,
    /// What is in it.
    pub(crate) entries: &'a Entries,
    /// Calls after the first one.
    pub(crate) calls: u32,
    /// Whether every plan is told.
    pub(crate) all_plans: bool,
}

impl Round<'_> {
    /// Reads the log in every way, then writes, then removes; `name` is the database's.
    pub(crate) async fn measure(&self, name: &str, report: &mut Report) -> Result<()> {
        let first_page = questions::first_page(self.entries);
        let first = self.question(&first_page).await?;
        let base_ms = first.later.p50();
        let mut read = vec![(first_page, first)];
        for question in questions::others(self.entries) {
            let measured = self.question(&question).await?;
            read.push((question, measured));
        }
        let mut table = empty_table("Page of the log", "Entries");
        let slowest_kind = slowest(read.iter().filter(|(question, _)| question.is_one_of_kinds));
        for (question, measured) in &read {
            let is_told = !question.is_one_of_kinds
                || slowest_kind.is_some_and(|(slowest, _)| slowest.name == question.name);
            if is_told {
                let mut row = measured.row(base_ms);
                if question.is_one_of_kinds {
                    row[0].push_str(", the slowest of all kinds");
                }
                table.row(row);
            }
        }
        report.section(&format!("{name}: reading"), &table, &self.plans(&read).await?);
        aims(name, &read, report);

        let mut table = empty_table("Act", "Entries or accounts");
        for measured in [
            self.names("Accounts to choose from", "", ACCOUNTS_OFFERED)
                .await?,
            self.names("Accounts by a text", SEARCH, ACCOUNTS_OFFERED).await?,
            self.names("Accounts by a text that none has", "mai scritto", 0)
                .await?,
            self.append().await?,
            self.purge().await?,
        ] {
            table.row(measured.row(base_ms));
        }
        report.section(&format!("{name}: the rest"), &table, "");
        Ok(())
    }

    /// The plans of the slowest page and of the one with all filters, or all of them.
    async fn plans(&self, read: &[(Question, Measured)]) -> Result<String> {
        let slowest = slowest(read.iter()).map(|(question, _)| &question.name);
        let combined = questions::combined(self.entries).name;
        let mut plans = Vec::new();
        for (question, _) in read {
            let is_slowest = slowest == Some(&question.name);
            if !(is_slowest || question.name == combined || self.all_plans) {
                continue;
            }
            let query = question.query(self.store).await?;
            let plan = self.store.explain_log(&query).await?;
            let mark = if is_slowest { " (the slowest)" } else { "" };
            plans.push(format!("Plan of “{}”{mark}:\n\n```\n{plan}\n```", question.name));
        }
        Ok(plans.join("\n\n"))
    }

    async fn question(&self, question: &Question) -> Result<Measured> {
        self.timed(&question.name, async |_| question.ask(self.store).await)
            .await
    }

    async fn names(&self, what: &str, text: &str, expected: u32) -> Result<Measured> {
        let site = self.entries.own.id;
        self.timed(what, async |_| {
            let found = self
                .store
                .list_log_accounts(site, text, ACCOUNTS_OFFERED)
                .await?
                .len();
            ensure!(
                found == expected as usize,
                "{found} accounts were found by “{text}”"
            );
            Ok(found)
        })
        .await
    }

    async fn append(&self) -> Result<Measured> {
        self.timed("Adding an entry", async |number| {
            let entry = self.entries.later(number);
            self.store.append_log(vec![entry]).await?;
            Ok(1)
        })
        .await
    }

    async fn purge(&self) -> Result<Measured> {
        let site = self.entries.own.id;
        let before = LogId::new(uuid::Uuid::max());
        let what = format!("Removing {PURGE_BATCH} entries");
        self.timed(&what, async |_| {
            let removed = self.store.purge_log(site, before, PURGE_BATCH).await?;
            ensure!(
                removed == u64::from(PURGE_BATCH),
                "{removed} entries were removed"
            );
            Ok(PURGE_BATCH as usize)
        })
        .await
    }

    /// Calls once, and then again and again; `call` gets the number of the call, from 0.
    async fn timed(&self, what: &str, call: impl AsyncFn(u32) -> Result<usize>) -> Result<Measured> {
        let mut times = Vec::new();
        let mut count = 0;
        for number in 0..=self.calls {
            let started = Instant::now();
            count = call(number).await?;
            times.push(started.elapsed());
        }
        Ok(Measured {
            what: what.to_owned(),
            count,
            first_ms: ms(times.remove(0)),
            later: Latencies::new(times),
        })
    }
}

/// What is aimed at, and what came of it.
fn aims(name: &str, read: &[(Question, Measured)], report: &mut Report) {
    let aim = |what: String, measured: &Measured| {
        Aim::at_most(what, AIM_MS, "ms", measured.later.p50())
            .p99(measured.later.p99())
            .goes("see its plan")
    };
    if let [(_, first), filters @ ..] = read {
        report.aim(aim(format!("{name}: first page"), first));
        if let Some((question, measured)) = slowest(filters.iter()) {
            report.aim(aim(
                format!("{name}: slowest filter ({})", question.name),
                measured,
            ));
        }
    }
    let coldest = read
        .iter()
        .max_by(|one, other| one.1.first_ms.total_cmp(&other.1.first_ms));
    if let Some((question, measured)) = coldest {
        let what = format!("{name}: slowest first call ({})", question.name);
        report.aim(Aim::at_most(what, AIM_MS, "ms", measured.first_ms).goes("`--all-plans` tells its plan"));
    }
}

/// The one with the largest median.
fn slowest<'a>(read: impl Iterator<Item = &'a (Question, Measured)>) -> Option<&'a (Question, Measured)> {
    read.max_by(|one, other| one.1.later.p50().total_cmp(&other.1.later.p50()))
}

fn empty_table(what: &str, count: &str) -> Table {
    Table::new([
        what,
        count,
        "First call",
        "Median",
        "p99",
        "× the first page",
        "Median ≤ 100 ms",
    ])
}
