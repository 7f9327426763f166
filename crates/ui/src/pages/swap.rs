//! Switching an account on in the place of another, in one step.

use domain::{AccountId, Slot};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::EnhancedForm;
use crate::load::{LoadError, load_swap};
use crate::outcome::Problem;
use crate::parts::{Crumb, Head, health_badge, icon, platform_name, queue_choice, queued_line, state_badge};
use crate::view::{InTheWayView, QueuedView, SwapView};

const CRUMBS: &[Crumb] = &[Crumb::Integrations, Crumb::Accounts];

/// Offers to swap an account with those in its way.
#[component]
pub(crate) fn SwapPage() -> impl IntoView {
    let shell = use_shell();
    let query = use_query_map();
    let id =
        Memo::new(move |_| query.with(|query| query.get("id").and_then(|id| id.parse::<AccountId>().ok())));
    let asked = Resource::new(
        move || (id.get(), shell.revision.get()),
        move |(id, _)| {
            shell.tracked(async move {
                match id {
                    Some(id) => load_swap(id).await,
                    None => Err(LoadError::Failed(Problem::NotFound)),
                }
            })
        },
    );
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) => offer(shell, view),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

/// One of the accounts in the way, with every place that it holds.
#[derive(Debug, PartialEq, Eq)]
struct InWay {
    id: AccountId,
    description: String,
    /// Whether it keeps running and only gives up the mark of the default account.
    stays_active: bool,
}

/// An account can hold two places: it is listed once, and only stays active when it holds no other than the default's.
fn by_account(holders: &[InTheWayView]) -> Vec<InWay> {
    let mut found: Vec<InWay> = Vec::new();
    for holder in holders {
        let stays_active = holder.slot.is_default();
        match found.iter_mut().find(|account| account.id == holder.id) {
            Some(account) => account.stays_active &= stays_active,
            None => found.push(InWay {
                id: holder.id,
                description: holder.description.clone(),
                stays_active,
            }),
        }
    }
    found
}

fn offer(shell: Shell, view: SwapView) -> AnyView {
    let texts = shell.texts;
    let in_way = by_account(&view.in_the_way);
    let displaced: Vec<&str> = in_way
        .iter()
        .filter(|account| !account.stays_active)
        .map(|account| account.description.as_str())
        .collect();
    let title = texts.swap_title(&view.description, &displaced);
    let mut slots: Vec<&Slot> = Vec::new();
    for holder in &view.in_the_way {
        if !slots.contains(&&holder.slot) {
            slots.push(&holder.slot);
        }
    }
    let rules: Vec<String> = slots.into_iter().map(|slot| texts.slot_rule(slot)).collect();
    let free = in_way.is_empty();
    let why = if free {
        texts.swap_free.to_owned()
    } else {
        rules.join(" ")
    };
    let platform = view.platform;
    let on_to = |before: bool, after: bool| {
        view! { {state_badge(texts, before)} " " {icon("#i-chevron")} " " {state_badge(texts, after)} }
            .into_any()
    };
    let others = in_way
        .iter()
        .map(|account| {
            let what = if account.stays_active {
                view! { <span>{texts.swap_stays}</span> }.into_any()
            } else {
                on_to(true, false)
            };
            let ousted = view.ousted.iter().find(|(id, _)| *id == account.id);
            let queued = ousted.and_then(|(_, queued)| queued_line(texts, queued));
            let name = account.description.clone();
            view! { <div><dt><span class="subject">{name}</span> " " {platform_name(platform)}</dt><dd>{what}</dd>{queued}</div> }
        })
        .collect_view();
    let is_waiting = |queued: &QueuedView| queued.waiting > 0 || queued.later > 0;
    let choice = match view
        .ousted
        .iter()
        .filter(|(_, queued)| is_waiting(queued))
        .count()
    {
        0 => None,
        1 => Some(queue_choice(texts, texts.queue.swap_text)),
        _ => Some(queue_choice(texts, texts.queue.swap_many_text)),
    };
    let keeps = (!free).then(|| view! { <p>{texts.swap_keeps}</p> });
    let unproven = (!view.health.health.is_proven()).then(|| {
        let why = view.health.why.clone();
        view! {
            <p class="unproven">
                {health_badge(texts, &view.health)}
                " "
                <span>{texts.swap_unproven}</span>
                " "
                <span>{why}</span>
            </p>
        }
    });
    let (symbol, verb) = if free {
        ("#i-power", texts.activate)
    } else {
        ("#i-swap", texts.swap)
    };
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=title crumbs=CRUMBS/>
            <EnhancedForm action="/accounts/swap" class="ask">
                <input type="hidden" name="id" value=view.id.to_string()/>
                <p>{why}</p>
                <dl class="swaps">
                    <div>
                        <dt><span class="subject">{view.description}</span> " " {platform_name(platform)}</dt>
                        <dd>{on_to(false, true)}</dd>
                        {queued_line(texts, &view.queued)}
                    </div>
                    {others}
                </dl>
                {keeps}
                {unproven}
                {choice}
                <div class="actions">
                    <button class="button primary">{icon(symbol)}<span>{verb}</span></button>
                    <a class="button quiet" href="/accounts">{texts.cancel}</a>
                </div>
            </EnhancedForm>
        </main>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use domain::Platform;

    fn holder(number: u32, slot: Slot) -> InTheWayView {
        let id = format!("01890000-0000-7000-8000-{number:012x}").parse().unwrap();
        InTheWayView {
            id,
            description: format!("account {number}"),
            slot,
        }
    }

    #[test]
    fn an_account_that_is_only_the_default_stays_active() {
        let language = Slot::PlatformLanguage(Platform::Clerk, "it".parse().unwrap());
        let default = Slot::PlatformDefault(Platform::Clerk);
        let found = by_account(&[
            holder(1, language.clone()),
            holder(1, default.clone()),
            holder(2, default),
        ]);
        assert_eq!(
            found
                .iter()
                .map(|account| account.stays_active)
                .collect::<Vec<_>>(),
            [false, true]
        );
    }
}
