//! What is remembered of the other side of accounts.

use domain::AccountId;
use persistence::row::latest_memories;
use persistence::{Memory, StoreError};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnection;

use crate::error::store_error;
use crate::rows::{Rows, hex};

/// What is remembered of account `?1` under the keys of `?2`, by their places.
pub(crate) const RECALL: &str = "select asked.key, delivery_memories.value
     from json_each(?2) as asked cross join delivery_memories
         on account_id = ?1 and delivery_memories.key = unhex(asked.value)";

/// What is remembered under each of `keys`.
pub(crate) async fn recall(
    conn: &mut SqliteConnection,
    account: AccountId,
    keys: &[Vec<u8>],
) -> Result<Vec<Option<String>>, StoreError> {
    let mut rows = Rows::default();
    for key in keys {
        rows.push(hex_of(key));
    }
    let found: Vec<(i64, String)> = sqlx::query_as(RECALL)
        .bind(account.uuid())
        .bind(rows.bound())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let mut recalled = vec![None; keys.len()];
    for (place, value) in found {
        let place = usize::try_from(place)
            .ok()
            .and_then(|place| recalled.get_mut(place));
        if let Some(place) = place {
            *place = Some(value);
        }
    }
    Ok(recalled)
}

/// Remembers the rows of `?1`; an account that is gone has nothing to remember.
pub(crate) const REMEMBER: &str = "insert into delivery_memories (account_id, key, value)
     select accounts.id, unhex(new.value ->> 1), new.value ->> 2
     from jsonb_each(?1) as new cross join accounts on accounts.id = unhex(new.value ->> 0)
     where true
     on conflict (account_id, key) do update set value = excluded.value";

/// Forgets the rows of `?1`.
pub(crate) const FORGET: &str = "delete from delivery_memories where (account_id, key) in (
         select unhex(value ->> 0), unhex(value ->> 1) from jsonb_each(?1)
     )";

/// Remembers and forgets.
pub(crate) async fn remember(
    conn: &mut SqliteConnection,
    memories: &[(AccountId, &Memory)],
) -> Result<(), StoreError> {
    let (mut remembered, mut forgotten) = (Rows::default(), Rows::default());
    for ((account, key), value) in latest_memories(memories.iter().copied()) {
        let (account, key) = (hex(account.uuid()), hex_of(key));
        match value {
            Some(value) => remembered.push(json!([account, key, value])),
            None => forgotten.push(json!([account, key])),
        }
    }
    for (statement, rows) in [(FORGET, forgotten), (REMEMBER, remembered)] {
        if !rows.is_empty() {
            sqlx::query(statement)
                .bind(rows.bound())
                .execute(&mut *conn)
                .await
                .map_err(store_error)?;
        }
    }
    Ok(())
}

fn hex_of(key: &[u8]) -> Value {
    use std::fmt::Write as _;
    let mut digits = String::with_capacity(key.len() * 2);
    for byte in key {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Value::String(digits)
}
