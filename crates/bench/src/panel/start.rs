//! Cold start and resident memory.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::stage::{Data, Stage};
use super::{CONNECTIONS, Options};
use crate::http::Client;
use crate::load::{self, Plan, Target};
use crate::process::{self, Memory, Process};
use crate::report::{Aim, Report, Table, figure};
use crate::stats::{max, median, ms};

/// Aims of the issue.
const START_MS_MAX: f64 = 100.0;
const IDLE_MIB_MAX: f64 = 30.0;

/// The page that a signed-in browser asks for.
const LIST: &str = "/accounts";
/// The page that nobody needs to sign in for.
const SIGN_IN: &str = "/sign-in";
/// How long the server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(2);
/// How long the load lasts before memory is looked at again.
const LOAD: Plan = Plan {
    rounds: 1,
    turn: Duration::from_secs(5),
};

/// Measures cold starts, then memory.
pub(super) async fn measure(options: &Options, stage: &Stage, report: &mut Report) -> Result<()> {
    starts(options, stage, report).await?;
    memory(options, stage, report).await
}

async fn starts(options: &Options, stage: &Stage, report: &mut Report) -> Result<()> {
    let mut table = Table::new([
        "From the start of the process to a whole page",
        "Median",
        "Slowest",
    ]);
    let floor = median(empty_runs(options)?);
    let mut row = |name: String, times: &[f64]| {
        let cell = |value: f64| format!("{} ms", figure(value));
        table.row([
            name,
            cell(median(times.iter().copied())),
            cell(max(times.iter().copied())),
        ]);
    };
    for data in [&stage.alone, &stage.crowded] {
        for (name, path, cookie) in [
            ("The list, signed in", LIST, Some(data.cookie.as_str())),
            ("The sign-in page", SIGN_IN, None),
        ] {
            let mut times = Vec::new();
            for _ in 0..options.starts {
                times.push(start(options, data, path, cookie).await?);
            }
            row(format!("{name}; {}", data.name), &times);
            if cookie.is_some() {
                let what = format!("Cold start to the list; {}", data.name);
                report.aim(Aim::at_most(what, START_MS_MAX, "ms", median(times)).goes(format!(
                    "`raccordo config`, which only starts, reads its settings and ends, takes {} ms; the rest is opening \
                     the database and the key, the assets and the first page.",
                    figure(floor)
                )));
            }
        }
    }
    table.row([
        "`raccordo config`, for comparison".to_owned(),
        format!("{} ms", figure(floor)),
        "–".to_owned(),
    ]);
    let notes = format!(
        "{} starts of each; the files are in the system's cache.",
        options.starts
    );
    report.section("Cold start", &table, &notes);
    Ok(())
}

async fn start(options: &Options, data: &Data, path: &str, cookie: Option<&str>) -> Result<f64> {
    let mut panel = Process::serve(&options.raccordo, &data.folder, &[])?;
    let took = panel.answers(path, cookie).await?;
    panel.stop()?;
    Ok(ms(took))
}

/// How long the program takes to start and end without doing anything.
fn empty_runs(options: &Options) -> Result<Vec<f64>> {
    let run = || -> Result<f64> {
        let started = Instant::now();
        process::run(&options.raccordo, [OsStr::new("config")])?;
        Ok(ms(started.elapsed()))
    };
    (0..options.starts).map(|_| run()).collect()
}

async fn memory(options: &Options, stage: &Stage, report: &mut Report) -> Result<()> {
    let mut table = Table::new(["Memory", "Resident", "Own", "Pages of files", "Peak so far"]);
    for data in [&stage.alone, &stage.crowded] {
        let mut panel = Process::serve(&options.raccordo, &data.folder, &[])?;
        panel.answers("/health/live", None).await?;
        tokio::time::sleep(REST).await;
        row(
            &mut table,
            format!("Just started; {}", data.name),
            panel.memory()?,
        );
        panel.answers(LIST, Some(&data.cookie)).await?;
        tokio::time::sleep(REST).await;
        let idle = panel.memory()?;
        row(
            &mut table,
            format!("Idle after the first page; {}", data.name),
            idle,
        );
        let what = format!("Resident memory, idle after the first page; {}", data.name);
        report.aim(Aim::at_most(what, IDLE_MIB_MAX, "MiB", idle.resident).goes(format!(
            "{} MiB are its own (heap, stacks, caches of the database), {} MiB pages of files, mostly of the program itself.",
            figure(idle.own),
            figure(idle.of_files)
        )));
        load_it(&panel, data).await?;
        tokio::time::sleep(REST).await;
        row(
            &mut table,
            format!(
                "After {CONNECTIONS} connections for {} s; {}",
                LOAD.turn.as_secs(),
                data.name
            ),
            panel.memory()?,
        );
        panel.stop()?;
    }
    report.section("Memory", &table, "");
    Ok(())
}

fn row(table: &mut Table, name: String, memory: Memory) {
    let cell = |value: f64| format!("{} MiB", figure(value));
    table.row([
        name,
        cell(memory.resident),
        cell(memory.own),
        cell(memory.of_files),
        cell(memory.peak),
    ]);
}

async fn load_it(panel: &Process, data: &Data) -> Result<()> {
    let client = Client {
        addr: panel.addr,
        cookie: Some(data.cookie.clone()),
    };
    let target = Target {
        name: "the list".to_owned(),
        addr: panel.addr,
        process: panel.id(),
        request: client.get(LIST, &[]),
    };
    load::measure(&[target], CONNECTIONS, LOAD).await.map(drop)
}
