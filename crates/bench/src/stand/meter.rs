//! Who used the processors while something was measured.

use std::time::Instant;

use anyhow::Result;

use crate::process::{Cpu, cpu, machine_cpu_ms};
use crate::report::{figure, percent};
use crate::stats::{ms, real};

/// What everybody has used before.
pub(crate) struct Meter {
    server: u32,
    started: Instant,
    before: (Cpu, Cpu, f64),
}

/// What everybody has used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    /// How long it took.
    pub(crate) elapsed_ms: f64,
    /// The server under test.
    pub(crate) server: Cpu,
    /// This process: load generator and sandbox.
    own: Cpu,
    /// Everything else, a database server above all.
    others_ms: f64,
}

impl Meter {
    /// Begins, for the server of this process id.
    pub(crate) fn start(server: u32) -> Result<Self> {
        Ok(Self {
            server,
            started: Instant::now(),
            before: now(server)?,
        })
    }

    /// Ends.
    pub(crate) fn stop(self) -> Result<Used> {
        let elapsed_ms = ms(self.started.elapsed());
        let (server, own, machine_ms) = now(self.server)?;
        let (server, own) = (server.since(self.before.0), own.since(self.before.1));
        Ok(Used {
            elapsed_ms,
            server,
            own,
            // The three are not read at the very same moment.
            others_ms: (machine_ms - self.before.2 - server.sum() - own.sum()).max(0.0),
        })
    }
}

fn now(server: u32) -> Result<(Cpu, Cpu, f64)> {
    Ok((cpu(server)?, cpu(std::process::id())?, machine_cpu_ms()?))
}

impl Used {
    /// So many in a second.
    pub(crate) fn per_second(&self, count: usize) -> f64 {
        real(count) * 1000.0 / self.elapsed_ms
    }

    /// The part of all processors that took this time.
    pub(crate) fn share(&self, ms: f64) -> f64 {
        let processors = std::thread::available_parallelism().map_or(1.0, |count| real(count.get()));
        ms / self.elapsed_ms / processors
    }

    /// Where the time went, for `count` of `what`.
    pub(crate) fn tell(&self, count: usize, what: &str) -> String {
        let each = |ms: f64| format!("{} ms", figure(ms / real(count.max(1))));
        format!(
            "{} of the panel's processor time for each {what} ({} in the program, {} in the kernel), {} of the load generator \
             and the sandbox, {} of all else; the panel had {} of the processors, the load generator and the sandbox {}, all \
             else {}.",
            each(self.server.sum()),
            each(self.server.program),
            each(self.server.kernel),
            each(self.own.sum()),
            each(self.others_ms),
            percent(self.share(self.server.sum())),
            percent(self.share(self.own.sum())),
            percent(self.share(self.others_ms)),
        )
    }
}
