//! The calls of a delivery, and what their answers hold.

use domain::{Fault, Permission};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ActiveCampaign, Me, Problem, refusal};
use crate::http::{Answer, Call, Number};
use crate::session::Session;

impl ActiveCampaign<'_> {
    /// Makes a call with the key, and takes any answer. `sample` is the one that the vendor documents.
    pub(super) async fn ask(
        &self,
        session: &mut Session<'_>,
        call: Call<'_>,
        sample: impl FnOnce() -> Value + Send,
    ) -> Result<Answer, Fault> {
        let key = self.secrets.expose("api_key").to_owned();
        session.ask(&call.header("api-token", key), sample).await
    }

    /// The members of a success. A bad key and a missing permission are refused alike, with 403: whether the key is good,
    /// its user tells, and then `what` is missing.
    pub(super) async fn members(
        &self,
        session: &mut Session<'_>,
        answer: &Answer,
        what: Permission,
    ) -> Result<Map<String, Value>, Fault> {
        if answer.is_success() {
            return answer.json();
        }
        match (answer.status, answer.error::<Problem>()) {
            (404, Some(problem)) => Err(Fault::Refused {
                code: 404,
                message: session.words(&problem.words()),
            }),
            _ => match refusal(session, answer, None) {
                Fault::CredentialsRejected { .. } => {
                    self.read::<Me>(session, "/users/me".into(), &[], None).await?;
                    Err(Fault::PermissionMissing { what })
                }
                fault => Err(fault),
            },
        }
    }

    /// Sends something, and takes the id of what `name` is in the answer.
    pub(super) async fn send(
        &self,
        session: &mut Session<'_>,
        call: Call<'_>,
        name: &str,
        sample: impl FnOnce() -> Value + Send,
    ) -> Result<String, Fault> {
        let answer = self.ask(session, call, sample).await?;
        let members = self.members(session, &answer, Permission::Other).await?;
        id_in(&members, name)
    }

    /// The rows of the list called `name`.
    pub(super) async fn rows<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        call: Call<'_>,
        name: &str,
        what: Permission,
        sample: impl FnOnce() -> Value + Send,
    ) -> Result<Vec<T>, Fault> {
        let answer = self.ask(session, call, sample).await?;
        let mut members = self.members(session, &answer, what).await?;
        let rows = members.remove(name).ok_or(Fault::Malformed)?;
        serde_json::from_value(rows).map_err(|_| Fault::Malformed)
    }
}

/// Whether a creation is refused because there is such a thing already
/// (<https://developers.activecampaign.com/reference/create-a-new-contact>, answer 422).
pub(super) fn is_duplicate(answer: &Answer) -> bool {
    let problem = || answer.error::<Problem>();
    answer.status == 422
        && problem().is_some_and(|problem| {
            let mut codes = problem.errors.iter().filter_map(|error| error.code.as_ref());
            codes.any(|code| code == "duplicate")
        })
}

/// The id of the thing called `name`.
pub(super) fn id_in(members: &Map<String, Value>, name: &str) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Made {
        id: Number,
    }
    let made = members.get(name).ok_or(Fault::Malformed)?;
    let made = Made::deserialize(made).map_err(|_| Fault::Malformed)?;
    id(&made.id)
}

/// An id that can stand in a path.
pub(super) fn id(number: &Number) -> Result<String, Fault> {
    let id = number.show();
    let fits = !id.is_empty() && !id.contains(['/', '\\', '?', '#', '.']);
    fits.then_some(id).ok_or(Fault::Malformed)
}

/// Adds a member unless there is nothing to say.
pub(super) fn put(members: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value.into());
    }
}
