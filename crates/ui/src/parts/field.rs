//! A field of an account's form, made from its description in the domain.

use domain::{Choice, DESCRIPTION_FIELD, Field, FormErrors, Kind, SiteLists, Submission, Values};
use leptos::prelude::*;

use super::found::found_values;
use super::{TextArea, icon};
use crate::text::Texts;
use crate::view::{FoundView, SecretView};

/// Texts up to this many characters get a short line.
const SHORT_CHARS: usize = 20;

/// What the fields of a form show.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// What the interface says.
    pub(crate) texts: &'static Texts,
    /// The values as saved or typed.
    pub(crate) values: &'a Values,
    /// The secrets that are stored.
    pub(crate) secrets: &'a [SecretView],
    /// What the site offers to choose from.
    pub(crate) lists: &'a SiteLists,
    /// Today in the site's time zone.
    pub(crate) today: &'a str,
    /// What is wrong; changes while one types.
    pub(crate) errors: RwSignal<FormErrors>,
    /// What the platform was asked for, to choose from.
    pub(crate) found: RwSignal<Option<FoundView>>,
}

/// The id of the control of the field called `name`: where links to it lead.
pub(crate) fn field_id(name: &str) -> String {
    format!("f-{name}")
}

/// A field with its label, help, control and error.
pub(crate) fn field(field: &'static Field, shown: Shown<'_>) -> AnyView {
    let texts = shown.texts;
    let stored = shown.secrets.iter().find(|secret| secret.field == field.name);
    let frame = Frame::new(field, shown, stored.is_some());
    let value = shown.values.get(field.name).cloned().unwrap_or_default();
    match &field.kind {
        Kind::Text(rule) => {
            let class = if rule.max <= SHORT_CHARS {
                "input short"
            } else {
                "input"
            };
            let line = frame.line(
                &Line {
                    class,
                    ..Line::default()
                },
                value,
            );
            frame.around(with_values(field, line, shown))
        }
        Kind::Address(_) => {
            let line = frame.line(
                &Line {
                    inputmode: Some("url"),
                    ..Line::default()
                },
                value,
            );
            frame.around(with_values(field, line, shown))
        }
        Kind::PastDate => {
            let line = Line {
                class: "input short",
                kind: "date",
                max: Some(shown.today.to_owned()),
                ..Line::default()
            };
            frame.around(frame.line(&line, value))
        }
        Kind::Whole { .. } => {
            let line = frame.line(
                &Line {
                    class: "input short",
                    inputmode: Some("numeric"),
                    ..Line::default()
                },
                value,
            );
            frame.around(view! { <div class="with-unit">{line}{frame.unit()}</div> }.into_any())
        }
        Kind::Code(_) => {
            let area = view! {
                <TextArea
                    id=frame.id()
                    name=frame.name
                    text=value
                    required=frame.required
                    described_by=frame.described_by()
                    invalid=frame.invalid()
                />
            };
            frame.around(with_values(field, area.into_any(), shown))
        }
        Kind::Switch => frame.switch(value == "true"),
        Kind::Choice(choices) => frame.choices(choices, &value),
        Kind::SiteLanguage => {
            let options = shown.lists.languages.iter().map(|tag| {
                let name = tag.name(texts.language);
                let name = if name == tag.as_str() {
                    name.to_owned()
                } else {
                    format!("{name} ({tag})")
                };
                (tag.as_str().to_owned(), name)
            });
            frame.around(frame.select(options.collect(), &value))
        }
        Kind::SiteCurrency => {
            let options = shown
                .lists
                .currencies
                .iter()
                .map(|code| (code.to_string(), code.to_string()));
            frame.around(frame.select(options.collect(), &value))
        }
        Kind::Secret(_) => match stored {
            Some(stored) => frame.stored_secret(field, stored.clone()),
            None => frame.new_secret(),
        },
    }
}

