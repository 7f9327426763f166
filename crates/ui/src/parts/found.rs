//! What the platform offers for a field: the button that asks, and what it answered.

use domain::{Lookup, Pick};
use leptos::prelude::*;

use super::{field_id, icon};
use crate::enhance::{begin_line, fill};
use crate::text::Texts;
use crate::view::FoundView;

/// For the field called `name`.
pub(super) fn found_values(
    texts: &'static Texts,
    name: &'static str,
    lookup: Lookup,
    found: RwSignal<Option<FoundView>>,
) -> AnyView {
    let language = texts.language;
    // Without scripts the page comes anew with the values: whoever asked goes on where they were.
    let came = found.with_untracked(|found| found.as_ref().is_some_and(|found| found.field == name));
    let mine = move || found.get().filter(|found| found.field == name);
    // There from the start, so that what comes into it is read out; a long list is not.
    let said = move || {
        mine().map(|found| match (found.problem.is_empty(), found.values.len()) {
            (false, _) => found.problem,
            (true, 0) => lookup.empty().get(language).to_owned(),
            (true, count) => texts.values_found(count),
        })
    };
    let answer = move || mine().map(|found| shown(texts, name, lookup, found));
    view! {
        <button
            class="button small ask-platform"
            name="do"
            value=format!("lookup:{}:{name}", lookup.code())
            aria-describedby=field_id(name)
            autofocus=came
        >
            {icon("#i-search")}
            <span>{lookup.button().get(language)}</span>
        </button>
        <p class="hidden-text" role="status">{said}</p>
        {answer}
    }
    .into_any()
}

fn shown(texts: &'static Texts, name: &'static str, lookup: Lookup, found: FoundView) -> AnyView {
    let language = texts.language;
    if !found.problem.is_empty() {
        return view! { <p class="found-problem">{icon("#i-alert")}<span>{found.problem}</span></p> }
            .into_any();
    }
    if found.values.is_empty() {
        return view! { <p class="found-none">{lookup.empty().get(language)}</p> }.into_any();
    }
    let values = found.values.into_iter().map(|value| {
        let id = value.id.clone();
        let label = format!("{} {}", texts.found_use, value.name);
        let pick = lookup.pick().map(|pick| {
            view! {
                <button
                    type="button"
                    class="button small scripted"
                    aria-label=label
                    on:click=move |_| match pick {
                        Pick::Value => fill(name, &id),
                        Pick::Line => begin_line(name, &id),
                    }
                >
                    {texts.found_use}
                </button>
            }
        });
        let note = (!value.note.is_empty()).then(|| view! { " " <span class="note">{value.note}</span> });
        view! { <li><span><strong>{value.name}</strong> " " <code>{value.id}</code>{note}</span>{pick}</li> }
    });
    let title = lookup.title().get(language);
    view! {
        <div class="found">
            <p>{title}</p>
            <ul role="list" tabindex="0" aria-label=title>{values.collect_view()}</ul>
        </div>
    }
    .into_any()
}
