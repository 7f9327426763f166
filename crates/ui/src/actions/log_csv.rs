//! Lista dei Log as a file for spreadsheets, made page by page.

use domain::{LogEntry, LogFilter, LogId};
use service::{LogRange, ServiceError};

use super::Cx;
use crate::text::{Texts, texts};

/// Entries that are read at once.
const CHUNK: u32 = 1_000;
/// The most entries of a file: about what a spreadsheet holds.
const ROWS_MAX: u32 = 1_000_000;
/// Tells spreadsheets that the file is UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// A value that begins with one of these is a formula to spreadsheets.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a file goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GoesOn {
    /// There are more entries.
    Yes,
    /// It holds all.
    No,
    /// There are more entries than it may hold.
    Cut,
}

impl GoesOn {
    const fn after(rows: u32, has_more: bool) -> Self {
        match (has_more, rows >= ROWS_MAX) {
            (false, _) => Self::No,
            (true, false) => Self::Yes,
            (true, true) => Self::Cut,
        }
    }
}

/// A download under way. Holds one chunk at a time, however long the log is.
pub struct LogCsv {
    cx: Cx,
    filter: LogFilter,
    range: LogRange,
    after: Option<LogId>,
    rows: u32,
    has_begun: bool,
    is_done: bool,
}

impl LogCsv {
    /// The entries that the query of an address asks for, from the newest on, whatever page it names.
    pub fn new(cx: Cx, query: &str) -> Self {
        let filter = super::log::filter(query);
        Self {
            range: crate::when::range(filter.from.as_ref(), filter.to.as_ref(), &cx.site),
            cx,
            filter,
            after: None,
            rows: 0,
            has_begun: false,
            is_done: false,
        }
    }

    /// What the file is called: with the date in the site's time zone.
    pub fn file_name(&self) -> String {
        format!("raccordo-log-{}.csv", self.cx.today())
    }

    /// The next lines, the first time with the head; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<String>, ServiceError> {
        if self.is_done {
            return Ok(None);
        }
        let limit = CHUNK.min(ROWS_MAX - self.rows);
        // One more than is written tells whether there are more.
        let mut entries = self
            .cx
            .raccordo
            .read_log(self.cx.site.id, &self.filter, self.range, self.after, limit + 1)
            .await?;
        let has_more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let mut lines = String::new();
        if !self.has_begun {
            self.has_begun = true;
            lines.push(BYTE_ORDER_MARK);
            push_line(&mut lines, head(texts(self.cx.language)));
        }
        for entry in &entries {
            push_line(&mut lines, self.line(entry));
        }
        let read = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        self.rows = self.rows.saturating_add(read);
        match GoesOn::after(self.rows, has_more) {
            GoesOn::Yes => {}
            GoesOn::No => self.is_done = true,
            GoesOn::Cut => {
                self.is_done = true;
                push_line(&mut lines, cut(texts(self.cx.language)));
            }
        }
        self.after = entries.last().map(|entry| entry.id).or(self.after);
        Ok(Some(lines))
    }

    fn line(&self, entry: &LogEntry) -> [String; 7] {
        let language = self.cx.language;
        let account = entry.account.as_ref();
        let platform = account.map(|account| account.platform).or(entry.message.platform);
        let fault = entry
            .message
            .report
            .as_ref()
            .and_then(|report| report.fault.as_ref());
        let mut details = super::log::changes(entry, language);
        if let Some((platform, fault)) = platform.zip(fault) {
            details.push(fault.remedy(platform).get(language).to_owned());
        }
        [
            crate::when::stamp(entry.at, &self.cx.site),
            entry.message.sentence(platform, language),
            entry.message.kind.level().title().get(language).to_owned(),
            account
                .map(|account| account.description.clone())
                .unwrap_or_default(),
            platform
                .map(|platform| platform.name().to_owned())
                .unwrap_or_default(),
            entry.by.clone().unwrap_or_default(),
            details.join("; "),
        ]
    }
}

fn head(texts: &'static Texts) -> [String; 7] {
    [
        texts.log_created,
        texts.log_message,
        texts.log_level,
        texts.log_account,
        texts.platform,
        texts.log_by,
        texts.log_details,
    ]
    .map(str::to_owned)
}

/// The last line of a file that does not hold all: without it nobody would notice.
fn cut(texts: &'static Texts) -> [String; 7] {
    let mut cells = <[String; 7]>::default();
    cells[1] = texts.log_file_cut(ROWS_MAX);
    cells
}

/// A line after RFC 4180.
fn push_line(lines: &mut String, cells: [String; 7]) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            lines.push(',');
        }
        push_cell(lines, &cell);
    }
    lines.push_str("\r\n");
}

/// A value, quoted where it must be. One that a spreadsheet would run as a formula becomes text.
fn push_cell(lines: &mut String, cell: &str) {
    let mark = if cell.starts_with(FORMULA_STARTS) { "'" } else { "" };
    // A spreadsheet may part cells at semicolons, quoted or not: what follows one must not look like a formula either.
    let cell = FORMULA_STARTS.iter().fold(cell.to_owned(), |cell, start| {
        cell.replace(&format!(";{start}"), &format!(";'{start}"))
    });
    if cell.contains([',', ';', '"', '\r', '\n']) {
        lines.push('"');
        lines.push_str(mark);
        lines.push_str(&cell.replace('"', "\"\""));
        lines.push('"');
    } else {
        lines.push_str(mark);
        lines.push_str(&cell);
    }
}

#[cfg(test)]
mod tests {
    use domain::Language;

    use super::*;

    fn cell(text: &str) -> String {
        let mut line = String::new();
        push_cell(&mut line, text);
        line
    }

    #[test]
    fn a_value_is_quoted_only_where_it_must_be() {
        assert_eq!(cell("Ordini in chat"), "Ordini in chat");
        assert_eq!(cell(""), "");
        assert_eq!(cell("uno, due"), "\"uno, due\"");
        assert_eq!(cell("detto \"bot\""), "\"detto \"\"bot\"\"\"");
        assert_eq!(cell("due\r\nrighe"), "\"due\r\nrighe\"");
    }

    #[test]
    fn a_file_that_does_not_hold_all_says_so_in_its_last_line() {
        assert_eq!(GoesOn::after(CHUNK, true), GoesOn::Yes);
        assert_eq!(GoesOn::after(ROWS_MAX, false), GoesOn::No);
        assert_eq!(GoesOn::after(ROWS_MAX, true), GoesOn::Cut);
        let mut line = String::new();
        push_line(&mut line, cut(texts(Language::It)));
        assert_eq!(
            line,
            ",Il file si ferma a 1.000.000 di righe: i log più vecchi mancano. \
             Scarica il resto scegliendo le date.,,,,,\r\n"
        );
    }

    #[test]
    fn no_value_is_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("+39 055"), "'+39 055");
        assert_eq!(cell("-1"), "'-1");
        assert_eq!(cell("@bot"), "'@bot");
        assert_eq!(cell("\t=1"), "'\t=1");
        assert_eq!(cell("\r=1"), "\"'\r=1\"");
        assert_eq!(
            cell("=HYPERLINK(\"https://evil.example\",\"qui\")"),
            "\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"qui\"\")\""
        );
        assert_eq!(cell("a=1"), "a=1");
    }
}
