//! Accounts with their secrets opened, for whoever calls the platform.

use domain::{Account, AccountId, SiteId};
use platforms::Secrets;

use crate::Raccordo;
use crate::error::ServiceError;

/// An account as the engine needs it.
#[derive(Debug)]
pub enum OpenAccount {
    /// With its secrets.
    Open {
        /// The account.
        account: Account,
        /// Its secrets.
        secrets: Secrets,
    },
    /// A secret cannot be opened.
    Locked(Account),
    /// There is no such account (any more).
    Gone,
}

impl Raccordo {
    /// An account and its secrets, opened.
    pub async fn open_account(&self, site: SiteId, id: AccountId) -> Result<OpenAccount, ServiceError> {
        let Some(account) = self.store.find_account(site, id).await? else {
            return Ok(OpenAccount::Gone);
        };
        let sealed = self.store.list_secrets(site, id).await?;
        Ok(match self.opened(&account, &sealed) {
            Ok(secrets) => OpenAccount::Open { account, secrets },
            Err(_) => OpenAccount::Locked(account),
        })
    }

    /// Every account of `platform`, or of any, that is active.
    pub(crate) async fn active_accounts(
        &self,
        site: SiteId,
        platform: Option<domain::Platform>,
    ) -> Result<Vec<Account>, ServiceError> {
        self.accounts_that_are(site, true, platform).await
    }

    /// Every account of `platform`, or of any, that is active, or is not.
    pub(crate) async fn accounts_that_are(
        &self,
        site: SiteId,
        active: bool,
        platform: Option<domain::Platform>,
    ) -> Result<Vec<Account>, ServiceError> {
        let mut filter = domain::AccountFilter {
            platform,
            active: Some(active),
            ..domain::AccountFilter::default()
        };
        let mut accounts = Vec::new();
        loop {
            let page = self.store.list_accounts(site, &filter).await?;
            let is_last = page.rows.len() < domain::PAGE_SIZE as usize;
            accounts.extend(page.rows.into_iter().map(|row| row.account));
            if is_last {
                return Ok(accounts);
            }
            filter.page += 1;
        }
    }
}
