//! What pages read.

use domain::{
    Account, AccountChange, AccountFilter, AccountId, DESCRIPTION_FIELD, FieldChange, FormErrors, Health,
    Kind, Language, Platform, SecretChange, SecretUse, Values, Version,
};
use leptos::prelude::use_context;
use persistence::Draft;
use service::{Actor, ServiceError, StoredAccount};

use super::{Cx, in_the_way, problem};
use crate::context::Rejection;
use crate::load::LoadError;
use crate::outcome::{Outcome, Problem};
use crate::view::{
    AccountFormView, AccountListView, ChangeView, ConflictView, DeleteView, FirstStartView, HealthView,
    SecretView, SignInView, SwapView,
};

/// The name under which a kept form remembers the version that it was opened on.
pub(super) const VERSION_FIELD: &str = "version";

fn cx() -> Result<Cx, LoadError> {
    use_context::<Cx>().ok_or(LoadError::Failed(Problem::Internal))
}

pub(super) fn signed_in() -> Result<(Cx, Actor), LoadError> {
    let cx = cx()?;
    let actor = cx.actor.clone().ok_or(LoadError::SignInNeeded)?;
    Ok((cx, actor))
}

pub(super) fn rejection() -> Option<Outcome> {
    use_context::<Rejection>().map(|rejection| rejection.0)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used as a function by map_err"
)]
pub(super) fn failed(error: ServiceError) -> LoadError {
    LoadError::Failed(problem(&error))
}

/// Gives the answer to the browser half the HTTP status of what went wrong.
pub(crate) fn with_status<T>(answer: Result<T, LoadError>) -> Result<T, LoadError> {
    match &answer {
        Ok(_) => {}
        Err(LoadError::SignInNeeded) => super::set_status(401),
        Err(LoadError::Failed(problem)) => super::set_status(problem.status()),
    }
    answer
}

pub(crate) async fn accounts(query: &str) -> Result<AccountListView, LoadError> {
    let (cx, _) = signed_in()?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let filter = AccountFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let listed = cx
        .raccordo
        .list_accounts(cx.site.id, filter)
        .await
        .map_err(failed)?;
    Ok(AccountListView {
        filter: listed.filter,
        rows: listed.rows.iter().map(|row| cx.listed_row(row)).collect(),
        matching: u32::try_from(listed.matching).unwrap_or(u32::MAX),
        total: u32::try_from(listed.total).unwrap_or(u32::MAX),
        attention: u32::try_from(listed.attention).unwrap_or(u32::MAX),
        own_network: listed.suspects_own_network,
    })
}

pub(crate) async fn account_form(
    id: Option<AccountId>,
    platform: Option<Platform>,
    description: Option<String>,
    draft: Option<String>,
) -> Result<AccountFormView, LoadError> {
    if let Some(Outcome::AccountRejected(view) | Outcome::Tried(view)) = rejection() {
        return Ok(*view);
    }
    let (cx, actor) = signed_in()?;
    let mut view = match id {
        Some(id) => {
            let stored = cx.raccordo.find_account(cx.site.id, id).await.map_err(failed)?;
            let stored = stored.ok_or(LoadError::Failed(Problem::NotFound))?;
            let mut view = existing_form(&cx, &stored.account, &stored.usable);
            cx.add_health(&mut view, &stored.account).await.map_err(failed)?;
            view
        }
        None => AccountFormView {
            description: description.unwrap_or_default(),
            ..new_form(&cx, platform)
        },
    };
    if let Some(token) = draft {
        let draft = cx.raccordo.take_draft(&actor, &token).await.map_err(failed)?;
        if let Some(draft) = draft {
            restore(&mut view, draft);
        }
    }
    Ok(view)
}

/// The empty form of a new account.
pub(super) fn new_form(cx: &Cx, platform: Option<Platform>) -> AccountFormView {
    AccountFormView {
        id: None,
        platform,
        description: String::new(),
        values: platform
            .map(|platform| platform.defaults(&cx.site.lists))
            .unwrap_or_default(),
        secrets: Vec::new(),
        version: None,
        active: false,
        errors: FormErrors::default(),
        conflict: None,
        problem: None,
        in_the_way: Vec::new(),
        health: HealthView {
            health: Health::NeverTested,
            why: String::new(),
        },
        test: None,
        found: None,
        sent: None,
        offers_message: false,
        sandbox: false,
        lists: cx.site.lists.clone(),
        today: cx.today(),
        updated: None,
        updated_by: String::new(),
    }
}

