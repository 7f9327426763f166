//! Reading accounts.

use domain::{Account, AccountFilter, AccountId, Health, PAGE_SIZE, SecretUse, SiteId, Slot};
use persistence::{AccountPage, AccountRow, CheckSummary};

use super::Holder;
use crate::Raccordo;
use crate::error::ServiceError;

/// A page of the list.
pub struct Listed {
    /// The filter, with the page that was really read.
    pub filter: AccountFilter,
    /// The rows.
    pub rows: Vec<ListedAccount>,
    /// How many match.
    pub matching: u64,
    /// How many there are.
    pub total: u64,
    /// How many of them need attention.
    pub attention: u64,
    /// Whether the panel's own network is the likelier reason why nothing works.
    pub suspects_own_network: bool,
}

/// A row of the list.
pub struct ListedAccount {
    /// The account.
    pub account: Account,
    /// Why it is locked, if it is.
    pub locked: Option<SecretUse>,
    /// Its health.
    pub health: Health,
    /// The last test of its present settings.
    pub check: Option<CheckSummary>,
}

/// An account with what its stored secrets are worth.
pub struct StoredAccount {
    /// The account.
    pub account: Account,
    /// For each of its secrets, in their order, whether it can be used.
    pub usable: Vec<SecretUse>,
}

impl Raccordo {
    /// One page of the list; a page past the end answers the last one.
    pub async fn list_accounts(&self, site: SiteId, filter: AccountFilter) -> Result<Listed, ServiceError> {
        let mut filter = filter;
        let mut page = self.store.list_accounts(site, &filter).await?;
        if page.rows.is_empty() && filter.page > 1 {
            let pages = page.matching.div_ceil(u64::from(PAGE_SIZE)).max(1);
            filter.page = u32::try_from(pages).unwrap_or(1);
            page = self.store.list_accounts(site, &filter).await?;
        }
        let AccountPage {
            rows,
            matching,
            total,
            attention,
        } = page;
        let suspects_own_network = self.suspects_own_network(site).await?;
        Ok(Listed {
            filter,
            rows: rows.into_iter().map(|row| self.listed(row)).collect(),
            matching,
            total,
            attention,
            suspects_own_network,
        })
    }

    fn listed(&self, row: AccountRow) -> ListedAccount {
        let locked = row
            .key_ids
            .iter()
            .map(|id| self.secret_use(id))
            .find(|secret| *secret != SecretUse::Usable);
        let present = row.account.settings_version;
        let check = row.check.filter(|check| check.settings_version == present);
        let tested = check
            .as_ref()
            .map(|check| (check.settings_version, check.verdict));
        ListedAccount {
            health: Health::of(present, tested, locked),
            account: row.account,
            locked,
            check,
        }
    }

    /// An account, and whether its secrets really open.
    pub async fn find_account(
        &self,
        site: SiteId,
        id: AccountId,
    ) -> Result<Option<StoredAccount>, ServiceError> {
        let Some(mut account) = self.store.find_account(site, id).await? else {
            return Ok(None);
        };
        let sealed = self.store.list_secrets(site, id).await?;
        let usable = sealed
            .iter()
            .map(|secret| self.try_open(&account, secret))
            .collect();
        account.secrets = sealed.into_iter().map(|secret| secret.state).collect();
        Ok(Some(StoredAccount { account, usable }))
    }

    /// The active accounts in the way of `account`.
    pub async fn holders_in_the_way(&self, account: &Account) -> Result<Vec<Holder>, ServiceError> {
        let wanted = account.settings.slots();
        let holders = self.store.list_slot_holders(account.site_id, &wanted).await?;
        Ok(holders
            .into_iter()
            .filter(|holder| holder.id != account.id)
            .filter_map(|holder| as_holder(&holder, &wanted))
            .collect())
    }
}

/// How `holder` is in the way: by the first of the `wanted` slots that it holds. A platform's own place comes before
/// its default mark, as [`domain::Settings::slots`] lists them.
pub(crate) fn as_holder(holder: &Account, wanted: &[Slot]) -> Option<Holder> {
    let held = holder.settings.slots();
    let slot = wanted.iter().find(|slot| held.contains(slot))?.clone();
    Some(Holder {
        id: holder.id,
        description: holder.description.to_string(),
        slot,
    })
}
