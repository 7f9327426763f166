//! New entries that appear by themselves.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::List;
use crate::load::load_log_tail;
use crate::parts::{Came, Listed, merge};
use crate::view::LogRowView;

impl Listed for LogRowView {
    type Id = domain::LogId;

    fn id(&self) -> domain::LogId {
        self.id
    }
}

/// The button that starts and pauses; only where the newest entry is shown.
pub(super) fn button(list: List) -> impl Fn() -> Option<AnyView> + Clone + Send + 'static {
    let texts = list.shell().texts;
    let is_newest = Memo::new(move |_| list.view.with(|view| view.newer.is_none()));
    let sentences = (texts.tail_started, texts.tail_stopped);
    move || {
        let ask = Callback::new(move |()| ask(list));
        is_newest
            .get()
            .then(|| list.tail.button(texts, list.announced, sentences, ask))
    }
}

fn ask(list: List) {
    if !list.tail.begin() {
        return;
    }
    let asked = list.asked.get_value();
    let newest = list
        .view
        .with_untracked(|view| view.rows.first().map(|row| row.id));
    spawn_local(async move {
        let answer = load_log_tail(asked.query.clone(), newest).await;
        if !list.tail.ended() || list.asked.try_get_value() != Some(asked) {
            return;
        }
        match answer {
            Ok(came) => {
                let mut view = list.view.get_untracked();
                let came = Came {
                    rows: came.rows,
                    older: came.older,
                    joins: came.joins,
                };
                let is_cut = came.is_cut();
                let fresh = merge(&mut view.rows, &mut view.older, came);
                if !fresh.is_empty() {
                    let texts = list.shell().texts;
                    let mut arrived = texts.log_arrived(fresh.len());
                    if is_cut {
                        list.tail.miss();
                        arrived = format!("{arrived}. {}", texts.tail_missed);
                    }
                    list.announced.set(arrived);
                    list.tail.set_fresh(fresh);
                    list.view.set(view);
                }
            }
            Err(error) => {
                list.tail.stop();
                list.shell().fail(error);
            }
        }
    });
}
