//! An account with its secrets opened, kept for a moment.

use std::sync::Arc;
use std::time::Duration;

use domain::{Account, AccountId, SiteId};
use platforms::{Secrets, Shop};
use service::{OpenAccount, ServiceError};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::pace::Pacer;
use crate::shared::Shared;

/// How long an account's settings and secrets are kept open.
const OPEN_FOR: Duration = Duration::from_secs(1);

/// The account as it was a moment ago.
pub(crate) enum Opened {
    /// It can be called.
    Open(Way),
    /// Its secrets cannot be opened.
    Locked(Account),
    /// It was deleted, and its deliveries with it.
    Gone,
}

/// The way to a platform.
pub(crate) struct Way {
    /// The account.
    pub(crate) account: Account,
    /// Its secrets.
    pub(crate) secrets: Secrets,
    /// What the platform is told of the shop.
    pub(crate) shop: Shop,
    /// The pace of calls to the remote account.
    pub(crate) pacer: Arc<Pacer>,
}

/// Opens an account, and keeps it for [`OPEN_FOR`].
#[derive(Default)]
pub(crate) struct Opening(Mutex<Option<(Instant, Arc<Opened>)>>);

impl Opening {
    /// The account as it is, or was a moment ago.
    pub(crate) async fn get(
        &self,
        shared: &Shared,
        site: SiteId,
        account: AccountId,
    ) -> Result<Arc<Opened>, ServiceError> {
        let mut kept = self.0.lock().await;
        if let Some((at, opened)) = &*kept
            && at.elapsed() < OPEN_FOR
        {
            return Ok(Arc::clone(opened));
        }
        let raccordo = &shared.raccordo;
        let opened = match raccordo.open_account(site, account).await? {
            OpenAccount::Open { account, secrets } => Opened::Open(Way {
                shop: raccordo.shop(site, &account).await?,
                pacer: shared.pace(&account.settings),
                account,
                secrets,
            }),
            OpenAccount::Locked(account) => Opened::Locked(account),
            OpenAccount::Gone => Opened::Gone,
        };
        let opened = Arc::new(opened);
        *kept = Some((Instant::now(), Arc::clone(&opened)));
        Ok(opened)
    }

    /// Whoever asks next is given the account as it is then.
    pub(crate) async fn forget(&self) {
        self.0.lock().await.take();
    }
}
