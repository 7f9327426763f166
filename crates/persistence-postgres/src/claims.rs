//! Hands deliveries out.

use std::sync::LazyLock;

use domain::{AccountId, DeliveryId, DeliveryState, EventKind, SiteId, Timestamp};
use persistence::row::{self, overtaking_codes, superseding_codes};
use persistence::{Claimed, DueAccount, QueueTime, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::error::store_error;
use crate::events;
use crate::lanes::{is_free, is_of_account, lane_order};

/// How often a claim goes on after it has put deliveries behind others.
const ROUNDS: u32 = 4;

/// What is wanted of an account.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) account: AccountId,
    pub(crate) time: QueueTime,
    pub(crate) lease_until: Timestamp,
    pub(crate) firsts: u32,
    pub(crate) retries: u32,
}

/// The bytes of an event's id as the index of first attempts writes them: no other one offers this order.
macro_rules! first_order {
    () => {
        "(''::bytea || uuid_send(event_id))"
    };
}

/// Whether a delivery is to be handed out at `$at`, unless it is under way; in words from which it does not follow that it
/// waits, so that no index of those that do can serve.
macro_rules! is_due {
    ($at:literal) => {
        concat!(
            "(coalesce(queue, '') = 'first' or coalesce(queue, '') in ('wait', 'retry') and due_at <= ",
            $at,
            ")"
        )
    };
}

/// The first of a queue of account `$1` that `$is_due` at `$2`, by the clock of leases `$leases`. What is due as it comes in
/// is so whatever the clock says by now: it may have been set back, or be another one.
macro_rules! head {
    ($queue:literal, $is_due:literal, $leases:literal, $order:expr, $limit:literal) => {
        concat!(
            "(select event_id, lane from deliveries
              where account_id = $1 and queue = '",
            $queue,
            "' and ",
            $is_due,
            " and ",
            is_free!($leases),
            " order by ",
            $order,
            " limit ",
            $limit,
            ")"
        )
    };
}

/// A delivery of the lane of `head` before it that `$is_in_the_way`.
macro_rules! before {
    ($column:literal, $is_in_the_way:literal) => {
        concat!(
            "(select ",
            $column,
            " from deliveries as before where before.lane = head.lane and ",
            is_of_account!("$1"),
            " and queue is not null and ",
            lane_order!("before.event_id"),
            " < ",
            lane_order!("head.event_id"),
            " and ",
            $is_in_the_way,
            " order by ",
            lane_order!("before.event_id"),
            " limit 1)"
        )
    };
}

/// Whether nothing open is before `head` (whatever does not wait for its time before the first attempt), and of those after
/// it none is under way: that is looked at last, because it goes through all of the lane.
macro_rules! is_next {
    () => {
        concat!(
            "case when ",
            before!("true", "(queue <> 'wait' or due_at <= $2 or fence > 0)"),
            " is null then (select true from deliveries as after
                 where after.lane = head.lane and ",
            is_of_account!("$1"),
            " and queue is not null and ",
            lane_order!("after.event_id"),
            " > ",
            lane_order!("head.event_id"),
            " and not ",
            is_free!("$9"),
            " order by ",
            lane_order!("after.event_id"),
            " limit 1) is null else false end"
        )
    };
}

/// Those of account `$1` that are still due at `$2`, at most `$limit`.
macro_rules! locked {
    ($of:literal, $limit:literal) => {
        concat!(
            "select event_id from deliveries where event_id = any(array(select event_id from ",
            $of,
            ")) and ",
            is_of_account!("$1"),
            " and ",
            is_due!("$2"),
            " and ",
            is_free!("$9"),
            " order by event_id limit ",
            $limit,
            " for update skip locked"
        )
    };
}

