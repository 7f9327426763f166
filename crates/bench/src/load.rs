//! The load generator: the same request over and over, on one connection or on several at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::task::JoinSet;

use crate::http::Connection;
use crate::process::{cpu_ms, machine_cpu_ms};
use crate::stats::{Latencies, median, ms, real};

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Its name in the report.
    pub(crate) name: String,
    /// The server.
    pub(crate) addr: SocketAddr,
    /// The server's process.
    pub(crate) process: u32,
    /// The request.
    pub(crate) request: Vec<u8>,
}

/// How long is measured. The targets take turns, so that a machine that is busy for a while disturbs all alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How often each target has its turn.
    pub(crate) rounds: u32,
    /// How long a turn is.
    pub(crate) turn: Duration,
}

/// What was measured of one target.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// All answers of all rounds.
    pub(crate) latencies: Latencies,
    /// Answers in a second: the median round.
    pub(crate) per_second: f64,
    /// Processor milliseconds of the server for one answer: the median round.
    pub(crate) cpu_ms: f64,
    /// The part of all processors that the server had, from 0 to 1: the median round.
    pub(crate) server_share: f64,
    /// The part of all processors that the load generator had.
    pub(crate) own_share: f64,
    /// The part of all processors that everybody else on the machine had.
    pub(crate) others_share: f64,
    /// Bytes of an answer's body.
    pub(crate) bytes: usize,
}

/// What one turn brought.
struct Turn {
    times: Vec<Duration>,
    elapsed_ms: f64,
    server_ms: f64,
    own_ms: f64,
    others_ms: f64,
}

/// Measures the targets at `connections`.
pub(crate) async fn measure(targets: &[Target], connections: usize, plan: Plan) -> Result<Vec<Measured>> {
    let mut turns: Vec<Vec<Turn>> = targets.iter().map(|_| Vec::new()).collect();
    let mut bytes = Vec::new();
    for target in targets {
        let mut connection = Connection::open(target.addr).await?;
        let answer = connection.send(&target.request).await?;
        if answer.status != 200 {
            bail!("{} is answered with status {}", target.name, answer.status);
        }
        bytes.push(answer.body.len());
    }
    for _ in 0..plan.rounds {
        for (target, turns) in targets.iter().zip(&mut turns) {
            turns.push(
                turn(target, connections, plan.turn)
                    .await
                    .with_context(|| target.name.clone())?,
            );
        }
    }
    Ok(turns
        .into_iter()
        .zip(bytes)
        .map(|(turns, bytes)| sum_up(turns, bytes))
        .collect())
}

fn sum_up(turns: Vec<Turn>, bytes: usize) -> Measured {
    let of = |value: fn(&Turn) -> f64| median(turns.iter().map(value));
    let processors = std::thread::available_parallelism().map_or(1.0, |count| real(count.get()));
    Measured {
        per_second: of(|turn| real(turn.times.len()) * 1000.0 / turn.elapsed_ms),
        cpu_ms: of(|turn| turn.server_ms / real(turn.times.len())),
        server_share: of(|turn| turn.server_ms / turn.elapsed_ms) / processors,
        own_share: of(|turn| turn.own_ms / turn.elapsed_ms) / processors,
        others_share: of(|turn| turn.others_ms / turn.elapsed_ms) / processors,
        bytes,
        latencies: Latencies::new(turns.into_iter().flat_map(|turn| turn.times).collect()),
    }
}

async fn turn(target: &Target, connections: usize, length: Duration) -> Result<Turn> {
    let request: Arc<[u8]> = target.request.clone().into();
    let mut opened = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(target.addr).await?;
        // Not counted: the server accepts the connection meanwhile.
        connection.send(&request).await?;
        opened.push(connection);
    }
    let used = || {
        anyhow::Ok([
            cpu_ms(target.process)?,
            cpu_ms(std::process::id())?,
            machine_cpu_ms()?,
        ])
    };
    let before = used()?;
    let started = Instant::now();
    let until = started + length;
    let mut tasks = JoinSet::new();
    for connection in opened {
        tasks.spawn(repeat(connection, Arc::clone(&request), until));
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.append(&mut done??);
    }
    let elapsed_ms = ms(started.elapsed());
    let after = used()?;
    let [server_ms, own_ms, machine_ms] = [0, 1, 2].map(|index| after[index] - before[index]);
    // The three are not read at the very same moment.
    let others_ms = (machine_ms - server_ms - own_ms).max(0.0);
    Ok(Turn {
        times,
        elapsed_ms,
        server_ms,
        own_ms,
        others_ms,
    })
}

async fn repeat(mut connection: Connection, request: Arc<[u8]>, until: Instant) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    let mut begun = Instant::now();
    while begun < until {
        let answer = connection.send(&request).await?;
        if answer.status != 200 {
            bail!("status {} under load", answer.status);
        }
        let ended = Instant::now();
        times.push(ended - begun);
        begun = ended;
    }
    Ok(times)
}
