//! The site that the panel shows.

use std::sync::{Arc, PoisonError};

use domain::{Site, SiteId, SiteLists, Timestamp};

use crate::Raccordo;
use crate::error::ServiceError;

/// Seconds for which a site read from the database is shown without asking again: another process may have changed it.
const SITE_FRESH_SECONDS: i64 = 5;

impl Raccordo {
    /// The site that the panel shows: the oldest.
    pub async fn shown_site(&self) -> Result<Arc<Site>, ServiceError> {
        let now = self.now();
        if let Some((read_at, site)) = &*self.site.read().unwrap_or_else(PoisonError::into_inner)
            && now.seconds_since(*read_at) < SITE_FRESH_SECONDS
            && now >= *read_at
        {
            return Ok(Arc::clone(site));
        }
        let site = match self.store.list_sites().await?.into_iter().next() {
            Some(site) => site,
            None => self.create_first_site().await?,
        };
        Ok(self.remember(site, now))
    }

    /// Saves the site's data.
    pub async fn update_site(&self, site: Site) -> Result<(), ServiceError> {
        self.store.update_site(&site).await?;
        self.remember(site, self.now());
        Ok(())
    }

    fn remember(&self, site: Site, read_at: Timestamp) -> Arc<Site> {
        let site = Arc::new(site);
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Some((read_at, Arc::clone(&site)));
        site
    }

    /// Creates the site of an empty database and answers the oldest one, whoever made it.
    pub(crate) async fn create_first_site(&self) -> Result<Site, ServiceError> {
        if let Some(site) = self.store.list_sites().await?.into_iter().next() {
            return Ok(site);
        }
        let site = first_site(SiteId::new(self.new_id()?));
        if self.store.insert_site(&site, self.now(), true).await? {
            return Ok(site);
        }
        Ok(self.store.list_sites().await?.into_iter().next().unwrap_or(site))
    }
}

/// A site to begin with; the first start asks for the real data.
fn first_site(id: SiteId) -> Site {
    #[expect(clippy::expect_used, reason = "constants, and a test parses them")]
    let site = (|| {
        Ok::<_, domain::SiteError>(Site {
            id,
            name: "Il mio negozio".parse()?,
            url: "https://www.example.com".parse()?,
            lists: SiteLists::parse("it, en", "EUR")?,
            time_zone: "Europe/Rome".parse()?,
        })
    })()
    .expect("the first site's data is valid");
    site
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_site_is_valid() {
        let site = first_site(SiteId::new(uuid::Uuid::nil()));
        assert_eq!(site.lists.languages.len(), 2);
    }
}