/// The line of a field, and below it what the platform offers for it, if it can be asked.
fn with_values(field: &'static Field, line: AnyView, shown: Shown<'_>) -> AnyView {
    match field.lookup {
        Some(lookup) => {
            let found = found_values(shown.texts, field.name, lookup, shown.found);
            view! { {line}{found} }.into_any()
        }
        None => line,
    }
}

/// The account's description: a field like the platform's own, but for its rule.
pub(crate) fn description_field(
    texts: &'static Texts,
    value: String,
    errors: RwSignal<FormErrors>,
    need: Need,
) -> AnyView {
    let frame = Frame {
        texts,
        name: DESCRIPTION_FIELD,
        label: texts.description,
        help: texts.description_help,
        example: "",
        required: need == Need::Now,
        optional: false,
        unit: None,
        when: None,
        error: Signal::derive(move || {
            errors.with(|errors| {
                errors
                    .description
                    .map(|error| error.text().get(texts.language).to_owned())
            })
        }),
    };
    frame.around(frame.line(&Line::default(), value))
}

/// When a field must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Before this form is sent.
    Now,
    /// On a form that follows.
    Later,
}

/// What is around the control of a field, whatever its kind.
struct Frame {
    texts: &'static Texts,
    name: &'static str,
    label: &'static str,
    help: &'static str,
    /// Empty for none.
    example: &'static str,
    /// Whether the control must be filled in.
    required: bool,
    /// Whether to say that it may stay empty.
    optional: bool,
    /// What a number counts.
    unit: Option<&'static str>,
    /// `field=value`: the stylesheet hides the field while that choice is not made.
    when: Option<String>,
    error: Signal<Option<String>>,
}

/// A line to type in.
struct Line {
    class: &'static str,
    kind: &'static str,
    inputmode: Option<&'static str>,
    max: Option<String>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            class: "input",
            kind: "text",
            inputmode: None,
            max: None,
        }
    }
}

impl Frame {
    fn new(field: &'static Field, shown: Shown<'_>, is_stored: bool) -> Self {
        let (texts, errors) = (shown.texts, shown.errors);
        Self {
            texts,
            name: field.name,
            label: field.label.get(texts.language),
            help: field.help.get(texts.language),
            example: field.example,
            required: field.is_required() && !is_stored,
            optional: !field.is_required(),
            unit: match &field.kind {
                Kind::Whole { unit, .. } => Some(unit.get(texts.language)),
                _ => None,
            },
            when: field.shown_when.map(|when| format!("{}={}", when.field, when.is)),
            error: Signal::derive(move || {
                errors.with(|errors| {
                    errors
                        .fields
                        .get(field.name)
                        .map(|error| error.message(field, texts.language))
                })
            }),
        }
    }

    fn id(&self) -> String {
        field_id(self.name)
    }

    fn hint_id(&self) -> String {
        format!("f-{}-hint", self.name)
    }

    fn error_id(&self) -> String {
        format!("f-{}-error", self.name)
    }

    fn unit_id(&self) -> String {
        format!("f-{}-unit", self.name)
    }

    /// The error before the help, as it matters more.
    fn described_by(&self) -> Signal<Option<String>> {
        let error = self.error;
        let right = match self.unit {
            Some(_) => format!("{} {}", self.unit_id(), self.hint_id()),
            None => self.hint_id(),
        };
        let wrong = format!("{} {right}", self.error_id());
        Signal::derive(move || {
            Some(if error.with(Option::is_some) {
                wrong.clone()
            } else {
                right.clone()
            })
        })
    }

    fn unit(&self) -> Option<AnyView> {
        self.unit
            .map(|unit| view! { <span class="unit" id=self.unit_id()>{unit}</span> }.into_any())
    }

    fn invalid(&self) -> Signal<bool> {
        let error = self.error;
        Signal::derive(move || error.with(Option::is_some))
    }

    fn aria_invalid(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + 'static {
        let invalid = self.invalid();
        move || invalid.get().then_some("true")
    }