/// The form of an account as it is stored; `usable` says for each of its secrets whether it can be used.
pub(super) fn existing_form(cx: &Cx, account: &Account, usable: &[SecretUse]) -> AccountFormView {
    let secrets = account
        .secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| SecretView {
            field: secret.field.clone(),
            set: cx.when(secret.set_at),
            set_by: secret.set_by.clone(),
            host: secret.host.to_string(),
            usable: usable
                .get(index)
                .copied()
                .unwrap_or_else(|| cx.raccordo.secret_use(&secret.key_id)),
        });
    AccountFormView {
        id: Some(account.id),
        description: account.description.to_string(),
        values: account.settings.values(),
        secrets: secrets.collect(),
        version: Some(account.version),
        active: account.active,
        sandbox: account.settings.host().is_sandbox(),
        updated: Some(cx.when(account.updated_at)),
        updated_by: account.updated_by.clone(),
        ..new_form(cx, Some(account.platform()))
    }
}

fn restore(view: &mut AccountFormView, draft: Draft) {
    let mut values: Values = draft.values;
    if let Some(description) = values.remove(DESCRIPTION_FIELD) {
        view.description = description;
    }
    // The version of then, not of now: what others changed meanwhile must not be overwritten.
    if let Some(version) = values
        .remove(VERSION_FIELD)
        .and_then(|version| version.parse::<Version>().ok())
    {
        view.version = Some(version);
    }
    view.values = values;
}

/// What others changed, in words.
pub(super) fn conflict(cx: &Cx, current: &Account, changes: &[AccountChange]) -> ConflictView {
    let changes = changes.iter().map(|change| ChangeView {
        by: change.by.clone(),
        at: cx.when(change.at),
        what: in_words(current.platform(), change, cx.language),
    });
    ConflictView {
        changes: changes.collect(),
    }
}

fn in_words(platform: Platform, change: &AccountChange, language: Language) -> Vec<String> {
    let it = language == Language::It;
    let mut words: Vec<String> = match change.kind {
        domain::ChangeKind::Activated => vec![
            if it {
                "account attivato"
            } else {
                "account switched on"
            }
            .to_owned(),
        ],
        domain::ChangeKind::Deactivated => vec![
            if it {
                "account disattivato"
            } else {
                "account switched off"
            }
            .to_owned(),
        ],
        domain::ChangeKind::Created | domain::ChangeKind::Edited => Vec::new(),
    };
    words.extend(changed_words(platform, &change.fields, &change.secrets, language));
    words
}

/// The fields and secrets that changed, one line for each.
pub(super) fn changed_words(
    platform: Platform,
    fields: &[FieldChange],
    secrets: &[SecretChange],
    language: Language,
) -> Vec<String> {
    let fields = fields.iter().map(|field| {
        let show = |value: &str| shown_value(platform, &field.field, value, language);
        let label = field_label(platform, &field.field, language);
        format!("{label}: {} → {}", show(&field.from), show(&field.to))
    });
    let secrets = secrets.iter().map(|secret| {
        let what = match (secret.removed, language) {
            (true, Language::It) => "tolta",
            (true, Language::En) => "removed",
            (false, Language::It) => "sostituita",
            (false, Language::En) => "replaced",
        };
        format!("{}: {what}", field_label(platform, &secret.field, language))
    });
    fields.chain(secrets).collect()
}

/// What a field is called.
pub(super) fn field_label(platform: Platform, name: &str, language: Language) -> String {
    match (platform.field(name), language) {
        (Some(field), _) => field.label.get(language).to_owned(),
        (None, Language::It) => "Descrizione".to_owned(),
        (None, Language::En) => "Description".to_owned(),
    }
}

