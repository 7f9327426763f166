//! Sites.

use async_trait::async_trait;
use domain::{Site, SiteId, Timestamp};
use persistence::row::StoredSite;
use persistence::{Sites, StoreError};
use sqlx::types::Json;
use uuid::Uuid;

use crate::SqliteStore;
use crate::error::store_error;

type SiteRow = (Uuid, String, String, Json<Vec<String>>, Json<Vec<String>>, String);

fn texts<T: ToString>(items: &[T]) -> Json<Vec<String>> {
    Json(items.iter().map(ToString::to_string).collect())
}

#[async_trait]
impl Sites for SqliteStore {
    async fn list_sites(&self) -> Result<Vec<Site>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows: Vec<SiteRow> = sqlx::query_as(
            "select id, name, url, languages, currencies, time_zone from sites order by created_at, id",
        )
        .fetch_all(reader.conn()?)
        .await
        .map_err(store_error)?;
        let site = |(id, name, url, languages, currencies, time_zone): SiteRow| {
            let site = StoredSite {
                id: SiteId::new(id),
                name,
                url,
                languages: languages.0,
                currencies: currencies.0,
                time_zone,
            };
            Ok(site.into_site()?)
        };
        rows.into_iter().map(site).collect()
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