    fn class(
        &self,
        right: &'static str,
        wrong: &'static str,
    ) -> impl Fn() -> &'static str + Send + Sync + 'static {
        let invalid = self.invalid();
        move || if invalid.get() { wrong } else { right }
    }

    fn label_words(&self) -> AnyView {
        let optional = self.optional.then_some(self.texts.optional);
        view! { <span>{self.label}</span> {optional.map(|optional| view! { " " <span class="optional">{optional}</span> })} }
            .into_any()
    }

    fn label(&self) -> AnyView {
        view! { <label for=self.id()>{self.label_words()}</label> }.into_any()
    }

    /// The help, with the example or with `more`.
    fn hint(&self, more: Option<&'static str>) -> AnyView {
        let (help, label, example) = (self.help, self.texts.example, self.example);
        let example = (!example.is_empty()).then(
            || view! { " " <span class="example"><span>{label}</span> " " <code>{example}</code></span> },
        );
        let more = more.map(|more| view! { " " <span>{more}</span> });
        view! { <p class="hint" id=self.hint_id()><span>{help}</span>{example}{more}</p> }.into_any()
    }

    fn error(&self) -> AnyView {
        let (error, id) = (self.error, self.error_id());
        let shown = move || {
            let id = id.clone();
            error
                .get()
                .map(|words| view! { <p class="error" id=id>{icon("#i-alert")}<span>{words}</span></p> })
        };
        view! { {shown} }.into_any()
    }

    fn around(&self, control: AnyView) -> AnyView {
        view! {
            <div class=self.class("field", "field wrong") data-when=self.when.clone()>
                {self.label()}
                {self.hint(None)}
                {control}
                {self.error()}
            </div>
        }
        .into_any()
    }

    fn line(&self, line: &Line, value: String) -> AnyView {
        let described_by = self.described_by();
        view! {
            <input
                class=line.class
                id=self.id()
                name=self.name
                type=line.kind
                value=value
                required=self.required
                inputmode=line.inputmode
                max=line.max.clone()
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=move || described_by.get()
                aria-invalid=self.aria_invalid()
            />
        }
        .into_any()
    }

    /// A line that hides what is typed, with the button that shows it.
    fn secret_line(&self) -> AnyView {
        let described_by = self.described_by();
        let open = RwSignal::new(false);
        view! {
            <div class="with-button">
                <input
                    class="input"
                    id=self.id()
                    name=self.name
                    type=move || if open.get() { "text" } else { "password" }
                    required=self.required
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=move || described_by.get()
                    aria-invalid=self.aria_invalid()
                />
                <button
                    type="button"
                    class="button scripted"
                    aria-pressed=move || if open.get() { "true" } else { "false" }
                    aria-controls=self.id()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {self.texts.show}
                </button>
            </div>
        }
        .into_any()
    }

    fn new_secret(&self) -> AnyView {
        view! {
            <div class=self.class("field secret", "field secret wrong") data-when=self.when.clone()>
                {self.label()}
                {self.hint(None)}
                {self.secret_line()}
                {self.error()}
            </div>
        }
        .into_any()
    }

