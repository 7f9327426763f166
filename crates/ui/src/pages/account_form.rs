//! Dati Account: a new account, or an existing one.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{
    AccountId, DESCRIPTION_FIELD, FieldError, FormErrors, Host, Platform, SecretState, Section, SiteLists,
    Submission, Timestamp, Version,
};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, HtmlFormElement, HtmlInputElement};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::account_test::{Trying, test_panel};
use super::activity::activity;
use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::{EnhancedForm, Pairs, form_pairs};
use crate::load::{LoadError, load_account_form, load_activity};
use crate::outcome::{Outcome, Problem};
use crate::parts::{
    Crumb, Head, Need, Shown, address, description_field, field, field_id, health_badge, icon, mark,
    platform_name, sandbox_badge, state_badge, time_tag,
};
use crate::text::Texts;
use crate::view::{AccountFormView, ActivityView, ChangeView, ConflictView, InTheWayView, SecretView};

const CRUMBS: &[Crumb] = &[Crumb::Integrations, Crumb::Accounts];
/// From this many sections on, the form has a list of them.
const SECTIONS_LISTED: usize = 3;
/// How long a field waits before it is checked once it was left: an error that moves what is below it must not move a
/// button away from under the pointer that is pressing it.
const PRESS_TIME: Duration = Duration::from_millis(150);

/// A new account: first what it is called and the choice of its platform, then that platform's form.
#[component]
pub(crate) fn NewAccountPage() -> impl IntoView {
    let shell = use_shell();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            (
                query
                    .get("platform")
                    .and_then(|code| code.parse::<Platform>().ok()),
                query.get(DESCRIPTION_FIELD),
                query.get("draft"),
            )
        })
    });
    let form = Resource::new(
        move || (asked.get(), shell.revision.get()),
        move |((platform, description, draft), _)| {
            shell.tracked(load_account_form(None, platform, description, draft))
        },
    );
    view! { <Transition>{move || Suspend::new(async move { loaded(shell, form.await, None) })}</Transition> }
}

/// An existing account.
#[component]
pub(crate) fn EditAccountPage() -> impl IntoView {
    let shell = use_shell();
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let id = params.with(|params| params.get("id").and_then(|id| id.parse::<AccountId>().ok()));
        (id, query.with(|query| query.get("draft")))
    });
    let form = Resource::new(
        move || (asked.get(), shell.revision.get()),
        move |((id, draft), _)| {
            shell.tracked(async move {
                match id {
                    Some(_) => load_account_form(id, None, None, draft).await,
                    None => Err(LoadError::Failed(Problem::NotFound)),
                }
            })
        },
    );
    // Beside the form and not within it: what is read while the form is rendered is read each time that it is.
    let activity = Resource::new(
        move || (asked.with(|(id, _)| *id), shell.revision.get()),
        move |(id, _)| {
            shell.tracked(async move {
                match id {
                    Some(id) => load_activity(id).await,
                    None => Ok(None),
                }
            })
        },
    );
    let page = move || {
        Suspend::new(async move {
            let form = form.await;
            let activity = activity.await.unwrap_or_else(|error| {
                // The form says what it can do without.
                shell.fail(error);
                None
            });
            loaded(shell, form, activity)
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn loaded(shell: Shell, form: Result<AccountFormView, LoadError>, activity: Option<ActivityView>) -> AnyView {
    match form {
        // A closure's elements are made anew whenever the form is read again: what was typed into the old ones would
        // stand in the way of the saved values.
        Ok(view) => (move || match view.platform {
            Some(platform) => account_form(shell, platform, &view, activity.as_ref()),
            None => platform_choice(shell, &view.description),
        })
        .into_any(),
        Err(error) => load_failed(error),
    }
}

fn platform_choice(shell: Shell, description: &str) -> AnyView {
    let texts = shell.texts;
    let cards = Platform::ALL.map(|platform| {
        view! {
            <label class="choice-card">
                <input type="radio" class="radio" name="platform" value=platform.code() required/>
                {mark(platform, true)}
                <span class="choice-text">
                    <strong>{platform.name()}</strong>
                    <span>{platform.summary().get(texts.language)}</span>
                    <small>{platform.needs().get(texts.language)}</small>
                </span>
            </label>
        }
    });
    // The browser would load a whole page.
    let go = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let pairs = form_pairs(&event_target::<HtmlFormElement>(&event));
        shell.go(&new_account(
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        ));
    };
    view! {
        <main id="main" class="page narrow-form" tabindex="-1">
            <Head title=texts.account_title(None) crumbs=CRUMBS/>
            <form class="account-form" method="get" action="/accounts/new" on:submit=go>
                {description_field(texts, description.to_owned(), RwSignal::default(), Need::Later)}
                <fieldset class="choice-cards">
                    <legend>{texts.platform}</legend>
                    <p class="hint">{texts.platform_fixed}</p>
                    {cards.collect_view()}
                </fieldset>
                <div class="actions">
                    <button class="button primary">{texts.go_on}</button>
                    <a class="button quiet" href="/accounts">{texts.cancel}</a>
                </div>
            </form>
        </main>
    }
    .into_any()
}

/// The address of the form of a new account, with what is already known of it.
fn new_account<'a>(known: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    address(
        "/accounts/new",
        known.into_iter().filter(|(_, value)| !value.is_empty()),
    )
}

