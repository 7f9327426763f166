//! The two databases: a site with its accounts alone, and the same with the accounts of many other sites around it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};
use domain::Timestamp;
use persistence::{Accounts, Health, Keys, Sites};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use serde_json::Value;
use tempfile::TempDir;

use super::samples;
use crate::http::{Client, Connection};
use crate::process::Process;

/// Accounts of the site that is shown.
pub(crate) const OWN: usize = 200;
/// Accounts of each other site.
const OTHERS_PER_SITE: usize = 100;

const NAME: &str = "anna";
const PASSWORD: &str = "tre parole qualsiasi";

/// The databases; removed when this is dropped.
pub(crate) struct Stage {
    root: TempDir,
    /// The site's accounts alone.
    pub(crate) alone: Data,
    /// The same among those of other sites.
    pub(crate) crowded: Data,
}

/// One database of a panel.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    /// Its name in the report.
    pub(crate) name: String,
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// The cookie of a session.
    pub(crate) cookie: String,
}

impl Data {
    /// The database file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("raccordo.db")
    }

    /// The database, read and written beside a panel that may be running.
    pub(crate) async fn open(&self) -> Result<SqliteStore> {
        Ok(SqliteStore::open(&self.file(), SqliteOptions::default()).await?)
    }
}

impl Stage {
    /// Makes both databases through `raccordo` itself; `others` accounts of other sites go straight to the store.
    pub(crate) async fn make(raccordo: &Path, parent: &Path, others: usize) -> Result<Self> {
        let root = tempfile::Builder::new()
            .prefix("raccordo-bench-")
            .tempdir_in(parent)?;
        let alone = make(raccordo, root.path().join("alone"), format!("{OWN} accounts"), 0).await?;
        let name = format!(
            "{OWN} + {others} of {} other sites",
            others.div_ceil(OTHERS_PER_SITE)
        );
        let crowded = make(raccordo, root.path().join("crowded"), name, others).await?;
        Ok(Self { root, alone, crowded })
    }

    /// The folder that holds everything.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }
}

async fn make(raccordo: &Path, folder: PathBuf, name: String, others: usize) -> Result<Data> {
    std::fs::create_dir(&folder)?;
    create_user(raccordo, &folder)?;
    let mut panel = Process::serve(raccordo, &folder, &[])?;
    panel.answers("/sign-in", None).await?;
    let cookie = sign_in(&panel).await?;
    let data = Data { name, folder, cookie };
    let client = Client {
        addr: panel.addr,
        cookie: Some(data.cookie.clone()),
    };
    let mut connection = Connection::open(panel.addr).await?;
    let store = data.open().await?;
    let mut neighbours = Neighbours::new(&store, &data.file(), others).await?;
    let mut to_activate = Vec::new();
    for number in 0..OWN {
        let id = create(&client, &mut connection, number).await?;
        // The first of each platform, and the first in the second language of Clerk.io.
        if number < 4 || number == 5 {
            to_activate.push(id);
        }
        // Between one's own accounts lie those of the others, as they do where all are made day by day.
        neighbours.add_up_to(others * (number + 1) / OWN).await?;
    }
    for id in to_activate {
        let wanted = format!("activate:{id}");
        let request = client.post(
            "/accounts/selection",
            [("do", wanted.as_str()), ("back", "/accounts")],
        );
        client.ask(&request).await?.expect(200)?;
    }
    store.close().await;
    panel.stop()?;
    Ok(data)
}

fn create_user(raccordo: &Path, folder: &Path) -> Result<()> {
    let mut command = Command::new(raccordo);
    command.args(["admin", "create", NAME, "--data-dir"]).arg(folder);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().context("a program without input")?;
    writeln!(input, "{PASSWORD}")?;
    drop(input);
    if !child.wait()?.success() {
        bail!("`raccordo admin create` failed");
    }
    Ok(())
}

async fn sign_in(panel: &Process) -> Result<String> {
    let client = Client {
        addr: panel.addr,
        cookie: None,
    };
    let request = client.post(
        "/sign-in",
        [("name", NAME), ("password", PASSWORD), ("next", "/accounts")],
    );
    let answer = client.ask(&request).await?.expect(200)?;
    let cookie = answer
        .headers("set-cookie")
        .find(|cookie| cookie.contains("session"));
    let cookie = cookie
        .and_then(|cookie| cookie.split(';').next())
        .context("signing in set no cookie")?;
    Ok(cookie.to_owned())
}

/// Creates an account by its form and answers its id.
async fn create(client: &Client, connection: &mut Connection, number: usize) -> Result<String> {
    let (platform, pairs) = samples::form(number);
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    let request = client.post("/accounts/new", pairs.chain([("platform", platform.code())]));
    let answer = connection.send(&request).await?;
    let outcome: Value = serde_json::from_slice(answer.body).context("the answer to a form is no JSON")?;
    let to = outcome["Go"]["to"]
        .as_str()
        .and_then(|to| to.strip_prefix("/accounts/"));
    Ok(to
        .with_context(|| format!("account {number} was not created: {outcome}"))?
        .to_owned())
}

/// The accounts of the other sites, as far as they have been made.
struct Neighbours<'a> {
    store: &'a SqliteStore,
    key_id: String,
    began_ms: u64,
    wanted: usize,
    made: usize,
}

impl<'a> Neighbours<'a> {
    async fn new(store: &'a SqliteStore, file: &Path, wanted: usize) -> Result<Self> {
        let key_id = store
            .list_key_ids()
            .await?
            .pop()
            .context("the panel has registered no key")?;
        // The file was made a moment ago, and everything after it is younger.
        let began = std::fs::metadata(file)?.modified()?.duration_since(UNIX_EPOCH)?;
        Ok(Self {
            store,
            key_id,
            began_ms: u64::try_from(began.as_millis())?,
            wanted,
            made: 0,
        })
    }

    /// Makes whole sites until there are about `count` accounts.
    async fn add_up_to(&mut self, count: usize) -> Result<()> {
        while self.made < count.min(self.wanted) {
            let number = self.made / OTHERS_PER_SITE;
            let made_ms = self.began_ms + u64::try_from(self.made)?;
            let site = samples::site(number, made_ms)?;
            self.store
                .insert_site(&site, Timestamp::from_ms(i64::try_from(made_ms)?), false)
                .await?;
            let end = (self.made + OTHERS_PER_SITE).min(self.wanted);
            let writes =
                (self.made..end).map(|number| samples::created(&site, number, made_ms, &self.key_id));
            self.store
                .write_accounts(site.id, writes.collect::<Result<_>>()?, Vec::new())
                .await?;
            self.made = end;
        }
        Ok(())
    }
}
