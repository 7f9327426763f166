//! Saving the form of an account.

use domain::{AccountId, DESCRIPTION_FIELD, Lookup, Platform, Submission, Version};
use persistence::Draft;
use service::{SaveError, Saved};

use super::read::{VERSION_FIELD, conflict, existing_form, new_form};
use super::{Cx, Pairs, Watch, connection, failed, in_the_way, problem, sign_in_needed, sign_in_path, value};
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::AccountFormView;

/// What a button of the form asks for.
enum Asked {
    Save,
    Test,
    /// For the field of this name.
    LookUp(Lookup, String),
    SendMessage,
}

fn asked(pairs: &Pairs) -> Option<Asked> {
    // Of two buttons' names the pressed one's comes last.
    let asked = pairs.iter().rev().find(|(name, _)| name == "do");
    match asked.map_or("", |(_, value)| value.as_str()) {
        "" | "save" => Some(Asked::Save),
        "test" => Some(Asked::Test),
        "message" => Some(Asked::SendMessage),
        other => {
            let (code, field) = other.strip_prefix("lookup:")?.split_once(':')?;
            Some(Asked::LookUp(Lookup::from_code(code)?, field.to_owned()))
        }
    }
}

/// The form of a new account: saves it, or tries it. `watch` is told each step of a test as it ends.
pub async fn create(cx: &Cx, pairs: &Pairs, watch: Watch<'_>) -> Outcome {
    let Ok(platform) = value(pairs, "platform").parse::<Platform>() else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let submission = submission(cx, platform, pairs, true);
    let Some(actor) = &cx.actor else {
        return keep(
            cx,
            &format!("/accounts/new?platform={}", platform.code()),
            &submission,
            None,
        )
        .await;
    };
    match asked(pairs) {
        Some(Asked::Save) => {}
        Some(Asked::Test) => return connection::test(cx, None, &submission, watch).await,
        Some(Asked::LookUp(lookup, field)) => {
            return connection::look_up(cx, None, &submission, (lookup, &field)).await;
        }
        Some(Asked::SendMessage) | None => return Outcome::Failed(Problem::BadRequest),
    }
    match cx
        .raccordo
        .create_account(actor, &cx.site, &submission, &cx.today())
        .await
    {
        Ok(account) => Outcome::Go {
            to: format!("/accounts/{}", account.id),
            notice: Some(Notice::Created),
        },
        Err(error) => rejected(cx, typed(new_form(cx, Some(platform)), &submission), error),
    }
}

/// The form of an existing account: saves it, or tries it. `watch` is told each step of a test as it ends.
pub async fn update(cx: &Cx, id: AccountId, pairs: &Pairs, watch: Watch<'_>) -> Outcome {
    let Ok(expected) = value(pairs, VERSION_FIELD).parse::<Version>() else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let stored = match cx.raccordo.find_account(cx.site.id, id).await {
        Ok(Some(stored)) => stored,
        // Whether an account exists is nobody's business before they have signed in.
        Ok(None) if cx.actor.is_none() => return sign_in_needed(cx),
        Ok(None) => return Outcome::Failed(Problem::NotFound),
        Err(error) => return failed(&error),
    };
    let submission = submission(cx, stored.account.platform(), pairs, false);
    let Some(actor) = &cx.actor else {
        return keep(cx, &format!("/accounts/{id}"), &submission, Some(expected)).await;
    };
    match asked(pairs) {
        Some(Asked::Save) => {}
        // Tried in the state that the person sees, even if somebody else has changed the account since.
        Some(Asked::Test) => {
            return with_version(connection::test(cx, Some(id), &submission, watch).await, expected);
        }
        Some(Asked::LookUp(lookup, field)) => {
            return with_version(
                connection::look_up(cx, Some(id), &submission, (lookup, &field)).await,
                expected,
            );
        }
        Some(Asked::SendMessage) => {
            return with_version(connection::send_message(cx, id, &submission).await, expected);
        }
        None => return Outcome::Failed(Problem::BadRequest),
    }
    match cx
        .raccordo
        .update_account(actor, &cx.site, id, expected, &submission, &cx.today())
        .await
    {
        Ok(Saved::Changed(_)) => Outcome::Go {
            to: format!("/accounts/{id}"),
            notice: Some(Notice::Saved),
        },
        Ok(Saved::Unchanged(_)) => Outcome::Go {
            to: format!("/accounts/{id}"),
            notice: Some(Notice::Unchanged),
        },
        Err(error) => {
            let mut view = existing_form(cx, &stored.account, &stored.usable);
            if let Err(error) = cx.add_health(&mut view, &stored.account).await {
                return failed(&error);
            }
            let mut view = typed(view, &submission);
            view.version = Some(expected);
            rejected(cx, view, error)
        }
    }
}

/// The tried form stays one of the version that it was opened on.
fn with_version(outcome: Outcome, version: Version) -> Outcome {
    match outcome {
        Outcome::Tried(mut view) => {
            view.version = Some(version);
            Outcome::Tried(view)
        }
        Outcome::AccountRejected(mut view) => {
            view.version = Some(version);
            Outcome::AccountRejected(view)
        }
        other => other,
    }
}

fn submission(cx: &Cx, platform: Platform, pairs: &Pairs, first_save: bool) -> Submission {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Submission::from_pairs(platform, pairs, &cx.site.lists, first_save)
}

/// The form with what was typed, but for the secrets.
pub(super) fn typed(view: AccountFormView, submission: &Submission) -> AccountFormView {
    AccountFormView {
        description: submission.description.clone(),
        values: submission.values.clone(),
        ..view
    }
}

/// The form is shown again, with what is wrong.
pub(super) fn rejected_form(view: AccountFormView) -> Outcome {
    Outcome::AccountRejected(Box::new(view))
}

/// Nothing that was typed is lost, whatever the reason.
fn rejected(cx: &Cx, mut view: AccountFormView, error: SaveError) -> Outcome {
    match error {
        SaveError::Form(errors) => view.errors = errors,
        SaveError::Conflict(found) => {
            // Saving again is then a decision, made with the changes in sight.
            view.version = Some(found.current.version);
            view.active = found.current.active;
            view.conflict = Some(conflict(cx, &found.current, &found.changes));
        }
        SaveError::InTheWay(holders) => view.in_the_way = in_the_way(holders),
        SaveError::NotFound => return Outcome::Failed(Problem::NotFound),
        SaveError::Service(error) => view.problem = Some(problem(&error)),
    }
    rejected_form(view)
}

/// The session has ended: the typed form waits, without its secrets, for the same person to sign in again.
async fn keep(cx: &Cx, path: &str, submission: &Submission, version: Option<Version>) -> Outcome {
    let Some(session) = cx.session else {
        return Outcome::SignInNeeded {
            to: sign_in_path(path),
        };
    };
    let mut values = submission.values.clone();
    values.insert(DESCRIPTION_FIELD.to_owned(), submission.description.clone());
    if let Some(version) = version {
        values.insert(VERSION_FIELD.to_owned(), version.to_string());
    }
    match cx
        .raccordo
        .keep_draft(
            session,
            &Draft {
                path: path.to_owned(),
                values,
            },
        )
        .await
    {
        Ok(Some(token)) => {
            let mark = if path.contains('?') { '&' } else { '?' };
            Outcome::SignInNeeded {
                to: sign_in_path(&format!("{path}{mark}draft={token}")),
            }
        }
        Ok(None) => Outcome::SignInNeeded {
            to: sign_in_path(path),
        },
        Err(error) => failed(&error),
    }
}
