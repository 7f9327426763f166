//! The machine, for the report.

use std::fs;

use crate::report::Table;

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
