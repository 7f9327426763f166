//! Looks up what is remembered: for deliveries that ask at the same time together, because each of them asks.

use std::sync::Arc;

use domain::AccountId;
use persistence::StoreError;
use tokio::sync::oneshot;

use crate::connection::Connections;
use crate::error::{is_of_one, shared, store_error};
use crate::limits::within;
use crate::memories;
use crate::together::Callers;

/// Statements that run at the same time: whoever comes meanwhile asks in the next one.
const READERS: usize = 1;
/// From so many keys on, a statement takes no more callers.
const KEYS_ENOUGH: usize = 1000;

/// What one caller wants to know.
struct Call {
    account: AccountId,
    keys: Vec<Vec<u8>>,
    answer: oneshot::Sender<Result<Vec<Option<String>>, StoreError>>,
}

/// The lookups of a store.
pub(crate) struct Recalls {
    connections: Connections,
    callers: Callers<Call>,
}

impl Recalls {
    pub(crate) fn new(connections: Connections) -> Self {
        Self {
            connections,
            callers: Callers::new(READERS),
        }
    }

    /// What is remembered of `account` under each of `keys`.
    pub(crate) async fn recall(
        self: &Arc<Self>,
        account: AccountId,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let (answer, answered) = oneshot::channel();
        if self.callers.add(Call {
            account,
            keys,
            answer,
        }) {
            tokio::spawn(Arc::clone(self).read());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(store_error(sqlx::Error::WorkerCrashed)))
    }

    /// Reads until nobody waits.
    async fn read(self: Arc<Self>) {
        loop {
            // One without keys counts, too.
            let calls = self.callers.next(KEYS_ENOUGH, |call| call.keys.len() + 1);
            if calls.is_empty() {
                return;
            }
            self.answer(calls).await;
        }
    }

    /// Looks up what `calls` want to know and answers them.
    async fn answer(&self, calls: Vec<Call>) {
        match self.look_up(&calls).await {
            Ok(values) => {
                let mut values = values.into_iter();
                for call in calls {
                    let own = values.by_ref().take(call.keys.len()).collect();
                    // Whoever hung up does not want to know.
                    let _ = call.answer.send(Ok(own));
                }
            }
            // What is wrong with what one asks for is no matter of the others.
            Err(error) if calls.len() > 1 && is_of_one(&error) => {
                for call in calls {
                    Box::pin(self.answer(vec![call])).await;
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for call in calls {
                    let _ = call.answer.send(Err(shared(&error)));
                }
            }
        }
    }

    async fn look_up(&self, calls: &[Call]) -> Result<Vec<Option<String>>, StoreError> {
        let keys: Vec<(AccountId, &[u8])> = calls
            .iter()
            .flat_map(|call| call.keys.iter().map(|key| (call.account, key.as_slice())))
            .collect();
        // Callers come and go; whoever asks for them must not wait for ever.
        let asking = async {
            let mut conn = self.connections.acquire_queue().await?;
            memories::recall(&mut conn, &keys).await
        };
        within(self.connections.call_timeout(), asking).await
    }
}
