//! The calls made for one account, and what is kept of them.

use std::sync::Arc;
use std::time::Duration;

use domain::{ApiUrl, Effect, Exchange, Fact, FactKind, Fault, RemoteValue};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::Platforms;
use crate::http::{Answer, Call, Client};
use crate::parcel::{Pace, PlannedCall};
use crate::recall::Recall;
use crate::redact::{Redactor, SecretUrl};

/// Most values of a lookup: more than anybody reads through, and what a platform that ignores its limits may cost.
const VALUES_MAX: usize = 1_000;

/// In the place of a body, as long as no answer has come.
const UNANSWERED: &str = "no answer so far";

/// What is kept of the calls, whatever becomes of them.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) facts: Vec<Fact>,
    pub(crate) exchanges: Vec<Exchange>,
    /// The calls that would have been made.
    pub(crate) planned: Vec<PlannedCall>,
    /// Whether the call that was made last, or is under way, changes something.
    pub(crate) wrote: bool,
    /// How long calls waited for their turn.
    pub(crate) waited: Duration,
    /// Seconds to wait, if the last answer says.
    pub(crate) retry_after_s: Option<u32>,
}

/// Where the calls go.
pub(crate) enum Way<'a> {
    /// Over connections of their own, at once.
    Own(Arc<Client>),
    /// Over connections that are kept, each at its turn.
    Kept {
        platforms: &'a Platforms,
        base: Option<&'a ApiUrl>,
        pace: &'a dyn Pace,
        /// What was noted is written before a call.
        memory: &'a Recall<'a>,
    },
    /// Nowhere: they are only planned.
    Nowhere,
}

/// Waits for a turn, as long as a call that takes `longest` still ends in time.
async fn turn(pace: &dyn Pace, longest: Duration) -> Result<(), Fault> {
    let Some(deadline) = pace.deadline() else {
        pace.turn().await;
        return Ok(());
    };
    let latest = deadline - longest;
    if latest <= Instant::now() {
        return Err(Fault::TimeUp);
    }
    timeout_at(latest, pace.turn()).await.map_err(|_| Fault::TimeUp)
}

/// The open way to one account's platform.
pub(crate) struct Session<'a> {
    way: Way<'a>,
    redactor: Arc<Redactor>,
    base: String,
    record: &'a mut Record,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        way: Way<'a>,
        redactor: Arc<Redactor>,
        base: Option<&ApiUrl>,
        record: &'a mut Record,
    ) -> Self {
        let base = base.map_or("", ApiUrl::as_str).trim_end_matches('/').to_owned();
        Self {
            way,
            redactor,
            base,
            record,
        }
    }

    /// Makes a call and waits for the whole answer. Redirections and what went wrong on the way are faults; every
    /// status but those is an answer.
    pub(crate) async fn call(&mut self, call: &Call<'_>) -> Result<Answer, Fault> {
        self.ask(call, || Value::Null).await
    }

    /// The same for a delivery. Where calls are only planned, `sample` is the answer: the one that the platform documents.
    pub(crate) async fn ask(
        &mut self,
        call: &Call<'_>,
        sample: impl FnOnce() -> Value + Send,
    ) -> Result<Answer, Fault> {
        let url = call.url(&self.base)?;
        let client = match &self.way {
            Way::Own(client) => Arc::clone(client),
            Way::Kept {
                platforms,
                base,
                pace,
                memory,
            } => {
                // While it is being written, what the call before has changed is still in doubt.
                if !memory.write().await {
                    // The memory itself tells what was wrong.
                    return Err(Fault::TimeUp);
                }
                // Until this call goes out, nothing is under way.
                self.record.wrote = false;
                let client = platforms.kept_client(*base).await?;
                let started = Instant::now();
                let has_turn = turn(*pace, platforms.options.call_timeout).await;
                self.record.waited += started.elapsed();
                has_turn?;
                client
            }
            Way::Nowhere => {
                self.plan(call, &url);
                return Ok(Answer::sample(&sample()));
            }
        };
        self.record.wrote = call.effect() == Effect::Writes;
        self.send(&client, call, &url).await
    }

    async fn send(&mut self, client: &Client, call: &Call<'_>, url: &SecretUrl) -> Result<Answer, Fault> {
        let sent = call.body().map(Value::to_string).unwrap_or_default();
        self.record.exchanges.push(Exchange {
            method: call.method().to_owned(),
            url: self.redactor.url(url),
            sent: self.redactor.body(sent.as_bytes()),
            status: None,
            request_id: None,
            body: UNANSWERED.to_owned(),
        });
        self.record.retry_after_s = None;
        let sent = client.send(call, url).await;
        let Some(exchange) = self.record.exchanges.last_mut() else {
            return Err(Fault::ConnectionLost);
        };
        exchange.status = sent.status;
        exchange.request_id = sent.request_id.map(|id| self.redactor.words(&id));
        match sent.outcome {
            Ok(answer) => {
                exchange.body = self.redactor.body(&answer.body);
                self.record.retry_after_s = answer.retry_after_s;
                Ok(answer)
            }
            Err(lost) => {
                lost.why.clone_into(&mut exchange.body);
                Err(match lost.fault {
                    Fault::Redirected { to } => Fault::Redirected {
                        to: self.redactor.words(&to),
                    },
                    fault => fault,
                })
            }
        }
    }

    fn plan(&mut self, call: &Call<'_>, url: &SecretUrl) {
        let body = call.body().map(|body| format!("{body:#}")).unwrap_or_default();
        // The brackets of an id that nobody knows yet are none of the address.
        let url = self.redactor.url(url);
        self.record.planned.push(PlannedCall {
            method: call.method().to_owned(),
            url: url.replace("%E2%80%B9", "‹").replace("%E2%80%BA", "›"),
            body: self.redactor.text(&body),
        });
    }

    /// The last answer names its request in its body.
    pub(crate) fn name_request(&mut self, id: &str) {
        let id = self.redactor.words(id);
        if let Some(exchange) = self.record.exchanges.last_mut() {
            exchange.request_id = Some(id);
        }
    }

    /// The platform's words, fit to be shown.
    pub(crate) fn words(&self, text: &str) -> String {
        self.redactor.words(text)
    }

    /// A fact in the platform's words.
    pub(crate) fn fact(&self, kind: FactKind, value: &str) -> Fact {
        Fact::new(kind, &self.words(value))
    }

    /// Values of a lookup, fit to be shown; those without an id are left out.
    pub(crate) fn clean(&self, values: &mut Vec<RemoteValue>) {
        values.truncate(VALUES_MAX);
        for value in values.iter_mut() {
            value.id = self.words(&value.id);
            value.name = self.words(&value.name);
            value.note = self.words(&value.note);
        }
        values.retain(|value| !value.id.is_empty());
    }

    /// Keeps a fact for the report; nothing said is no fact.
    pub(crate) fn learn(&mut self, kind: FactKind, value: &str) {
        let fact = self.fact(kind, value);
        if !fact.value.is_empty() {
            self.record.facts.push(fact);
        }
    }
}
