//! A server under test as a process of its own: starting and ending it, and what it has used so far.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::{Client, Connection};

/// The file of a server's log, in its folder.
pub(crate) const LOG: &str = "serve.log";
/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_mins(1);
/// Pause between two looks at a process.
const PAUSE: Duration = Duration::from_millis(10);
/// Pause between two attempts to connect to a server that is starting.
const CONNECT_PAUSE: Duration = Duration::from_micros(300);
/// Clock ticks of `/proc` in a second: the same on every Linux, whatever the kernel counts with.
const TICKS_PER_SECOND: f64 = 100.0;
/// Columns of the first line of `/proc/stat`, up to the time that was stolen; guests are counted within them.
const STAT_COLUMNS: usize = 8;
/// Those in which nothing was done: idle, and waiting for the disk.
const IDLE_COLUMNS: [usize; 2] = [3, 4];

/// A running server; it is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    started: Instant,
}

/// Memory of a process, in MiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// All that is resident.
    pub(crate) resident: f64,
    /// The part that is its own: heap and stacks.
    pub(crate) own: f64,
    /// The part that is pages of files: the program itself, and a database's shared index of its log.
    pub(crate) of_files: f64,
    /// The most that has been resident at a time.
    pub(crate) peak: f64,
}

impl Process {
    /// Starts `raccordo serve` with its data in `folder` and every other setting at its default, but for `settings`. The
    /// log goes to a file of the folder, as a service's log would.
    pub(crate) fn serve(raccordo: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let addr = free_addr()?;
        let log = File::options().create(true).append(true).open(folder.join(LOG))?;
        let mut command = Command::new(raccordo);
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(folder)
            .arg("--addr")
            .arg(addr.to_string());
        command
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log);
        Self::spawn(&mut command, addr)
    }

    /// Starts this very program's bare handler.
    pub(crate) fn bare(database: &Path) -> Result<Self> {
        let addr = free_addr()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("bare")
            .arg("--database")
            .arg(database)
            .arg("--addr")
            .arg(addr.to_string());
        Self::spawn(&mut command, addr)
    }

    /// Starts this very program's server that takes everything and does nothing.
    pub(crate) fn echo() -> Result<Self> {
        let addr = free_addr()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("echo").arg("--addr").arg(addr.to_string());
        Self::spawn(&mut command, addr)
    }

    fn spawn(command: &mut Command, addr: SocketAddr) -> Result<Self> {
        let started = Instant::now();
        let program = command.get_program().to_owned();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { child, addr, started })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it answers `path` with 200, and tells how long that took from its start on.
    pub(crate) async fn answers(&mut self, path: &str, cookie: Option<&str>) -> Result<Duration> {
        self.answers_with(path, cookie, 200).await
    }

    /// The same with another status.
    pub(crate) async fn answers_with(
        &mut self,
        path: &str,
        cookie: Option<&str>,
        expected: u16,
    ) -> Result<Duration> {
        let status = self.status(path, cookie).await?;
        let took = self.started.elapsed();
        if status != expected {
            bail!("{path} is answered with status {status}");
        }
        Ok(took)
    }

    /// Waits until it says that it is ready: a panel finds out a little later that its database is back.
    pub(crate) async fn becomes_ready(&mut self) -> Result<()> {
        const READY: &str = "/health/ready";
        let until = Instant::now() + PATIENCE;
        loop {
            match self.status(READY, None).await? {
                200 => return Ok(()),
                status if Instant::now() > until => bail!("{READY} is still answered with status {status}"),
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// The status of the answer, once it takes connections.
    async fn status(&mut self, path: &str, cookie: Option<&str>) -> Result<u16> {
        let client = Client {
            addr: self.addr,
            cookie: cookie.map(str::to_owned),
        };
        let request = client.get(path, &[]);
        let mut connection = loop {
            if let Ok(connection) = Connection::open(self.addr).await {
                break connection;
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended while it was starting ({status})");
            }
            if self.started.elapsed() > PATIENCE {
                bail!("the server does not start");
            }
            tokio::time::sleep(CONNECT_PAUSE).await;
        };
        Ok(connection.send(&request).await?.status)
    }

    /// Tells it to finish what it does, and waits for its end.
    pub(crate) fn stop(mut self) -> Result<()> {
        let id = self.id().to_string();
        run("kill", [OsStr::new("-TERM"), OsStr::new(&id)])?;
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                bail!("the server does not end");
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// The same for whoever serves what the server calls meanwhile.
    pub(crate) async fn finish(mut self) -> Result<()> {
        let id = self.id().to_string();
        run("kill", [OsStr::new("-TERM"), OsStr::new(&id)])?;
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                bail!("the server does not end");
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Kills it, in the middle of whatever it does.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Its memory now.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = read_proc(self.id(), "status")?;
        let mib = |name: &str| -> Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
            Ok(kib
                .with_context(|| format!("no {name} in /proc"))?
                .parse::<f64>()?
                / 1024.0)
        };
        Ok(Memory {
            resident: mib("VmRSS")?,
            own: mib("RssAnon")?,
            of_files: mib("RssFile")?,
            peak: mib("VmHWM")?,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already, or it does now.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Processor time, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    /// In the program.
    pub(crate) program: f64,
    /// In the kernel.
    pub(crate) kernel: f64,
}

impl Cpu {
    /// Both.
    pub(crate) fn sum(self) -> f64 {
        self.program + self.kernel
    }

    /// What came after `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            program: self.program - before.program,
            kernel: self.kernel - before.kernel,
        }
    }
}

/// Processor time that a process has used so far.
pub(crate) fn cpu(id: u32) -> Result<Cpu> {
    let stat = read_proc(id, "stat")?;
    // The name comes second, in brackets, and may hold anything.
    let after_name = stat.rsplit_once(") ").context("/proc has no name")?.1;
    let mut spent = after_name
        .split(' ')
        .skip(11)
        .map(|ticks| ticks.parse::<f64>().unwrap_or(0.0) * 1000.0 / TICKS_PER_SECOND);
    Ok(Cpu {
        program: spent.next().unwrap_or(0.0),
        kernel: spent.next().unwrap_or(0.0),
    })
}

/// Processor time that a process has used so far, in milliseconds, in the program and in the kernel.
pub(crate) fn cpu_ms(id: u32) -> Result<f64> {
    Ok(cpu(id)?.sum())
}

/// Processor time that everything on the machine has used so far, in milliseconds; on a virtual machine also what others
/// took from it.
pub(crate) fn machine_cpu_ms() -> Result<f64> {
    let stat = fs::read_to_string("/proc/stat").context("reading /proc/stat: these benchmarks need Linux")?;
    let ticks = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .take(STAT_COLUMNS);
    let busy = ticks
        .enumerate()
        .filter(|(column, _)| !IDLE_COLUMNS.contains(column))
        .filter_map(|(_, ticks)| ticks.parse::<f64>().ok());
    Ok(busy.sum::<f64>() * 1000.0 / TICKS_PER_SECOND)
}

fn read_proc(id: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{id}/{name}");
    fs::read_to_string(&path).with_context(|| format!("reading {path}: these benchmarks need Linux"))
}

/// A free address. Somebody else could take it before we do; then the server says so.
fn free_addr() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Runs a short program to its end and answers what it has printed.
pub(crate) fn run<'a>(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = &'a OsStr>,
) -> Result<String> {
    let name = program.as_ref().display().to_string();
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {name}"))?;
    if !output.status.success() {
        bail!("{name} failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} printed no text"))
}
