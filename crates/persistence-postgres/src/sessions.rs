//! Sessions, drafts and sign-in attempts.

use async_trait::async_trait;
use domain::{Timestamp, UserId};
use persistence::{Attempts, Draft, Inconsistency, Session, Sessions, StoreError, row};
use uuid::Uuid;

use crate::Pooled;
use crate::error::store_error;

#[async_trait]
impl Sessions for Pooled {
    async fn insert_session(&self, token_hash: [u8; 32], session: &Session) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query(
            "insert into sessions (token_hash, user_id, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(token_hash.as_slice())
        .bind(session.user.id.uuid())
        .bind(session.created_at.ms())
        .bind(session.seen_at.ms())
        .bind(session.expires_at.ms())
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
        Ok(())
    }

    async fn find_session(&self, token_hash: [u8; 32]) -> Result<Option<Session>, StoreError> {
        let mut conn = self.acquire().await?;
        let found: Option<(Uuid, String, i64, i64, i64)> = sqlx::query_as(
            "select users.id, users.name, sessions.created_at, seen_at, expires_at
             from sessions join users on users.id = user_id where token_hash = $1",
        )
        .bind(token_hash.as_slice())
        .fetch_optional(&mut *conn)
        .await
        .map_err(store_error)?;
        found
            .map(|(id, name, created_at, seen_at, expires_at)| {
                Ok(Session {
                    user: row::user(UserId::new(id), &name)?,
                    created_at: Timestamp::from_ms(created_at),
                    seen_at: Timestamp::from_ms(seen_at),
                    expires_at: Timestamp::from_ms(expires_at),
                })
            })
            .transpose()
    }

    async fn touch_session(&self, token_hash: [u8; 32], seen_at: Timestamp) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query("update sessions set seen_at = greatest(seen_at, $2) where token_hash = $1")
            .bind(token_hash.as_slice())
            .bind(seen_at.ms())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn remove_session(&self, token_hash: [u8; 32]) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query("delete from sessions where token_hash = $1")
            .bind(token_hash.as_slice())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn remove_stale(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("delete from sessions where expires_at < $1 or seen_at < $1")
            .bind(before.ms())
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?
            .rows_affected();
        for statement in [
            "delete from drafts where created_at < $1",
            "delete from sign_in_attempts where attempted_at < $1",
        ] {
            sqlx::query(statement)
                .bind(before.ms())
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(removed)
    }

    async fn insert_draft(
        &self,
        token_hash: [u8; 32],
        user: UserId,
        draft: &Draft,
        created_at: Timestamp,
    ) -> Result<(), StoreError> {
        let form = serde_json::to_string(draft).map_err(|error| StoreError::Driver(Box::new(error)))?;
        let mut conn = self.acquire().await?;
        sqlx::query("insert into drafts (token_hash, user_id, form, created_at) values ($1, $2, $3, $4)")
            .bind(token_hash.as_slice())
            .bind(user.uuid())
            .bind(form)
            .bind(created_at.ms())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn take_draft(&self, token_hash: [u8; 32], user: UserId) -> Result<Option<Draft>, StoreError> {
        let mut conn = self.acquire().await?;
        let form: Option<String> =
            sqlx::query_scalar("delete from drafts where token_hash = $1 and user_id = $2 returning form")
                .bind(token_hash.as_slice())
                .bind(user.uuid())
                .fetch_optional(&mut *conn)
                .await
                .map_err(store_error)?;
        let read = |form: String| {
            serde_json::from_str(&form)
                .map_err(|error| Inconsistency::new("drafts", "form", user, error).into())
        };
        form.map(read).transpose()
    }

    async fn find_attempts(&self, subject: &str) -> Result<Option<Attempts>, StoreError> {
        let mut conn = self.acquire().await?;
        let found: Option<(i64, i64)> =
            sqlx::query_as("select failures, attempted_at from sign_in_attempts where subject = $1")
                .bind(subject)
                .fetch_optional(&mut *conn)
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
        let mut conn = self.acquire().await?;
        let (failures, previous_at): (i64, Option<i64>) = sqlx::query_as(
            "insert into sign_in_attempts as counted (subject, failures, attempted_at, previous_at)
             values ($1, 1, $2, null)
             on conflict (subject) do update set
                 failures = case when counted.attempted_at < $3 then 1 else counted.failures + 1 end,
                 previous_at = case when counted.attempted_at < $3 then null else counted.attempted_at end,
                 attempted_at = excluded.attempted_at
             returning failures, previous_at",
        )
        .bind(subject)
        .bind(at.ms())
        .bind(forget_before.ms())
        .fetch_one(&mut *conn)
        .await
        .map_err(store_error)?;
        Ok(attempts(failures, previous_at))
    }

    async fn remove_attempts(&self, subject: &str) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query("delete from sign_in_attempts where subject = $1")
            .bind(subject)
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }
}

fn attempts(failures: i64, previous_at: Option<i64>) -> Attempts {
    Attempts {
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        previous_at: previous_at.map(Timestamp::from_ms),
    }
}
