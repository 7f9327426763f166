//! How many events are taken in, one by one and in batches, and whether every one that was is there afterwards.

use std::sync::Arc;

use anyhow::Result;

use super::{Options, floor};
use crate::place::Kind;
use crate::report::{Aim, Report, Table, figure, with_unit};
use crate::stand::{Amount, Books, Kept, Meter, Shop, Stand, Used, Work, send};
use crate::stats::{Latencies, real};

/// Aims of the issue.
const SINGLE_PER_SECOND_MIN: f64 = 5_000.0;
const BATCHED_PER_SECOND_MIN: f64 = 25_000.0;

/// One event in a request.
pub(super) const SINGLE: Way = Way {
    name: "one by one",
    connections: 32,
    batch: 1,
};
/// A hundred events in a request.
pub(super) const BATCHED: Way = Way {
    name: "in batches of 100",
    connections: 8,
    batch: 100,
};

/// A way to send events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Its name in the report.
    pub(super) name: &'static str,
    /// Connections.
    pub(super) connections: u32,
    /// Events of a request.
    pub(super) batch: u32,
}

/// What was measured of a way.
pub(super) struct Measured {
    /// Events.
    pub(super) count: usize,
    /// How long a request took.
    pub(super) latencies: Latencies,
    /// Where the time went.
    pub(super) used: Used,
}

impl Measured {
    fn per_second(&self) -> f64 {
        self.used.per_second(self.count)
    }
}

/// Measures, then counts what is there, then measures the floors.
pub(super) async fn measure(options: &Options, kind: Kind, report: &mut Report) -> Result<()> {
    let stand = Stand::make_in(&options.raccordo, &options.places, kind).await?;
    let panel = stand.start().await?;
    let api = stand.api(&panel);
    // Two deliveries for every event, and none of them goes out.
    for kept in [Kept::ActiveCampaign, CLERK] {
        stand.add(&api, kept).await?.pause(&api).await?;
    }
    let shop = Arc::new(Shop::new());
    let mut accepted = Vec::new();
    let mut next = 0;
    let mut measured = Vec::new();
    for way in [SINGLE, BATCHED] {
        let work = Work {
            connections: way.connections,
            batch: way.batch,
            amount: Amount::For(options.scale().intake),
            first: next,
            customers: u32::MAX,
        };
        let meter = Meter::start(panel.id())?;
        let sent = send(&api, &shop, work).await?;
        let used = meter.stop()?;
        next = sent.next;
        measured.push(Measured {
            count: sent.accepted.len(),
            latencies: sent.latencies,
            used,
        });
        accepted.extend(sent.accepted);
    }
    panel.finish().await?;
    let books = Books::open(&stand.place).await?;
    let found = books.count(&accepted).await?;
    let stored = floor::stored(&books, options.scale().intake / 2).await?;
    books.close().await;
    let asked = floor::asked(&api, &shop, options.scale().intake / 2).await?;

    let name = kind.name();
    let mut table = Table::new([
        "Events taken in",
        "Events/s",
        "A request: p50",
        "p99",
        "Bare insert loop",
        "Bare request loop",
    ]);
    let ways = [(SINGLE, SINGLE_PER_SECOND_MIN), (BATCHED, BATCHED_PER_SECOND_MIN)];
    let mut notes = Vec::new();
    for (place, ((way, aim), measured)) in ways.into_iter().zip(&measured).enumerate() {
        let floors = format!(
            "the bare insert loop (the same rows through the same store, flushed alike) does {}/s, the bare request loop {}/s",
            figure(stored[place]),
            figure(asked[place])
        );
        table.row([
            format!("{}, {} connections", way.name, way.connections),
            figure(measured.per_second()),
            with_unit(measured.latencies.p50(), "ms"),
            with_unit(measured.latencies.p99(), "ms"),
            format!("{}/s", figure(stored[place])),
            format!("{}/s", figure(asked[place])),
        ]);
        let goes = measured.used.tell(measured.count, "event");
        notes.push(format!("- {}: {goes}", way.name));
        report.aim(
            Aim::at_least(
                format!("{name}: events accepted {}", way.name),
                aim,
                "events/s",
                measured.per_second(),
            )
            .goes(format!("{goes} For comparison, {floors}.")),
        );
    }
    report.aim(Aim::at_least(
        format!("{name}: accepted events found afterwards"),
        real(accepted.len()),
        "events",
        real(found),
    ));
    let notes = format!(
        "Every event is an order with two deliveries, answered when it is flushed; {} of {} are there afterwards, each \
         once. The floors: a bare insert loop sends the same rows through the same store from the benchmark itself; a bare \
         request loop sends the same requests to a server that reads them and does nothing.\n\n{}",
        found,
        accepted.len(),
        notes.join("\n")
    );
    report.section(&format!("{name}: intake"), &table, &notes);
    Ok(())
}

/// Clerk.io for every language.
pub(super) const CLERK: Kept<'static> = Kept::Clerk {
    language: "it",
    base: None,
};
