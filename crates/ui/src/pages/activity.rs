//! Attività: the last 24 hours of an account, and what waits for it.

use std::fmt::Write as _;
use std::time::Duration;

use domain::{AccountId, HoldReason, Section};
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::enhance::EnhancedForm;
use crate::load::load_activity;
use crate::parts::{address, icon, time_tag};
use crate::text::Texts;
use crate::view::{ActivityView, HoldView, HourView};

/// How often a page asks how much is still to be skipped.
const SKIPPING_EVERY: Duration = Duration::from_secs(2);
/// How far that is counted.
const SKIPPING_COUNTED: u32 = 10_000;
/// Height of the chart, in its own units.
const HEIGHT: u32 = 96;
/// Width of an hour with the gap behind it.
const STEP: u32 = 20;
/// Width of an hour's bar.
const BAR: u32 = 14;
/// From the left edge to the bar of what waits now: after 24 hours and a gap.
const NOW_X: u32 = 24 * STEP + 16;
/// Width of the whole chart.
const WIDTH: u32 = NOW_X + BAR;

/// The activity of an account that receives events.
pub(crate) fn activity(texts: &'static Texts, view: &ActivityView) -> AnyView {
    let queue = &texts.queue;
    let id = view.id;
    let is_quiet = view.delivered.is_none()
        && view.queued.waiting == 0
        && view.queued.later == 0
        && view.hours.iter().all(|hour| hour.sum() == 0);
    let banner = view.hold.as_ref().map(|hold| held(texts, view, hold));
    let skipping = (view.skipping > 0).then(|| skipping(texts, id, view.skipping));
    let content = if is_quiet {
        view! { <p class="hint">{queue.quiet}</p> }.into_any()
    } else {
        view! { <div class="activity-body">{chart(texts, view)}{figures(texts, view)}</div> }.into_any()
    };
    let deliveries = address("/deliveries", [("account", id.to_string().as_str())]);
    let pause = (view.active && view.hold.is_none()).then(|| pause(texts, id));
    view! {
        <section class="activity" aria-labelledby="activity">
            <div class="activity-head">
                <h2 id="activity">{queue.activity}</h2>
                <a href=deliveries>{queue.show_deliveries}</a>
                {pause}
            </div>
            {banner}
            {skipping}
            {content}
        </section>
    }
    .into_any()
}

/// The queue is held: why, since when, and the way on.
fn held(texts: &'static Texts, view: &ActivityView, hold: &HoldView) -> AnyView {
    let id = view.id;
    let queue = &texts.queue;
    let is_paused = hold.reason == HoldReason::Paused;
    let (class, symbol, title) = if is_paused {
        ("panel info hold", "#i-hold", queue.paused)
    } else {
        ("panel warn hold", "#i-alert", queue.held)
    };
    let why = (!is_paused).then(|| view! { <p>{hold.reason.text().get(texts.language)}</p> });
    let until = hold.until.clone().map(|until| {
        view! { <span>{queue.held_until} " " {time_tag(until)}</span> }
    });
    // What else it takes is not in the hands of a button here.
    let resume = matches!(hold.reason, HoldReason::Paused | HoldReason::Credentials).then(|| {
        view! {
            <EnhancedForm action=format!("/accounts/{id}/queue")>
                <button class="button" name="do" value="resume">
                    {icon("#i-play")}
                    <span>{queue.resume}</span>
                </button>
            </EnhancedForm>
        }
    });
    let before = texts.queued(&view.queued).map(|told| {
        view! { <p><strong>{queue.then}</strong> " " {told}</p> }
    });
    let replace = (hold.reason == HoldReason::Credentials).then(|| {
        let href = format!("#{}", Section::Credentials.anchor());
        view! { <a class="button" href=href rel="external">{queue.replace_credentials}</a> }
    });
    view! {
        <div class=class>
            {icon(symbol)}
            <div>
                <h3>{title}</h3>
                {why}
                <p class="meta"><span>{queue.since} " " {time_tag(hold.since.clone())}</span> " " {until}</p>
                {before}
                <div class="do">{replace}{resume}</div>
            </div>
        </div>
    }
    .into_any()
}