/// A value as a person reads it.
pub(super) fn shown_value(platform: Platform, field: &str, value: &str, language: Language) -> String {
    if value.is_empty() {
        return "–".to_owned();
    }
    match platform.field(field).map(|field| &field.kind) {
        Some(Kind::Switch) => match (value == "true", language) {
            (true, Language::It) => "Sì".to_owned(),
            (true, Language::En) => "Yes".to_owned(),
            (false, _) => "No".to_owned(),
        },
        Some(Kind::Choice(choices)) => choices.iter().find(|choice| choice.value == value).map_or_else(
            || value.to_owned(),
            |choice| choice.label.get(language).to_owned(),
        ),
        Some(Kind::Code(_)) => "…".to_owned(),
        _ => format!("«{value}»"),
    }
}

pub(crate) async fn delete(ids: &str) -> Result<DeleteView, LoadError> {
    let (cx, _) = signed_in()?;
    let mut accounts = Vec::new();
    for stored in listed(&cx, ids).await? {
        accounts.push(cx.single_row(&stored).await.map_err(failed)?);
    }
    Ok(DeleteView { accounts })
}

/// The accounts of `ids`, with commas between them, that are still there.
pub(super) async fn listed(cx: &Cx, ids: &str) -> Result<Vec<StoredAccount>, LoadError> {
    let mut accounts = Vec::new();
    for id in ids
        .split(',')
        .filter(|id| !id.is_empty())
        .take(domain::PAGE_SIZE as usize)
    {
        let id: AccountId = id.parse().map_err(|_| LoadError::Failed(Problem::BadRequest))?;
        accounts.extend(cx.raccordo.find_account(cx.site.id, id).await.map_err(failed)?);
    }
    Ok(accounts)
}

pub(crate) async fn swap(id: AccountId) -> Result<SwapView, LoadError> {
    let (cx, _) = signed_in()?;
    let stored = cx.raccordo.find_account(cx.site.id, id).await.map_err(failed)?;
    let stored = stored.ok_or(LoadError::Failed(Problem::NotFound))?;
    let holders = cx
        .raccordo
        .holders_in_the_way(&stored.account)
        .await
        .map_err(failed)?;
    let row = cx.single_row(&stored).await.map_err(failed)?;
    let mut ousted = Vec::new();
    for holder in holders.iter().filter(|holder| !holder.slot.is_default()) {
        if let Some(stored) = cx
            .raccordo
            .find_account(cx.site.id, holder.id)
            .await
            .map_err(failed)?
        {
            ousted.push((holder.id, cx.queued(&stored.account).await.map_err(failed)?));
        }
    }
    Ok(SwapView {
        id,
        description: row.description,
        platform: row.platform,
        health: row.health,
        queued: cx.queued(&stored.account).await.map_err(failed)?,
        in_the_way: in_the_way(holders),
        ousted,
    })
}

pub(crate) async fn sign_in(next: String) -> Result<SignInView, LoadError> {
    if let Some(Outcome::SignInRejected(view)) = rejection() {
        return Ok(view);
    }
    let cx = cx()?;
    let first_start = !cx.raccordo.has_users().await.map_err(failed)?;
    Ok(SignInView {
        next: super::local_path(&next).to_owned(),
        first_start,
        ..SignInView::default()
    })
}

pub(crate) async fn first_start(token: String) -> Result<FirstStartView, LoadError> {
    if let Some(Outcome::FirstStartRejected(view)) = rejection() {
        return Ok(*view);
    }
    let cx = cx()?;
    let valid = cx.raccordo.is_first_start_link(&token).await.map_err(failed)?;
    let codes = |items: Vec<&str>| items.join(", ");
    Ok(FirstStartView {
        valid,
        token: if valid { token } else { String::new() },
        site_name: cx.site.name.to_string(),
        site_url: cx.site.url.to_string(),
        languages: codes(
            cx.site
                .lists
                .languages
                .iter()
                .map(domain::LanguageTag::as_str)
                .collect(),
        ),
        currencies: codes(
            cx.site
                .lists
                .currencies
                .iter()
                .map(domain::Currency::as_str)
                .collect(),
        ),
        time_zone: cx.site.time_zone.to_string(),
        ..FirstStartView::default()
    })
}
