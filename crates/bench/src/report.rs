//! The report: Markdown tables, and the aims with what was measured of them.

use std::fmt::{self, Write};

/// Units that are counted, not measured.
const WHOLE: [&str; 4] = ["deliveries", "events", "saves", "visits"];

/// Which way an aim goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Better {
    /// As little as possible: the aim is the most that is allowed.
    Less,
    /// As much as possible: the aim is the least.
    More,
}

/// An aim and what was measured.
#[derive(Debug, Clone)]
pub(crate) struct Aim {
    /// What.
    what: String,
    /// What it is to be.
    limit: f64,
    /// Which way it goes.
    better: Better,
    /// The unit of aim and figures.
    unit: &'static str,
    /// The median.
    measured: f64,
    /// The 99th percentile, where there are enough values for one.
    p99: Option<f64>,
    /// Where the time (or the space) goes; told when the aim is missed.
    goes: String,
}

impl Aim {
    /// An aim that must not be exceeded.
    pub(crate) fn at_most(what: impl Into<String>, limit: f64, unit: &'static str, measured: f64) -> Self {
        Self {
            what: what.into(),
            limit,
            better: Better::Less,
            unit,
            measured,
            p99: None,
            goes: String::new(),
        }
    }

    /// An aim that must be reached.
    pub(crate) fn at_least(what: impl Into<String>, limit: f64, unit: &'static str, measured: f64) -> Self {
        Self {
            better: Better::More,
            ..Self::at_most(what, limit, unit, measured)
        }
    }

    /// With the 99th percentile.
    pub(crate) fn p99(self, p99: f64) -> Self {
        Self {
            p99: Some(p99),
            ..self
        }
    }

    /// With where the time goes.
    pub(crate) fn goes(self, goes: impl Into<String>) -> Self {
        Self {
            goes: goes.into(),
            ..self
        }
    }

    fn is_met(&self) -> bool {
        match self.better {
            Better::Less => self.measured <= self.limit,
            Better::More => self.measured >= self.limit,
        }
    }

    fn row(&self) -> Vec<String> {
        let sign = match self.better {
            Better::Less => "≤",
            Better::More => "≥",
        };
        let shown = |value: f64| with_unit(value, self.unit);
        vec![
            self.what.clone(),
            format!("{sign} {}", shown(self.limit)),
            shown(self.measured),
            self.p99.map_or_else(|| "–".to_owned(), shown),
            format!("{:.2}", self.measured / self.limit),
            if self.is_met() { "ok" } else { "**MISSED**" }.to_owned(),
        ]
    }
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; the columns after the first hold numbers.
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        Self {
            heads: heads.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {} |", self.heads.join(" | "))?;
        writeln!(f, "|---|{}", "---:|".repeat(self.heads.len().saturating_sub(1)))?;
        self.rows
            .iter()
            .try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
    }
}

/// What one part of a benchmark has to tell.
#[derive(Debug, Default)]
pub(crate) struct Report {
    aims: Vec<Aim>,
    text: String,
}

impl Report {
    /// Adds an aim.
    pub(crate) fn aim(&mut self, aim: Aim) {
        self.aims.push(aim);
    }

    /// Adds a section.
    pub(crate) fn section(&mut self, title: &str, table: &Table, notes: &str) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "\n## {title}\n\n{table}");
        if !notes.is_empty() {
            let _ = write!(self.text, "\n{notes}\n");
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["What", "Aim", "Measured", "p99", "Ratio to the aim", ""]);
        self.aims.iter().for_each(|aim| table.row(aim.row()));
        write!(f, "\n## Aims\n\n{table}")?;
        let missed: Vec<&Aim> = self.aims.iter().filter(|aim| !aim.is_met()).collect();
        writeln!(
            f,
            "\n{} of {} aims are met.",
            self.aims.len() - missed.len(),
            self.aims.len()
        )?;
        if missed.iter().any(|aim| !aim.goes.is_empty()) {
            writeln!(f, "\n### Where it goes, where an aim is missed\n")?;
        }
        for aim in missed.iter().filter(|aim| !aim.goes.is_empty()) {
            writeln!(f, "- **{}**: {}", aim.what, aim.goes)?;
        }
        f.write_str(&self.text)
    }
}

/// A figure with three digits that mean something.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        medium if medium >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A figure and its unit.
pub(crate) fn with_unit(value: f64, unit: &str) -> String {
    let number = if WHOLE.contains(&unit) {
        format!("{value:.0}")
    } else {
        figure(value)
    };
    format!("{number} {unit}")
}

/// A part of a whole, in percent.
pub(crate) fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_aim_says_where_the_time_goes_and_a_met_one_does_not() {
        let mut report = Report::default();
        report.aim(Aim::at_most("page", 0.8, "ms", 1.6).p99(2.0).goes("rendering"));
        report.aim(Aim::at_least("pages", 2000.0, "pages/s", 2500.0).goes("nowhere"));
        let shown = report.to_string();
        assert!(
            shown.contains("| page | ≤ 0.80 ms | 1.60 ms | 2.00 ms | 2.00 | **MISSED** |"),
            "{shown}"
        );
        assert!(
            shown.contains("| pages | ≥ 2000 pages/s | 2500 pages/s | – | 1.25 | ok |"),
            "{shown}"
        );
        assert!(
            shown.contains("1 of 2 aims are met.") && shown.contains("- **page**: rendering"),
            "{shown}"
        );
        assert!(!shown.contains("nowhere"), "{shown}");
    }

    #[test]
    fn a_table_has_a_line_for_every_row() {
        let mut table = Table::new(["What", "How much"]);
        table.row(["one".to_owned(), figure(1.0)]);
        assert_eq!(
            table.to_string(),
            "| What | How much |\n|---|---:|\n| one | 1.00 |\n"
        );
    }
}
