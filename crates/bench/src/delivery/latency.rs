//! How long after the answer to its event the first attempt comes to the sandbox, and whether accounts that are down or slow
//! change that for others. Two panels take turns: one whose accounts all work, and one with two that do not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use domain::Platform;
use sandbox::{ACTIVECAMPAIGN_HOST, CLERK_HOST, Fault, Kind as Thing};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use super::Options;
use super::intake::CLERK;
use crate::http::Connection;
use crate::place::Kind;
use crate::process::Process;
use crate::report::{Aim, Report, Table, figure, with_unit};
use crate::stand::{Api, Kept, Meter, Shop, Stand};
use crate::stats::{Latencies, ms};

/// Aims of the issue.
const P99_MS_MAX: f64 = 50.0;
const GROWTH_PERCENT_MAX: f64 = 20.0;
/// Events in a second.
const RATE: u32 = 500;
/// Connections that they are sent over.
const CONNECTIONS: u32 = 16;
/// Customers who order: most are known to the platforms after the first turn, and none orders twice within a second.
const CUSTOMERS: u32 = 2_000;
/// How long the last deliveries of a turn may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks at the sandbox.
const LOOK: Duration = Duration::from_millis(20);

/// A panel under load.
struct Scene {
    stand: Stand,
    panel: Process,
    api: Api,
    next: u32,
    /// From the answer to the order at Clerk.io in Italian, which works in both.
    others: Vec<Duration>,
    /// From the answer to the order at `ActiveCampaign`, several calls later.
    deep: Vec<Duration>,
    /// The latest that an event was sent after its time.
    lag: Duration,
    goes: String,
}

/// Measures.
pub(super) async fn measure(options: &Options, kind: Kind, report: &mut Report) -> Result<()> {
    let scale = options.scale();
    let (deaf, base) = deaf().await?;
    let mut calm = Scene::make(options, kind, None).await?;
    let mut troubled = Scene::make(options, kind, Some(&base)).await?;
    troubled
        .stand
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Fault::RateLimitEnforced));
    let shop = Arc::new(Shop::new());
    // The platforms get to know the customers, and the engine the accounts.
    let first = Duration::from_secs(u64::from(CUSTOMERS / RATE));
    for scene in [&mut calm, &mut troubled] {
        scene.turn(&shop, first.min(scale.turn)).await?;
        (scene.others, scene.deep, scene.lag) = Default::default();
    }
    for _ in 0..scale.turns {
        calm.turn(&shop, scale.turn).await?;
        troubled.turn(&shop, scale.turn).await?;
    }
    deaf.abort();

    let name = kind.name();
    let mut table = Table::new([
        "Panel",
        "Deliveries",
        "From accepted to Clerk.io: p50",
        "p99",
        "Slowest",
        "To ActiveCampaign: p50",
        "p99",
    ]);
    let mut p99 = Vec::new();
    for (what, scene) in [
        ("every account works", &calm),
        ("one account down, one at 5 calls/s", &troubled),
    ] {
        let others = Latencies::new(scene.others.clone());
        let deep = Latencies::new(scene.deep.clone());
        let cell = |value: f64| with_unit(value, "ms");
        table.row([
            what.to_owned(),
            scene.others.len().to_string(),
            cell(others.p50()),
            cell(others.p99()),
            cell(others.percentile(100)),
            if scene.deep.is_empty() {
                "far behind".to_owned()
            } else {
                cell(deep.p50())
            },
            if scene.deep.is_empty() {
                "–".to_owned()
            } else {
                cell(deep.p99())
            },
        ]);
        p99.push((others.p50(), others.p99()));
    }
    let [(calm_p50, calm_p99), (_, troubled_p99)] = p99[..] else {
        bail!("two panels were measured");
    };
    let what = format!("{name}: p99 from accepted to the first attempt at {RATE} events/s");
    report.aim(Aim::at_most(what, P99_MS_MAX, "ms", calm_p99).goes(format!(
        "the median is {} ms; {}",
        figure(calm_p50),
        calm.goes
    )));
    let growth = (troubled_p99 / calm_p99 - 1.0) * 100.0;
    let what = format!("{name}: growth of the others' p99 with one account down and one slow");
    report.aim(Aim::at_most(what, GROWTH_PERCENT_MAX, "%", growth).goes(format!(
        "{} ms instead of {} ms; {}",
        figure(troubled_p99),
        figure(calm_p99),
        troubled.goes
    )));
    let notes = format!(
        "{RATE} orders a second, each for ActiveCampaign and one of two Clerk.io accounts, which take turns; measured at the one \
         that works in both panels, from the answer 202 to the moment in which the sandbox has the order. To ActiveCampaign \
         an order takes several calls. Down means: connections are accepted and never answered. The panels take turns of \
         {} s. An event was sent at most {} ms ({} ms) after its time.\n\n- every account works: {}\n- one down, one slow: {}",
        scale.turn.as_secs(),
        figure(ms(calm.lag)),
        figure(ms(troubled.lag)),
        calm.goes,
        troubled.goes
    );
    report.section(&format!("{name}: latency"), &table, &notes);
    calm.panel.kill()?;
    troubled.panel.kill()
}

