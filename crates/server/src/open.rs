//! Opens what the configuration names: the database and the master key.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use persistence::{Store, StoreError};
use persistence_postgres::{PostgresOptions, PostgresStore};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use secrecy::ExposeSecret;
use service::Key;
use thiserror::Error;
use vault::{KeyError, MasterKey};

use crate::config::{Config, Database, MasterKeySource};

/// Why the program cannot start, and what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The data folder cannot be made.
    #[error(
        "the data folder {folder} cannot be made: {source}. Create it, or name another with RACCORDO_DATA_DIR"
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database was made by a newer program.
    #[error("{0}. Start that version again, or restore a backup made before the update")]
    NewerDatabase(StoreError),
    /// The file is damaged.
    #[error(
        "{path} is damaged or is no database. It was left as it is: restore a backup, or move it away to start empty"
    )]
    Damaged {
        /// The file.
        path: String,
        /// Why.
        source: StoreError,
    },
    /// The file may not be written to.
    #[error(
        "{path} cannot be written to. Check its owner and mode, those of its folder, and that the disk is mounted for writing"
    )]
    ReadOnly {
        /// The file.
        path: String,
        /// Why.
        source: StoreError,
    },
    /// The disk is full.
    #[error("the disk that holds {path} is full. Make room and start again: nothing was lost")]
    Full {
        /// The file.
        path: String,
        /// Why.
        source: StoreError,
    },
    /// Somebody holds it.
    #[error("{path} is locked by another program (a backup, a shell). Let it finish and start again")]
    Busy {
        /// The file.
        path: String,
        /// Why.
        source: StoreError,
    },
    /// The server does not answer.
    #[error(
        "{path} cannot be opened or reached. Check RACCORDO_DATABASE_URL, that the server runs, and the user's password"
    )]
    Unreachable {
        /// The database.
        path: String,
        /// Why.
        source: StoreError,
    },
    /// Anything else.
    #[error("{path} cannot be used")]
    Other {
        /// The database.
        path: String,
        /// Why.
        source: StoreError,
    },
    /// The key cannot be used.
    #[error(
        "the master key ({place}) cannot be used: {source}. Mend it, or restore it from a backup; it is never replaced"
    )]
    Key {
        /// Where it comes from.
        place: String,
        /// Why.
        source: KeyError,
    },
}

/// How a database is named in a message: never with its password.
pub(crate) fn database_name(database: &Database) -> String {
    match database {
        Database::Sqlite { path } => format!("the database file {}", path.display()),
        Database::Postgres { url } => {
            let host = url::Url::parse(url.expose_secret())
                .map(|url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()))
                .unwrap_or_default();
            format!("the PostgreSQL database at {host}")
        }
    }
}

/// Opens the database, makes it when it is an embedded one, and brings its tables up to date.
pub async fn open_store(config: &Config) -> Result<Arc<dyn Store>, OpenError> {
    let connections = config.database_connections_max;
    let opened: Result<Arc<dyn Store>, StoreError> = match &config.database {
        Database::Sqlite { path } => {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            make_folder(folder)?;
            let options = SqliteOptions {
                readers_max: connections,
                ..SqliteOptions::default()
            };
            SqliteStore::open(path, options)
                .await
                .map(|store| Arc::new(store) as Arc<dyn Store>)
        }
        Database::Postgres { url } => {
            let options = PostgresOptions {
                connections_max: connections,
                ..PostgresOptions::default()
            };
            PostgresStore::connect(url.expose_secret(), &options)
                .await
                .map(|store| Arc::new(store) as Arc<dyn Store>)
        }
    };
    opened.map_err(|error| explain(&config.database, error))
}

/// Only its owner may look into a folder that we make: the key is in it.
fn make_folder(folder: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| OpenError::Folder {
        folder: folder.to_owned(),
        source,
    })
}

pub(crate) fn explain(database: &Database, source: StoreError) -> OpenError {
    let path = database_name(database);
    match source {
        source @ StoreError::NewerDatabase { .. } => OpenError::NewerDatabase(source),
        source @ StoreError::Corrupted(_) => OpenError::Damaged { path, source },
        source @ StoreError::ReadOnly(_) => OpenError::ReadOnly { path, source },
        source @ StoreError::Full(_) => OpenError::Full { path, source },
        source @ StoreError::Busy(_) => OpenError::Busy { path, source },
        source @ StoreError::Unreachable(_) => OpenError::Unreachable { path, source },
        source => OpenError::Other { path, source },
    }
}

/// A key, and the file that was just made for it.
pub struct OpenedKey {
    /// The key.
    pub key: Key,
    /// The new file.
    pub made: Option<PathBuf>,
}

/// Gets the master key. Beside an embedded database that has never sealed anything a new one is made; a key that is
/// missing later is not replaced, because what it sealed would be lost.
pub async fn open_key(config: &Config, store: &dyn Store) -> Result<OpenedKey, OpenError> {
    let present = |key: Option<MasterKey>| key.map_or(Key::Missing, Key::Present);
    let failed = |place: String| move |source: KeyError| OpenError::Key { place, source };
    match &config.master_key {
        MasterKeySource::Environment(key) => {
            let key =
                MasterKey::parse(key.expose_secret()).map_err(failed("RACCORDO_MASTER_KEY".to_owned()))?;
            Ok(OpenedKey {
                key: Key::Present(key),
                made: None,
            })
        }
        MasterKeySource::File(path) => {
            let key = MasterKey::read_file(path).map_err(failed(path.display().to_string()))?;
            Ok(OpenedKey {
                key: present(key),
                made: None,
            })
        }
        MasterKeySource::BesideDatabase(path) => {
            let place = path.display().to_string();
            if let Some(key) = MasterKey::read_file(path).map_err(failed(place.clone()))? {
                return Ok(OpenedKey {
                    key: Key::Present(key),
                    made: None,
                });
            }
            let known = store
                .list_key_ids()
                .await
                .map_err(|error| explain(&config.database, error))?;
            if !known.is_empty() {
                return Ok(OpenedKey {
                    key: Key::Missing,
                    made: None,
                });
            }
            match MasterKey::create_file(path) {
                Ok(key) => Ok(OpenedKey {
                    key: Key::Present(key),
                    made: Some(path.clone()),
                }),
                // Another process was faster.
                Err(KeyError::Io(error)) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    Ok(OpenedKey {
                        key: present(read_fresh(path).await.map_err(failed(place))?),
                        made: None,
                    })
                }
                Err(error) => Err(failed(place)(error)),
            }
        }
        MasterKeySource::Unset => Ok(OpenedKey {
            key: Key::Missing,
            made: None,
        }),
    }
}

/// Reads a key file that another process is writing at this very moment.
async fn read_fresh(path: &Path) -> Result<Option<MasterKey>, KeyError> {
    const TRIES: u32 = 50;
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 1..TRIES {
        match MasterKey::read_file(path) {
            Err(KeyError::Malformed) => tokio::time::sleep(PAUSE).await,
            read => return read,
        }
    }
    MasterKey::read_file(path)
}
