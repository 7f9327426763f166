//! What scripts add: forms are sent in the background, keys, the network banner. Without it everything works too.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use crate::app::{Shell, use_shell};
use crate::outcome::Outcome;
use crate::view::StepView;

/// The names and values of a form.
pub(crate) type Pairs = Vec<(String, String)>;

/// A form that posts to an address of its own. In the browser it is sent in the background: to the same address, with
/// the same pairs, for the same [`Outcome`].
#[component]
pub(crate) fn EnhancedForm(
    /// Where it posts to.
    #[prop(into)]
    action: String,
    /// Its class.
    #[prop(optional)]
    class: &'static str,
    /// Whether the browser's own checks are off, because the form has its own.
    #[prop(optional)]
    novalidate: bool,
    /// Gets the pairs just before they are sent.
    #[prop(optional, into)]
    on_submit: Option<Callback<Pairs>>,
    /// Is told each step of a test as it ends, when a button with `data-streams` was pressed.
    #[prop(optional, into)]
    on_step: Option<Callback<StepView>>,
    /// Gets what comes of it; otherwise [`Shell::settle`] does.
    #[prop(optional, into)]
    on_outcome: Option<Callback<Outcome>>,
    /// The form's element.
    #[prop(optional)]
    node_ref: NodeRef<html::Form>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let shell = use_shell();
    let told = Told {
        submit: on_submit,
        step: on_step,
        outcome: on_outcome,
    };
    let send = move |event: SubmitEvent| submit(&event, shell, told);
    view! {
        <form
            class=(!class.is_empty()).then_some(class)
            method="post"
            action=action
            novalidate=novalidate
            node_ref=node_ref
            on:submit=send
        >
            {children()}
        </form>
    }
    .into_any()
}

/// Who is told of a form that is sent.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "on the server nothing is sent")
)]
pub(crate) struct Told {
    submit: Option<Callback<Pairs>>,
    step: Option<Callback<StepView>>,
    outcome: Option<Callback<Outcome>>,
}

/// One request more is under way, until this is dropped.
pub(crate) struct Pending(Option<Shell>);

impl Pending {
    /// Counts a request; on the server there is nobody to see the bar.
    pub(crate) fn start(shell: Shell) -> Self {
        if cfg!(not(feature = "hydrate")) {
            return Self(None);
        }
        shell.pending.try_update(|pending| *pending += 1);
        Self(Some(shell))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(shell) = self.0 {
            shell
                .pending
                .try_update(|pending| *pending = pending.saturating_sub(1));
        }
    }
}

#[cfg(feature = "hydrate")]
pub(crate) use browser::{
    begin_line, boxes, cancel, copy, fill, follow_network, form_pairs, keep_focus, open_keys, remember_keys,
    send, set_controls, start, submit,
};

#[cfg(not(feature = "hydrate"))]
pub(crate) use server::{
    begin_line, boxes, cancel, copy, fill, follow_network, form_pairs, keep_focus, open_keys, remember_keys,
    send, set_controls, start, submit,
};

/// Nothing of this happens on the server.
#[cfg(not(feature = "hydrate"))]
mod server {
    use super::{NodeRef, Pairs, RwSignal, Shell, SubmitEvent, Told, html};

    pub(crate) fn start(_: Shell, _: NodeRef<html::Dialog>) {}

    pub(crate) fn follow_network(_: RwSignal<bool>) {}

    pub(crate) fn open_keys(_: NodeRef<html::Dialog>) {}

    pub(crate) fn remember_keys() {}

    pub(crate) fn keep_focus() {}

    pub(crate) fn form_pairs(_: &leptos::web_sys::HtmlFormElement) -> Pairs {
        Vec::new()
    }