/// What waited is being skipped: how much is left, as it goes down, and the way to stop it.
fn skipping(texts: &'static Texts, id: AccountId, count: u32) -> AnyView {
    let queue = &texts.queue;
    let left = RwSignal::new(count);
    // How it came to its end.
    let over: RwSignal<Option<&'static str>> = RwSignal::new(None);
    let timer: StoredValue<Option<IntervalHandle>> = StoredValue::new(None);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let ask = move || {
        spawn_local(async move {
            // Without an answer the next one tells.
            if let Ok(Some(view)) = load_activity(id).await {
                left.try_set(view.skipping);
                if view.skipping == 0 {
                    let is_kept = view.hold.is_some();
                    over.try_set(Some(if is_kept { queue.kept } else { queue.skipped_all }));
                    stop();
                }
            }
        });
    };
    Effect::new(move |_| timer.set_value(set_interval_with_handle(ask, SKIPPING_EVERY).ok()));
    on_cleanup(stop);
    let title = move || over.get().unwrap_or(queue.skipping);
    let told = move || {
        let left = left.get();
        (left > 0).then(|| texts.still_skipping(left, SKIPPING_COUNTED))
    };
    let way_out = move || {
        over.get().is_none().then(|| {
            view! {
                <p class="hint">{queue.stop_text}</p>
                <EnhancedForm action=format!("/accounts/{id}/queue")>
                    <p class="do">
                        <button class="button" name="do" value="keep">
                            {icon("#i-hold")}
                            <span>{queue.stop_skipping}</span>
                        </button>
                    </p>
                </EnhancedForm>
            }
        })
    };
    view! {
        <div class="panel info hold">
            {icon("#i-skip")}
            <div>
                <h3>{title}</h3>
                <p role="status">{told}</p>
                {way_out}
            </div>
        </div>
    }
    .into_any()
}

fn pause(texts: &'static Texts, id: AccountId) -> AnyView {
    let queue = &texts.queue;
    let button = |value: &'static str, name: &'static str| {
        view! { <button class="button small" name="do" value=value>{name}</button> }
    };
    view! {
        <details class="pause">
            <summary class="button small">{icon("#i-hold")}<span>{queue.pause}</span></summary>
            <EnhancedForm action=format!("/accounts/{id}/queue")>
                <p class="hint">{queue.pause_text}</p>
                <p class="do">
                    {button("pause-hour", queue.pause_hour)}
                    {button("pause-morning", queue.pause_morning)}
                    {button("pause", queue.pause_open)}
                </p>
            </EnhancedForm>
        </details>
    }
    .into_any()
}

fn figures(texts: &'static Texts, view: &ActivityView) -> AnyView {
    let queue = &texts.queue;
    let queued = &view.queued;
    let waiting = if queued.waiting == 0 {
        queue.nothing_waits.to_owned()
    } else {
        texts.waiting(queued)
    };
    let cost = texts.cost(queued).map(|cost| view! { <p>{cost}</p> });
    let needless = texts.needless(queued).map(|needless| view! { <p>{needless}</p> });
    let oldest = view.oldest.clone().map(|oldest| {
        view! { <p>{queue.oldest} " " {time_tag(oldest)}</p> }
    });
    let later = texts.later(queued).map(|later| view! { <p>{later}</p> });
    let last = match view.delivered.clone() {
        Some(delivered) => view! { <p>{time_tag(delivered)}</p> }.into_any(),
        None => view! { <p>{queue.never}</p> }.into_any(),
    };
    view! {
        <dl class="figures">
            <div><dt>{queue.waiting}</dt><dd><p><strong>{waiting}</strong></p>{cost}{needless}{oldest}{later}</dd></div>
            <div><dt>{queue.last_success}</dt><dd>{last}</dd></div>
        </dl>
    }
    .into_any()
}

impl HourView {
    const fn sum(&self) -> u32 {
        self.delivered
            .saturating_add(self.failed)
            .saturating_add(self.retried)
            .saturating_add(self.skipped)
    }
}

/// The height of `count` where `most` fills the chart; what is there can be seen.
fn height(count: u32, most: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    let height = u64::from(count.min(most)) * u64::from(HEIGHT) / u64::from(most.max(1));
    u32::try_from(height).unwrap_or(HEIGHT).max(2)
}

/// What an hour's bar stands for: deliveries that ended, and attempts that are made again.
const fn told(hour: &HourView) -> u32 {
    hour.delivered
        .saturating_add(hour.retried)
        .saturating_add(hour.failed)
}

/// The heights of what ended well, of attempts to be repeated and of what failed, one upon the other.
fn split(hour: &HourView, most: u32) -> [u32; 3] {
    let whole = height(told(hour), most);
    let bad = height(hour.failed, most).min(whole);
    let again = height(hour.retried, most).min(whole - bad);
    [whole - bad - again, again, bad]
}

/// Bars as the path of a drawing: from the left, how far above the ground, how high.
fn bars(bars: impl Iterator<Item = (u32, u32, u32)>) -> String {
    let mut path = String::new();
    for (x, above, high) in bars.filter(|(_, _, high)| *high > 0) {
        let top = HEIGHT.saturating_sub(above + high);
        // Writing into a string cannot fail.
        let _ = write!(path, "M{x} {top}h{BAR}v{high}h-{BAR}z");
    }
    path
}

