//! Customers who are gone: what happened to them before and comes late must not bring them back.

use domain::SkipReason;
use events::{Customer, CustomerDeleted};

use crate::errand::{Errand, Hitch};

/// When a customer was deleted: by his id, and by his e-mail address for whoever bought without an account.
const DELETED: &str = "deleted";

/// Under which words the deletion of a customer is remembered, if anything is known of him.
pub(crate) fn deletion_of(customer: &Customer) -> Option<(&'static str, String)> {
    let known = match (&customer.id, &customer.email) {
        (Some(id), _) => id.as_str().to_owned(),
        (None, Some(email)) => email.as_str().to_lowercase(),
        (None, None) => return None,
    };
    Some((DELETED, known))
}

impl Errand<'_> {
    /// Remembers that a customer is gone. Before the call that deletes him: what is late may be on its way already.
    pub(crate) async fn remember_deletion(&self, customer: &CustomerDeleted) -> Result<(), Hitch> {
        let at = self.parcel.occurred_at;
        self.memory.advance(DELETED, customer.id.as_str(), at).await?;
        if let Some(email) = &customer.email {
            let email = email.as_str().to_lowercase();
            self.memory.advance(DELETED, &email, at).await?;
        }
        Ok(())
    }

    /// Leaves out what happened to `customer` before he was deleted, or in the same instant.
    pub(crate) async fn check_deletion(&self, customer: &Customer) -> Result<(), Hitch> {
        let Some((what, known)) = deletion_of(customer) else {
            return Ok(());
        };
        match self.memory.recall_time(what, &known).await? {
            Some(at) if self.parcel.occurred_at <= at => Err(SkipReason::Superseded.into()),
            _ => Ok(()),
        }
    }
}