    /// A stored secret is never shown, only that it is there; an empty line keeps it.
    fn stored_secret(&self, field: &Field, stored: SecretView) -> AnyView {
        let texts = self.texts;
        let label_id = format!("{}-label", self.id());
        let state = if let Some(reason) = stored.usable.reason() {
            let reason = reason.get(texts.language);
            view! {
                <p class="stored locked">
                    {icon("#i-lock")}
                    <span><strong>{texts.secret_locked}</strong> " " <span>{reason}</span></span>
                </p>
            }
            .into_any()
        } else {
            let by = format!(", {} {}, {} ", texts.changed_by, stored.set_by, texts.secret_for);
            view! {
                <p class="stored">
                    {icon("#i-key")}
                    <span>
                        <span>{texts.secret_set}</span>
                        " "
                        <time datetime=stored.set.iso>{stored.set.full}</time>
                        <span>{by}</span>
                        <code>{stored.host}</code>
                    </span>
                </p>
            }
            .into_any()
        };
        let invalid = self.invalid();
        // Once open it stays open: an error that goes away while one types must not close what one types in.
        let open = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || invalid.get());
        let remove = (!field.is_required()).then(|| {
            view! {
                <label class="check-line">
                    <input type="checkbox" class="check" name=Submission::remove_name(field) value="on"/>
                    <span>{texts.remove_secret}</span>
                </label>
            }
        });
        view! {
            <div
                class=self.class("field secret", "field secret wrong")
                role="group"
                aria-labelledby=label_id
                data-when=self.when.clone()
            >
                <p class="label" id=label_id.clone()>{self.label_words()}</p>
                {state}
                <details class="replace" open=move || open.get()>
                    <summary>{texts.replace}</summary>
                    <div>
                        <label for=self.id()>{texts.new_secret(self.label)}</label>
                        {self.hint(Some(texts.keep_secret))}
                        {self.secret_line()}
                        {remove}
                    </div>
                </details>
                {self.error()}
            </div>
        }
        .into_any()
    }

    fn switch(&self, on: bool) -> AnyView {
        let described_by = self.described_by();
        view! {
            <div class=self.class("field toggle", "field toggle wrong") data-when=self.when.clone()>
                <input
                    type="checkbox"
                    role="switch"
                    class="toggle-box"
                    id=self.id()
                    name=self.name
                    value="true"
                    checked=on
                    aria-describedby=move || described_by.get()
                    aria-invalid=self.aria_invalid()
                />
                // Every switch may stay off: there is nothing to mark as optional.
                <label for=self.id()>{self.label}</label>
                {self.hint(None)}
                {self.error()}
            </div>
        }
        .into_any()
    }

    fn choices(&self, choices: &'static [Choice], value: &str) -> AnyView {
        let language = self.texts.language;
        let described_by = self.described_by();
        let choices = choices.iter().enumerate().map(|(index, choice)| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        class="radio"
                        id=(index == 0).then(|| self.id())
                        name=self.name
                        value=choice.value
                        checked=choice.value == value.trim()
                        required=self.required
                    />
                    <span class="choice-text">
                        <strong>{choice.label.get(language)}</strong>
                        <span>{choice.help.get(language)}</span>
                    </span>
                </label>
            }
        });
        view! {
            <fieldset
                class=self.class("field choices", "field choices wrong")
                role="radiogroup"
                data-when=self.when.clone()
                aria-describedby=move || described_by.get()
                aria-invalid=self.aria_invalid()
            >
                <legend>{self.label_words()}</legend>
                {self.hint(None)}
                {choices.collect_view()}
                {self.error()}
            </fieldset>
        }
        .into_any()
    }

    /// One of `options`, given as values and names. A value that is no longer offered stays, so that it can be seen.
    fn select(&self, mut options: Vec<(String, String)>, value: &str) -> AnyView {
        let described_by = self.described_by();
        if !value.is_empty() && !options.iter().any(|(found, _)| found == value) {
            options.insert(0, (value.to_owned(), value.to_owned()));
        }
        if self.optional || value.is_empty() {
            options.insert(0, (String::new(), "–".to_owned()));
        }
        let options = options.into_iter().map(|(option, name)| {
            let selected = option == value;
            view! { <option value=option selected=selected>{name}</option> }
        });
        view! {
            <select
                class="select"
                id=self.id()
                name=self.name
                required=self.required
                autocomplete="off"
                aria-describedby=move || described_by.get()
                aria-invalid=self.aria_invalid()
            >
                {options.collect_view()}
            </select>
        }
        .into_any()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::text::texts;
    use crate::view::When;
    use domain::{FieldError, Language, Platform, SecretUse};

    fn rendered(
        platform: Platform,
        language: Language,
        secrets: &[SecretView],
        errors: FormErrors,
    ) -> Vec<String> {
        let owner = Owner::new();
        owner.set();
        let lists = SiteLists::parse("it, en", "EUR, USD").unwrap();
        let values = platform.defaults(&lists);
        let shown = Shown {
            texts: texts(language),
            values: &values,
            secrets,
            lists: &lists,
            today: "2026-11-23",
            errors: RwSignal::new(errors),
            found: RwSignal::new(None),
        };
        platform
            .fields()
            .iter()
            .map(|found| field(found, shown).to_html())
            .collect()
    }

    fn stored(name: &str, usable: SecretUse) -> SecretView {
        let set = When {
            iso: "2026-09-03T10:00:00Z".to_owned(),
            full: "3 settembre 2026, 12:00".to_owned(),
            short: "3 set".to_owned(),
        };
        SecretView {
            field: name.to_owned(),
            set,
            set_by: "anna".to_owned(),
            host: "api.telegram.org".to_owned(),
            usable,
        }
    }

    #[test]
    fn every_field_of_every_platform_has_a_label_a_help_and_a_control_of_its_name() {
        for (platform, language) in Platform::ALL
            .into_iter()
            .flat_map(|platform| Language::ALL.map(|it| (platform, it)))
        {
            let html = rendered(platform, language, &[], FormErrors::default());
            for (field, html) in platform.fields().iter().zip(html) {
                assert_eq!(
                    html.matches(&format!("id=\"f-{}\"", field.name)).count(),
                    1,
                    "{html}"
                );
                assert!(html.contains(&format!("name=\"{}\"", field.name)), "{html}");
                assert!(html.contains(field.label.get(language)), "{html}");
                assert!(html.contains(&format!("id=\"f-{}-hint\"", field.name)), "{html}");
                assert!(
                    !html.contains("style=") && !html.contains("aria-invalid"),
                    "{html}"
                );
            }
        }
    }

    #[test]
    fn an_error_is_tied_to_its_control() {
        for platform in Platform::ALL {
            let fields = platform
                .fields()
                .iter()
                .map(|field| (field.name.to_owned(), FieldError::Required))
                .collect();
            let html = rendered(
                platform,
                Language::It,
                &[],
                FormErrors {
                    description: None,
                    fields,
                },
            );
            for (field, html) in platform.fields().iter().zip(html) {
                let described = format!("aria-describedby=\"f-{}-error ", field.name);
                assert!(
                    html.contains("aria-invalid=\"true\"") && html.contains(&described),
                    "{html}"
                );
                assert!(html.contains(&format!("id=\"f-{}-error\"", field.name)), "{html}");
            }
        }
    }

    #[test]
    fn a_stored_secret_says_since_when_by_whom_and_for_which_host() {
        let secrets = [stored("bot_token", SecretUse::Usable)];
        let html = rendered(Platform::Telegram, Language::It, &secrets, FormErrors::default()).concat();
        for words in [
            "Configurato il",
            "3 settembre 2026, 12:00",
            "anna",
            "api.telegram.org",
            "Sostituisci",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(!html.contains("<details open"), "{html}");
        assert!(
            !html.contains("remove_bot_token"),
            "a required secret has no box that removes it: {html}"
        );
    }

    #[test]
    fn a_wrong_stored_secret_is_open_and_an_optional_one_can_be_removed() {
        let fields = [("app_secret".to_owned(), FieldError::WrongForm)].into();
        let secrets = [stored("app_secret", SecretUse::OtherKey)];
        let errors = FormErrors {
            description: None,
            fields,
        };
        let html = rendered(Platform::WaSmartBusiness, Language::En, &secrets, errors).concat();
        assert!(html.contains("<details open"), "{html}");
        assert!(html.contains("name=\"remove_app_secret\""), "{html}");
        assert!(html.contains("Locked."), "{html}");
    }

    #[test]
    fn what_a_person_typed_cannot_leave_its_control() {
        let owner = Owner::new();
        owner.set();
        let html = description_field(
            texts(Language::It),
            "\"><script>".to_owned(),
            RwSignal::new(FormErrors::default()),
            Need::Now,
        );
        assert!(!html.to_html().contains("<script>"));
    }
}
