//! The pace of calls, shared by the processes that have the file open. They are on one machine: its clock is the file's.

use std::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;
use persistence::{Moment, PACE_AHEAD_MAX, Paces, RemoteKey, StoreError};

use crate::SqliteStore;
use crate::error::store_error;

/// Now, in milliseconds; the same all through a statement.
macro_rules! now {
    () => {
        "cast(unixepoch('now', 'subsec') * 1000 as integer)"
    };
}

/// Takes the next `?2` milliseconds of remote identity `?1`. What lies more than `?3` ahead is taken for now.
const TAKE: &str = concat!(
    "insert into paces (remote, taken_until, resting_until) values (?1, ",
    now!(),
    " + ?2, 0)
     on conflict (remote) do update set taken_until = max(",
    now!(),
    ", iif(taken_until <= ",
    now!(),
    " + ?3, taken_until, 0), iif(resting_until <= ",
    now!(),
    " + ?3, resting_until, 0)) + ?2
     returning taken_until - ?2, ",
    now!()
);

/// Lets remote identity `?1` rest for `?2` milliseconds. What lies more than `?3` ahead is taken for now.
const REST: &str = concat!(
    "insert into paces (remote, taken_until, resting_until) values (?1, 0, ",
    now!(),
    " + ?2)
     on conflict (remote) do update set resting_until = max(excluded.resting_until,
         iif(resting_until <= ",
    now!(),
    " + ?3, resting_until, 0))"
);

/// The rest of remote identity `?1`, unless it is further ahead than `?2` milliseconds.
const FIND_REST: &str = concat!(
    "select resting_until, ",
    now!(),
    " from paces where remote = ?1 and resting_until > 0 and resting_until <= ",
    now!(),
    " + ?2"
);

#[async_trait]
impl Paces for SqliteStore {
    async fn take_turns(&self, remote: RemoteKey, count: u32, gap: Duration) -> Result<Moment, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let taken: (i64, i64) = sqlx::query_as(TAKE)
                        .bind(remote.to_vec())
                        .bind(ms(gap.saturating_mul(count)))
                        .bind(ms(PACE_AHEAD_MAX))
                        .fetch_one(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(moment(taken))
                })
            })
            .await
    }

    async fn rest(&self, remote: RemoteKey, wait: Duration) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query(REST)
                        .bind(remote.to_vec())
                        .bind(ms(wait))
                        .bind(ms(PACE_AHEAD_MAX))
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn find_rest(&self, remote: RemoteKey) -> Result<Option<Moment>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let found: Option<(i64, i64)> = sqlx::query_as(FIND_REST)
            .bind(remote.to_vec())
            .bind(ms(PACE_AHEAD_MAX))
            .fetch_optional(reader.conn()?)
            .await
            .map_err(store_error)?;
        Ok(found.map(moment))
    }

    async fn remove_paces(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let removed =
                        sqlx::query("delete from paces where taken_until < ?1 and resting_until < ?1")
                            .bind(before.ms())
                            .execute(conn)
                            .await
                            .map_err(store_error)?;
                    Ok(removed.rows_affected())
                })
            })
            .await
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

const fn moment((at, now): (i64, i64)) -> Moment {
    Moment {
        at: Timestamp::from_ms(at),
        now: Timestamp::from_ms(now),
    }
}
