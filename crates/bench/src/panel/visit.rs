//! Bytes of the first visit.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Options;
use super::stage::Data;
use crate::http::Client;
use crate::process::Process;
use crate::report::{Aim, Report, Table, figure};
use crate::stats::real;

/// The aim of the issue.
const KIB_MAX: f64 = 300.0;
/// What browsers accept over TLS.
const ACCEPTED: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");
/// The document.
const LIST: &str = "/accounts";

/// Measures what the document names, and whatever else Chromium has asked for.
pub(super) async fn measure(
    options: &Options,
    data: &Data,
    asked: BTreeSet<String>,
    report: &mut Report,
) -> Result<()> {
    let mut panel = Process::serve(&options.raccordo, &data.folder, &[])?;
    panel.answers(LIST, Some(&data.cookie)).await?;
    let client = Client {
        addr: panel.addr,
        cookie: Some(data.cookie.clone()),
    };
    let document = client.ask(&client.get(LIST, &[])).await?.expect(200)?;
    let mut paths = linked(document.text()?);
    paths.extend(asked);
    paths.remove(LIST);
    let mut table = Table::new(["First visit", "Plain", "Sent", "Compressed with"]);
    let (mut plain_kib, mut sent_kib, mut parts) = (0.0, 0.0, Vec::new());
    for path in std::iter::once(LIST.to_owned()).chain(paths) {
        let plain = client.ask(&client.get(&path, &[])).await?.expect(200)?;
        let sent = client.ask(&client.get(&path, &[ACCEPTED])).await?.expect(200)?;
        let kib = |bytes: &[u8]| real(bytes.len()) / 1024.0;
        let coding = sent.headers("content-encoding").next().unwrap_or("–").to_owned();
        table.row([
            format!("`{path}`"),
            format!("{} KiB", figure(kib(&plain.body))),
            format!("{} KiB", figure(kib(&sent.body))),
            coding,
        ]);
        plain_kib += kib(&plain.body);
        sent_kib += kib(&sent.body);
        parts.push((kib(&sent.body), path));
    }
    table.row([
        "All".to_owned(),
        format!("{} KiB", figure(plain_kib)),
        format!("{} KiB", figure(sent_kib)),
        String::new(),
    ]);
    parts.sort_by(|one, other| other.0.total_cmp(&one.0));
    let largest = parts
        .iter()
        .take(3)
        .map(|(kib, path)| format!("`{path}` {} KiB", figure(*kib)));
    let goes = format!("the largest are {}.", largest.collect::<Vec<_>>().join(", "));
    report.aim(Aim::at_most("First visit, bodies as sent", KIB_MAX, "KiB", sent_kib).goes(goes));
    let notes = "Bodies without their heads, as sent to a browser over TLS.";
    report.section("Bytes of the first visit", &table, notes);
    panel.stop()
}

/// The paths of what a document loads by itself: its `<link>`s, scripts and images.
fn linked(document: &str) -> BTreeSet<String> {
    let tags = document.split('<').filter_map(|tag| tag.split('>').next());
    let loads = |tag: &&str| {
        ["link ", "script ", "img "]
            .iter()
            .any(|name| tag.starts_with(name))
    };
    let paths = tags.filter(loads).filter_map(|tag| {
        let value = tag
            .split_once(" href=\"")
            .or_else(|| tag.split_once(" src=\""))?
            .1;
        value.split('"').next()
    });
    paths
        .filter(|path| path.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_loads_is_found_and_what_it_links_to_is_not() {
        let document = "<link rel=\"icon\" href=\"/favicon.svg\" type=\"x\"><script src=\"/a.js\"></script>\
                        <a href=\"/accounts/new\">x</a><link rel=\"x\" href=\"https://example.com/y\">";
        let found: Vec<String> = linked(document).into_iter().collect();
        assert_eq!(found, ["/a.js", "/favicon.svg"]);
    }
}
