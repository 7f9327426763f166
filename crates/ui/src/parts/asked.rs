//! Lists that follow the address: what is shown was read for a query, and is read again when the query changes.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::app::Shell;

/// What a shown list was read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The query of the address.
    pub(crate) query: String,
    /// The revision of the shown data.
    pub(crate) revision: u32,
}

impl Asked {
    /// What is asked for as a page is made.
    pub(crate) fn first(shell: Shell, query: Memo<String>) -> Self {
        Self {
            query: query.get_untracked(),
            revision: shell.revision.get_untracked(),
        }
    }
}

/// The query of the page at `path`.
pub(crate) fn query_at(path: &'static str) -> Memo<String> {
    let location = use_location();
    let (pathname, search) = (location.pathname, location.search);
    // On the way to another page the address is that page's already.
    Memo::new(move |before: Option<&String>| {
        if pathname.get() == path {
            search.get()
        } else {
            before.cloned().unwrap_or_default()
        }
    })
}

/// Reads a list again whenever something else is asked for than what it shows.
pub(crate) fn follow_address(
    shell: Shell,
    query: Memo<String>,
    asked: StoredValue<Asked>,
    read: impl Fn(Asked) + 'static,
) {
    Effect::new(move |_| {
        let now = Asked {
            query: query.get(),
            revision: shell.revision.get(),
        };
        if asked.get_value() != now {
            asked.set_value(now.clone());
            read(now);
        }
    });
}
