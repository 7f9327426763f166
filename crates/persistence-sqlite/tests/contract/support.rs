//! A file of its own for every test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{Account, Platform, SiteId, Timestamp};
use persistence::{AccountWrite, Store, StoreError};
use persistence_contract::samples::{account, created};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

/// The name of the file, within its folder.
pub(crate) const FILE: &str = "raccordo.db";
/// Bytes of a page of the file.
pub(crate) const PAGE_BYTES: usize = 4096;
/// Some time.
pub(crate) const AT: Timestamp = Timestamp::from_ms(1_700_000_000_000);

/// A file that need not be there yet; dropping this drops it.
pub(crate) struct Database {
    folder: TempDir,
}

impl Database {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// Where the log is, while there is one.
    pub(crate) fn log_path(&self) -> PathBuf {
        self.folder.path().join(format!("{FILE}-wal"))
    }

    /// What a machine that loses its power now would leave: the file and its log.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        std::fs::copy(self.path(), copy.path()).unwrap();
        std::fs::copy(self.log_path(), copy.log_path()).unwrap();
        copy
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    /// The names of what is in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// A connection past the store.
    pub(crate) async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new()
            .filename(self.path())
            .busy_timeout(Duration::from_secs(5));
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// Runs a statement past the store, on a connection of its own.
    pub(crate) async fn execute(&self, statement: &'static str) {
        let mut conn = self.connect().await;
        sqlx::query(statement).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// What a query that answers one text comes to.
    pub(crate) async fn text(&self, query: &'static str) -> String {
        let mut conn = self.connect().await;
        let text = sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        text
    }

    /// Nothing in the file contradicts anything else in it.
    pub(crate) async fn check(&self) {
        assert_eq!(self.text("pragma integrity_check").await, "ok");
        assert_eq!(self.count("pragma_foreign_key_check").await, 0);
    }

    /// The number of rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let mut conn = self.connect().await;
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let count = sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        count
    }
}

/// Opens the store of a file.
pub(crate) async fn open(database: &Database) -> Arc<dyn Store> {
    open_with(database, SqliteOptions::default()).await
}

pub(crate) async fn open_with(database: &Database, options: SqliteOptions) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&database.path(), options).await.unwrap())
}

/// Gives up soon.
pub(crate) fn impatient() -> SqliteOptions {
    SqliteOptions {
        busy_timeout: Duration::from_millis(300),
        ..SqliteOptions::default()
    }
}

/// Why a file is not opened.
pub(crate) async fn refusal(path: &Path, options: SqliteOptions) -> StoreError {
    match SqliteStore::open(path, options).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

/// The two accounts with this number, which are only ever written together.
pub(crate) fn pair(site: SiteId, number: u128) -> [Account; 2] {
    [2 * number, 2 * number + 1].map(|number| account(site, number, Platform::Telegram, "Bot"))
}

/// The writes of a pair.
pub(crate) fn pair_writes(site: SiteId, number: u128) -> Vec<AccountWrite> {
    pair(site, number)
        .iter()
        .map(|account| created(account, &[]))
        .collect()
}

/// Whether a pair is there: never half of it.
pub(crate) async fn is_there(store: &dyn Store, site: SiteId, number: u128) -> bool {
    let mut found = Vec::new();
    for account in pair(site, number) {
        let stored = store.find_account(site, account.id).await.unwrap();
        let changes = store.list_changes(site, account.id, None).await.unwrap();
        assert_eq!(changes.len(), usize::from(stored.is_some()));
        found.push(stored.is_some());
    }
    assert_eq!(found[0], found[1], "half of pair {number} is there");
    found[0]
}
