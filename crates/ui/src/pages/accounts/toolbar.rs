//! What can be done with the selected accounts.

use leptos::prelude::*;

use super::List;
use crate::parts::icon;

/// The buttons, how many accounts are selected, and how many there are.
pub(super) fn toolbar(list: List) -> AnyView {
    let texts = list.shell().texts;
    let button = |class: &'static str, what: &'static str, symbol: &'static str, name: &'static str| {
        view! { <button class=class name="do" value=what>{icon(symbol)}<span>{name}</span></button> }
    };
    let selected = move || match list.ticked.get().ticked {
        0 => String::new(),
        ticked => texts.selected(ticked),
    };
    let total = move || list.view.with(|view| texts.count(view.matching, view.total));
    view! {
        <div class="toolbar" role="group" aria-label=texts.with_selected>
            {button("button quiet edit", "edit", "#i-pencil", texts.edit)}
            {button("button quiet", "activate", "#i-power", texts.activate)}
            {button("button quiet", "deactivate", "#i-pause", texts.deactivate)}
            {button("button quiet delete", "delete", "#i-trash", texts.delete_more)}
            <output class="selected">{selected}</output>
            <p class="total">{total}</p>
        </div>
    }
    .into_any()
}
