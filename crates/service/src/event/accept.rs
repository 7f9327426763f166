//! Taking events in: sealed, and only acknowledged once they are on disk.

use std::sync::PoisonError;

use domain::{EmailHash, EventId, SiteId, Timestamp};
use events::{BATCH_EVENTS_MAX, EntityKey, Event};
use persistence::{Acceptance, LaneKey, NewEvent};
use thiserror::Error;
use uuid::{Builder, Uuid};
use vault::MasterKey;

use super::DATA_KIND;
use crate::Raccordo;
use crate::error::ServiceError;

/// Sets hashes of lanes apart from others.
const LANE_PURPOSE: &str = "lane";
/// Sets hashes of e-mail addresses in the place of ids apart from others.
const EMAIL_PURPOSE: &str = "email";

/// Why no event is taken in.
#[derive(Debug, Error)]
pub enum AcceptError {
    /// More than [`BATCH_EVENTS_MAX`].
    #[error("more than {BATCH_EVENTS_MAX} events at once")]
    TooMany,
    /// Something else: with [`ServiceError::Key`], no event can be sealed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Makes the ids of events: each larger than the one before, whatever the clock does.
#[derive(Debug, Default)]
pub(crate) struct EventIds {
    ms: u64,
    number: u16,
}

impl EventIds {
    /// Ids of one millisecond: the twelve bits behind the time number them
    /// (<https://www.rfc-editor.org/rfc/rfc9562#name-monotonicity-and-counters>).
    const NUMBERS: u16 = 1 << 12;

    /// Goes on after `last`: a clock that was set back since must not sort new events before it.
    fn go_on_after(&mut self, last: EventId) {
        let last = last.uuid().as_u128();
        // The time is in the first 48 bits, the number behind the version's four.
        let ms = u64::try_from(last >> 80).unwrap_or_default();
        let number = u16::try_from(last >> 64 & u128::from(Self::NUMBERS - 1)).unwrap_or_default();
        if (ms, number) > (self.ms, self.number) {
            (self.ms, self.number) = (ms, number);
        }
    }

    /// The next id at `now`.
    fn next(&mut self, now: Timestamp, random: [u8; 8]) -> EventId {
        let now = u64::try_from(now.ms()).unwrap_or_default();
        if now > self.ms {
            (self.ms, self.number) = (now, 0);
        } else {
            self.number += 1;
            if self.number == Self::NUMBERS {
                (self.ms, self.number) = (self.ms + 1, 0);
            }
        }
        let mut tail = [0; 10];
        tail[..2].copy_from_slice(&self.number.to_be_bytes());
        tail[2..].copy_from_slice(&random);
        EventId::new(Builder::from_unix_timestamp_millis(self.ms, &tail).into_uuid())
    }
}

/// The smallest id of an instant.
pub(crate) fn first_event_id(at: Timestamp) -> EventId {
    let ms = u64::try_from(at.ms()).unwrap_or_default();
    let smallest: Uuid = Builder::from_unix_timestamp_millis(ms, &[0; 10]).into_uuid();
    EventId::new(smallest)
}

impl Raccordo {
    /// Takes events in as [`Self::receive_events`] does, for whoever needs no ids.
    pub async fn accept_events(
        &self,
        site: SiteId,
        events: Vec<Event>,
    ) -> Result<Vec<Acceptance>, AcceptError> {
        let received = self.receive_events(site, events).await?;
        Ok(received.into_iter().map(|(_, acceptance)| acceptance).collect())
    }

    /// Takes events in, at most [`BATCH_EVENTS_MAX`], all or none, each with its deliveries. They are on disk when this
    /// returns. The answers are in the order of the events: the id under which each is stored, and what became of it.
    pub async fn receive_events(
        &self,
        site: SiteId,
        events: Vec<Event>,
    ) -> Result<Vec<(EventId, Acceptance)>, AcceptError> {
        if events.len() > BATCH_EVENTS_MAX {
            return Err(AcceptError::TooMany);
        }
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let key = self.own_key()?;
        let ids = self.next_event_ids(now, events.len())?;
        let new: Result<Vec<NewEvent>, ServiceError> = ids
            .iter()
            .zip(events)
            .map(|(id, event)| self.new_event(key, site, *id, event, now))
            .collect();
        let accepted = self.store.accept_events(site, new?).await;
        let accepted = accepted.map_err(ServiceError::from)?;
        Ok(ids
            .into_iter()
            .zip(accepted)
            .map(|(id, acceptance)| match acceptance {
                Acceptance::Known(known) => (known, acceptance),
                Acceptance::Taken { .. } => (id, acceptance),
            })
            .collect())
    }

