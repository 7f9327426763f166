//! Sample accounts, so that a newcomer finds something to look at.

use domain::{LogFilter, Site, Submission, User, UserId, UserName};

use crate::error::ServiceError;
use crate::{ActivateError, Actor, Confirmation, LogRange, Queue, Raccordo, SaveError};

/// In whose name the panel makes its samples.
const PANEL: &str = "raccordo";

impl Raccordo {
    /// Makes, tests and switches on sample accounts, in a panel that nobody has used yet; answers how many. A second one
    /// for a taken place stays off.
    pub async fn create_samples(
        &self,
        site: &Site,
        samples: &[Submission],
        today: &str,
    ) -> Result<usize, ServiceError> {
        let log = self
            .list_log(site.id, &LogFilter::default(), LogRange::default())
            .await?;
        let Ok(name) = PANEL.parse::<UserName>() else {
            return Ok(0);
        };
        if !log.entries.is_empty() || self.has_users().await? {
            return Ok(0);
        }
        let actor = Actor {
            user: User {
                id: UserId::new(self.new_id()?),
                name,
            },
        };
        let mut made = 0;
        for sample in samples {
            let account = match self.create_account(&actor, site, sample, today).await {
                Ok(account) => account,
                Err(SaveError::Service(error)) => return Err(error),
                // A site in other languages or currencies may not take it.
                Err(_) => continue,
            };
            made += 1;
            self.check_one(site.id, account.id).await?;
            let switched = self
                .switch_account(
                    &actor,
                    site.id,
                    account.id,
                    true,
                    Confirmation::Missing,
                    Queue::Hold,
                )
                .await;
            if let Err(ActivateError::Service(error)) = switched {
                return Err(error);
            }
        }
        Ok(made)
    }
}
