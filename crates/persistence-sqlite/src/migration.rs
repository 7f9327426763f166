//! Brings the tables up to date.

use persistence::StoreError;
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode};

use crate::connection::{self, File};
use crate::error::{migrate_error, store_error};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Runs the migrations that the file lacks. A file of a newer program is left as it is.
pub(crate) async fn run(file: &File) -> Result<(), StoreError> {
    let busy_timeout = file.options.busy_timeout;
    let connect = file.for_writing();
    let mut conn = connection::connect(&connect, busy_timeout).await?;
    let is_ready = is_ready(&mut conn, file.options.read_only).await;
    // Whatever it comes to, nothing is left beside the file.
    conn.close().await.map_err(store_error)?;
    if is_ready? {
        return Ok(());
    }
    // Kept in the file: the connections that follow find it set.
    let connect = connect.journal_mode(SqliteJournalMode::Wal);
    let mut conn = connection::connect(&connect, busy_timeout).await?;
    let migrated = migrate(&mut conn).await;
    conn.close().await.map_err(store_error)?;
    migrated
}

/// Whether the file can be used as it is.
async fn is_ready(conn: &mut SqliteConnection, read_only: bool) -> Result<bool, StoreError> {
    if !is_current(conn).await? {
        return Ok(false);
    }
    // Some ways to restore a backup lose its mode; without the log, readers and writers wait for each other.
    let mode: String = sqlx::query_scalar("pragma journal_mode")
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    Ok(read_only || mode == "wal")
}

async fn migrate(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    // The migrator does not lock an `SQLite` file. Of two processes the second waits here, then finds it done.
    let mut transaction = conn.begin_with("begin immediate").await.map_err(store_error)?;
    if !is_current(&mut transaction).await? {
        // Not `run`: the compiler cannot see that its future may move between threads.
        MIGRATIONS
            .run_direct(None, &mut *transaction, false)
            .await
            .map_err(migrate_error)?;
    }
    transaction.commit().await.map_err(store_error)
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
