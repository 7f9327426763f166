//! Looks up what is remembered: for deliveries that ask at the same time together, because each of them asks.

use std::sync::Arc;

use domain::AccountId;
use persistence::StoreError;

use crate::connection::Connections;
use crate::limits::within;
use crate::memories;
use crate::together::{Service, Together};

/// Statements that run at the same time.
const READERS: usize = 1;
/// From so many keys and callers on, a statement takes no more callers.
const KEYS_ENOUGH: usize = 1000;

/// The lookups of a store.
pub(crate) struct Recalls(Connections);

impl Recalls {
    /// Lookups on `connections`, for callers who come together.
    pub(crate) fn together(connections: Connections) -> Arc<Together<Self>> {
        Arc::new(Together::new(Self(connections), READERS, KEYS_ENOUGH))
    }
}

impl Service for Recalls {
    /// Keys of an account.
    type Ask = (AccountId, Vec<Vec<u8>>);
    /// What is remembered under one of them.
    type Part = Option<String>;

    fn parts((_, keys): &Self::Ask) -> usize {
        keys.len()
    }

    async fn serve(&self, asks: &[Self::Ask]) -> Result<Vec<Self::Part>, StoreError> {
        let keys: Vec<(AccountId, &[u8])> = asks
            .iter()
            .flat_map(|(account, keys)| keys.iter().map(|key| (*account, key.as_slice())))
            .collect();
        // Callers come and go; whoever asks for them must not wait for ever.
        let asking = async {
            let mut conn = self.0.acquire_queue().await?;
            memories::recall(&mut conn, &keys).await
        };
        within(self.0.call_timeout(), asking).await
    }
}
