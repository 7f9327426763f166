//! Saves accounts over and over, each connection its own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::{AccountFilter, AccountId, DESCRIPTION_FIELD, SiteId};
use persistence::{Accounts, Health, Sites};
use persistence_sqlite::SqliteStore;
use tokio::task::JoinSet;

use super::CONNECTIONS;
use super::stage::Data;
use crate::http::{Client, Connection};

/// What the answer to a save tells.
const SAVED: &[u8] = b"\"Saved\"";

/// Open connections, each with the form of an account.
pub(super) struct Saver {
    client: Client,
    ready: Vec<(Connection, Form)>,
}

/// What one connection has saved.
pub(super) struct Done {
    /// The account.
    pub(super) id: AccountId,
    /// Its version before.
    pub(super) first: u32,
    /// The last version that the server has acknowledged.
    pub(super) last: u32,
    /// How long each save took.
    pub(super) times: Vec<Duration>,
    /// Why it ended early.
    pub(super) error: Option<anyhow::Error>,
}

/// The form of an account, at its current version.
struct Form {
    id: AccountId,
    pairs: Vec<(String, String)>,
    version: u32,
}

impl Saver {
    /// Takes the first accounts of the list, one for each connection to the server at `addr`.
    pub(super) async fn prepare(addr: SocketAddr, data: &Data) -> Result<Self> {
        let store = data.open().await?;
        let site = shown_site(&store).await?;
        let page = store.list_accounts(site, &AccountFilter::default()).await?;
        store.close().await;
        let mut ready = Vec::new();
        for row in page.rows.into_iter().take(CONNECTIONS) {
            let form = Form {
                id: row.account.id,
                pairs: row.account.settings.values().into_iter().collect(),
                version: row.account.version.number(),
            };
            ready.push((Connection::open(addr).await?, form));
        }
        if ready.len() < CONNECTIONS {
            bail!("there are too few accounts");
        }
        let client = Client {
            addr,
            cookie: Some(data.cookie.clone()),
        };
        Ok(Self { client, ready })
    }

    /// Saves until `length` is over or the server fails.
    pub(super) async fn run(self, length: Duration) -> Vec<Done> {
        let until = Instant::now() + length;
        let mut tasks = JoinSet::new();
        for (connection, form) in self.ready {
            tasks.spawn(repeat(connection, self.client.clone(), form, until));
        }
        tasks.join_all().await
    }
}

/// What an account is called after the save that makes this version.
pub(super) fn description(version: u32) -> String {
    format!("Salvataggio {version:07}")
}

/// The site that the panel shows.
pub(super) async fn shown_site(store: &SqliteStore) -> Result<SiteId> {
    let sites = store.list_sites().await?;
    Ok(sites.first().context("the database has no site")?.id)
}

impl Form {
    /// The next save.
    fn request(&self, client: &Client) -> Vec<u8> {
        let (description, version) = (description(self.version + 1), self.version.to_string());
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let changed = [
            (DESCRIPTION_FIELD, description.as_str()),
            ("version", version.as_str()),
        ];
        client.post(&format!("/accounts/{}", self.id), pairs.chain(changed))
    }
}

async fn repeat(mut connection: Connection, client: Client, mut form: Form, until: Instant) -> Done {
    let mut done = Done {
        id: form.id,
        first: form.version,
        last: form.version,
        times: Vec::new(),
        error: None,
    };
    while Instant::now() < until {
        let request = form.request(&client);
        let begun = Instant::now();
        if let Err(error) = save_once(&mut connection, &request).await {
            done.error = Some(error);
            break;
        }
        done.times.push(begun.elapsed());
        form.version += 1;
        done.last = form.version;
    }
    done
}

async fn save_once(connection: &mut Connection, request: &[u8]) -> Result<()> {
    let answer = connection.send(request).await?;
    if answer.status != 200 || !answer.body.windows(SAVED.len()).any(|window| window == SAVED) {
        bail!(
            "a save is answered with {}: {}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
    }
    Ok(())
}
