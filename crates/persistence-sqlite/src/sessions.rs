//! Sessions, drafts and sign-in attempts.

use async_trait::async_trait;
use domain::{Timestamp, UserId};
use persistence::{Attempts, Draft, Inconsistency, Session, Sessions, StoreError};
use sqlx::sqlite::SqliteRow;

use crate::SqliteStore;
use crate::error::store_error;
use crate::users;

#[async_trait]
impl Sessions for SqliteStore {
    async fn insert_session(&self, token_hash: [u8; 32], session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query(
                        "insert into sessions (token_hash, user_id, created_at, seen_at, expires_at) values (?1, ?2, ?3, ?4, ?5)",
                    )
                    .bind(token_hash.to_vec())
                    .bind(session.user.id.uuid())
                    .bind(session.created_at.ms())
                    .bind(session.seen_at.ms())
                    .bind(session.expires_at.ms())
                    .execute(conn)
                    .await
                    .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn find_session(&self, token_hash: [u8; 32]) -> Result<Option<Session>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let found = sqlx::query(
            "select users.id, users.name, sessions.created_at, seen_at, expires_at
             from sessions join users on users.id = user_id where token_hash = ?1",
        )
        .bind(token_hash.to_vec())
        .fetch_optional(reader.conn()?)
        .await
        .map_err(store_error)?;
        let read = |row: &SqliteRow| {
            let cells = users::cells(row)?;
            Ok(Session {
                user: users::read(&cells)?,
                created_at: Timestamp::from_ms(cells.get("created_at")?),
                seen_at: Timestamp::from_ms(cells.get("seen_at")?),
                expires_at: Timestamp::from_ms(cells.get("expires_at")?),
            })
        };
        found.as_ref().map(read).transpose()
    }

    async fn touch_session(&self, token_hash: [u8; 32], seen_at: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query("update sessions set seen_at = max(seen_at, ?2) where token_hash = ?1")
                        .bind(token_hash.to_vec())
                        .bind(seen_at.ms())
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn remove_session(&self, token_hash: [u8; 32]) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query("delete from sessions where token_hash = ?1")
                        .bind(token_hash.to_vec())
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn remove_stale(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let removed = sqlx::query("delete from sessions where expires_at < ?1 or seen_at < ?1")
                        .bind(before.ms())
                        .execute(&mut *conn)
                        .await
                        .map_err(store_error)?
                        .rows_affected();
                    for statement in [
                        "delete from drafts where created_at < ?1",
                        "delete from sign_in_attempts where attempted_at < ?1",
                    ] {
                        sqlx::query(statement)
                            .bind(before.ms())
                            .execute(&mut *conn)
                            .await
                            .map_err(store_error)?;
                    }
                    Ok(removed)
                })
            })
            .await
    }

    async fn insert_draft(
        &self,
        token_hash: [u8; 32],
        user: UserId,
        draft: &Draft,
        created_at: Timestamp,
    ) -> Result<(), StoreError> {
        let form = serde_json::to_string(draft).map_err(|error| StoreError::Driver(Box::new(error)))?;
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query(
                        "insert into drafts (token_hash, user_id, form, created_at) values (?1, ?2, ?3, ?4)",
                    )
                    .bind(token_hash.to_vec())
                    .bind(user.uuid())
                    .bind(form)
                    .bind(created_at.ms())
                    .execute(conn)
                    .await
                    .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn take_draft(&self, token_hash: [u8; 32], user: UserId) -> Result<Option<Draft>, StoreError> {
        // As bytes: what is no text is no draft, either.
        let form: Option<Vec<u8>> = self
            .writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query_scalar(
                        "delete from drafts where token_hash = ?1 and user_id = ?2 returning form",
                    )
                    .bind(token_hash.to_vec())
                    .bind(user.uuid())
                    .fetch_optional(conn)
                    .await
                    .map_err(store_error)
                })
            })
            .await?;
        let read = |form: Vec<u8>| {
            serde_json::from_slice(&form)
                .map_err(|error| Inconsistency::new("drafts", "form", user, error).into())
        };
        form.map(read).transpose()
    }

    async fn find_attempts(&self, subject: &str) -> Result<Option<Attempts>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let found: Option<(i64, i64)> =
            sqlx::query_as("select failures, attempted_at from sign_in_attempts where subject = ?1")
                .bind(subject)
                .fetch_optional(reader.conn()?)
                .await
                .map_err(store_error)?;
        Ok(found.map(|(failures, at)| attempts(failures, Some(at))))
    }

    async fn count_attempt(
        &self,
        subject: &str,
        at: Timestamp,
        forget_before: Timestamp,
    ) -> Result<Attempts, StoreError> {
        let subject = subject.to_owned();
        let (failures, previous_at): (i64, Option<i64>) = self
            .writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query_as(
                        "insert into sign_in_attempts (subject, failures, attempted_at, previous_at) values (?1, 1, ?2, null)
                         on conflict (subject) do update set
                             failures = case when attempted_at < ?3 then 1 else failures + 1 end,
                             previous_at = case when attempted_at < ?3 then null else attempted_at end,
                             attempted_at = excluded.attempted_at
                         returning failures, previous_at",
                    )
                    .bind(subject)
                    .bind(at.ms())
                    .bind(forget_before.ms())
                    .fetch_one(conn)
                    .await
                    .map_err(store_error)
                })
            })
            .await?;
        Ok(attempts(failures, previous_at))
    }

    async fn remove_attempts(&self, subject: &str) -> Result<(), StoreError> {
        let subject = subject.to_owned();
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query("delete from sign_in_attempts where subject = ?1")
                        .bind(subject)
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }
}

fn attempts(failures: i64, previous_at: Option<i64>) -> Attempts {
    Attempts {
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        previous_at: previous_at.map(Timestamp::from_ms),
    }
}