    fn new_event(
        &self,
        key: &MasterKey,
        site: SiteId,
        id: EventId,
        event: Event,
        now: Timestamp,
    ) -> Result<NewEvent, ServiceError> {
        let keys = event.payload.keys(event.kind);
        let sealed = self.seal_data(site, DATA_KIND, &id.to_string(), event.data.as_bytes())?;
        Ok(NewEvent {
            id,
            source: event.source,
            external_id: event.id,
            kind: event.kind,
            entity_id: match &keys.entity {
                EntityKey::Id(id) => stored_id(key, site, id),
                EntityKey::Email(email) => email_id(key, site, email),
            },
            lane: lane_key(key, site, &keys.lane),
            ends_cart: keys.ends_cart.map(|cart| stored_id(key, site, &cart)),
            // A shop whose clock is ahead does not make its carts wait for longer.
            occurred_at: event.time.map_or(now, |time| time.min(now)),
            received_at: now,
            sealed,
        })
    }

    /// Goes on with the ids of events after those that are stored.
    pub(crate) async fn take_up_event_ids(&self) -> Result<(), ServiceError> {
        for site in self.store.list_sites().await? {
            if let Some(last) = self.store.last_event_id(site.id).await? {
                let mut ids = self.event_ids.lock().unwrap_or_else(PoisonError::into_inner);
                ids.go_on_after(last);
            }
        }
        Ok(())
    }

    fn next_event_ids(&self, now: Timestamp, count: usize) -> Result<Vec<EventId>, ServiceError> {
        let random: Result<Vec<[u8; 8]>, _> = (0..count).map(|_| vault::random_bytes()).collect();
        let random = random?;
        let mut ids = self.event_ids.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(random.into_iter().map(|random| ids.next(now, random)).collect())
    }

    /// The id under which a thing is stored that the shop calls `id`, or the customer who has this e-mail address.
    pub(crate) fn stored_entity_id(&self, site: SiteId, id: &str) -> Result<String, ServiceError> {
        if id.contains('@') {
            Ok(stored_id(self.own_key()?, site, id))
        } else {
            Ok(id.to_owned())
        }
    }
}

/// The id under which a thing is stored. Shops that call their customers by their e-mail addresses exist: such an id is
/// stored as a hash.
fn stored_id(key: &MasterKey, site: SiteId, id: &str) -> String {
    if id.contains('@') {
        email_id(key, site, &id.to_lowercase())
    } else {
        id.to_owned()
    }
}

fn lane_key(key: &MasterKey, site: SiteId, lane: &str) -> LaneKey {
    let hash = key.keyed_hash(LANE_PURPOSE, &[&site.to_string(), lane]);
    let mut lane = LaneKey::default();
    let bytes = lane.len();
    lane.copy_from_slice(&hash[..bytes]);
    lane
}

fn email_id(key: &MasterKey, site: SiteId, email: &str) -> String {
    let hash = key.keyed_hash(EMAIL_PURPOSE, &[&site.to_string(), email]);
    let mut begin = [0; EmailHash::BYTES];
    begin.copy_from_slice(&hash[..EmailHash::BYTES]);
    EmailHash::new(begin).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_id_is_larger_than_the_one_before_whatever_the_clock_does() {
        let mut ids = EventIds::default();
        let mut last = None;
        let clock = [1_000, 1_000, 5_000, 400, 5_001].into_iter();
        let crowd = std::iter::repeat_n(5_001, 10_000);
        for ms in clock.chain(crowd).chain([5_002, 9_000]) {
            let id = ids.next(Timestamp::from_ms(ms), [0xff; 8]);
            assert!(Some(id) > last, "at {ms}");
            last = Some(id);
        }
        assert!(last >= Some(first_event_id(Timestamp::from_ms(9_000))));
        assert!(last < Some(first_event_id(Timestamp::from_ms(9_001))));
    }

    #[test]
    fn after_a_restart_ids_go_on_after_what_is_stored_whatever_the_clock_does() {
        let mut before = EventIds::default();
        let stored: Vec<EventId> = (0..10)
            .map(|_| before.next(Timestamp::from_ms(5_000), [0xff; 8]))
            .collect();
        for now in [1_000, 5_000] {
            let mut after = EventIds::default();
            after.go_on_after(stored[9]);
            after.go_on_after(stored[2]);
            let id = after.next(Timestamp::from_ms(now), [0; 8]);
            assert!(id > stored[9], "at {now}");
            assert!(id < first_event_id(Timestamp::from_ms(5_001)), "at {now}");
        }
    }
}
