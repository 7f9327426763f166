//! Accounts: writing.

use domain::{Account, AccountChange, AccountId, SiteId, Version};
use persistence::row::{SlotKeys, change_code, check_site};
use persistence::{AccountWrite, SealedSecret, StoreError};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{is_taken, store_error};

/// Carries out the writes in their order; the caller's transaction takes back those before one that fails.
pub(crate) async fn write_all(
    conn: &mut PgConnection,
    site: SiteId,
    writes: &[AccountWrite],
) -> Result<(), StoreError> {
    if writes.len() > 1 {
        lock(conn, writes).await?;
    }
    for write in writes {
        match write {
            AccountWrite::Insert {
                account,
                secrets,
                change,
            } => {
                check_site(account, site)?;
                insert(conn, account).await?;
                set_secrets(conn, account.id, secrets).await?;
                record(conn, change).await?;
            }
            AccountWrite::Update {
                account,
                expected,
                secrets,
                removed,
                change,
            } => {
                check_site(account, site)?;
                update(conn, account, *expected).await?;
                if !removed.is_empty() {
                    remove_secrets(conn, account.id, removed).await?;
                }
                set_secrets(conn, account.id, secrets).await?;
                record(conn, change).await?;
            }
            AccountWrite::Remove { id, expected } => remove(conn, site, *id, *expected).await?,
        }
    }
    Ok(())
}

/// Takes the accounts in the order of their ids, so that two lists over the same ones wait for each other instead of
/// each holding what the other needs.
async fn lock(conn: &mut PgConnection, writes: &[AccountWrite]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = writes
        .iter()
        .filter_map(|write| match write {
            AccountWrite::Insert { .. } => None,
            AccountWrite::Update { account, .. } => Some(account.id.uuid()),
            AccountWrite::Remove { id, .. } => Some(id.uuid()),
        })
        .collect();
    sqlx::query("select 1 from accounts where id = any($1) order by id for update")
        .bind(ids)
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// A violated index is a place that is taken.
fn explain(error: sqlx::Error, account: &Account) -> StoreError {
    if is_taken(&error, "accounts_active_slot_key") || is_taken(&error, "accounts_active_default_slot_key") {
        StoreError::SlotTaken {
            account: account.id,
            slots: account.settings.slots(),
        }
    } else {
        store_error(error)
    }
}

async fn insert(conn: &mut PgConnection, account: &Account) -> Result<(), StoreError> {
    let keys = SlotKeys::of(&account.settings);
    sqlx::query(
        "insert into accounts (id, site_id, platform, active, version, created_at, updated_at, updated_by, slot,
             default_slot, description, description_key, search_text, settings, settings_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(account.id.uuid())
    .bind(account.site_id.uuid())
    .bind(account.platform().code())
    .bind(account.active)
    .bind(i64::from(account.version.number()))
    .bind(account.created_at.ms())
    .bind(account.updated_at.ms())
    .bind(&account.updated_by)
    .bind(keys.slot)
    .bind(keys.default_slot)
    .bind(account.description.as_str())
    .bind(account.description_key())
    .bind(account.search_text())
    .bind(Json(account.settings.values()))
    .bind(i64::from(account.settings_version.number()))
    .execute(conn)
    .await
    .map_err(|error| explain(error, account))?;
    Ok(())
}

async fn update(conn: &mut PgConnection, account: &Account, expected: Version) -> Result<(), StoreError> {
    let keys = SlotKeys::of(&account.settings);
    // What has new settings, or goes out again, is checked at once.
    // The platform of an account never changes: one of another is not the account that was meant.
    let done = sqlx::query(
        "update accounts set active = $5, version = $6, updated_at = $7, updated_by = $8, slot = $9,
             default_slot = $10, description = $11, description_key = $12, search_text = $13, settings = $14,
             settings_version = $15,
             check_at = case when settings_version <> $15 or (not active and $5) then 0 else check_at end
         where id = $1 and site_id = $2 and platform = $3 and version = $4",
    )
    .bind(account.id.uuid())
    .bind(account.site_id.uuid())
    .bind(account.platform().code())
    .bind(i64::from(expected.number()))
    .bind(account.active)
    .bind(i64::from(account.version.number()))
    .bind(account.updated_at.ms())
    .bind(&account.updated_by)
    .bind(keys.slot)
    .bind(keys.default_slot)
    .bind(account.description.as_str())
    .bind(account.description_key())
    .bind(account.search_text())
    .bind(Json(account.settings.values()))
    .bind(i64::from(account.settings_version.number()))
    .execute(conn)
    .await
    .map_err(|error| explain(error, account))?;
    if done.rows_affected() == 0 {
        Err(StoreError::VersionConflict { account: account.id })
    } else {
        Ok(())
    }
}

async fn remove(
    conn: &mut PgConnection,
    site: SiteId,
    id: AccountId,
    expected: Version,
) -> Result<(), StoreError> {
    let done = sqlx::query("delete from accounts where id = $1 and site_id = $2 and version = $3")
        .bind(id.uuid())
        .bind(site.uuid())
        .bind(i64::from(expected.number()))
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    if done.rows_affected() == 0 {
        return Err(StoreError::VersionConflict { account: id });
    }
    // That takes as long as there is much of it.
    sqlx::query("set local statement_timeout = 0")
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    // The account first: whoever is just taking events in for it is waited for, and nobody does from here on. Nor does
    // anybody count what became of its deliveries once they are gone.
    for statement in [
        "delete from deliveries where account_id = $1",
        "delete from delivery_attempts where account_id = $1",
        "delete from delivery_hours where account_id = $1",
    ] {
        sqlx::query(statement)
            .bind(id.uuid())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}

async fn remove_secrets(conn: &mut PgConnection, id: AccountId, fields: &[String]) -> Result<(), StoreError> {
    sqlx::query("delete from account_secrets where account_id = $1 and field = any($2)")
        .bind(id.uuid())
        .bind(fields)
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn set_secrets(
    conn: &mut PgConnection,
    id: AccountId,
    secrets: &[SealedSecret],
) -> Result<(), StoreError> {
    for SealedSecret { state, sealed } in secrets {
        sqlx::query(
            "insert into account_secrets (account_id, field, host, key_id, set_at, set_by, sealed)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (account_id, field) do update set host = excluded.host, key_id = excluded.key_id,
                 set_at = excluded.set_at, set_by = excluded.set_by, sealed = excluded.sealed",
        )
        .bind(id.uuid())
        .bind(&state.field)
        .bind(state.host.as_str())
        .bind(&state.key_id)
        .bind(state.set_at.ms())
        .bind(&state.set_by)
        .bind(sealed)
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    }
    Ok(())
}

async fn record(conn: &mut PgConnection, change: &AccountChange) -> Result<(), StoreError> {
    sqlx::query(
        "insert into account_changes (account_id, version, kind, changed_at, changed_by, fields, secrets)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(change.account_id.uuid())
    .bind(i64::from(change.version.number()))
    .bind(change_code(change.kind))
    .bind(change.at.ms())
    .bind(&change.by)
    .bind(Json(&change.fields))
    .bind(Json(&change.secrets))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}