fn typed_description() -> Option<String> {
    let field = document().get_element_by_id(&field_id(DESCRIPTION_FIELD))?;
    Some(field.dyn_into::<HtmlInputElement>().ok()?.value())
}

fn account_form(
    shell: Shell,
    platform: Platform,
    view: &AccountFormView,
    happening: Option<&ActivityView>,
) -> AnyView {
    let texts = shell.texts;
    let is_new = view.id.is_none();
    let form = Form::new(shell, platform, view);
    let action = match view.id {
        Some(id) => format!("/accounts/{id}"),
        None => address("/accounts/new", [("platform", platform.code())]),
    };
    let (open, later): (Vec<Section>, Vec<Section>) = platform
        .sections()
        .into_iter()
        .partition(|section| !(is_new && section.after_first_save()));
    let shown = Shown {
        texts,
        values: &view.values,
        secrets: &view.secrets,
        lists: &view.lists,
        today: &view.today,
        errors: form.errors,
        found: form.trying.found,
    };
    let fieldsets: Vec<AnyView> = open
        .iter()
        .map(|section| section_fields(platform, *section, shown))
        .collect();
    let later = (!later.is_empty()).then(|| {
        let titles: Vec<&str> = later
            .iter()
            .map(|section| section.title().get(texts.language))
            .collect();
        view! { <p class="later">{icon("#i-info")}<span>{texts.later_sections(&titles)}</span></p> }
    });
    let description = description_field(texts, view.description.clone(), form.errors, Need::Now);
    let version = form.version;
    let fixed = if is_new {
        view! { <input type="hidden" name="platform" value=platform.code()/> }.into_any()
    } else {
        // Some browsers put back old values after a reload, hidden ones too.
        view! {
            <input
                type="hidden"
                name="version"
                autocomplete="off"
                value=move || version.get().map(|version| version.to_string())
            />
        }
        .into_any()
    };
    let panels = form.panels;
    let is_fresh = view.test.as_ref().is_some_and(|test| test.is_fresh);
    let offers_message = view.offers_message;
    view! {
        <main id="main" class="page" tabindex="-1">
            {head(shell, platform, view, form.trying)}
            {happening.map(|view| activity(texts, view))}
            <EnhancedForm
                action=action
                class="account-form"
                novalidate=true
                node_ref=form.element
                on_submit=Callback::new(move |pairs: Pairs| form.trying.sent(&pairs))
                on_step=Callback::new(move |step| form.trying.stepped(step))
                on_outcome=Callback::new(move |outcome| form.settle(outcome))
            >
                // The Enter key presses the first button of a form.
                <button class="hidden-text" name="do" value="save" tabindex="-1" aria-hidden="true">{texts.save}</button>
                {fixed}
                {section_list(texts, &open)}
                <div
                    class="fields"
                    on:focusout=move |event| form.left_field(&event)
                    on:input=move |event| form.typed(&event)
                    on:change=move |event| form.chosen(&event)
                >
                    {move || panels.with(|panels| panels_view(shell, platform, panels))}
                    {description}
                    {fieldsets}
                    {later}
                </div>
                {test_panel(shell, form.trying, is_fresh, offers_message)}
                <div class="actions">
                    <button class="button primary" name="do" value="save">{texts.save}</button>
                    <button class="button" name="do" value="test" data-streams>
                        {icon("#i-pulse")}
                        <span>{texts.test_connection}</span>
                    </button>
                    <a class="button quiet" href="/accounts">{texts.cancel}</a>
                </div>
            </EnhancedForm>
        </main>
    }
    .into_any()
}

