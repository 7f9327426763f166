//! People and the link of the first start.

use async_trait::async_trait;
use domain::{Timestamp, User, UserId, UserName};
use persistence::{Admission, StoreError, Users, row};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Pooled;
use crate::error::{is_taken, store_error};

#[async_trait]
impl Users for Pooled {
    async fn count_users(&self) -> Result<u64, StoreError> {
        let mut conn = self.acquire().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from users")
            .fetch_one(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(row::count(count, "users", "id")?)
    }

    async fn find_user(&self, name: &UserName) -> Result<Option<(User, String)>, StoreError> {
        let mut conn = self.acquire().await?;
        let found: Option<(Uuid, String, String)> =
            sqlx::query_as("select id, name, password_hash from users where name = $1")
                .bind(name.as_str())
                .fetch_optional(&mut *conn)
                .await
                .map_err(store_error)?;
        found
            .map(|(id, name, hash)| Ok((row::user(UserId::new(id), &name)?, hash)))
            .transpose()
    }

    async fn list_users(&self) -> Result<Vec<(User, Timestamp)>, StoreError> {
        let mut conn = self.acquire().await?;
        let rows: Vec<(Uuid, String, i64)> =
            sqlx::query_as("select id, name, created_at from users order by name")
                .fetch_all(&mut *conn)
                .await
                .map_err(store_error)?;
        rows.into_iter()
            .map(|(id, name, at)| Ok((row::user(UserId::new(id), &name)?, Timestamp::from_ms(at))))
            .collect()
    }

    async fn insert_user(
        &self,
        user: &User,
        password_hash: &str,
        created_at: Timestamp,
        admission: Admission,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if let Admission::FirstStart { token_hash, at } = admission {
            use_link(&mut transaction, token_hash, at).await?;
        }
        sqlx::query("insert into users (id, name, password_hash, created_at) values ($1, $2, $3, $4)")
            .bind(user.id.uuid())
            .bind(user.name.as_str())
            .bind(password_hash)
            .bind(created_at.ms())
            .execute(&mut *transaction)
            .await
            .map_err(|error| {
                if is_taken(&error, "users_name_key") {
                    StoreError::NameTaken
                } else {
                    store_error(error)
                }
            })?;
        transaction.commit().await.map_err(store_error)
    }

    async fn update_password(&self, id: UserId, password_hash: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("update users set password_hash = $2 where id = $1")
            .bind(id.uuid())
            .bind(password_hash)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        sqlx::query("delete from sessions where user_id = $1")
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(done.rows_affected() > 0)
    }

    async fn replace_first_start_link(
        &self,
        token_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query(
            "insert into first_start_links (id, token_hash, expires_at) values (1, $1, $2)
             on conflict (id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at",
        )
        .bind(token_hash.as_slice())
        .bind(expires_at.ms())
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
        Ok(())
    }

    async fn has_first_start_link(&self, token_hash: [u8; 32], at: Timestamp) -> Result<bool, StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query_scalar(
            "select exists (select 1 from first_start_links where token_hash = $1 and expires_at > $2)
             and not exists (select 1 from users)",
        )
        .bind(token_hash.as_slice())
        .bind(at.ms())
        .fetch_one(&mut *conn)
        .await
        .map_err(store_error)
    }
}

/// Uses the link up, if it is good.
async fn use_link(conn: &mut PgConnection, token_hash: [u8; 32], at: Timestamp) -> Result<(), StoreError> {
    // Whether there is a user already is asked only once nobody else can add one.
    sqlx::query("lock table users in share row exclusive mode")
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    let done = sqlx::query(
        "delete from first_start_links
         where token_hash = $1 and expires_at > $2 and not exists (select 1 from users)",
    )
    .bind(token_hash.as_slice())
    .bind(at.ms())
    .execute(conn)
    .await
    .map_err(store_error)?;
    if done.rows_affected() == 0 {
        Err(StoreError::LinkInvalid)
    } else {
        Ok(())
    }
}
