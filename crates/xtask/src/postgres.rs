//! A throw-away PostgreSQL for the tests and the benchmark.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::prepare::{Machine, is_root};
use crate::shell;

/// The users that may run the server in the place of root, which it refuses to run as.
const SERVANTS: [&str; 2] = ["postgres", "nobody"];
/// The owner of the databases.
const OWNER: &str = "raccordo";
/// The file with the settings; `pg_ctl` finds them there when somebody else starts the server again.
const SETTINGS: &str = "postgresql.conf";
/// How long the server may take to answer.
const START_WAIT: Duration = Duration::from_secs(30);

/// What becomes of what was committed when the machine loses its power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It may be lost: the tests throw it away anyway.
    None,
    /// It is on the disk, as with a server that is not thrown away.
    Flushed,
}

/// A running server in a folder of its own; dropping it stops the server and removes the folder.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    server: Option<Child>,
    port: u16,
}

impl Cluster {
    /// Makes and starts a server on a free port of the loopback address.
    pub(crate) fn start(machine: &Machine) -> Result<Self> {
        Self::start_in(machine, &std::env::temp_dir(), Durability::None)
    }

    /// The same in a folder of `parent`, for a database that needs room.
    pub(crate) fn start_in(machine: &Machine, parent: &Path, durability: Durability) -> Result<Self> {
        let programs = machine.postgres()?;
        let folder = parent.join(format!("raccordo-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .context("finding a port")?;
        let mut cluster = Self {
            programs,
            folder,
            server: None,
            port: port.port(),
        };
        if is_root() {
            let mut own = Command::new("chown");
            shell::answer(own.arg(servant()?).arg(&cluster.folder))
                .context("giving the folder to another user")?;
        }
        let data = cluster.folder.join("data");
        let mut init = cluster.program("initdb")?;
        init.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--username",
            OWNER,
            "--pgdata",
        ])
        .arg(&data);
        shell::quiet("Making a throw-away PostgreSQL", &mut init)?;
        cluster.set(&data, durability)?;
        cluster.serve(&data)?;
        Ok(cluster)
    }

    /// How somebody else stops and starts it: `pg_ctl`, the folder of the data, the user to be.
    pub(crate) fn control(&self) -> Result<(PathBuf, PathBuf, Option<String>)> {
        let user = if is_root() { Some(servant()?) } else { None };
        Ok((self.programs.join("pg_ctl"), self.folder.join("data"), user))
    }

    /// The address of a database whose owner may make others.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{OWNER}@127.0.0.1:{}/postgres", self.port)
    }

    fn set(&self, data: &Path, durability: Durability) -> Result<()> {
        let mut settings = vec![
            format!("port = {}", self.port),
            "listen_addresses = '127.0.0.1'".to_owned(),
            // Nobody uses one, and a deep folder would make its address too long.
            "unix_socket_directories = ''".to_owned(),
            "max_connections = 400".to_owned(),
        ];
        if durability == Durability::None {
            let quick = [
                "fsync = off",
                "synchronous_commit = off",
                "full_page_writes = off",
            ];
            settings.extend(quick.map(str::to_owned));
        }
        let mut file = fs::File::options()
            .append(true)
            .open(data.join(SETTINGS))
            .context("opening the settings of PostgreSQL")?;
        writeln!(file, "\n{}", settings.join("\n")).context("setting up PostgreSQL")
    }

    fn serve(&mut self, data: &Path) -> Result<()> {
        let log = fs::File::create(self.folder.join("server.log")).context("making the log of PostgreSQL")?;
        let mut command = self.program("postgres")?;
        command.arg("-D").arg(data);
        let errors = log.try_clone().context("opening the log of PostgreSQL")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .context("cannot start PostgreSQL")?;
        self.server = Some(child);
        let deadline = Instant::now() + START_WAIT;
        loop {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            let port = self.port.to_string();
            if shell::answer(ready.args(["--host", "127.0.0.1", "--port", &port, "--quiet"])).is_ok() {
                return Ok(());
            }
            if shell::interrupted() {
                bail!("interrupted");
            }
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                bail!("the throw-away PostgreSQL does not answer:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// One of the programs, as a user that it may run as.
    fn program(&self, name: &str) -> Result<Command> {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", &servant()?, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // The user may not be allowed to stand where we stand.
        command.current_dir(&self.folder);
        Ok(command)
    }

    fn stop(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        let mut stop = self.program("pg_ctl")?;
        let data: OsString = self.folder.join("data").into();
        let stopped = shell::answer(
            stop.args(["stop", "--mode", "immediate", "--silent", "-D"])
                .arg(data),
        );
        if stopped.is_err() {
            shell::terminate(&mut server);
        }
        server.wait().context("waiting for PostgreSQL")?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let removed = self.stop().and_then(|()| Ok(fs::remove_dir_all(&self.folder)?));
        if let Err(error) = removed {
            eprintln!(
                "The throw-away PostgreSQL in {} was left behind: {error:#}",
                self.folder.display()
            );
        }
    }
}

fn servant() -> Result<String> {
    SERVANTS
        .iter()
        .find(|name| shell::answer(Command::new("id").arg(name)).is_ok())
        .map(|name| (*name).to_owned())
        .context("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}