fn head(shell: Shell, platform: Platform, view: &AccountFormView, trying: Trying) -> AnyView {
    let texts = shell.texts;
    let Some(id) = view.id else {
        // What was typed so far is only known when the link is followed.
        let go = move |event: ev::MouseEvent| {
            if let Some(typed) = typed_description() {
                event.prevent_default();
                shell.go(&new_account([(DESCRIPTION_FIELD, typed.as_str())]));
            }
        };
        let href = new_account([(DESCRIPTION_FIELD, view.description.as_str())]);
        let lead = view! {
            {platform_name(platform)}
            " "
            <a href=href on:click=go>{texts.change_platform}</a>
        };
        return view! { <Head title=texts.account_title(None) crumbs=CRUMBS lead=lead.into_any()/> }
            .into_any();
    };
    let changed = view.updated.clone().map(|updated| {
        let by = format!(" {} {}", texts.changed_by, view.updated_by);
        view! {
            " "
            <span><span>{texts.changed}</span> " " {time_tag(updated)} <span>{by}</span></span>
        }
    });
    let lead = view! {
        {platform_name(platform)}
        " "
        {state_badge(texts, view.active)}
        " "
        {move || trying.health.with(|health| health_badge(texts, health))}
        " "
        {sandbox_badge(texts, view.sandbox)}
        {changed}
    };
    let actions = view! {
        <a class="button quiet" href=format!("/log?id={id}")>
            {icon("#i-note")}
            <span>{texts.log_of_account}</span>
        </a>
        <a class="button quiet" href=format!("/accounts/delete?ids={id}")>
            {icon("#i-trash")}
            <span>{texts.delete_more}</span>
        </a>
    };
    let title = texts.account_title(Some(&view.description));
    view! { <Head title=title crumbs=CRUMBS lead=lead.into_any() actions=actions.into_any()/> }.into_any()
}

fn section_list(texts: &'static Texts, sections: &[Section]) -> Option<AnyView> {
    if sections.len() < SECTIONS_LISTED {
        return None;
    }
    let links = sections.iter().map(|section| {
        let href = format!("#{}", section.anchor());
        view! { <li><a href=href rel="external">{section.title().get(texts.language)}</a></li> }
    });
    Some(
        view! { <nav class="sections" aria-label=texts.sections><ul>{links.collect_view()}</ul></nav> }
            .into_any(),
    )
}

fn section_fields(platform: Platform, section: Section, shown: Shown<'_>) -> AnyView {
    let fields: Vec<AnyView> = platform
        .fields()
        .iter()
        .filter(|found| found.section == section)
        .map(|found| field(found, shown))
        .collect();
    view! {
        <fieldset class="section" id=section.anchor()>
            <legend>{section.title().get(shown.texts.language)}</legend>
            {fields}
        </fieldset>
    }
    .into_any()
}

