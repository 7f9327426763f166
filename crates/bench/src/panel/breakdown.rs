//! What was measured of the list's pages, in tables: their figures, and where the time of a page goes.

use super::CONNECTIONS;
use super::pages::Line;
use crate::load::Measured;
use crate::report::{Aim, Report, Table, figure, percent};
use crate::stats::{max, real};

/// Aims of the issue.
const CPU_MS_MAX: f64 = 0.8;
const PAGES_PER_SECOND_MIN: f64 = 2000.0;
const P50_MS_MAX: f64 = 2.0;
const DEARER_MAX: f64 = 1.2;

/// The part of the processors that others may have before the figures are doubtful.
const OTHERS_MAX: f64 = 0.05;

/// Tells all of it; `others` are the bare handler first, then the answers that a page is compared with.
pub(super) fn tell(lines: &[Line], others: &[Line], report: &mut Report) {
    tell_pages(lines, report);
    tell_where(&lines[0], others, report);
    aims(lines, others, report);
}

fn tell_pages(lines: &[Line], report: &mut Report) {
    let mut table = Table::new([
        "Page",
        "1 connection: p50",
        "p99",
        "CPU",
        "16 connections: pages/s",
        "p50",
        "p99",
        "CPU",
        "CPU to the first page",
    ]);
    for Line {
        name,
        alone,
        together,
    } in lines
    {
        let ms = |value: f64| format!("{} ms", figure(value));
        table.row([
            name.clone(),
            ms(alone.latencies.p50()),
            ms(alone.latencies.p99()),
            ms(alone.cpu_ms),
            figure(together.per_second),
            ms(together.latencies.p50()),
            ms(together.latencies.p99()),
            ms(together.cpu_ms),
            figure(together.cpu_ms / lines[0].together.cpu_ms),
        ]);
    }
    let first = &lines[0].together;
    let others = max(lines
        .iter()
        .flat_map(|line| [line.alone.others_share, line.together.others_share]));
    let warning = if others > OTHERS_MAX {
        " **The machine was busy with other things: these figures are worse than the panel.**"
    } else {
        ""
    };
    let notes = format!(
        "CPU is the server's, program and kernel, for one page. At {CONNECTIONS} connections the server has {} of the \
         processors and the load generator {}; everything else on the machine had at most {}.{warning} The first page has {} KiB.",
        percent(first.server_share),
        percent(first.own_share),
        percent(others),
        kib(first),
    );
    report.section("Pages", &table, &notes);
}

fn tell_where(first: &Line, others: &[Line], report: &mut Report) {
    let mut table = Table::new([
        "Answer",
        "CPU at 1 connection",
        "CPU at 16",
        "Answers/s at 16",
        "KiB",
        "CPU to the bare handler",
    ]);
    let Some(bare) = others.first() else { return };
    for Line {
        name,
        alone,
        together,
    } in std::iter::once(first).chain(others)
    {
        table.row([
            name.clone(),
            format!("{} ms", figure(alone.cpu_ms)),
            format!("{} ms", figure(together.cpu_ms)),
            figure(together.per_second),
            kib(together),
            figure(together.cpu_ms / bare.together.cpu_ms),
        ]);
    }
    let notes = format!(
        "The first page takes {} times the CPU of the bare handler, and {} times its time at one connection. The bare \
         handler answers the first page's rows as JSON, from the same file through the same store. \
         `/health/live` is what every answer takes around its handler; `/load/accounts` is the session, the site and the \
         rows as the browser half reads them; `/sign-in` is a page without rows. {}",
        figure(first.together.cpu_ms / bare.together.cpu_ms),
        figure(first.alone.latencies.p50() / bare.alone.latencies.p50()),
        parts(first, others)
    );
    report.section("Where the time of a page goes", &table, &notes);
}

/// What a page's processor time is made of.
fn parts(first: &Line, others: &[Line]) -> String {
    let [_, around, _, data, silent, compressed] = others else {
        return String::new();
    };
    let cpu = |line: &Line| line.together.cpu_ms;
    let part = |ms: f64| format!("{} ms ({})", figure(ms), percent(ms / cpu(first)));
    format!(
        "Of the first page's {} ms at {CONNECTIONS} connections, HTTP and what is around every handler takes {}, session \
         and rows with their JSON {}, the page itself {}. Its log line, within these, takes {}. Compressing it would add {}.",
        figure(cpu(first)),
        part(cpu(around)),
        part(cpu(data) - cpu(around)),
        part(cpu(first) - cpu(data)),
        part(cpu(first) - cpu(silent)),
        part(cpu(compressed) - cpu(first)),
    )
}

fn aims(lines: &[Line], others: &[Line], report: &mut Report) {
    let Some(first) = lines.first() else { return };
    let (alone, together) = (&first.alone, &first.together);
    let cpu = |name: &str, ms: f64| Aim::at_most(name, CPU_MS_MAX, "ms", ms);
    let aim = cpu("CPU of the first page at 16 connections", together.cpu_ms);
    report.aim(aim.goes(parts(first, others)));
    let aim = cpu("CPU of the first page at 1 connection", alone.cpu_ms);
    report.aim(aim.goes(format!(
        "as at {CONNECTIONS} connections, where it takes {} ms; and at one connection the server falls asleep after every \
         answer and is woken for the next request.",
        figure(together.cpu_ms)
    )));
    let aim = Aim::at_least(
        "Pages at 16 connections",
        PAGES_PER_SECOND_MIN,
        "pages/s",
        together.per_second,
    );
    report.aim(aim.goes(format!(
        "a page takes {} ms of CPU; the server has {} of the processors and the load generator {}.",
        figure(together.cpu_ms),
        percent(together.server_share),
        percent(together.own_share)
    )));
    let aim = Aim::at_most(
        "First page at 1 connection, p50",
        P50_MS_MAX,
        "ms",
        alone.latencies.p50(),
    );
    report.aim(
        aim.p99(alone.latencies.p99())
            .goes(format!("{} ms of it are CPU.", figure(alone.cpu_ms))),
    );
    for line in &lines[1..] {
        let ratio = line.together.cpu_ms / together.cpu_ms;
        let what = format!("{}: CPU to the first page's", line.name);
        report.aim(Aim::at_most(what, DEARER_MAX, "times", ratio).goes(format!(
            "its CPU at 1 connection is {} times the first page's; it has {} KiB, the first page {}.",
            figure(line.alone.cpu_ms / alone.cpu_ms),
            kib(&line.together),
            kib(together),
        )));
    }
}

fn kib(measured: &Measured) -> String {
    figure(real(measured.bytes) / 1024.0)
}
