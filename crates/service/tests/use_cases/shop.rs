//! What a shop sends, and what the engine does with it, by hand.

use domain::{
    Account, AttemptOutcome, DeliveryId, DeliveryState, Effect, EventKind, Exchange, Fault, Platform,
    Timestamp,
};
use events::Event;
use persistence::{Acceptance, Attempt, Claimed, Finish, QueueTime, Step};
use serde_json::{Value, json};
use service::{Confirmation, Queue};

use crate::stage::Stage;

/// The sample of a kind, as if it were number `number` of the shop's.
pub(crate) fn sample(kind: EventKind, number: u32) -> Value {
    let mut sample = events::samples::event(kind);
    sample["id"] = json!(format!("{}-{number}", kind.code()));
    sample["time"] = json!(null);
    sample
}

/// An event as it is read.
pub(crate) fn read(event: &Value) -> Event {
    events::read(event.to_string().as_bytes()).unwrap()
}

/// An order of its own customer.
pub(crate) fn order(number: u32) -> Event {
    let mut order = sample(EventKind::OrderPlaced, number);
    order["data"]["id"] = json!(format!("{number}"));
    order["data"]["cart_id"] = json!(null);
    order["data"]["customer"]["id"] = json!(format!("c{number}"));
    read(&order)
}

impl Stage {
    /// An active account that exists nowhere.
    pub(crate) async fn active(&self, platform: Platform, changes: &[(&str, &str)]) -> Account {
        let account = self.create(platform, changes).await;
        self.turn(&account, true, Queue::Hold).await;
        self.stored(account.id).await.unwrap()
    }

    /// Switches an account.
    pub(crate) async fn turn(&self, account: &Account, active: bool, queue: Queue) {
        self.raccordo
            .switch_account(
                &self.ada,
                self.site.id,
                account.id,
                active,
                Confirmation::Given,
                queue,
            )
            .await
            .unwrap();
    }

    /// Takes events in.
    pub(crate) async fn accept(&self, events: Vec<Event>) -> Vec<Acceptance> {
        self.raccordo.accept_events(self.site.id, events).await.unwrap()
    }

    /// What the engine is handed out now.
    pub(crate) async fn claim(&self, account: &Account) -> Vec<Claimed> {
        let now = self.raccordo.now();
        self.store
            .claim_deliveries(account.id, QueueTime::same(now), now.plus_seconds(60), 100, 100)
            .await
            .unwrap()
    }

    /// Ends a claim as refused by the platform, or as delivered.
    pub(crate) async fn finish(&self, claimed: &Claimed, fault: Option<Fault>) {
        let at = self.raccordo.now();
        let outcome = fault.as_ref().map_or(AttemptOutcome::Delivered, |fault| {
            AttemptOutcome::Failed(fault.class(Effect::Writes))
        });
        let state = match &fault {
            Some(_) => DeliveryState::Refused,
            None => DeliveryState::Delivered,
        };
        let attempt = Attempt {
            started_at: at,
            ms: 12,
            outcome,
            sealed_exchanges: self
                .raccordo
                .seal_calls(self.site.id, claimed.id, &[exchange()], fault.as_ref())
                .unwrap(),
            fault: fault.map(|fault| fault.without_words()),
        };
        let finish = Finish {
            id: claimed.id,
            fence: claimed.fence,
            at,
            attempt: Some(attempt),
            step: Step::End { state, reason: None },
            entries: Vec::new(),
            memories: Vec::new(),
        };
        let finished = self.store.finish_deliveries(vec![finish]).await;
        assert_eq!(finished.unwrap(), [true]);
    }

    /// Where a delivery stands.
    pub(crate) async fn state_of(&self, id: DeliveryId) -> DeliveryState {
        let found = self.store.find_delivery(self.site.id, id).await.unwrap();
        found.unwrap().0.state
    }
}

/// A call with personal data in its answer.
pub(crate) fn exchange() -> Exchange {
    Exchange {
        method: "POST".into(),
        url: "https://shop.api-us1.com/api/3/ecomOrders".into(),
        sent: "{}".into(),
        status: Some(422),
        request_id: None,
        body: "planted-answer of anna.rossi@example.com".into(),
    }
}

/// A refusal.
pub(crate) fn refusal() -> Fault {
    Fault::Refused {
        code: 422,
        message: "planted-words about anna.rossi@example.com".into(),
    }
}

/// An hour's beginning.
pub(crate) const fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp::from_ms(at.ms() - at.ms() % 3_600_000)
}
