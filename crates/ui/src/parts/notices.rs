//! What is told at the foot of the page.

use leptos::prelude::*;

use super::icon::icon;
use crate::app::{News, Told, use_shell};
use crate::enhance::{EnhancedForm, keep_focus};
use crate::outcome::Notice;

/// How a notice looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Info,
    Bad,
}

/// The place of notices; there from the start, so that screen readers follow it.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let shell = use_shell();
    view! {
        <div class="notices" role="status">
            <For each=move || shell.told.get() key=|told| told.serial children=notice/>
        </div>
    }
    .into_any()
}

fn notice(told: Told) -> AnyView {
    let shell = use_shell();
    let texts = shell.texts;
    let (class, symbol) = match tone(&told.news) {
        Tone::Good => ("notice good", "#i-check"),
        Tone::Info => ("notice info", "#i-info"),
        Tone::Bad => ("notice bad", "#i-alert"),
    };
    let (words, undo) = match told.news {
        News::Problem(problem) => {
            let problem = texts.problem(problem);
            (
                format!("{}. {} {}", problem.title, problem.what, problem.next),
                None,
            )
        }
        News::Notice(notice) => (texts.notice_text(&notice), undo(&notice)),
    };
    view! {
        <div class=class>
            {icon(symbol)}
            <p>{words}</p>
            {undo}
            <button
                type="button"
                class="button quiet close scripted"
                aria-label=texts.close
                on:click=move |_| {
                    shell.told.set(None);
                    keep_focus();
                }
            >
                {icon("#i-close")}
            </button>
        </div>
    }
    .into_any()
}

/// The form that takes a switch back.
fn undo(notice: &Notice) -> Option<AnyView> {
    let Notice::Switched { active, ids, .. } = notice else {
        return None;
    };
    if ids.is_empty() {
        return None;
    }
    let shell = use_shell();
    let wanted = if *active { "deactivate" } else { "activate" };
    let ids = ids
        .iter()
        .map(|id| view! { <input type="hidden" name="id" value=id.to_string()/> })
        .collect_view();
    Some(
        view! {
            <EnhancedForm action="/accounts/selection">
                {ids}
                <input type="hidden" name="back" value=move || shell.here()/>
                // It only takes back what was there a moment ago.
                <input type="hidden" name="confirmed" value="yes"/>
                <button class="button quiet" name="do" value=wanted>
                    {icon("#i-undo")}
                    <span>{shell.texts.undo}</span>
                </button>
            </EnhancedForm>
        }
        .into_any(),
    )
}

fn tone(news: &News) -> Tone {
    match news {
        News::Problem(_) => Tone::Bad,
        News::Notice(notice) => match notice {
            Notice::Switched {
                refused, skipping, ..
            } if *refused > 0 || *skipping > 0 => Tone::Info,
            Notice::Created
            | Notice::Saved
            | Notice::Switched { .. }
            | Notice::Swapped
            | Notice::Deleted { .. }
            | Notice::DeliveriesRetried { .. }
            | Notice::DeliveriesSkipped { .. }
            | Notice::EventsPurged { .. }
            | Notice::QueuePaused
            | Notice::QueueResumed
            | Notice::QueueKept
            | Notice::TokenRevoked
            | Notice::Welcome => Tone::Good,
            Notice::Unchanged
            | Notice::NothingSelected
            | Notice::SelectOne
            | Notice::Gone
            | Notice::ChangedMeanwhile
            | Notice::DraftRestored
            | Notice::DeliveryDone
            | Notice::SignedOut => Tone::Info,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Problem;

    #[test]
    fn only_what_was_wholly_done_looks_done() {
        let switched = |refused, skipping| {
            News::Notice(Notice::Switched {
                active: true,
                ids: Vec::new(),
                refused,
                skipping,
            })
        };
        assert_eq!(tone(&switched(0, 0)), Tone::Good);
        assert_eq!(tone(&switched(1, 0)), Tone::Info);
        assert_eq!(tone(&switched(0, 1)), Tone::Info);
        assert_eq!(tone(&News::Problem(Problem::Busy)), Tone::Bad);
    }
}