/// A platform that takes connections and never says a word; and its address for an account.
async fn deaf() -> Result<(JoinHandle<()>, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("https://{}/v2", listener.local_addr()?);
    let task = tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    Ok((task, base))
}

impl Scene {
    /// A panel with three accounts; the one of Clerk.io in English at `base`.
    async fn make(options: &Options, kind: Kind, base: Option<&str>) -> Result<Self> {
        let stand = Stand::make_in(&options.raccordo, &options.places, kind).await?;
        let panel = stand.start().await?;
        let api = stand.api(&panel);
        let english = Kept::Clerk { language: "en", base };
        for kept in [Kept::ActiveCampaign, CLERK, english] {
            stand.add(&api, kept).await?;
        }
        Ok(Self {
            stand,
            panel,
            api,
            next: 0,
            others: Vec::new(),
            deep: Vec::new(),
            lag: Duration::ZERO,
            goes: String::new(),
        })
    }

    async fn turn(&mut self, shop: &Arc<Shop>, length: Duration) -> Result<()> {
        let count = u32::try_from(length.as_millis() * u128::from(RATE) / 1_000)?;
        let meter = Meter::start(self.panel.id())?;
        let (answered, lag) = load(&self.api, shop, self.next, count).await?;
        self.goes = meter.stop()?.tell(answered.len(), "event");
        self.lag = self.lag.max(lag);
        self.next += count;
        self.others.extend(
            self.arrivals(CLERK_HOST, &answered, |number| number % 2 == 0)
                .await?,
        );
        // The slow one is far behind.
        if self.stand.sandbox.fault(Platform::ActiveCampaign).is_none() {
            self.deep
                .extend(self.arrivals(ACTIVECAMPAIGN_HOST, &answered, |_| true).await?);
        }
        Ok(())
    }

    /// How long after their answers the orders came to a host.
    async fn arrivals(
        &self,
        host: &str,
        answered: &[(u32, Instant)],
        is_meant: fn(u32) -> bool,
    ) -> Result<Vec<Duration>> {
        let sink = self.stand.sandbox.sink();
        let until = Instant::now() + PATIENCE;
        let mut took = Vec::new();
        for (number, at) in answered.iter().filter(|(number, _)| is_meant(*number)) {
            let id = Shop::order_id(*number);
            let came = loop {
                if let Some(came) = sink.first_at(host, Thing::Order, &id) {
                    break came.into_std();
                }
                if Instant::now() > until {
                    bail!("order {id} does not come to {host}");
                }
                tokio::time::sleep(LOOK).await;
            };
            took.push(came.saturating_duration_since(*at));
        }
        Ok(took)
    }
}

/// Sends `count` events at their times; answers when each was answered, and the latest that one was sent after its time.
async fn load(
    api: &Api,
    shop: &Arc<Shop>,
    first: u32,
    count: u32,
) -> Result<(Vec<(u32, Instant)>, Duration)> {
    let start = Instant::now() + LOOK;
    let mut tasks = JoinSet::new();
    for worker in 0..CONNECTIONS {
        let (api, shop) = (api.clone(), Arc::clone(shop));
        tasks.spawn(async move {
            let mut connection = Connection::open(api.addr).await?;
            let (mut answered, mut lag) = (Vec::new(), Duration::ZERO);
            let mut body = String::new();
            for place in (worker..count).step_by(CONNECTIONS as usize) {
                let number = first + place;
                body.clear();
                let language = if number.is_multiple_of(2) { "it" } else { "en" };
                shop.order(number, number % CUSTOMERS, language, &mut body);
                let request = api.events(&body);
                let at = start + Duration::from_secs(1) * place / RATE;
                tokio::time::sleep_until(at.into()).await;
                lag = lag.max(at.elapsed());
                let answer = connection.send(&request).await?;
                if answer.status != 202 {
                    bail!("an event is answered with {}", answer.status);
                }
                answered.push((number, Instant::now()));
            }
            Ok((answered, lag))
        });
    }
    let (mut answered, mut lag) = (Vec::with_capacity(count as usize), Duration::ZERO);
    while let Some(done) = tasks.join_next().await {
        let (some, late) = done??;
        answered.extend(some);
        lag = lag.max(late);
    }
    Ok((answered, lag))
}
