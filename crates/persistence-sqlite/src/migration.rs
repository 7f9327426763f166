//! Brings the tables up to date.

use std::path::Path;

use persistence::StoreError;
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode};

use crate::SqliteOptions;
use crate::connection;
use crate::error::{migrate_error, store_error};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Runs the migrations that the file lacks. A file of a newer program is left as it is.
pub(crate) async fn run(path: &Path, options: &SqliteOptions) -> Result<(), StoreError> {
    let connect = connection::for_writing(path, options);
    let mut conn = connection::connect(&connect, options.busy_timeout).await?;
    if !is_current(&mut conn).await? {
        // Kept in the file: the connections that follow find it set.
        conn.close().await.map_err(store_error)?;
        let connect = connect.journal_mode(SqliteJournalMode::Wal);
        conn = connection::connect(&connect, options.busy_timeout).await?;
        // The migrator does not lock an `SQLite` file. Of two processes the second waits here, then finds it done.
        let mut transaction = conn.begin_with("begin immediate").await.map_err(store_error)?;
        if !is_current(&mut transaction).await? {
            // Not `run`: the compiler cannot see that its future may move between threads.
            MIGRATIONS
                .run_direct(None, &mut *transaction, false)
                .await
                .map_err(migrate_error)?;
        }
        transaction.commit().await.map_err(store_error)?;
    }
    conn.close().await.map_err(store_error)
}

/// Whether the file has every migration that this program knows.
async fn is_current(conn: &mut SqliteConnection) -> Result<bool, StoreError> {
    let has_table: bool = sqlx::query_scalar(
        "select exists (select 1 from sqlite_schema where type = 'table' and name = '_sqlx_migrations')",
    )
    .fetch_one(&mut *conn)
    .await
    .map_err(store_error)?;
    if !has_table {
        return Ok(false);
    }
    let applied: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("select version, checksum, success from _sqlx_migrations order by version")
            .fetch_all(conn)
            .await
            .map_err(store_error)?;
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default();
    match applied.last() {
        Some((found, ..)) if *found > known => Err(StoreError::NewerDatabase { found: *found, known }),
        // What differs in any other way, the migrator explains.
        _ => Ok(applied.len() == MIGRATIONS.iter().count()
            && MIGRATIONS
                .iter()
                .zip(&applied)
                .all(|(migration, (version, checksum, success))| {
                    migration.version == *version && *migration.checksum == **checksum && *success
                })),
    }
}
