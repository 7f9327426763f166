//! What is remembered of the other side of accounts.

use domain::AccountId;
use persistence::row::latest_memories;
use persistence::{Inconsistency, Memory, StoreError};
use sqlx::PgConnection;

use crate::columns::column;
use crate::error::store_error;

/// What is remembered under each of `keys`. Whatever the server thinks of how much there is, it looks each of them up.
pub(crate) async fn recall(
    conn: &mut PgConnection,
    keys: &[(AccountId, &[u8])],
) -> Result<Vec<Option<String>>, StoreError> {
    let found: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "select place, value from unnest($1::uuid[], $2::bytea[]) with ordinality as asked (account_id, key, place)
         cross join lateral (
             select value from delivery_memories
             where account_id = asked.account_id and key between asked.key and asked.key order by key limit 1
         ) as known",
    )
    .bind(column(keys, |(account, _)| account.uuid()))
    .bind(column(keys, |(_, key)| *key))
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let mut values = vec![None; keys.len()];
    for (place, value) in found {
        // Places begin with one.
        let asked = usize::try_from(place - 1).unwrap_or(usize::MAX);
        if let (Some(slot), Some((account, _))) = (values.get_mut(asked), keys.get(asked)) {
            let value = String::from_utf8(value)
                .map_err(|error| Inconsistency::new("delivery_memories", "value", account, error))?;
            *slot = Some(value);
        }
    }
    Ok(values)
}

/// Remembers and forgets, in an order in which everybody takes rows; an account that is gone has nothing to remember.
pub(crate) async fn remember(
    conn: &mut PgConnection,
    memories: &[(AccountId, &Memory)],
) -> Result<(), StoreError> {
    let all: Vec<_> = latest_memories(memories.iter().copied()).into_iter().collect();
    if all.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with given as materialized (
             select * from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as given (account_id, key, value)
         ), forgotten as (
             delete from delivery_memories using given
             where delivery_memories.account_id = given.account_id and delivery_memories.key = given.key
                 and given.value is null
         ), known as materialized (
             select id from accounts where id = any($1) order by id for key share
         )
         insert into delivery_memories (account_id, key, value)
         select account_id, key, value from given join known on id = account_id where value is not null
         order by account_id, key
         on conflict (account_id, key) do update set value = excluded.value",
    )
    .bind(column(&all, |((account, _), _)| account.uuid()))
    .bind(column(&all, |((_, key), _)| *key))
    .bind(column(&all, |(_, value)| value.map(str::as_bytes)))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}
