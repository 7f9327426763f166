//! What is remembered of the other side of accounts.

use std::collections::HashMap;

use domain::AccountId;
use persistence::row::latest_memories;
use persistence::{Inconsistency, Memory, StoreError};
use sqlx::PgConnection;

use crate::columns::column;
use crate::error::store_error;

/// What is remembered under each of `keys`.
pub(crate) async fn recall(
    conn: &mut PgConnection,
    account: AccountId,
    keys: &[Vec<u8>],
) -> Result<Vec<Option<String>>, StoreError> {
    let found: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("select key, value from delivery_memories where account_id = $1 and key = any($2)")
            .bind(account.uuid())
            .bind(keys)
            .fetch_all(conn)
            .await
            .map_err(store_error)?;
    let mut values = HashMap::with_capacity(found.len());
    for (key, value) in found {
        let value = String::from_utf8(value)
            .map_err(|error| Inconsistency::new("delivery_memories", "value", account, error))?;
        values.insert(key, value);
    }
    Ok(keys.iter().map(|key| values.get(key).cloned()).collect())
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