/// Whether a later event than `event` waits for account `$account`, or has been delivered to it, and makes that one
/// needless: by [`SUPERSEDING`], whose lists the other parameters are.
macro_rules! is_superseded {
    ($account:literal, $kinds:literal, $later_kinds:literal, $states:literal) => {
        concat!(
            "case when event.kind = any(",
            $kinds,
            ") then (select true from events as later
              where later.site_id = event.site_id and later.entity_id = event.entity_id
                  and uuid_send(later.id) > uuid_send(event.id)
                  and later.kind = any(array(
                      select later_kind from unnest(",
            $kinds,
            "::text[], ",
            $later_kinds,
            "::text[], ",
            $states,
            "::text[]) as pairs (kind, later_kind, state)
                      where pairs.kind = event.kind and pairs.state = (
                          select state from deliveries where event_id = later.id and ",
            is_of_account!($account),
            ")
                  ))
              order by uuid_send(later.id) limit 1
             ) is not null else false end"
        )
    };
}

pub(crate) use is_superseded;

/// Whether event `$6` of site `$5` is needless for account `$1`.
const FIND_SUPERSEDED: &str = concat!(
    "select ",
    is_superseded!("$1", "$2", "$3", "$4"),
    " from events as event where site_id = $5 and id = $6"
);

/// The active accounts whose queue is not held and of which one delivery is due at `$1` and not under way at `$2`.
const DUE_ACCOUNTS: &str = concat!(
    "select site_id, accounts.id from accounts left join delivery_holds on delivery_holds.account_id = accounts.id
     where active and (reason is null or until <= $1) and coalesce(
         (select true from deliveries
          where account_id = accounts.id and queue = 'first' and ",
    is_free!("$2"),
    " order by ",
    first_order!(),
    " limit 1),
         (select true from deliveries
          where account_id = accounts.id and queue = 'wait' and due_at <= $1 and ",
    is_free!("$2"),
    " order by due_at limit 1),
         (select true from deliveries
          where account_id = accounts.id and queue = 'retry' and due_at <= $1 and ",
    is_free!("$2"),
    " order by due_at limit 1),
         false
     ) order by accounts.id"
);

/// What comes next with time: a delivery that waits for it.
const NEXT_DUE: &str = "
    select min(next) from accounts cross join lateral (values
        ((select due_at from deliveries where account_id = accounts.id and queue = 'wait' and due_at > $1
          order by due_at limit 1)),
        ((select due_at from deliveries where account_id = accounts.id and queue = 'retry' and due_at > $1
          order by due_at limit 1))
    ) as waiting (next)
    where active";

/// Takes at most `$4` first attempts and `$5` others of account `$1` that are due at `$2`, until `$3`, by the clock of
/// leases, which is at `$9`. What somebody else is just changing is left to them, and to the next claim.
const TAKE: &str = concat!(
    "with account as materialized (
         select site_id from accounts left join delivery_holds on delivery_holds.account_id = accounts.id
         where accounts.id = $1 and active and (reason is null or until <= $2)
     ), firsts as materialized (
         select event_id from (
             (select event_id from ",
    head!("first", "true", "$9", first_order!(), "256"),
    " as head where exists (select 1 from account) and $4 > 0 and ",
    is_next!(),
    " limit $4)
             union all
             (select event_id from ",
    head!("wait", "due_at <= $2", "$9", "due_at", "256"),
    " as head where exists (select 1 from account) and $4 > 0 and ",
    is_next!(),
    ")
         ) as firsts order by event_id limit $4
     ), retries as materialized (
         select event_id from ",
    head!("retry", "due_at <= $2", "$9", "due_at", "256"),
    " as head where exists (select 1 from account) and $5 > 0 and ",
    is_next!(),
    " order by event_id limit $5
     ), locked_firsts as materialized (",
    locked!("firsts", "$4"),
    "), locked_retries as materialized (",
    locked!("retries", "$5"),
    "), taken as (
         update deliveries set leased_until = $3, fence = fence + 1, updated_at = $2,
             is_doubtful = is_doubtful or leased_until is not null,
             losses = case when leased_until is null then 0 else losses + 1 end
         where event_id = any(array(
             select event_id from locked_firsts union all select event_id from locked_retries
         )) and ",
    is_of_account!("$1"),
    " returning deliveries.event_id, fence, attempts, losses, is_doubtful
     )
     select event.*, fence, attempts, losses, is_doubtful, ",
    is_superseded!("$1", "$6", "$7", "$8"),
    " as is_superseded
     from taken cross join lateral (
         select * from events
         where site_id = (select site_id from account) and id between event_id and event_id order by id limit 1
     ) as event
     order by id"
);

/// Puts what is due but has one of its lane before it behind that one, if it was handed out before: its row is held
/// meanwhile, so that it does not end unseen.
const PUT_BEHIND: &str = concat!(
    "with blocked as materialized (
         select event_id, ",
    before!("event_id", "fence > 0"),
    " as before_id from (",
    head!("first", "true", "$3", first_order!(), "1000"),
    " union all ",
    head!("wait", "due_at <= $2", "$3", "due_at", "1000"),
    " union all ",
    head!("retry", "due_at <= $2", "$3", "due_at", "1000"),
    ") as head
     ), held as materialized (
         select event_id from deliveries
         where event_id = any(array(select distinct before_id from blocked)) and ",
    is_of_account!("$1"),
    " and num_nulls(queue) = 0 and fence > 0 for share skip locked
     ), locked as materialized (
         select event_id from deliveries
         where event_id = any(array(
                 select event_id from blocked where coalesce(before_id in (select event_id from held), false)
             )) and ",
    is_of_account!("$1"),
    " and ",
    is_due!("$2"),
    " and ",
    is_free!("$3"),
    " for update skip locked
     )
     update deliveries set queue = 'behind' where event_id = any(array(select event_id from locked)) and ",
    is_of_account!("$1")
);

/// Of each kind those that make it needless, and in which state.
pub(crate) struct Superseding {
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) later_kinds: Vec<&'static str>,
    pub(crate) states: Vec<&'static str>,
}

pub(crate) static SUPERSEDING: LazyLock<Superseding> = LazyLock::new(|| {
    let mut all = Superseding {
        kinds: Vec::new(),
        later_kinds: Vec::new(),
        states: Vec::new(),
    };
    for kind in EventKind::ALL {
        let waiting = superseding_codes(*kind).map(|later| (later, DeliveryState::Waiting));
        let delivered = overtaking_codes(*kind).map(|later| (later, DeliveryState::Delivered));
        for (later, state) in waiting.chain(delivered) {
            all.kinds.push(kind.code());
            all.later_kinds.push(later);
            all.states.push(state.code());
        }
    }
    all
});

/// The accounts with something to deliver.
pub(crate) async fn list_due(
    conn: &mut PgConnection,
    time: QueueTime,
) -> Result<Vec<DueAccount>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(DUE_ACCOUNTS)
        .bind(time.due.ms())
        .bind(time.leases.ms())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let read = |(site, account)| DueAccount {
        site: SiteId::new(site),
        account: AccountId::new(account),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// When the next delivery can be handed out after `now`.
pub(crate) async fn next_due(
    conn: &mut PgConnection,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> = sqlx::query_scalar(NEXT_DUE)
        .bind(now.ms())
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    Ok(next.map(Timestamp::from_ms))
}

/// Hands out deliveries.
pub(crate) async fn claim(conn: &mut PgConnection, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
    let mut claimed = Vec::new();
    let (mut firsts, mut retries) = (i64::from(claim.firsts), i64::from(claim.retries));
    for _ in 0..ROUNDS {
        for row in &take(conn, claim, firsts, retries).await? {
            let one = read(row, claim.account)?;
            *if one.attempts == 0 {
                &mut firsts
            } else {
                &mut retries
            } -= 1;
            claimed.push(one);
        }
        // While there are first attempts enough, nothing is in their way; of others there are few.
        let is_short = firsts > 0 || claim.firsts == 0 && retries > 0;
        if !is_short || !put_behind(conn, claim).await? {
            break;
        }
    }
    claimed.sort_by_key(|claimed| claimed.id);
    Ok(claimed)
}

/// Whether a delivery would be handed out as needless.
pub(crate) async fn find_superseded(
    conn: &mut PgConnection,
    site: SiteId,
    id: DeliveryId,
) -> Result<bool, StoreError> {
    let found: Option<bool> = sqlx::query_scalar(FIND_SUPERSEDED)
        .bind(id.account.uuid())
        .bind(&SUPERSEDING.kinds)
        .bind(&SUPERSEDING.later_kinds)
        .bind(&SUPERSEDING.states)
        .bind(site.uuid())
        .bind(id.event.uuid())
        .fetch_optional(conn)
        .await
        .map_err(store_error)?;
    Ok(found.unwrap_or_default())
}

async fn take(
    conn: &mut PgConnection,
    claim: Claim,
    firsts: i64,
    retries: i64,
) -> Result<Vec<PgRow>, StoreError> {
    sqlx::query(TAKE)
        .bind(claim.account.uuid())
        .bind(claim.time.due.ms())
        .bind(claim.lease_until.ms())
        .bind(firsts.max(0))
        .bind(retries.max(0))
        .bind(&SUPERSEDING.kinds)
        .bind(&SUPERSEDING.later_kinds)
        .bind(&SUPERSEDING.states)
        .bind(claim.time.leases.ms())
        .fetch_all(conn)
        .await
        .map_err(store_error)
}

/// Answers whether any was.
async fn put_behind(conn: &mut PgConnection, claim: Claim) -> Result<bool, StoreError> {
    let done = sqlx::query(PUT_BEHIND)
        .bind(claim.account.uuid())
        .bind(claim.time.due.ms())
        .bind(claim.time.leases.ms())
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(done.rows_affected() > 0)
}

fn read(row: &PgRow, account: AccountId) -> Result<Claimed, StoreError> {
    let get = |error| store_error(error);
    let event = events::read(row)?;
    let id = DeliveryId {
        event: event.id,
        account,
    };
    Ok(Claimed {
        id,
        fence: row::number(row.try_get("fence").map_err(get)?, "deliveries", "fence", id)?,
        attempts: row::number(
            row.try_get("attempts").map_err(get)?,
            "deliveries",
            "attempts",
            id,
        )?,
        losses: row::number(row.try_get("losses").map_err(get)?, "deliveries", "losses", id)?,
        is_doubtful: row.try_get("is_doubtful").map_err(get)?,
        is_superseded: row.try_get("is_superseded").map_err(get)?,
        event,
    })
}
