//! The server's clock: all processes share it, whatever their own say.

use domain::Timestamp;
use persistence::StoreError;
use sqlx::PgConnection;

use crate::error::store_error;

/// Now, in milliseconds, each time that it is asked.
macro_rules! server_now {
    () => {
        "(extract(epoch from clock_timestamp()) * 1000)::bigint"
    };
}

pub(crate) use server_now;

/// What it says.
pub(crate) async fn read(conn: &mut PgConnection) -> Result<Timestamp, StoreError> {
    let now: i64 = sqlx::query_scalar(concat!("select ", server_now!()))
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    Ok(Timestamp::from_ms(now))
}
