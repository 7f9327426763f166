//! Brings the tables up to date.

use persistence::StoreError;
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::PostgresOptions;
use crate::connection;
use crate::error::{migrate_error, store_error};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Runs the migrations that the database lacks; of several processes one does, and the others wait for it. A database
/// of a newer program is left as it is.
pub(crate) async fn run(connect: &PgConnectOptions, options: &PostgresOptions) -> Result<(), StoreError> {
    let mut conn = connection::for_migration(connect, options).await?;
    connection::check_server(&mut conn).await?;
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default();
    // Asked first, so that a database that lacks nothing is not written to.
    if !is_current(&mut conn, known).await? {
        // Not `run`: the compiler cannot see that its future may move between threads.
        MIGRATIONS
            .run_direct(None, &mut conn, false)
            .await
            .map_err(|error| migrate_error(error, known))?;
    }
    conn.close().await.map_err(store_error)
}

/// Whether the database has every migration that this program knows.
async fn is_current(conn: &mut PgConnection, known: i64) -> Result<bool, StoreError> {
    let has_table: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
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