/// What stood in the way of the last try to save.
#[derive(Debug, Clone)]
struct Panels {
    account: Option<AccountId>,
    /// As they were found then: a summary that changed while one mends the fields would be hard to follow.
    errors: FormErrors,
    conflict: Option<ConflictView>,
    in_the_way: Vec<InTheWayView>,
    problem: Option<Problem>,
    /// Whether the page was loaded with this: then the secrets that were typed are gone.
    loaded: bool,
}

impl Panels {
    fn new(view: &AccountFormView, loaded: bool) -> Self {
        Self {
            account: view.id,
            errors: view.errors.clone(),
            conflict: view.conflict.clone(),
            in_the_way: view.in_the_way.clone(),
            problem: view.problem,
            loaded,
        }
    }
}

fn panels_view(shell: Shell, platform: Platform, panels: &Panels) -> AnyView {
    let texts = shell.texts;
    // The first panel takes the focus when the page loads with it.
    let mut focus = panels.loaded;
    let again = panels.loaded.then_some(texts.secrets_again);
    let mut views: Vec<AnyView> = Vec::new();
    let mut add =
        |class: &'static str, id: &'static str, symbol: &'static str, title: String, content: AnyView| {
            let again = again.filter(|_| focus).map(|again| view! { <p>{again}</p> });
            views.push(
                view! {
                    <div class=class role="alert" tabindex="-1" id=id autofocus=focus>
                        {icon(symbol)}
                        <div><h2>{title}</h2>{content}{again}</div>
                    </div>
                }
                .into_any(),
            );
            focus = false;
        };
    let messages = panels.errors.messages(platform, texts.language);
    if !messages.is_empty() {
        let title = texts.check_fields(messages.len());
        add(
            "panel bad summary",
            "summary",
            "#i-alert",
            title,
            error_links(texts, platform, messages),
        );
    }
    if let Some(conflict) = &panels.conflict {
        let title = texts.conflict_title.to_owned();
        add(
            "panel warn conflict",
            "conflict",
            "#i-alert",
            title,
            conflict_view(shell, panels.account, conflict),
        );
    }
    if !panels.in_the_way.is_empty() {
        let title = texts.in_the_way_title.to_owned();
        add(
            "panel warn in-the-way",
            "in-the-way",
            "#i-swap",
            title,
            in_the_way_view(texts, &panels.in_the_way),
        );
    }
    if let Some(problem) = panels.problem {
        let problem = texts.problem(problem);
        let content = view! { <p><span>{problem.what}</span> " " <span>{problem.next}</span></p> };
        add(
            "panel bad problem",
            "problem",
            "#i-alert",
            problem.title.to_owned(),
            content.into_any(),
        );
    }
    views.into_any()
}

fn error_links(texts: &'static Texts, platform: Platform, messages: Vec<(String, String)>) -> AnyView {
    let links = messages.into_iter().map(|(name, message)| {
        let label = platform
            .field(&name)
            .map_or(texts.description, |field| field.label.get(texts.language));
        let id = field_id(&name);
        let href = format!("#{id}");
        // A link to a field shows it; a person wants to type in it, too.
        let go = move |event: ev::MouseEvent| {
            if focus(&id) {
                event.prevent_default();
            }
        };
        view! { <li><a href=href rel="external" on:click=go>{format!("{label}: {message}")}</a></li> }
    });
    view! { <ul>{links.collect_view()}</ul> }.into_any()
}

fn conflict_view(shell: Shell, account: Option<AccountId>, conflict: &ConflictView) -> AnyView {
    let texts = shell.texts;
    let changes = conflict.changes.iter().map(|change| {
        let ChangeView { by, at, what } = change.clone();
        let what = what
            .into_iter()
            .map(|what| view! { <li>{what}</li> })
            .collect_view();
        view! { <li><p><strong>{by}</strong> ", " {time_tag(at)}</p><ul>{what}</ul></li> }
    });
    let path = account.map_or_else(|| "/accounts".to_owned(), |id| format!("/accounts/{id}"));
    let href = path.clone();
    let restart = move |event: ev::MouseEvent| {
        event.prevent_default();
        shell.go(&path);
    };
    view! {
        <ol class="changes">{changes.collect_view()}</ol>
        <p>
            <span>{texts.conflict_keep}</span>
            " "
            <a href=href rel="external" on:click=restart>{texts.conflict_restart}</a>
            "."
        </p>
    }
    .into_any()
}

