//! The list's pages over HTTP, at one connection and at many, beside a bare handler.

use anyhow::{Result, bail};
use domain::PAGE_SIZE;

use super::stage::{Data, OWN, Stage};
use super::{CONNECTIONS, Options, breakdown, samples};
use crate::http::Client;
use crate::load::{self, Measured, Target};
use crate::process::Process;
use crate::report::Report;

/// What stands once in every row of the list.
const IN_EVERY_ROW: &str = "role=\"switch\"";

/// One target with what was measured at one connection and at many.
pub(super) struct Line {
    /// The target's name.
    pub(super) name: String,
    /// At one connection.
    pub(super) alone: Measured,
    /// At many.
    pub(super) together: Measured,
}

/// Measures the pages.
pub(super) async fn measure(options: &Options, stage: &Stage, report: &mut Report) -> Result<()> {
    let serve =
        |data: &Data, settings: &[(&str, &str)]| Process::serve(&options.raccordo, &data.folder, settings);
    let mut small = serve(&stage.alone, &[])?;
    let mut large = serve(&stage.crowded, &[])?;
    let mut silent = serve(&stage.alone, &[("RACCORDO_LOG", "warn")])?;
    let mut bare = Process::bare(&stage.alone.file())?;
    for (panel, data) in [
        (&mut small, &stage.alone),
        (&mut large, &stage.crowded),
        (&mut silent, &stage.alone),
    ] {
        panel.answers("/accounts", Some(&data.cookie)).await?;
    }
    bare.answers("/", None).await?;

    let mut targets = Vec::new();
    for (panel, data) in [(&small, &stage.alone), (&large, &stage.crowded)] {
        for (name, path) in list_pages() {
            let target = target(format!("{name}; {}", data.name), panel, data, &path);
            check(&target, data).await?;
            targets.push(target);
        }
    }
    let pages = targets.len();
    targets.extend(comparisons(&bare, &small, &silent, &stage.alone));

    let alone = load::measure(&targets, 1, options.plan()).await?;
    let together = load::measure(&targets, CONNECTIONS, options.plan()).await?;
    let lines = targets.into_iter().zip(alone).zip(together);
    let mut lines: Vec<Line> = lines
        .map(|((target, alone), together)| Line {
            name: target.name,
            alone,
            together,
        })
        .collect();
    let others = lines.split_off(pages);
    breakdown::tell(&lines, &others, report);
    for process in [small, large, silent] {
        process.stop()?;
    }
    bare.kill()
}

fn list_pages() -> [(&'static str, String); 3] {
    let last = OWN.div_ceil(usize::try_from(PAGE_SIZE).unwrap_or(OWN));
    [
        ("First page", "/accounts".to_owned()),
        ("Last page", format!("/accounts?page={last}")),
        ("Search", format!("/accounts?q={}", samples::SEARCH)),
    ]
}

/// What a page is compared with; [`breakdown`] knows their order.
fn comparisons(bare: &Process, panel: &Process, silent: &Process, data: &Data) -> [Target; 6] {
    let with = |name: &str, process, path, coding: &str| Target {
        request: client(process, data).get(path, &[wanted(path), ("accept-encoding", coding)]),
        ..target(name.to_owned(), process, data, path)
    };
    let plain = |name: &str, process, path| target(name.to_owned(), process, data, path);
    [
        plain("The bare handler", bare, "/"),
        plain("`/health/live`", panel, "/health/live"),
        plain("`/sign-in`", panel, "/sign-in"),
        plain("`/load/accounts`", panel, "/load/accounts?query="),
        plain("The first page, not logged", silent, "/accounts"),
        with(
            "The first page, compressed as for Chromium",
            panel,
            "/accounts",
            "gzip, deflate, br, zstd",
        ),
    ]
}

fn client(process: &Process, data: &Data) -> Client {
    Client {
        addr: process.addr,
        cookie: Some(data.cookie.clone()),
    }
}

/// A browser that navigates wants a page; the browser half wants JSON.
fn wanted(path: &str) -> (&'static str, &'static str) {
    let kind = if path.starts_with("/load/") {
        "application/json"
    } else {
        "text/html,application/xhtml+xml"
    };
    ("accept", kind)
}

fn target(name: String, process: &Process, data: &Data, path: &str) -> Target {
    let request = client(process, data).get(path, &[wanted(path)]);
    Target {
        name,
        addr: process.addr,
        process: process.id(),
        request,
    }
}

/// What is measured is a whole page of rows.
async fn check(target: &Target, data: &Data) -> Result<()> {
    let client = Client {
        addr: target.addr,
        cookie: Some(data.cookie.clone()),
    };
    let answer = client.ask(&target.request).await?.expect(200)?;
    let rows = answer.text()?.matches(IN_EVERY_ROW).count();
    if rows != usize::try_from(PAGE_SIZE)? {
        bail!("{}: {rows} rows instead of {PAGE_SIZE}", target.name);
    }
    Ok(())
}
