//! Sites.

use async_trait::async_trait;
use domain::{Site, SiteId, Timestamp};
use persistence::row::StoredSite;
use persistence::{Sites, StoreError};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::Pooled;
use crate::error::{cell_error, store_error};

fn texts<T: ToString>(items: &[T]) -> Json<Vec<String>> {
    Json(items.iter().map(ToString::to_string).collect())
}

fn read(row: &PgRow) -> Result<Site, StoreError> {
    let id = SiteId::new(row.try_get("id").map_err(store_error)?);
    let text = |column| row.try_get(column).map_err(store_error);
    let list = |column| {
        row.try_get(column)
            .map(|Json(items)| items)
            .map_err(|error| cell_error(error, "sites", column, id))
    };
    let stored = StoredSite {
        id,
        name: text("name")?,
        url: text("url")?,
        languages: list("languages")?,
        currencies: list("currencies")?,
        time_zone: text("time_zone")?,
    };
    Ok(stored.into_site()?)
}

#[async_trait]
impl Sites for Pooled {
    async fn list_sites(&self) -> Result<Vec<Site>, StoreError> {
        let mut conn = self.acquire().await?;
        let rows = sqlx::query(
            "select id, name, url, languages, currencies, time_zone from sites order by created_at, id",
        )
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
        rows.iter().map(read).collect()
    }

    async fn insert_site(
        &self,
        site: &Site,
        created_at: Timestamp,
        only_if_first: bool,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if only_if_first {
            // Whether there is a site already is asked only once nobody else can add one.
            sqlx::query("lock table sites in share row exclusive mode")
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
        }
        let done = sqlx::query(
            "insert into sites (id, name, url, languages, currencies, time_zone, created_at)
             select $1, $2, $3, $4, $5, $6, $7 where not ($8 and exists (select 1 from sites))",
        )
        .bind(site.id.uuid())
        .bind(site.name.as_str())
        .bind(site.url.as_str())
        .bind(texts(&site.lists.languages))
        .bind(texts(&site.lists.currencies))
        .bind(site.time_zone.as_str())
        .bind(created_at.ms())
        .bind(only_if_first)
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(done.rows_affected() > 0)
    }

    async fn update_site(&self, site: &Site) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query(
            "update sites set name = $2, url = $3, languages = $4, currencies = $5, time_zone = $6 where id = $1",
        )
        .bind(site.id.uuid())
        .bind(site.name.as_str())
        .bind(site.url.as_str())
        .bind(texts(&site.lists.languages))
        .bind(texts(&site.lists.currencies))
        .bind(site.time_zone.as_str())
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
        Ok(())
    }
}