fn in_the_way_view(texts: &'static Texts, holders: &[InTheWayView]) -> AnyView {
    let holders = holders.iter().map(|holder| {
        let href = format!("/accounts/{}", holder.id);
        let place = format!(": {}", texts.slot_holder(&holder.slot));
        // In a tab of its own, so that what was typed here is not lost.
        view! {
            <li>
                <a href=href target="_blank" rel="external noopener">
                    <span>{holder.description.clone()}</span>
                    <span class="hidden-text">" " {texts.new_tab}</span>
                </a>
                <span>{place}</span>
            </li>
        }
    });
    view! { <ul>{holders.collect_view()}</ul><p>{texts.in_the_way_next}</p> }.into_any()
}

/// The form while somebody fills it in: checked by the domain's own code, as the server will.
#[derive(Clone, Copy)]
struct Form {
    shell: Shell,
    platform: Platform,
    is_new: bool,
    element: NodeRef<html::Form>,
    rules: StoredValue<Rules>,
    /// The fields that were left, or refused by the server: their errors are shown, the others' not yet.
    left: StoredValue<BTreeSet<String>>,
    errors: RwSignal<FormErrors>,
    version: RwSignal<Option<Version>>,
    panels: RwSignal<Panels>,
    trying: Trying,
}

/// What a form is checked against.
struct Rules {
    lists: SiteLists,
    today: String,
    stored: Vec<SecretState>,
}

impl Rules {
    fn new(view: &AccountFormView) -> Self {
        Self {
            lists: view.lists.clone(),
            today: view.today.clone(),
            stored: view.secrets.iter().map(stored_secret).collect(),
        }
    }
}

/// As much of a stored secret's state as the check of a form asks for.
fn stored_secret(secret: &SecretView) -> SecretState {
    SecretState {
        field: secret.field.clone(),
        host: Host::stored(secret.host.clone()),
        key_id: String::new(),
        set_at: Timestamp::from_ms(0),
        set_by: secret.set_by.clone(),
    }
}

/// The names of the fields that are wrong.
fn wrong_names(errors: &FormErrors) -> BTreeSet<String> {
    let description = errors.description.map(|_| DESCRIPTION_FIELD.to_owned());
    errors.fields.keys().cloned().chain(description).collect()
}

/// The errors to show: of the fields that were left. That a stored secret does not go with a new address is told at
/// once: nobody would go and look at the secret.
fn to_show(errors: FormErrors, left: &BTreeSet<String>) -> FormErrors {
    FormErrors {
        description: errors.description.filter(|_| left.contains(DESCRIPTION_FIELD)),
        fields: errors
            .fields
            .into_iter()
            .filter(|(name, error)| left.contains(name) || matches!(error, FieldError::SecretBoundTo { .. }))
            .collect(),
    }
}

impl Form {
    fn new(shell: Shell, platform: Platform, view: &AccountFormView) -> Self {
        Self {
            shell,
            platform,
            is_new: view.id.is_none(),
            element: NodeRef::new(),
            rules: StoredValue::new(Rules::new(view)),
            left: StoredValue::new(wrong_names(&view.errors)),
            errors: RwSignal::new(view.errors.clone()),
            version: RwSignal::new(view.version),
            panels: RwSignal::new(Panels::new(view, true)),
            trying: Trying::new(view),
        }
    }