    pub(crate) fn set_controls(_: &leptos::web_sys::HtmlFormElement, _: &[(&'static str, String)], _: bool) {}

    pub(crate) fn send(_: &leptos::web_sys::HtmlFormElement) {}

    pub(crate) fn boxes(_: &leptos::web_sys::Element) -> Vec<leptos::web_sys::HtmlInputElement> {
        Vec::new()
    }

    pub(crate) fn submit(_: &SubmitEvent, _: Shell, _: Told) {}

    pub(crate) fn cancel() {}

    pub(crate) fn copy(_: &str, _: &leptos::web_sys::Element, _: RwSignal<bool>) {}

    pub(crate) fn fill(_: &str, _: &str) {}

    pub(crate) fn begin_line(_: &str, _: &str) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;
    use std::time::Duration;

    use js_sys::{Array, Function, Reflect, Uint8Array};
    use leptos::ev;
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        AbortController, Element, Event, EventInit, FocusOptions, FormData, HtmlElement, HtmlFormElement,
        HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, ReadableStreamDefaultReader, RequestInit,
        Response, SubmitEvent, UrlSearchParams,
    };

    use super::{Pairs, Pending, Told};
    use crate::app::Shell;
    use crate::outcome::{Outcome, Problem};
    use crate::parts::encode;
    use crate::view::StepView;

    /// One JSON value on each line: the steps of a test as they end.
    const EVENTS: &str = "application/x-ndjson";
    /// How long it is said that something was copied.
    const COPIED_SHOWN: Duration = Duration::from_secs(2);
    /// How long an answer may take.
    const ANSWER_WAIT: Duration = Duration::from_secs(30);
    /// Where the browser remembers that the keys are switched off.
    const KEYS_OFF: &str = "raccordo.keys_off";
    /// Where a single key is no command. A dialog that closes keeps the focus until the next frame: that is no typing.
    const TYPED_IN: &str = ":is(input, textarea, select, dialog *):not(dialog:not([open]) *)";

    /// Marks the page as live and starts what runs beside the pages.
    pub(crate) fn start(shell: Shell, keys: NodeRef<html::Dialog>) {
        if let Some(root) = document().document_element() {
            // An attribute that cannot be set leaves the page as it is without scripts.
            let _ = root.set_attribute("data-live", "");
        }
        register_service_worker();
        if let Some(box_) = keys_box() {
            box_.set_checked(keys_are_on());
        }
        window_event_listener(ev::keydown, move |event| press(&event, shell, keys));
        // A form that loads a whole page (sign-in, language) is under way as well.
        window_event_listener(ev::submit, move |event| {
            let own = event
                .target()
                .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
            if !event.default_prevented()
                && own.is_some_and(|form| form.get_attribute("method").as_deref() != Some("dialog"))
            {
                shell.pending.update(|pending| *pending += 1);
            }
        });
        // Back from another page, as it was left.
        window_event_listener(ev::pageshow, move |_| shell.pending.set(0));
    }

    fn register_service_worker() {
        let navigator = window().navigator();
        let Ok(container) = Reflect::get(&navigator, &"serviceWorker".into()) else {
            return;
        };
        let register = Reflect::get(&container, &"register".into())
            .ok()
            .and_then(|found| found.dyn_into::<Function>().ok());
        if let Some(promise) = register.and_then(|register| register.call1(&container, &"/sw.js".into()).ok())
        {
            spawn_local(async move {
                // Without it only the page for being offline is missing.
                let _ = JsFuture::from(js_sys::Promise::from(promise)).await;
            });
        }
    }

    /// Follows whether the browser has a network.
    pub(crate) fn follow_network(online: RwSignal<bool>) {
        online.set(window().navigator().on_line());
        window_event_listener(ev::online, move |_| online.set(true));
        window_event_listener(ev::offline, move |_| online.set(false));
    }

    /// Shows the list of keys.
    pub(crate) fn open_keys(keys: NodeRef<html::Dialog>) {
        if let Some(dialog) = keys.get_untracked().filter(|dialog| !dialog.open()) {
            // A dialog that cannot open is one that is open already.
            let _ = dialog.show_modal();
        }
    }

    fn keys_box() -> Option<HtmlInputElement> {
        document().get_element_by_id("keys-on")?.dyn_into().ok()
    }

    fn keys_are_on() -> bool {
        let stored = window().local_storage().ok().flatten();
        stored
            .and_then(|stored| stored.get_item(KEYS_OFF).ok().flatten())
            .is_none()
    }

    /// Remembers whether the keys are on; single keys can get in the way of speech input.
    pub(crate) fn remember_keys() {
        let (Some(stored), Some(box_)) = (window().local_storage().ok().flatten(), keys_box()) else {
            return;
        };
        // A browser that stores nothing keeps the keys on.
        let _ = if box_.checked() {
            stored.remove_item(KEYS_OFF)
        } else {
            stored.set_item(KEYS_OFF, "1")
        };
    }

    /// What had the focus may be going: then the heading takes it, and the page stays where it is.
    pub(crate) fn keep_focus() {
        let rescue = || {
            let body = document().body().map(Element::from);
            if document().active_element() != body {
                return;
            }
            let heading = document()
                .query_selector("h1")
                .ok()
                .flatten()
                .and_then(|heading| heading.dyn_into::<HtmlElement>().ok());
            if let Some(heading) = heading {
                let options = FocusOptions::new();
                options.set_prevent_scroll(true);
                // Focus that cannot be set stays where it is.
                let _ = heading.focus_with_options(&options);
            }
        };
        // The next frame is still the old page.
        request_animation_frame(move || request_animation_frame(rescue));
    }

    fn press(event: &ev::KeyboardEvent, shell: Shell, keys: NodeRef<html::Dialog>) {
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| target.matches(TYPED_IN).unwrap_or(false));
        if typing || event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented() {
            return;
        }
        let key = event.key();
        let signed_in = shell.view.with_value(|view| view.user.is_some());
        if !matches!(key.as_str(), "/" | "n" | "?") || !keys_are_on() {
            return;
        }
        match key.as_str() {
            "?" => open_keys(keys),
            "n" if signed_in => shell.go("/accounts/new"),
            "/" if signed_in => match search_field() {
                Some(field) => {
                    // A field that cannot take the focus is no reason to fail.
                    let _ = field.focus();
                    field.select();
                }
                None => shell.go("/accounts"),
            },
            _ => return,
        }
        event.prevent_default();
    }

    fn search_field() -> Option<HtmlInputElement> {
        document()
            .query_selector("input[type=search]")
            .ok()??
            .dyn_into()
            .ok()
    }

    /// The names and values of a form as it stands.
    pub(crate) fn form_pairs(form: &HtmlFormElement) -> Pairs {
        let Ok(data) = FormData::new_with_form(form) else {
            return Vec::new();
        };
        Array::from(&data)
            .iter()
            .filter_map(|entry| {
                let entry = Array::from(&entry);
                Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
            })
            .collect()
    }

    /// Shows values in the controls of a form, by their names; those without one become empty. `typed_too` for the ones
    /// that are typed into as well.
    pub(crate) fn set_controls(form: &HtmlFormElement, pairs: &[(&'static str, String)], typed_too: bool) {
        let Ok(found) = form.query_selector_all("input[name], select[name]") else {
            return;
        };
        for control in (0..found.length()).filter_map(|index| found.item(index)) {
            let value = |name: &str| {
                let found = pairs.iter().find(|(found, _)| *found == name);
                found.map_or("", |(_, value)| value.as_str())
            };
            match control.dyn_into::<HtmlInputElement>() {
                Ok(input) => {
                    let name = input.name();
                    if typed_too && input.value().trim() != value(&name) {
                        input.set_value(value(&name));
                    }
                }
                Err(control) => {
                    if let Ok(select) = control.dyn_into::<HtmlSelectElement>() {
                        select.set_value(value(&select.name()));
                    }
                }
            }
        }
    }

    /// Sends a form as if its button had been pressed.
    pub(crate) fn send(form: &HtmlFormElement) {
        // Only a form that is no longer in the page cannot be sent.
        let _ = form.request_submit();
    }

    /// The boxes to tick in an element.
    pub(crate) fn boxes(root: &Element) -> Vec<HtmlInputElement> {
        let Ok(found) = root.query_selector_all("input[type=checkbox]") else {
            return Vec::new();
        };
        (0..found.length())
            .filter_map(|index| found.item(index)?.dyn_into().ok())
            .collect()
    }

    /// Sends a form in the background.
    pub(crate) fn submit(event: &SubmitEvent, shell: Shell, told: Told) {
        let Some(form) = event
            .target()
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        event.prevent_default();
        let button: Option<HtmlElement> = event.submitter();
        let busy: Element = button.clone().map_or_else(|| form.clone().into(), Into::into);
        if busy.has_attribute("aria-busy") {
            return;
        }
        let mut pairs = form_pairs(&form);
        if let Some((name, value)) = button.as_ref().and_then(|button| {
            Some((
                button.get_attribute("name")?,
                button.get_attribute("value").unwrap_or_default(),
            ))
        }) {
            pairs.push((name, value));
        }
        let action = form.get_attribute("action").unwrap_or_default();
        // A mark that cannot be set only leaves the button looking idle.
        let _ = busy.set_attribute("aria-busy", "true");
        let body = search_params(&pairs);
        let on_step = told
            .step
            .filter(|_| button.is_some_and(|button| button.has_attribute("data-streams")));
        if let Some(on_submit) = told.submit {
            on_submit.run(pairs);
        }
        spawn_local(async move {
            let outcome = {
                let _pending = Pending::start(shell);
                post(&action, &body, shell, on_step).await
            };
            let _ = busy.remove_attribute("aria-busy");
            let Some(outcome) = outcome else {
                return;
            };
            // The page may have gone meanwhile; what was done is told all the same.
            let left = match told.outcome {
                Some(on_outcome) => on_outcome.try_run(outcome.clone()).is_none().then_some(outcome),
                None => Some(outcome),
            };
            if let Some(outcome) = left {
                shell.settle(outcome);
            }
        });
    }

    fn search_params(pairs: &Pairs) -> JsValue {
        UrlSearchParams::new().map_or(JsValue::NULL, |params| {
            for (name, value) in pairs {
                params.append(name, value);
            }
            params.into()
        })
    }

    thread_local! {
        /// The test that is under way, to end it by hand.
        static RUNNING: RefCell<Option<AbortController>> = const { RefCell::new(None) };
    }

    /// Ends the test that is under way; the server stops it, and nothing comes of it.
    pub(crate) fn cancel() {
        if let Some(running) = RUNNING.take() {
            running.abort();
        }
    }

    /// Puts a text on the clipboard, and says so in `copied` for a moment. Where the browser keeps the clipboard to
    /// itself, as it does without TLS, the text is selected where it is `shown` and copied as by hand.
    pub(crate) fn copy(text: &str, shown: &Element, copied: RwSignal<bool>) {
        let clipboard = Reflect::get(&window().navigator(), &"clipboard".into())
            .ok()
            .filter(JsValue::is_object);
        let (text, shown) = (text.to_owned(), shown.clone());
        spawn_local(async move {
            let done = match clipboard {
                Some(clipboard) => match call(&clipboard, "writeText", &text.into()) {
                    Some(promise) => JsFuture::from(js_sys::Promise::from(promise)).await.is_ok(),
                    None => false,
                },
                None => copy_by_hand(&shown),
            };
            // The page may have gone meanwhile.
            copied.try_set(done);
            set_timeout(
                move || {
                    copied.try_set(false);
                },
                COPIED_SHOWN,
            );
        });
    }

    fn call(target: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
        let function: Function = Reflect::get(target, &name.into()).ok()?.dyn_into().ok()?;
        function.call1(target, argument).ok()
    }

    fn copy_by_hand(shown: &Element) -> bool {
        let selection = Reflect::get(&window(), &"getSelection".into())
            .ok()
            .and_then(|found| found.dyn_into::<Function>().ok())
            .and_then(|found| found.call0(&window()).ok());
        selection.is_some_and(|selection| {
            call(&selection, "selectAllChildren", shown).is_some()
                && call(&document(), "execCommand", &"copy".into()).is_some_and(|done| done.is_truthy())
        })
    }

    /// Types `value` into the field called `name`, as if a person did.
    pub(crate) fn fill(name: &str, value: &str) {
        let field = document()
            .get_element_by_id(&crate::parts::field_id(name))
            .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field {
            field.set_value(value);
            tell_changed(&field);
        }
    }

    /// Begins a line of a text area with `start =`, and leaves the rest to be typed; one that begins so is there once.
    pub(crate) fn begin_line(name: &str, start: &str) {
        let field = document()
            .get_element_by_id(&crate::parts::field_id(name))
            .and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
        let Some(field) = field else { return };
        let text = field.value();
        let is_there = |line: &str| {
            line.split_once('=')
                .is_some_and(|(before, _)| before.trim() == start)
        };
        if !text.lines().any(is_there) {
            let text = text.trim_end();
            let gap = if text.is_empty() { "" } else { "\n" };
            field.set_value(&format!("{text}{gap}{start} = "));
        }
        tell_changed(&field);
    }

    /// As if somebody had typed into a field, and goes there.
    fn tell_changed(field: &HtmlElement) {
        let init = EventInit::new();
        init.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict("input", &init) {
            // Only a listener's own fault could stop it.
            let _ = field.dispatch_event(&event);
        }
        let _ = field.focus();
    }

    /// Sends a form; `None` when somebody has cancelled it.
    async fn post(
        action: &str,
        body: &JsValue,
        shell: Shell,
        on_step: Option<Callback<StepView>>,
    ) -> Option<Outcome> {
        let Ok(abort) = AbortController::new() else {
            return Some(Outcome::Failed(Problem::Internal));
        };
        if on_step.is_some() {
            RUNNING.set(Some(abort.clone()));
        }
        let answer = exchange(action, body, &abort, on_step).await;
        // Another test may have begun meanwhile, on another page.
        let is_mine = RUNNING.with_borrow(|running| running.as_ref() == Some(&abort));
        if is_mine {
            RUNNING.set(None);
        }
        let is_cancelled = on_step.is_some() && !is_mine;
        match answer {
            _ if is_cancelled => None,
            Ok((status, text)) => {
                Some(serde_json::from_str(&text).unwrap_or_else(|_| without_outcome(status, shell)))
            }
            Err(_) => Some(Outcome::Failed(Problem::Offline)),
        }
    }

    /// Reads the lines of a test: a step on each, and the outcome on the last, which is the answer.
    async fn read_lines(response: &Response, on_step: Callback<StepView>) -> Result<String, JsValue> {
        let body = response.body().ok_or(JsValue::NULL)?;
        let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into()?;
        let mut bytes: Vec<u8> = Vec::new();
        let mut outcome = None;
        loop {
            let chunk = JsFuture::from(reader.read()).await?;
            // Read to its end, so that the browser can let go of the connection.
            if Reflect::get(&chunk, &"done".into())?.is_truthy() {
                return outcome.ok_or(JsValue::NULL);
            }
            let part: Uint8Array = Reflect::get(&chunk, &"value".into())?.dyn_into()?;
            bytes.extend_from_slice(&part.to_vec());
            while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = bytes.drain(..=end).collect();
                match serde_json::from_slice(&line) {
                    Ok(step) => {
                        // The page may have gone meanwhile.
                        on_step.try_run(step);
                    }
                    // What is no step is the outcome.
                    Err(_) => outcome = String::from_utf8(line).ok(),
                }
            }
        }
    }

    async fn exchange(
        action: &str,
        body: &JsValue,
        abort: &AbortController,
        on_step: Option<Callback<StepView>>,
    ) -> Result<(u16, String), JsValue> {
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(body);
        init.set_signal(Some(&abort.signal()));
        let headers = web_sys::Headers::new()?;
        let accept = match on_step {
            Some(_) => EVENTS,
            None => "application/json",
        };
        headers.set("Accept", accept)?;
        init.set_headers(&headers);
        let late = abort.clone();
        let timer = set_timeout_with_handle(move || late.abort(), ANSWER_WAIT)?;
        let answer = async {
            let response: Response = JsFuture::from(window().fetch_with_str_and_init(action, &init))
                .await?
                .dyn_into()?;
            let streams = response
                .headers()
                .get("content-type")?
                .is_some_and(|content| content == EVENTS);
            if let Some(on_step) = on_step.filter(|_| streams) {
                return Ok((response.status(), read_lines(&response, on_step).await?));
            }
            let text = JsFuture::from(response.text()?)
                .await?
                .as_string()
                .unwrap_or_default();
            Ok((response.status(), text))
        }
        .await;
        timer.clear();
        answer
    }

    /// An answer that is not ours, by its status: from a layer before the actions, or from a proxy.
    fn without_outcome(status: u16, shell: Shell) -> Outcome {
        let problem = match status {
            401 => {
                let here = untrack(|| shell.here());
                return Outcome::SignInNeeded {
                    to: format!("/sign-in?next={}", encode(&here)),
                };
            }
            403 => Problem::Forbidden,
            404 => Problem::NotFound,
            413 => Problem::TooLarge,
            400..500 => Problem::BadRequest,
            502..=504 => Problem::Offline,
            _ => Problem::Internal,
        };
        Outcome::Failed(problem)
    }
}
