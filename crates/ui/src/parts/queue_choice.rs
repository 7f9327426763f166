//! What becomes of what waits for accounts that are switched off.

use leptos::prelude::*;

use crate::text::Texts;

/// Hold or skip, to choose from; holding comes first.
pub(crate) fn queue_choice(texts: &'static Texts, question: &'static str) -> AnyView {
    let queue = &texts.queue;
    let choice = |value: &'static str, title: &'static str, text: &'static str, is_first: bool| {
        view! {
            <label class="choice">
                <input type="radio" class="radio" name="queue" value=value checked=is_first/>
                <span class="choice-text"><strong>{title}</strong><span>{text}</span></span>
            </label>
        }
    };
    view! {
        <fieldset class="choices">
            <legend>{question}</legend>
            {choice("hold", queue.keep, queue.keep_text, true)}
            {choice("skip", queue.skip, queue.skip_text, false)}
        </fieldset>
    }
    .into_any()
}
