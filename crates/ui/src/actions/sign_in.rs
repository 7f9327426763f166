//! Signing in and out.

use secrecy::SecretString;
use service::{NewSession, SignInFailure};

use super::{Cx, Pairs, failed, local_path, problem, value};
use crate::outcome::{Notice, Outcome};
use crate::view::{SignInError, SignInView};

/// Checks name and password; the server sets the new session's cookie.
pub async fn submit(cx: &Cx, pairs: &Pairs) -> (Outcome, Option<NewSession>) {
    let name = value(pairs, "name");
    let next = local_path(value(pairs, "next"));
    let password = SecretString::from(value(pairs, "password").to_owned());
    let error = match cx.raccordo.sign_in(name, password, &cx.address).await {
        Ok(session) => {
            // A new session takes the place of an old one.
            if let Some(old) = cx.session
                && let Err(error) = cx.raccordo.sign_out(old).await
            {
                return (failed(&error), None);
            }
            let notice = next.contains("draft=").then_some(Notice::DraftRestored);
            return (
                Outcome::Go {
                    to: next.to_owned(),
                    notice,
                },
                Some(session),
            );
        }
        Err(SignInFailure::Wrong) => SignInError::Wrong,
        Err(SignInFailure::Wait { seconds }) => SignInError::Wait { seconds },
        Err(SignInFailure::Service(error)) => SignInError::Problem(problem(&error)),
    };
    let view = SignInView {
        name: name.to_owned(),
        next: next.to_owned(),
        error: Some(error),
        first_start: false,
    };
    (Outcome::SignInRejected(view), None)
}

/// Ends the session; the server clears the cookie.
pub async fn sign_out(cx: &Cx, _: &Pairs) -> Outcome {
    if let Some(session) = cx.session
        && let Err(error) = cx.raccordo.sign_out(session).await
    {
        return failed(&error);
    }
    Outcome::Go {
        to: "/sign-in".to_owned(),
        notice: Some(Notice::SignedOut),
    }
}
