//! People and the link of the first start.

use async_trait::async_trait;
use domain::{Timestamp, User, UserId, UserName};
use persistence::{Admission, StoreError, Users, row};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::SqliteStore;
use crate::cells::Cells;
use crate::error::{is_taken, store_error};

/// The values of a row with a user in it.
pub(crate) fn cells(row: &SqliteRow) -> Result<Cells<'_, UserId>, StoreError> {
    let key = UserId::new(row.try_get("id").map_err(store_error)?);
    Ok(Cells {
        row,
        table: "users",
        key,
    })
}

/// The user of a row.
pub(crate) fn read(cells: &Cells<'_, UserId>) -> Result<User, StoreError> {
    Ok(row::user(cells.key, cells.get("name")?)?)
}

#[async_trait]
impl Users for SqliteStore {
    async fn count_users(&self) -> Result<u64, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from users")
            .fetch_one(reader.conn()?)
            .await
            .map_err(store_error)?;
        Ok(row::count(count, "users", "id")?)
    }

    async fn find_user(&self, name: &UserName) -> Result<Option<(User, String)>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let found = sqlx::query("select id, name, password_hash from users where name = ?1")
            .bind(name.as_str())
            .fetch_optional(reader.conn()?)
            .await
            .map_err(store_error)?;
        let read = |row: &SqliteRow| {
            let cells = cells(row)?;
            Ok((read(&cells)?, cells.get("password_hash")?))
        };
        found.as_ref().map(read).transpose()
    }

    async fn list_users(&self) -> Result<Vec<(User, Timestamp)>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows = sqlx::query("select id, name, created_at from users order by name")
            .fetch_all(reader.conn()?)
            .await
            .map_err(store_error)?;
        let read = |row: &SqliteRow| {
            let cells = cells(row)?;
            Ok((read(&cells)?, Timestamp::from_ms(cells.get("created_at")?)))
        };
        rows.iter().map(read).collect()
    }

    async fn insert_user(
        &self,
        user: &User,
        password_hash: &str,
        created_at: Timestamp,
        admission: Admission,
    ) -> Result<(), StoreError> {
        let (user, hash) = (user.clone(), password_hash.to_owned());
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    if let Admission::FirstStart { token_hash, at } = admission {
                        use_link(conn, token_hash, at).await?;
                    }
                    sqlx::query(
                        "insert into users (id, name, password_hash, created_at) values (?1, ?2, ?3, ?4)",
                    )
                    .bind(user.id.uuid())
                    .bind(user.name.as_str())
                    .bind(hash)
                    .bind(created_at.ms())
                    .execute(conn)
                    .await
                    .map_err(|error| {
                        if is_taken(&error, "users.name") {
                            StoreError::NameTaken
                        } else {
                            store_error(error)
                        }
                    })?;
                    Ok(())
                })
            })
            .await
    }

    async fn update_password(&self, id: UserId, password_hash: &str) -> Result<bool, StoreError> {
        let hash = password_hash.to_owned();
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let done = sqlx::query("update users set password_hash = ?2 where id = ?1")
                        .bind(id.uuid())
                        .bind(hash)
                        .execute(&mut *conn)
                        .await
                        .map_err(store_error)?;
                    sqlx::query("delete from sessions where user_id = ?1")
                        .bind(id.uuid())
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(done.rows_affected() > 0)
                })
            })
            .await
    }

    async fn replace_first_start_link(
        &self,
        token_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query(
                        "insert into first_start_links (id, token_hash, expires_at) values (1, ?1, ?2)
                         on conflict (id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at",
                    )
                    .bind(token_hash.to_vec())
                    .bind(expires_at.ms())
                    .execute(conn)
                    .await
                    .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn has_first_start_link(&self, token_hash: [u8; 32], at: Timestamp) -> Result<bool, StoreError> {
        let mut reader = self.readers.acquire().await?;
        sqlx::query_scalar(
            "select exists (select 1 from first_start_links where token_hash = ?1 and expires_at > ?2)
             and not exists (select 1 from users)",
        )
        .bind(token_hash.to_vec())
        .bind(at.ms())
        .fetch_one(reader.conn()?)
        .await
        .map_err(store_error)
    }
}

/// Uses the link up, if it is good.
async fn use_link(
    conn: &mut SqliteConnection,
    token_hash: [u8; 32],
    at: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "delete from first_start_links where token_hash = ?1 and expires_at > ?2 and not exists (select 1 from users)",
    )
    .bind(token_hash.to_vec())
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
