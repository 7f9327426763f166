//! What the platforms are told of the shop.

use std::collections::HashMap;
use std::sync::PoisonError;

use domain::{Account, AccountId, Settings, Site, SiteId, Timestamp};
use platforms::Shop;

use crate::Raccordo;
use crate::error::ServiceError;

/// Milliseconds for which an answer is given again: another process may have changed the site or its accounts.
const SHOP_FRESH_MS: i64 = 1_000;
/// Accounts whose shop is remembered; one more, and all are forgotten.
const SHOPS_MAX: usize = 1_000;

/// What was answered a moment ago.
#[derive(Default)]
pub(crate) struct Shops(HashMap<AccountId, (Timestamp, Shop)>);

impl Shops {
    fn get(&self, account: AccountId, now: Timestamp) -> Option<&Shop> {
        let (at, shop) = self.0.get(&account)?;
        (0..SHOP_FRESH_MS).contains(&(now.ms() - at.ms())).then_some(shop)
    }

    fn insert(&mut self, account: AccountId, now: Timestamp, shop: Shop) {
        if self.0.len() >= SHOPS_MAX {
            self.0.clear();
        }
        self.0.insert(account, (now, shop));
    }
}

impl Raccordo {
    /// What is known of the shop, as `account` has to know it. At most a second old.
    pub async fn shop(&self, site: SiteId, account: &Account) -> Result<Shop, ServiceError> {
        let now = self.now();
        let known = {
            let shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
            shops.get(account.id, now).cloned()
        };
        if let Some(shop) = known {
            return Ok(shop);
        }
        let sites = self.store.list_sites().await?;
        let Some(site) = sites.into_iter().find(|known| known.id == site) else {
            return Err(ServiceError::NoSite);
        };
        let shop = self.shop_of(&site, account).await?;
        let mut shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
        shops.insert(account.id, now, shop.clone());
        Ok(shop)
    }

    async fn shop_of(&self, site: &Site, account: &Account) -> Result<Shop, ServiceError> {
        let others = match &account.settings {
            Settings::Clerk(_) => self.active_accounts(site.id, Some(account.platform())).await?,
            Settings::ActiveCampaign(_) | Settings::WaSmartBusiness(_) | Settings::Telegram(_) => Vec::new(),
        };
        let other_languages = others
            .iter()
            .filter(|other| other.id != account.id)
            .filter_map(|other| match &other.settings {
                Settings::Clerk(settings) => Some(settings.language.clone()),
                _ => None,
            })
            .collect();
        let language = site.lists.languages.first().ok_or(ServiceError::NoSite)?;
        Ok(Shop {
            name: site.name.to_string(),
            url: site.url.to_string(),
            language: language.clone(),
            other_languages,
        })
    }
}
