//! The store on `SQLite`: one file, several readers, one writer that commits whatever waits in one go.

mod account_writes;
mod accounts;
mod backlog;
mod cells;
mod checkpoints;
mod checks;
mod claims;
mod connection;
mod deliveries;
mod delivery_changes;
mod delivery_list;
mod error;
mod events;
mod finishes;
mod gathering;
mod health;
mod holds;
mod hours;
mod intake;
mod keys;
mod lanes;
mod log;
mod memories;
mod migration;
mod paces;
#[cfg(test)]
mod plans;
mod readers;
mod rows;
mod sessions;
mod sites;
mod stage;
mod tokens;
mod users;
mod work;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use persistence::StoreError;

use crate::connection::File;
use crate::gathering::Gathering;
use crate::readers::Readers;
use crate::work::Work;
use crate::writer::Writer;

/// How a file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// How long to wait for a lock that another process holds, and for a free connection.
    pub busy_timeout: Duration,
    /// Connections that read at the same time; each has a thread of its own.
    pub readers_max: u32,
    /// Opens the file for reading only: every write answers [`StoreError::ReadOnly`], and no migration runs. In a folder
    /// that may not be written to, a file that nobody has open is taken for one that stays as it is.
    pub read_only: bool,
    /// The most pages of 4 KiB that the file may grow to; `None` for what the disk holds. Beyond it every write answers
    /// [`StoreError::Full`].
    pub pages_max: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            readers_max: 4,
            read_only: false,
            pages_max: None,
        }
    }
}

/// The store on one `SQLite` file. Other processes may have the same file open.
pub struct SqliteStore {
    readers: Readers,
    writer: Arc<Writer>,
    gathering: Gathering,
    work: Work,
}

impl SqliteStore {
    /// Opens the file at `path`, creates it (for its owner only) when it is missing, and brings its tables up to date.
    /// The folder must exist.
    pub async fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let mut file = File::new(path, options)?;
        file.create()?;
        match migration::run(&file).await {
            // Beside a file in a folder where nothing can be made, `SQLite` lacks what it needs even for reading.
            Err(StoreError::ReadOnly(_) | StoreError::Unreachable(_)) if file.can_be_frozen() => {
                file.is_frozen = true;
                migration::run(&file).await?;
            }
            result => result?,
        }
        let writer = Arc::new(Writer::start(&file).await?);
        Ok(Self {
            readers: Readers::new(&file),
            gathering: Gathering::new(Arc::clone(&writer)),
            writer,
            work: Work::default(),
        })
    }
}
