//! How fast a backlog is worked off, and whether the sandbox has got each event exactly once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use domain::DeliveryState;
use sandbox::{ACTIVECAMPAIGN_HOST, CLERK_HOST, Count, Kind as Thing, Sink};

use super::Options;
use super::intake::CLERK;
use crate::place::Kind;
use crate::report::{Aim, Report, Table, figure, with_unit};
use crate::stand::{Amount, Books, Kept, Meter, Shop, Stand, Used, Work, send};
use crate::stats::real;

/// The aim of the issue.
const PER_SECOND_MIN: f64 = 4_000.0;
/// So many deliveries at once where the setting is raised; here the sandbox answers within a millisecond or two.
const MANY_AT_ONCE: u32 = 32;
/// How long nothing may come before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks at the sandbox.
const LOOK: Duration = Duration::from_millis(2);
/// Exactly once.
const ONCE: Count = Count {
    created: 1,
    updated: 0,
    deleted: 0,
};

/// A backlog for one account.
struct Backlog {
    name: &'static str,
    kept: Kept<'static>,
    /// Deliveries to Clerk.io at once, unless it is the usual number.
    at_once: Option<u32>,
    host: &'static str,
    count: u32,
    customers: u32,
}

/// What became of it.
struct Drained {
    used: Used,
    calls: u64,
    once: usize,
    delivered: u64,
}

/// Measures both platforms.
pub(super) async fn measure(options: &Options, kind: Kind, report: &mut Report) -> Result<()> {
    let scale = options.scale();
    let backlogs = [
        Backlog {
            name: "Clerk.io",
            kept: CLERK,
            at_once: None,
            host: CLERK_HOST,
            count: scale.backlog,
            customers: u32::MAX,
        },
        Backlog {
            name: "Clerk.io, 32 at once",
            kept: CLERK,
            at_once: Some(MANY_AT_ONCE),
            host: CLERK_HOST,
            count: scale.backlog,
            customers: u32::MAX,
        },
        Backlog {
            name: "ActiveCampaign",
            kept: Kept::ActiveCampaign,
            at_once: None,
            host: ACTIVECAMPAIGN_HOST,
            count: scale.backlog_deep,
            // Most orders are those of customers who are known.
            customers: scale.backlog_deep / 5,
        },
    ];
    let name = kind.name();
    let mut table = Table::new([
        "Backlog",
        "Deliveries",
        "Deliveries/s",
        "Calls for each",
        "Calls/s",
        "Counted exactly once",
        "Told as delivered",
    ]);
    let mut notes = Vec::new();
    for backlog in backlogs {
        let count = usize::try_from(backlog.count)?;
        let drained = drain(options, kind, &backlog).await?;
        let per_second = drained.used.per_second(count);
        let calls = f64::from(u32::try_from(drained.calls)?);
        table.row([
            backlog.name.to_owned(),
            count.to_string(),
            figure(per_second),
            figure(calls / real(count)),
            figure(per_second * calls / real(count)),
            drained.once.to_string(),
            drained.delivered.to_string(),
        ]);
        let goes = drained.used.tell(count, "delivery");
        notes.push(format!("- {}: {goes}", backlog.name));
        if matches!(backlog.kept, Kept::Clerk { .. }) {
            let how = backlog
                .at_once
                .map_or(String::new(), |at_once| format!(", {at_once} at once"));
            let what = format!("{name}: deliveries drained from a backlog{how}");
            report.aim(Aim::at_least(what, PER_SECOND_MIN, "deliveries/s", per_second).goes(goes));
        }
        let what = format!("{name}: deliveries to {} counted exactly once", backlog.name);
        report.aim(Aim::at_least(what, real(count), "deliveries", real(drained.once)));
        let delivered = f64::from(u32::try_from(drained.delivered)?);
        let what = format!("{name}: deliveries to {} told as delivered", backlog.name);
        report.aim(Aim::at_least(what, real(count), "deliveries", delivered));
    }
    let notes = format!(
        "Orders that came in while the account was paused, from the moment on in which it is resumed until the sandbox has \
         the last one. Clerk.io takes an order by one call, eight at once unless \
         `clerk_at_once` says otherwise; ActiveCampaign needs several, a fifth of the orders are those of \
         new customers. Its limit of five calls a second does not hold for the sandbox.\n\n{}",
        notes.join("\n")
    );
    report.section(&format!("{name}: draining"), &table, &notes);
    Ok(())
}

async fn drain(options: &Options, kind: Kind, backlog: &Backlog) -> Result<Drained> {
    let stand = Stand::make_in(&options.raccordo, &options.places, kind).await?;
    let at_once = backlog
        .at_once
        .map(|at_once| ("RACCORDO_CLERK_AT_ONCE", at_once.to_string()));
    let panel = stand.start_with(at_once.as_slice()).await?;
    let api = stand.api(&panel);
    let account = stand.add(&api, backlog.kept).await?;
    account.pause(&api).await?;
    let work = Work {
        connections: 8,
        batch: 100,
        amount: Amount::Events(backlog.count),
        first: 0,
        customers: backlog.customers,
    };
    send(&api, &Arc::new(Shop::new()), work).await?;
    let sink = stand.sandbox.sink();
    sink.reset();
    let calls = stand.sandbox.calls();
    let meter = Meter::start(panel.id())?;
    account.resume(&api).await?;
    wait(&sink, backlog).await?;
    let used = meter.stop()?;
    let calls = stand.sandbox.calls() - calls;
    panel.finish().await?;
    let books = Books::open(&stand.place).await?;
    let delivered = books.count_in(DeliveryState::Delivered).await?;
    books.close().await;
    let orders = sink.counts(backlog.host, Thing::Order);
    let once = (0..backlog.count)
        .filter(|number| orders.get(&Shop::order_id(*number)) == Some(&ONCE))
        .count();
    Ok(Drained {
        used,
        calls,
        once,
        delivered,
    })
}

/// Waits until every order is there.
async fn wait(sink: &Sink, backlog: &Backlog) -> Result<()> {
    let wanted = usize::try_from(backlog.count)?;
    let (mut moved, mut before) = (Instant::now(), 0);
    loop {
        let found = sink.things(backlog.host, Thing::Order);
        if found >= wanted {
            return Ok(());
        }
        if found > before {
            (moved, before) = (Instant::now(), found);
        }
        if moved.elapsed() > PATIENCE {
            bail!(
                "only {found} of {wanted} orders came to {}; nothing more for {}",
                backlog.name,
                with_unit(PATIENCE.as_secs_f64(), "s")
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}
