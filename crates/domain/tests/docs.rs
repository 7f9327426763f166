//! The documentation of the platforms' fields, written from their one description.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use domain::{Field, Kind, Platform, Section};

/// Set to `1`, it rewrites the page instead of comparing it.
const UPDATE: &str = "RACCORDO_UPDATE";

#[test]
fn the_page_about_the_fields_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/platform-fields.md");
    let page = page();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/platform-fields.md is out of date: run `{UPDATE}=1 cargo test -p domain --test docs` and commit it"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Platform fields\n\n\
         What an account on each platform asks for. This page is written from the description of the fields in\n\
         `crates/domain/src/platform`; after a change there, run\n\
         `RACCORDO_UPDATE=1 cargo test -p domain --test docs` and commit it with the change.\n\n\
         Every account also has a *description* (*Descrizione*): 1 to 100 characters, the name by which people know it.\n\
         White space around a value is dropped. Secrets are sealed when they are saved and never shown again: an empty\n\
         field keeps the stored one, and a new host asks for it again. Sections marked *after the first save* open once\n\
         the account exists; until then they hold their defaults.\n",
    );
    for platform in Platform::ALL {
        describe(&mut page, platform).unwrap();
    }
    page
}

fn describe(page: &mut String, platform: Platform) -> std::fmt::Result {
    writeln!(
        page,
        "\n## {}\n\n{} {}",
        platform.name(),
        platform.summary().en,
        platform.needs().en
    )?;
    for section in platform.sections() {
        let later = if section.after_first_save() {
            " (after the first save)"
        } else {
            ""
        };
        writeln!(page, "\n### {}: {}{later}\n", platform.name(), heading(section))?;
        writeln!(
            page,
            "| Field | In the panel | Value | Must it be filled in? | Default | What it is |"
        )?;
        writeln!(page, "|---|---|---|---|---|---|")?;
        let fields = || {
            platform
                .fields()
                .iter()
                .filter(move |field| field.section == section)
        };
        for field in fields() {
            let cells = [
                format!("`{}`", field.name),
                label(field),
                cell(&value(field)),
                needed(platform, field),
                default(field),
                cell(field.help.en),
            ];
            writeln!(page, "| {} |", cells.join(" | "))?;
        }
        for field in fields() {
            details(page, field)?;
        }
    }
    Ok(())
}

fn heading(section: Section) -> String {
    let title = section.title();
    if title.it == title.en {
        title.en.to_owned()
    } else {
        format!("{} (*{}*)", title.en, title.it)
    }
}

fn label(field: &Field) -> String {
    if field.label.it == field.label.en {
        cell(field.label.en)
    } else {
        cell(&format!("{} (*{}*)", field.label.en, field.label.it))
    }
}

/// What may stand in the field, in words.
fn value(field: &Field) -> String {
    let characters = |min: usize, max: usize| {
        if min == max {
            format!("{min} characters")
        } else {
            format!("{min} to {max} characters")
        }
    };
    let example = if field.example.is_empty() || field.example == field.default {
        String::new()
    } else {
        format!(" Example: `{}`", field.example)
    };
    match &field.kind {
        Kind::Text(rule) => format!(
            "Text, {}. {}{example}",
            characters(rule.min, rule.max),
            rule.form.en
        ),
        Kind::Code(rule) => format!(
            "Code, {}. {}{example}",
            characters(rule.min, rule.max),
            rule.form.en
        ),
        Kind::Secret(rule) => format!("**Secret**, {}. {}", characters(rule.min, rule.max), rule.form.en),
        Kind::Address(rule) => {
            let scheme = if rule.http_allowed {
                "`https://` or `http://`"
            } else {
                "`https://`"
            };
            let short = if rule.expand.is_some() {
                ", or an account name alone"
            } else {
                ""
            };
            let stripped = rule
                .strip_suffix
                .map(|suffix| format!(" A trailing `{suffix}` is taken off."))
                .unwrap_or_default();
            format!("Address, {scheme}{short}; no user, query or fragment.{stripped}{example}")
        }
        Kind::Switch => "On or off".to_owned(),
        Kind::Whole { min, max, unit } => format!("Whole number, {min} to {max} {}", unit.en),
        Kind::Choice(choices) => {
            let values: Vec<String> = choices
                .iter()
                .map(|choice| format!("`{}`", choice.value))
                .collect();
            format!("One of {}", values.join(", "))
        }
        Kind::SiteLanguage => "One of the site's languages".to_owned(),
        Kind::SiteCurrency => "One of the site's currencies".to_owned(),
        Kind::PastDate => "A date such as `2026-01-31`, not in the future".to_owned(),
    }
}

fn needed(platform: Platform, field: &Field) -> String {
    let needed = if field.is_required() { "Yes" } else { "No" };
    let Some(condition) = field.shown_when else {
        return needed.to_owned();
    };
    let label = platform
        .field(condition.field)
        .map_or(condition.field, |field| field.label.en);
    cell(&format!("{needed}; shown while *{label}* is `{}`", condition.is))
}

fn default(field: &Field) -> String {
    match field.kind {
        Kind::Switch => (if field.default == "true" { "on" } else { "off" }).to_owned(),
        Kind::SiteLanguage => "the site's first language".to_owned(),
        Kind::SiteCurrency => "the site's first currency".to_owned(),
        _ if field.default.is_empty() => "none".to_owned(),
        _ if field.default.contains('\n') => "see below".to_owned(),
        _ => cell(&format!("`{}`", field.default)),
    }
}

/// What does not fit into a table: the choices with their meaning, and a default of several lines.
fn details(page: &mut String, field: &Field) -> std::fmt::Result {
    if let Kind::Choice(choices) = field.kind {
        writeln!(page, "\nThe choices of `{}`:\n", field.name)?;
        for choice in choices {
            writeln!(
                page,
                "- `{}`, *{}*: {}",
                choice.value, choice.label.en, choice.help.en
            )?;
        }
    }
    if field.default.contains('\n') {
        writeln!(
            page,
            "\nThe default of `{}`:\n\n```html\n{}\n```",
            field.name, field.default
        )?;
    }
    Ok(())
}

/// Text that may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
