//! A delivery: what its page reads, and changing it.

use domain::{AttemptOutcome, DeliveryId, DeliveryState, Exchange, Platform, SkipReason};
use persistence::{DeliveryChange, StoredEvent};
use service::{DeliveryDetail, OpenAttempt, ServiceError};

use super::read::{failed, signed_in};
use super::{Cx, Pairs, curl, sign_in_needed, value};
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::{AttemptView, BodyView, DeliveryView, EventView, ExchangeView};

pub(crate) async fn delivery(id: &str) -> Result<DeliveryView, LoadError> {
    let (cx, _) = signed_in()?;
    let id: DeliveryId = id.parse().map_err(|_| LoadError::Failed(Problem::NotFound))?;
    let found = cx
        .raccordo
        .find_delivery(cx.site.id, id)
        .await
        .map_err(failed)?
        .ok_or(LoadError::Failed(Problem::NotFound))?;
    cx.delivery_view(found).await.map_err(failed)
}

/// Tries a delivery again, or skips it.
pub async fn submit(cx: &Cx, id: DeliveryId, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let change = match value(pairs, "do") {
        "retry" => DeliveryChange::RetryNow,
        "skip" => DeliveryChange::Skip(SkipReason::ByHand),
        _ => return Outcome::Failed(Problem::BadRequest),
    };
    let notice = match cx.raccordo.change_delivery(actor, cx.site.id, id, change).await {
        Ok(false) => Notice::DeliveryDone,
        Ok(true) if change == DeliveryChange::RetryNow => Notice::DeliveriesRetried { count: 1 },
        Ok(true) => Notice::DeliveriesSkipped { count: 1 },
        Err(error) => return super::failed(&error),
    };
    Outcome::Go {
        to: format!("/deliveries/{id}"),
        notice: Some(notice),
    }
}

/// JSON as a person reads it; `None` for what is no JSON, or reads no better indented.
pub(super) fn indented(text: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let indented = serde_json::to_string_pretty(&json).ok()?;
    (indented != text).then_some(indented)
}

/// Whether only the beginning of a body was kept. JSON that ends where keeping ends is whole: half of an object is none.
pub(super) fn is_cut(body: &str) -> bool {
    body.chars().count() >= Exchange::BODY_CHARS_MAX
        && serde_json::from_str::<serde::de::IgnoredAny>(body).is_err()
}

fn body(text: &str) -> BodyView {
    BodyView {
        raw: text.to_owned(),
        pretty: indented(text),
        is_cut: is_cut(text),
    }
}

fn exchange(exchange: &Exchange) -> ExchangeView {
    ExchangeView {
        method: exchange.method.clone(),
        url: exchange.url.clone(),
        status: exchange.status,
        request_id: exchange.request_id.clone(),
        sent: body(&exchange.sent),
        answer: body(&exchange.body),
    }
}

impl Cx {
    pub(super) fn event_view(&self, event: &StoredEvent, data: Option<String>) -> EventView {
        EventView {
            id: event.id,
            kind: event.kind,
            entity_id: event.entity_id.clone(),
            source: event.source.clone(),
            external_id: event.external_id.clone(),
            occurred: self.logged(event.occurred_at),
            received: self.logged(event.received_at),
            data: data.map(|data| indented(&data).unwrap_or(data)),
        }
    }

    pub(super) fn logged(&self, at: domain::Timestamp) -> crate::view::When {
        crate::when::logged(at, self.raccordo.now(), &self.site, self.language)
    }

    fn attempt(&self, platform: Platform, attempt: &OpenAttempt) -> AttemptView {
        let class = match attempt.outcome {
            AttemptOutcome::Delivered => "",
            AttemptOutcome::Failed(class) => class.title().get(self.language),
        };
        AttemptView {
            number: attempt.number,
            at: self.logged(attempt.started_at),
            ms: attempt.ms,
            is_delivered: attempt.outcome == AttemptOutcome::Delivered,
            class: class.to_owned(),
            cause: attempt
                .fault
                .as_ref()
                .map(|fault| fault.cause(platform, self.language))
                .unwrap_or_default(),
            exchanges: attempt
                .exchanges
                .as_ref()
                .map(|exchanges| exchanges.iter().map(exchange).collect()),
        }
    }

    async fn delivery_view(&self, found: DeliveryDetail) -> Result<DeliveryView, ServiceError> {
        let language = self.language;
        let row = &found.row;
        let (to, hold) = self.receiver_of(row).await?;
        let time = self.raccordo.queue_time().await?;
        let fault = found
            .attempts
            .last()
            .and_then(|attempt| attempt.fault.as_ref())
            .filter(|_| !matches!(row.state, DeliveryState::Delivered | DeliveryState::Skipped));
        let why_held = hold
            .as_ref()
            .filter(|_| row.state == DeliveryState::Waiting)
            .map(|hold| hold.reason.text().get(language).to_owned());
        let skipped = row.reason.map(|reason| reason.text().get(language).to_owned());
        let told = fault.map(|fault| fault.cause(row.platform, language));
        let cause: Vec<String> = [why_held, skipped, told].into_iter().flatten().collect();
        let last = found
            .attempts
            .iter()
            .rev()
            .find_map(|attempt| attempt.exchanges.as_ref()?.last());
        Ok(DeliveryView {
            row: self.delivery_row(row, time, to, hold.as_ref()),
            cause: cause.join(" "),
            remedy: fault
                .map(|fault| fault.remedy(row.platform).get(language).to_owned())
                .unwrap_or_default(),
            updated: self.logged(row.updated_at),
            attempts: found
                .attempts
                .iter()
                .rev()
                .map(|attempt| self.attempt(row.platform, attempt))
                .collect(),
            curl: last.map(|exchange| curl::curl(row.platform, exchange)),
            event: self.event_view(&found.event, found.data),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_everything_else_is_left_as_it_is() {
        assert_eq!(indented(r#"{"a":1}"#).as_deref(), Some("{\n  \"a\": 1\n}"));
        assert_eq!(indented("1"), None);
        assert_eq!(indented("<html>"), None);
    }

    #[test]
    fn a_body_was_cut_if_it_is_long_and_no_whole_json() {
        assert!(body(&"x".repeat(Exchange::BODY_CHARS_MAX)).is_cut);
        assert!(!body(&"x".repeat(Exchange::BODY_CHARS_MAX - 1)).is_cut);
        let whole = format!(r#"["{}"]"#, "x".repeat(Exchange::BODY_CHARS_MAX - 4));
        assert_eq!(whole.chars().count(), Exchange::BODY_CHARS_MAX);
        assert!(!body(&whole).is_cut);
    }
}
