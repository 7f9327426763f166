//! Sites.

use async_trait::async_trait;
use domain::{Site, SiteId, Timestamp};
use persistence::row::StoredSite;
use persistence::{Sites, StoreError};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Json;

use crate::SqliteStore;
use crate::cells::Cells;
use crate::error::store_error;

fn texts<T: ToString>(items: &[T]) -> Json<Vec<String>> {
    Json(items.iter().map(ToString::to_string).collect())
}

fn read(row: &SqliteRow) -> Result<Site, StoreError> {
    let id = SiteId::new(row.try_get("id").map_err(store_error)?);
    let cells = Cells {
        row,
        table: "sites",
        key: id,
    };
    let Json(languages) = cells.get("languages")?;
    let Json(currencies) = cells.get("currencies")?;
    let stored = StoredSite {
        id,
        name: cells.get("name")?,
        url: cells.get("url")?,
        languages,
        currencies,
        time_zone: cells.get("time_zone")?,
    };
    Ok(stored.into_site()?)
}

#[async_trait]
impl Sites for SqliteStore {
    async fn list_sites(&self) -> Result<Vec<Site>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows = sqlx::query(
            "select id, name, url, languages, currencies, time_zone from sites order by created_at, id",
        )
        .fetch_all(reader.conn()?)
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
        let site = site.clone();
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let done = sqlx::query(
                        "insert into sites (id, name, url, languages, currencies, time_zone, created_at)
                         select ?1, ?2, ?3, ?4, ?5, ?6, ?7 where not (?8 and exists (select 1 from sites))",
                    )
                    .bind(site.id.uuid())
                    .bind(site.name.to_string())
                    .bind(site.url.to_string())
                    .bind(texts(&site.lists.languages))
                    .bind(texts(&site.lists.currencies))
                    .bind(site.time_zone.to_string())
                    .bind(created_at.ms())
                    .bind(only_if_first)
                    .execute(conn)
                    .await
                    .map_err(store_error)?;
                    Ok(done.rows_affected() > 0)
                })
            })
            .await
    }

    async fn update_site(&self, site: &Site) -> Result<(), StoreError> {
        let site = site.clone();
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query("update sites set name = ?2, url = ?3, languages = ?4, currencies = ?5, time_zone = ?6 where id = ?1")
                        .bind(site.id.uuid())
                        .bind(site.name.to_string())
                        .bind(site.url.to_string())
                        .bind(texts(&site.lists.languages))
                        .bind(texts(&site.lists.currencies))
                        .bind(site.time_zone.to_string())
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }
}