fn chart(texts: &'static Texts, view: &ActivityView) -> AnyView {
    let queue = &texts.queue;
    let hours = &view.hours;
    let waiting = view.queued.waiting;
    let sum = |count: fn(&HourView) -> u32| hours.iter().map(count).fold(0, u32::saturating_add);
    let (delivered, retried, failed) = (
        sum(|hour| hour.delivered),
        sum(|hour| hour.retried),
        sum(|hour| hour.failed),
    );
    let busiest = hours.iter().map(told).max();
    // What waits may be a multiple of an hour: then its bar is cut.
    let most = match busiest {
        Some(busiest) if busiest > 0 => busiest,
        _ => waiting.max(1),
    };
    let x = |index: usize| u32::try_from(index).unwrap_or_default() * STEP;
    let parts = hours.iter().map(|hour| split(hour, most)).enumerate();
    let good = bars(parts.clone().map(|(index, [good, ..])| (x(index), 0, good)));
    let again = bars(
        parts
            .clone()
            .map(|(index, [good, again, _])| (x(index), good, again)),
    );
    let bad = bars(parts.map(|(index, [good, again, bad])| (x(index), good + again, bad)));
    let now = bars(std::iter::once((NOW_X, 0, height(waiting, most))));
    let cut = (waiting > most).then(|| {
        let path = format!("M{} 14l{} -6v5l-{} 6z", NOW_X - 2, BAR + 4, BAR + 4);
        view! { <path class="cut" d=path/> }
    });
    let ground = format!("M0 {HEIGHT}H{}M{NOW_X} {HEIGHT}h{BAR}", 24 * STEP - (STEP - BAR));
    let from = hours.first().map(|hour| hour.label.clone());
    let legend = |class: &'static str, name: &'static str, count: u32| {
        view! { <li class=class><span>{name}</span> " " <strong>{texts.number(count)}</strong></li> }
    };
    view! {
        <figure class="chart">
            <svg viewBox=format!("0 0 {WIDTH} {}", HEIGHT + 1) role="img" aria-label=texts.chart(delivered, retried, failed, waiting)>
                <path class="good" d=good/>
                <path class="again" d=again/>
                <path class="bad" d=bad/>
                <path class="wait" d=now/>
                {cut}
                <path class="ground" d=ground/>
            </svg>
            <p class="axis" aria-hidden="true"><span>{from}</span><span>{queue.waiting_now}</span></p>
            <figcaption>
                <span class="hidden-text">{queue.last_day}</span>
                <ul role="list">
                    {legend("good", queue.delivered, delivered)}
                    {legend("again", queue.retried, retried)}
                    {legend("bad", queue.failed, failed)}
                    {legend("wait", queue.waiting, waiting)}
                </ul>
            </figcaption>
            {table(texts, hours)}
        </figure>
    }
    .into_any()
}

fn table(texts: &'static Texts, hours: &[HourView]) -> AnyView {
    let queue = &texts.queue;
    let rows = hours.iter().filter(|hour| hour.sum() > 0).map(|hour| {
        view! {
            <tr>
                <th scope="row">{hour.label.clone()}</th>
                <td>{texts.number(hour.delivered)}</td>
                <td>{texts.number(hour.failed)}</td>
                <td>{texts.number(hour.retried)}</td>
                <td>{texts.number(hour.skipped)}</td>
            </tr>
        }
    });
    view! {
        <details class="technical">
            <summary>{queue.as_table}</summary>
            <table class="table hours">
                <caption class="hidden-text">{queue.last_day}</caption>
                <thead>
                    <tr>
                        <th scope="col">{queue.hour}</th>
                        <th scope="col">{queue.delivered}</th>
                        <th scope="col">{queue.failed}</th>
                        <th scope="col">{queue.retried}</th>
                        <th scope="col">{queue.skipped}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_there_can_be_seen_and_nothing_is_higher_than_the_chart() {
        assert_eq!(height(0, 10), 0);
        assert_eq!(height(1, 1_000_000), 2);
        assert_eq!(height(5, 10), HEIGHT / 2);
        assert_eq!(height(10, 10), HEIGHT);
        assert_eq!(height(u32::MAX, 10), HEIGHT);
    }

    #[test]
    fn failures_stand_upon_what_is_repeated_and_that_upon_what_ended_well() {
        let hour = |delivered, retried, failed| HourView {
            label: String::new(),
            delivered,
            failed,
            retried,
            skipped: 7,
        };
        assert_eq!(split(&hour(0, 0, 0), 10), [0, 0, 0]);
        assert_eq!(split(&hour(5, 0, 5), 10), [48, 0, 48]);
        assert_eq!(split(&hour(0, 5, 5), 10), [0, 48, 48]);
        assert_eq!(split(&hour(998, 1, 1), 1_000), [92, 2, 2]);
    }

    #[test]
    fn bars_stand_on_one_another() {
        assert_eq!(
            bars([(0, 0, 96), (20, 40, 2), (40, 0, 0)].into_iter()),
            "M0 0h14v96h-14zM20 54h14v2h-14z"
        );
    }
}
