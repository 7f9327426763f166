//! Other processes: the program of these tests, started once more.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use persistence::{Health, Sites, Store};
use persistence_contract::samples::{site, site_id};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::support::{AT, FILE, pair_writes};

/// Holds the folder of the file, in a process that another test started.
const FOLDER: &str = "RACCORDO_TEST_SQLITE_FOLDER";
/// Holds what tells this process from its siblings.
const NUMBER: &str = "RACCORDO_TEST_SQLITE_NUMBER";
/// What a process has to say follows this, because the test harness writes to the same place.
const MARK: &str = "child says: ";
/// The longest that a process may keep silent.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// Pairs of accounts of one process lie this far from those of the next.
const PAIRS_MAX: u128 = 1_000_000;
/// Writers at once in each process.
const WRITERS: u128 = 4;

/// A running process; dropping this kills it.
pub(crate) struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
}

impl Child {
    /// Starts one of the tests below.
    pub(crate) fn start(name: &str, folder: &Path, number: usize) -> Self {
        Self::run(
            Command::new(std::env::current_exe().unwrap()),
            name,
            folder,
            number,
        )
    }

    /// The same for a user who is neither root nor the owner of the files.
    pub(crate) fn start_as_nobody(name: &str, folder: &Path, number: usize) -> Self {
        const NOBODY: u32 = 65534;
        // Not by its path, which may lead through folders of root.
        let mut command = Command::new("/proc/self/exe");
        command.uid(NOBODY).gid(NOBODY);
        Self::run(command, name, folder, number)
    }

    /// The same where no file may grow beyond `bytes_max`.
    pub(crate) fn start_with_small_files(name: &str, folder: &Path, bytes_max: usize) -> Self {
        let mut command = Command::new("sh");
        // Without the trap the system would end the process.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes_max / 512);
        command
            .arg("-c")
            .arg(script)
            .arg(std::env::current_exe().unwrap());
        Self::run(command, name, folder, 0)
    }

    fn run(mut command: Command, name: &str, folder: &Path, number: usize) -> Self {
        let mut process = command
            .args(["--exact", &format!("child::{name}"), "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if let Some((_, said)) = line.split_once(MARK) {
                    // Whoever no longer listens has heard enough.
                    let _ = sender.send(said.to_owned());
                }
            }
        });
        Self { process, lines }
    }

    /// The next thing that the process says.
    pub(crate) fn next(&self) -> String {
        self.lines.recv_timeout(SILENCE_MAX).unwrap()
    }

    /// Kills the process at once; answers with what it had still said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.lines.iter().collect()
    }

    /// Tells the process to end; answers with what it still says.
    pub(crate) fn end(mut self) -> Vec<String> {
        drop(self.process.stdin.take());
        let rest = self.lines.iter().collect();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
        rest
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Most have ended by now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn say(line: impl std::fmt::Display) {
    println!("{MARK}{line}");
    std::io::stdout().flush().unwrap();
}

#[expect(clippy::disallowed_methods, reason = "no command line stands before a test")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The file, and the number of this process; `None` when no other test started it.
fn task() -> Option<(PathBuf, usize)> {
    let folder = PathBuf::from(variable(FOLDER)?);
    Some((folder.join(FILE), variable(NUMBER)?.parse().unwrap()))
}

/// Waits until the process that started this one is heard of no more.
fn wait_for_end() {
    std::io::stdin().lines().for_each(drop);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "other tests run this as a process of its own"]
async fn adds_the_first_site() {
    let Some((path, number)) = task() else { return };
    let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
    let added = store
        .insert_site(&site(number as u128 + 1), AT, true)
        .await
        .unwrap();
    say(added);
    store.close().await;
}

/// Writes pairs of accounts, several at once, and names each once it is written. Ends at the first that are refused.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "other tests run this as a process of its own"]
async fn writes_pairs() {
    let Some((path, number)) = task() else { return };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, SqliteOptions::default()).await.unwrap());
    let writers = (1..=WRITERS).map(|writer| {
        let store = Arc::clone(&store);
        let mut number = number as u128 * PAIRS_MAX + writer;
        tokio::spawn(async move {
            loop {
                let writes = pair_writes(site_id(1), number);
                if let Err(error) = store.write_accounts(site_id(1), writes, Vec::new()).await {
                    break error;
                }
                say(number);
                number += WRITERS;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        say(format!("{:?}", writer.await.unwrap()));
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "other tests run this as a process of its own"]
async fn holds_the_lock() {
    let Some((path, _)) = task() else { return };
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path))
        .await
        .unwrap();
    let holder = conn.begin_with("begin immediate").await.unwrap();
    say("holding");
    wait_for_end();
    holder.rollback().await.unwrap();
}

/// Reads from a file that it may not write to, tries to write all the same, and says what becomes of it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "other tests run this as a process of its own"]
async fn reads_and_writes() {
    let Some((path, number)) = task() else { return };
    let options = SqliteOptions {
        read_only: number == 1,
        ..SqliteOptions::default()
    };
    let store = match SqliteStore::open(&path, options).await {
        Ok(store) => store,
        Err(error) => return say(format!("{error:?}")),
    };
    say(store.list_sites().await.unwrap().len());
    say(format!("{:?}", store.ping().await));
    store.close().await;
}
