//! The machine, for the report.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::process;
use crate::report::{Table, figure};

/// Processors, memory, system and how busy it was before.
pub(crate) fn table() -> Table {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after = |text: &str, name: &str| -> String {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or_else(
            || "unknown".to_owned(),
            |line| line.trim_start_matches([' ', '\t', ':']).to_owned(),
        )
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let cpu = after(&read("/proc/cpuinfo"), "model name");
    let mut table = Table::new(["Machine", ""]);
    for (name, value) in [
        ("Processors", format!("{processors} × {cpu}")),
        ("Memory", after(&read("/proc/meminfo"), "MemTotal")),
        ("Linux", read("/proc/sys/kernel/osrelease").trim().to_owned()),
        ("Load before the start", read("/proc/loadavg").trim().to_owned()),
    ] {
        table.row([name.to_owned(), value]);
    }
    table
}

/// The same with the program that is measured.
pub(crate) fn table_with(raccordo: &Path) -> Result<Table> {
    let mut table = table();
    let version = process::run(raccordo, [OsStr::new("--version")])?;
    let kib = u32::try_from(fs::metadata(raccordo)?.len() / 1024).unwrap_or(u32::MAX);
    let mib = figure(f64::from(kib) / 1024.0);
    table.row(["Program".to_owned(), format!("{}, {mib} MiB", version.trim())]);
    Ok(table)
}
