//! Delivering, and telling what delivering would do: the very same code, on a session whose calls go nowhere.

use domain::{Effect, Fault};
use tokio::time::{Instant, timeout_at};

use crate::connector::{self, Connector};
use crate::errand::{Errand, Hitch};
use crate::parcel::{Delivery, DeliveryReport, Memory, Pace, Parcel, Plan, Shop};
use crate::recall::Recall;
use crate::session::{Record, Session, Way};
use crate::{Platforms, Remote, redactor};

impl Platforms {
    /// Delivers a parcel: every call that it needs, each at its turn. No call is made for what the account's rules leave
    /// out. After [`Pace::deadline`] it fails with [`Fault::TimeUp`], whose effect tells whether a call that changes
    /// something was under way.
    pub async fn deliver(
        &self,
        remote: &Remote<'_>,
        shop: &Shop,
        parcel: &Parcel<'_>,
        memory: &dyn Memory,
        pace: &dyn Pace,
    ) -> DeliveryReport {
        let started = Instant::now();
        let connector = connector::of(remote);
        let mut record = Record::default();
        let recall = Recall::new(remote.settings, memory);
        let way = Way::Kept {
            platforms: self,
            base: connector.base(),
            pace,
            memory: &recall,
        };
        let delivering = run(
            connector.as_ref(),
            remote,
            shop,
            parcel,
            &recall,
            way,
            &mut record,
        );
        let outcome = match pace.deadline() {
            Some(deadline) => timeout_at(deadline, delivering)
                .await
                .unwrap_or(Err(Hitch::Fault(Fault::TimeUp))),
            None => delivering.await,
        };
        let (outcome, notes) = match recall.end() {
            Ok(notes) => (outcome, notes),
            Err(error) => (Err(Hitch::Memory(error)), Vec::new()),
        };
        let effect = if record.wrote {
            Effect::Writes
        } else {
            Effect::Reads
        };
        let took = started.elapsed().saturating_sub(record.waited);
        DeliveryReport {
            delivery: match outcome {
                Ok(()) => Delivery::Done(record.facts),
                Err(Hitch::Skip(reason)) => Delivery::Skipped(reason),
                Err(Hitch::Fault(fault)) => Delivery::Failed {
                    fault,
                    effect,
                    is_repeatable: remote.settings.platform().is_repeatable(),
                },
                Err(Hitch::Memory(error)) => Delivery::MemoryFailed(error),
            },
            retry_after_s: record.retry_after_s,
            exchanges: record.exchanges,
            ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            notes,
        }
    }

    /// What [`Self::deliver`] would do. No call is made, nothing is remembered; where a call depends on the answer to
    /// another, the platform's documented one is taken, with ids in angle brackets, and what is looked for is not there
    /// yet. A memory that fails counts as one that knows nothing.
    pub async fn explain(
        &self,
        remote: &Remote<'_>,
        shop: &Shop,
        parcel: &Parcel<'_>,
        memory: &dyn Memory,
    ) -> Plan {
        let connector = connector::of(remote);
        let mut record = Record::default();
        let recall = Recall::dry(remote.settings, memory);
        let outcome = run(
            connector.as_ref(),
            remote,
            shop,
            parcel,
            &recall,
            Way::Nowhere,
            &mut record,
        )
        .await;
        match outcome {
            Err(Hitch::Skip(reason)) if record.planned.is_empty() => Plan::Skip(reason),
            _ => Plan::Calls(record.planned),
        }
    }
}

async fn run<'a>(
    connector: &dyn Connector,
    remote: &Remote<'_>,
    shop: &'a Shop,
    parcel: &Parcel<'a>,
    memory: &'a Recall<'a>,
    way: Way<'a>,
    record: &'a mut Record,
) -> Result<(), Hitch> {
    let session = Session::new(way, redactor(connector, remote), connector.base(), record);
    let mut errand = Errand {
        session,
        shop,
        parcel: *parcel,
        memory,
    };
    connector.deliver(&mut errand).await
}
