//! The calls made for one account, and what is kept of them.

use domain::{ApiUrl, Exchange, Fact, FactKind, Fault, RemoteValue};

use crate::http::{Answer, Call, Client};
use crate::redact::Redactor;

/// Most values of a lookup: more than anybody reads through, and what a platform that ignores its limits may cost.
const VALUES_MAX: usize = 1_000;

/// In the place of a body, as long as no answer has come.
const UNANSWERED: &str = "no answer so far";

/// What is kept of the calls, whatever becomes of them.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) facts: Vec<Fact>,
    pub(crate) exchanges: Vec<Exchange>,
}

/// The open way to one account's platform.
pub(crate) struct Session<'a> {
    client: Client,
    redactor: Redactor,
    base: String,
    record: &'a mut Record,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        client: Client,
        redactor: Redactor,
        base: Option<&ApiUrl>,
        record: &'a mut Record,
    ) -> Self {
        let base = base.map_or("", ApiUrl::as_str).trim_end_matches('/').to_owned();
        Self {
            client,
            redactor,
            base,
            record,
        }
    }

    /// Makes a call and waits for the whole answer. Redirections and what went wrong on the way are faults; every
    /// status but those is an answer.
    pub(crate) async fn call(&mut self, call: &Call<'_>) -> Result<Answer, Fault> {
        let url = call.url(&self.base)?;
        self.record.exchanges.push(Exchange {
            method: call.method().to_owned(),
            url: self.redactor.url(&url),
            status: None,
            request_id: None,
            body: UNANSWERED.to_owned(),
        });
        let sent = self.client.send(call, &url).await;
        let Some(exchange) = self.record.exchanges.last_mut() else {
            return Err(Fault::ConnectionLost);
        };
        exchange.status = sent.status;
        exchange.request_id = sent.request_id.map(|id| self.redactor.words(&id));
        match sent.outcome {
            Ok(answer) => {
                exchange.body = self.redactor.body(&answer.body);
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
