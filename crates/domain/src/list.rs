//! What the list of accounts shows, as it stands in the address bar.

use serde::{Deserialize, Serialize};

use crate::platform::Platform;

/// Rows on one page of the list.
pub const PAGE_SIZE: u32 = 50;
/// Most characters that a search looks for; the rest is cut off.
pub const SEARCH_CHARS_MAX: usize = 100;

/// Filter, order and page of the list. Every value that an address can hold means something: what is wrong falls back
/// to its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFilter {
    /// Words to look for; empty for all.
    pub search: String,
    /// Only this platform.
    pub platform: Option<Platform>,
    /// Only active or only inactive accounts.
    pub active: Option<bool>,
    /// Only active accounts whose last test failed.
    pub attention: bool,
    /// The order.
    pub sort: AccountSort,
    /// The page, from 1.
    pub page: u32,
}

/// A column and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSort {
    /// The column.
    pub column: SortColumn,
    /// The direction.
    pub direction: Direction,
}

/// A column that the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortColumn {
    /// The description, capitals and small letters alike.
    Description,
    /// The platform.
    Platform,
    /// Active or not.
    State,
    /// The last change.
    Updated,
}

/// A sort direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Direction {
    /// The other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

impl SortColumn {
    /// All columns.
    pub const ALL: [Self; 4] = [Self::Description, Self::Platform, Self::State, Self::Updated];

    /// The column in an address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Platform => "platform",
            Self::State => "state",
            Self::Updated => "updated",
        }
    }
}

impl Default for AccountFilter {
    fn default() -> Self {
        Self {
            search: String::new(),
            platform: None,
            active: None,
            attention: false,
            sort: AccountSort {
                column: SortColumn::Description,
                direction: Direction::Ascending,
            },
            page: 1,
        }
    }
}

impl AccountFilter {
    /// Reads the pairs of an address: `q`, `platform`, `state` (`on`, `off` or `attention`), `sort` (a column, `-` before it for
    /// descending), `page`.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name {
                "q" => filter.search = search(value),
                "platform" => filter.platform = value.parse().ok(),
                "state" => {
                    filter.attention = value == "attention";
                    filter.active = match value {
                        "on" => Some(true),
                        "off" => Some(false),
                        _ => None,
                    }
                }
                "sort" => {
                    let (direction, column) = value
                        .strip_prefix('-')
                        .map_or((Direction::Ascending, value), |column| {
                            (Direction::Descending, column)
                        });
                    if let Some(column) = SortColumn::ALL.into_iter().find(|known| known.code() == column) {
                        filter.sort = AccountSort { column, direction };
                    }
                }
                "page" => filter.page = value.parse::<u32>().unwrap_or(1).clamp(1, 1_000_000),
                _ => {}
            }
        }
        filter
    }

    /// The pairs for an address; defaults are left out. Read back, they make the same filter.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.search.is_empty() {
            pairs.push(("q", self.search.clone()));
        }
        if let Some(platform) = self.platform {
            pairs.push(("platform", platform.code().to_owned()));
        }
        match self.active {
            _ if self.attention => pairs.push(("state", "attention".to_owned())),
            Some(true) => pairs.push(("state", "on".to_owned())),
            Some(false) => pairs.push(("state", "off".to_owned())),
            None => {}
        }
        if self.sort != Self::default().sort {
            let minus = if self.sort.direction == Direction::Descending {
                "-"
            } else {
                ""
            };
            pairs.push(("sort", format!("{minus}{}", self.sort.column.code())));
        }
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        pairs
    }

    /// Whether anything but order and page is set.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.platform.is_some() || self.active.is_some() || self.attention
    }

    /// Rows before the page.
    pub fn offset(&self) -> u64 {
        u64::from(self.page.saturating_sub(1)) * u64::from(PAGE_SIZE)
    }
}

/// Without control characters, cut to its greatest length, then trimmed: an address made of it reads the same.
pub(crate) fn search(text: &str) -> String {
    let text: String = text.chars().filter(|char| !char.is_control()).collect();
    let cut: String = text.trim_start().chars().take(SEARCH_CHARS_MAX).collect();
    cut.trim_end().to_owned()
}
