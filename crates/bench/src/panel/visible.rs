//! When the list is visible in Chromium, and when its browser half has taken it over. `end2end/bench/visible.mjs` drives
//! the browser and answers JSON.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

use super::Options;
use super::stage::Data;
use crate::process::{self, Process};
use crate::report::{Aim, Report, Table};
use crate::stats::{median, real};

/// Aims of the issue.
const VISIBLE_MS_MAX: f64 = 200.0;
const VISIBLE_SLOWLY_MS_MAX: f64 = 1000.0;

/// What the script answers.
#[derive(Debug, Deserialize)]
struct Answer {
    profiles: Vec<Profile>,
    /// Everything on our server that was asked for.
    paths: BTreeSet<String>,
}

/// One kind of browser.
#[derive(Debug, Deserialize)]
struct Profile {
    name: String,
    kind: Kind,
    visits: Vec<Visit>,
    /// Why visits did not become live.
    failures: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// A desktop browser, nothing held back.
    Unthrottled,
    /// A slow phone.
    SlowPhone,
    /// WebAssembly never arrives.
    NoWasm,
}

/// Milliseconds since the navigation began.
#[derive(Debug, Clone, Deserialize)]
struct Visit {
    /// The document's last byte.
    document: f64,
    /// The last style sheet's last byte.
    style: f64,
    /// First Contentful Paint.
    paint: f64,
    /// The frame that painted the first row of the list.
    row: f64,
    /// Largest Contentful Paint.
    largest: Option<f64>,
    /// The last byte of the WebAssembly.
    wasm: Option<f64>,
    /// The browser half has taken the page over.
    live: Option<f64>,
}

impl Visit {
    /// The list can be seen.
    fn visible(&self) -> f64 {
        self.row.max(self.paint)
    }
}

/// Measures, and answers the paths that Chromium has asked for.
pub(super) async fn measure(options: &Options, data: &Data, report: &mut Report) -> Result<BTreeSet<String>> {
    let mut panel = Process::serve(&options.raccordo, &data.folder, &[])?;
    panel.answers("/accounts", Some(&data.cookie)).await?;
    let asked = json!({
        "chromium": options.chromium,
        "origin": format!("http://{}", panel.addr),
        "path": "/accounts",
        "cookie": data.cookie,
        "visits": options.visits,
    });
    let script = options
        .end2end
        .join("bench")
        .join("visible.mjs")
        .canonicalize()
        .context("the script for Chromium")?;
    let answer = process::run(
        &options.node,
        [script.as_os_str(), OsStr::new(&asked.to_string())],
    )?;
    panel.stop()?;
    let answer: Answer =
        serde_json::from_str(&answer).context("reading what the script for Chromium answers")?;
    tell(options, &answer.profiles, report);
    answer.profiles.iter().for_each(|profile| aims(profile, report));
    Ok(answer.paths)
}

fn of(profile: &Profile, value: impl Fn(&Visit) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = profile.visits.iter().filter_map(value).collect();
    (!values.is_empty()).then(|| median(values))
}

fn tell(options: &Options, profiles: &[Profile], report: &mut Report) {
    let mut table = Table::new([
        "Milliseconds after the navigation began",
        "Document",
        "Style",
        "First paint",
        "Largest paint",
        "First row",
        "WebAssembly",
        "Live",
    ]);
    for profile in profiles {
        let cell = |value: fn(&Visit) -> Option<f64>| {
            of(profile, value).map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"))
        };
        table.row([
            profile.name.clone(),
            cell(|visit| Some(visit.document)),
            cell(|visit| Some(visit.style)),
            cell(|visit| Some(visit.paint)),
            cell(|visit| visit.largest),
            cell(|visit| Some(visit.visible())),
            cell(|visit| visit.wasm),
            cell(|visit| visit.live),
        ]);
    }
    let notes = format!(
        "Medians of {} visits, each in a fresh context with the cookie of a session. The first row is visible after the \
         frame that has it; live is when the browser half has taken the page over.",
        options.visits
    );
    report.section("Until the list is visible in Chromium", &table, &notes);
}

fn aims(profile: &Profile, report: &mut Report) {
    let median = |value: fn(&Visit) -> Option<f64>| of(profile, value).unwrap_or_default();
    let visible = median(|visit| Some(visit.visible()));
    let aim = match profile.kind {
        Kind::SlowPhone => VISIBLE_SLOWLY_MS_MAX,
        Kind::Unthrottled | Kind::NoWasm => VISIBLE_MS_MAX,
    };
    let aim = Aim::at_most(format!("List visible; {}", profile.name), aim, "ms", visible);
    report.aim(aim.goes(format!(
        "the document is there after {:.0} ms, the style after {:.0} ms, the first paint comes after {:.0} ms.",
        median(|visit| Some(visit.document)),
        median(|visit| Some(visit.style)),
        median(|visit| Some(visit.paint)),
    )));
    if profile.kind != Kind::NoWasm {
        let live = profile.visits.iter().filter(|visit| visit.live.is_some()).count();
        let what = format!("Visits that the browser half takes over; {}", profile.name);
        let aim = Aim::at_least(what, real(profile.visits.len()), "visits", real(live));
        let failure = profile.failures.first().map_or("", String::as_str);
        report.aim(aim.goes(format!("the browser half fails: {failure}")));
        let earlier = profile
            .visits
            .iter()
            .filter(|visit| visit.wasm.is_none_or(|wasm| visit.visible() < wasm))
            .count();
        let what = format!(
            "Visits that saw the list before any WebAssembly; {}",
            profile.name
        );
        let aim = Aim::at_least(what, real(profile.visits.len()), "visits", real(earlier));
        report.aim(aim.goes(format!(
            "the WebAssembly is there after {:.0} ms; the page does not wait for it (see the visits without any).",
            median(|visit| visit.wasm)
        )));
    }
}
