//! Resident memory with a large backlog: at rest, and while it is worked off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use sandbox::{CLERK_HOST, Kind as Thing};

use super::Options;
use super::intake::CLERK;
use crate::place::Kind;
use crate::process::Memory;
use crate::report::{Aim, Report, Table, figure, with_unit};
use crate::stand::{Amount, Meter, Shop, Stand, Work, send};

/// The aim of the issue: 150 MB.
const RESIDENT_MIB_MAX: f64 = 150_000_000.0 / 1_048_576.0;
/// How long a panel is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(2);
/// Pause between two looks at the memory.
const LOOK: Duration = Duration::from_millis(100);

/// Measures.
pub(super) async fn measure(options: &Options, kind: Kind, report: &mut Report) -> Result<()> {
    let scale = options.scale();
    let stand = Stand::make_in(&options.raccordo, &options.places, kind).await?;
    let panel = stand.start().await?;
    let api = stand.api(&panel);
    let account = stand.add(&api, CLERK).await?;
    account.pause(&api).await?;
    let work = Work {
        connections: 8,
        batch: 100,
        amount: Amount::Events(scale.waiting),
        first: 0,
        customers: u32::MAX,
    };
    send(&api, &Arc::new(Shop::new()), work).await?;
    let filled = panel.memory()?;
    panel.finish().await?;

    let panel = stand.start().await?;
    let api = stand.api(&panel);
    tokio::time::sleep(REST).await;
    let idle = panel.memory()?;
    let sink = stand.sandbox.sink();
    let meter = Meter::start(panel.id())?;
    account.resume(&api).await?;
    let until = Instant::now() + scale.watch;
    let mut working = panel.memory()?;
    while Instant::now() < until {
        tokio::time::sleep(LOOK).await;
        let now = panel.memory()?;
        if now.resident > working.resident {
            working = now;
        }
    }
    let delivered = sink.things(CLERK_HOST, Thing::Order);
    let used = meter.stop()?;
    panel.kill()?;

    let name = kind.name();
    let mut table = Table::new(["Memory", "Resident", "Own", "Pages of files", "Peak so far"]);
    let mut row = |what: String, memory: Memory| {
        let cell = |value: f64| with_unit(value, "MiB");
        table.row([
            what,
            cell(memory.resident),
            cell(memory.own),
            cell(memory.of_files),
            cell(memory.peak),
        ]);
    };
    row(format!("After {} events came in", scale.waiting), filled);
    row(format!("Started anew with {} waiting", scale.waiting), idle);
    row(
        format!(
            "At most, while they are worked off for {} s",
            scale.watch.as_secs()
        ),
        working,
    );
    let what = format!("{name}: resident memory with {} waiting", scale.waiting);
    let most = filled.resident.max(idle.resident).max(working.resident);
    report.aim(Aim::at_most(what, RESIDENT_MIB_MAX, "MiB", most).goes(format!(
        "{} MiB are its own while the backlog is worked off, {} MiB pages of files.",
        figure(working.own),
        figure(working.of_files)
    )));
    let notes = format!(
        "On the disk: {}. From this backlog, {} deliveries a second went out: {}",
        stand.place.size()?,
        figure(used.per_second(delivered)),
        used.tell(delivered, "delivery")
    );
    report.section(&format!("{name}: memory"), &table, &notes);
    Ok(())
}