    /// Takes what comes of saving.
    fn settle(self, outcome: Outcome) {
        if let Outcome::Tried(view) = &outcome {
            self.errors.set(FormErrors::default());
            self.panels.set(Panels::new(view, false));
            self.trying.tried(view);
        } else {
            self.trying.ended();
        }
        if let Outcome::AccountRejected(view) = &outcome {
            self.left
                .update_value(|left| left.append(&mut wrong_names(&view.errors)));
            self.rules.set_value(Rules::new(view));
            self.errors.set(view.errors.clone());
            self.version.set(view.version);
            self.panels.set(Panels::new(view, false));
            // Once the panels are there.
            request_animation_frame(|| {
                for id in ["summary", "conflict", "in-the-way", "problem"] {
                    if focus(id) {
                        break;
                    }
                }
            });
        }
        self.shell.settle(outcome);
    }

    /// A field was left: from now on its error is shown.
    fn left_field(self, event: &ev::FocusEvent) {
        let field = event_target::<Element>(event);
        let Some(name) = field.get_attribute("name") else {
            return;
        };
        let to = event
            .related_target()
            .and_then(|to| to.dyn_into::<Element>().ok());
        let pressing = to.is_some_and(|to| to.matches("button, a, summary").unwrap_or(false));
        set_timeout(
            move || {
                // Still there: only the window was left, perhaps to copy what is asked for.
                if document().active_element().as_ref() != Some(&field) {
                    self.leave(name);
                    if !pressing {
                        self.check();
                    }
                }
            },
            PRESS_TIME,
        );
    }

    /// Something is being typed: what is shown as wrong follows, and nothing is that was right when it was left.
    fn typed(self, event: &ev::Event) {
        let Some(name) = event_target::<Element>(event).get_attribute("name") else {
            return;
        };
        let wrong = self.errors.with_untracked(wrong_names);
        if !wrong.contains(&name) {
            self.left.try_update_value(|left| left.remove(&name));
        }
        if !wrong.is_empty() {
            self.check();
        }
    }

    /// A choice was made: it is whole, and other fields may depend on it.
    fn chosen(self, event: &ev::Event) {
        let field = event_target::<Element>(event);
        if !field
            .matches("select, [type=radio], [type=checkbox]")
            .unwrap_or(false)
        {
            return;
        }
        if let Some(name) = field.get_attribute("name") {
            self.leave(name);
            self.check();
        }
    }

    fn leave(self, name: String) {
        // The page may have gone meanwhile.
        self.left.try_update_value(|left| left.insert(name));
    }

    fn check(self) {
        let Some(element) = self.element.try_get_untracked().flatten() else {
            return;
        };
        let pairs = form_pairs(&element);
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let errors = self.rules.with_value(|rules| {
            let submission = Submission::from_pairs(self.platform, pairs, &rules.lists, self.is_new);
            submission
                .check(&rules.lists, &rules.today, &rules.stored)
                .err()
                .unwrap_or_default()
        });
        let errors = self.left.with_value(|left| to_show(errors, left));
        if self.errors.with_untracked(|shown| *shown != errors) {
            self.errors.set(errors);
        }
    }
}

/// Moves the focus to the element called `id`; whether there is one.
fn focus(id: &str) -> bool {
    let element = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    // Focus that cannot be set stays where it is.
    element.is_some_and(|element| element.focus().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::DescriptionError;

    fn errors() -> FormErrors {
        let bound = FieldError::SecretBoundTo {
            host: "old.example.com".to_owned(),
        };
        FormErrors {
            description: Some(DescriptionError::Empty),
            fields: [
                ("api_url".to_owned(), FieldError::Required),
                ("other".to_owned(), FieldError::Required),
                ("api_key".to_owned(), bound),
            ]
            .into(),
        }
    }

    #[test]
    fn only_fields_that_were_left_are_called_wrong() {
        let left = BTreeSet::from(["api_url".to_owned()]);
        let shown = to_show(errors(), &left);
        assert_eq!(shown.description, None);
        assert_eq!(shown.fields.keys().collect::<Vec<_>>(), ["api_key", "api_url"]);
    }

    #[test]
    fn what_the_server_refuses_counts_as_left() {
        let left = wrong_names(&errors());
        assert_eq!(to_show(errors(), &left), errors());
    }
}
