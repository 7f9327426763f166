//! The pace of calls, shared by all processes. Every instant is of the server's clock, read when the row is ours.

use std::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;
use persistence::{Moment, PACE_AHEAD_MAX, Paces, RemoteKey, StoreError};

use crate::Pooled;
use crate::clock::server_now;
use crate::error::store_error;

/// Takes the next `$2` milliseconds of remote identity `$1`. What lies more than `$3` ahead is taken for now. What is taken
/// need not outlive the server: by the time it is back, the turns are over.
const TAKE: &str = concat!(
    "with fast as materialized (select set_config('synchronous_commit', 'off', true))
     insert into paces as pace (remote, taken_until, resting_until)
     select $1, ",
    server_now!(),
    " + $2, 0 from fast
     on conflict (remote) do update set taken_until = (
         select greatest(now,
             case when pace.taken_until <= now + $3 then pace.taken_until end,
             case when pace.resting_until <= now + $3 then pace.resting_until end)
         from (select ",
    server_now!(),
    " as now) as clock
     ) + $2
     returning taken_until - $2, ",
    server_now!()
);

/// Lets remote identity `$1` rest for `$2` milliseconds. What lies more than `$3` ahead is taken for now.
const REST: &str = concat!(
    "insert into paces as pace (remote, taken_until, resting_until) values ($1, 0, ",
    server_now!(),
    " + $2)
     on conflict (remote) do update set resting_until = (
         select greatest(now + $2, case when pace.resting_until <= now + $3 then pace.resting_until end)
         from (select ",
    server_now!(),
    " as now) as clock
     )"
);

/// The rest of remote identity `$1`, unless it is further ahead than `$2` milliseconds.
const FIND_REST: &str = concat!(
    "select resting_until, now from paces cross join (select ",
    server_now!(),
    " as now) as clock where remote = $1 and resting_until > 0 and resting_until <= now + $2"
);

#[async_trait]
impl Paces for Pooled {
    async fn take_turns(&self, remote: RemoteKey, count: u32, gap: Duration) -> Result<Moment, StoreError> {
        let mut conn = self.acquire().await?;
        let taken: (i64, i64) = sqlx::query_as(TAKE)
            .bind(remote)
            .bind(ms(gap.saturating_mul(count)))
            .bind(ms(PACE_AHEAD_MAX))
            .fetch_one(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(moment(taken))
    }

    async fn rest(&self, remote: RemoteKey, wait: Duration) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query(REST)
            .bind(remote)
            .bind(ms(wait))
            .bind(ms(PACE_AHEAD_MAX))
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn find_rest(&self, remote: RemoteKey) -> Result<Option<Moment>, StoreError> {
        let mut conn = self.acquire().await?;
        let found: Option<(i64, i64)> = sqlx::query_as(FIND_REST)
            .bind(remote)
            .bind(ms(PACE_AHEAD_MAX))
            .fetch_optional(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(found.map(moment))
    }

    async fn remove_paces(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut conn = self.acquire().await?;
        let removed = sqlx::query("delete from paces where taken_until < $1 and resting_until < $1")
            .bind(before.ms())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(removed.rows_affected())
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
