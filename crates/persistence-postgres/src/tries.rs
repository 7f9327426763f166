//! Transactions that others come in the way of.

use std::time::Duration;

use persistence::StoreError;

use crate::error::is_passing;

/// How often a transaction is tried.
const TRIES: u32 = 5;
/// The pause after the first try; each further one is longer by as much.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs a transaction, again where another one came in its way.
pub(crate) async fn until_through<T, F>(run: impl Fn() -> F + Send) -> Result<T, StoreError>
where
    T: Send,
    F: Future<Output = Result<T, StoreError>> + Send,
{
    let mut tries = 1;
    loop {
        match run().await {
            Err(error) if tries < TRIES && is_passing(&error) => {
                tracing::debug!(%error, tries, "another transaction came in the way");
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            result => return result,
        }
    }
}
