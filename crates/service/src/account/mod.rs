//! Accounts: read, save, switch, delete.

mod delete;
mod open;
mod read;
mod save;
mod switch;

use domain::{AccountId, Slot};

pub use delete::DeleteError;
pub use open::OpenAccount;
pub use read::{Listed, ListedAccount, StoredAccount};
pub use save::{SaveError, Saved, UpdateConflict};
pub use switch::{ActivateError, Confirmation, Queue, Switch};

/// How often a change is tried again when somebody else changes the same account at the same moment.
const TRIES_MAX: usize = 5;

/// An active account in another's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub id: AccountId,
    /// Its description.
    pub description: String,
    /// The place that both want.
    pub slot: Slot,
}
