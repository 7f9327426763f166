//! Creating and changing accounts.

use domain::{
    Account, AccountChange, AccountDraft, AccountFilter, AccountId, ChangeKind, FormErrors, LogKind,
    Platform, SecretChange, Settings, Site, Submission, Version,
};
use persistence::{AccountWrite, SealedSecret, StoreError};
use thiserror::Error;

use super::Holder;
use crate::connection::REPAIRED;
use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// What a save did.
#[derive(Debug)]
pub enum Saved {
    /// The new state.
    Changed(Box<Account>),
    /// Nothing was different, so nothing was written.
    Unchanged(Box<Account>),
}

/// Somebody else changed the account since the form was opened.
#[derive(Debug)]
pub struct UpdateConflict {
    /// The account now.
    pub current: Account,
    /// What happened since.
    pub changes: Vec<AccountChange>,
}

/// Why a form is not saved.
#[derive(Debug, Error)]
pub enum SaveError {
    /// The form is wrong.
    #[error("the form has errors")]
    Form(FormErrors),
    /// Somebody else changed the account since the form was opened.
    #[error("the account was changed meanwhile")]
    Conflict(Box<UpdateConflict>),
    /// The account is active, and the change would take another's place.
    #[error("another active account is in the way")]
    InTheWay(Vec<Holder>),
    /// There is no such account (any more).
    #[error("the account does not exist")]
    NotFound,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for SaveError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl Raccordo {
    /// Creates an account from a form; it starts inactive. `today` is the date in the site's time zone.
    pub async fn create_account(
        &self,
        actor: &Actor,
        site: &Site,
        submission: &Submission,
        today: &str,
    ) -> Result<Account, SaveError> {
        let draft = submission
            .check(&site.lists, today, &[])
            .map_err(SaveError::Form)?;
        let AccountDraft {
            description,
            mut settings,
            secrets,
        } = draft;
        if settings.platform() == Platform::Clerk && !self.has_accounts(site, Platform::Clerk).await? {
            settings = settings.with_default_mark(true);
        }
        let id = AccountId::new(self.new_id()?);
        let now = self.now();
        let mut sealed = Vec::new();
        for secret in &secrets {
            if let Some(value) = &secret.value {
                sealed.push(self.seal((site.id, id, &settings), secret.field, value, actor)?);
            }
        }
        let mut account = Account {
            id,
            site_id: site.id,
            description,
            settings,
            active: false,
            version: Version::FIRST,
            settings_version: Version::FIRST,
            created_at: now,
            updated_at: now,
            updated_by: actor.user.name.to_string(),
            secrets: Vec::new(),
        };
        let change = self.change(
            actor,
            None,
            &account,
            ChangeKind::Created,
            changed_secrets(&sealed, &[]),
        );
        let message = as_message(LogKind::AccountCreated, &change);
        let entry = self.entry(site.id, Some(&account), Some(actor), message)?;
        let write = AccountWrite::Insert {
            account: Box::new(account.clone()),
            secrets: sealed.clone(),
            change,
        };
        self.store
            .write_accounts(site.id, vec![write], vec![entry])
            .await?;
        self.adopt_recent(&account, &sealed).await;
        account.secrets = sealed.into_iter().map(|secret| secret.state).collect();
        tracing::info!(account.id = %account.id, platform = account.platform().code(), "account created");
        Ok(account)
    }

    async fn has_accounts(&self, site: &Site, platform: Platform) -> Result<bool, ServiceError> {
        let filter = AccountFilter {
            platform: Some(platform),
            ..AccountFilter::default()
        };
        Ok(self.store.list_accounts(site.id, &filter).await?.matching > 0)
    }

    /// Saves a form opened on version `expected` of an account.
    pub async fn update_account(
        &self,
        actor: &Actor,
        site: &Site,
        id: AccountId,
        expected: Version,
        submission: &Submission,
        today: &str,
    ) -> Result<Saved, SaveError> {
        let before = self
            .store
            .find_account(site.id, id)
            .await?
            .ok_or(SaveError::NotFound)?;
        if before.platform() != submission.platform {
            return Err(SaveError::NotFound);
        }
        if before.version != expected {
            return Err(self.conflict(before, expected).await?);
        }
        let draft = submission
            .check(&site.lists, today, &before.secrets)
            .map_err(SaveError::Form)?;
        let (sealed, removed) = self.sealed(&before, &draft, actor)?;
        let unchanged = draft.description == before.description && draft.settings == before.settings;
        if unchanged && sealed.is_empty() && removed.is_empty() {
            return Ok(Saved::Unchanged(Box::new(before)));
        }
        let mut after = Account {
            description: draft.description,
            settings: draft.settings,
            version: before.version.next(),
            updated_at: self.now(),
            updated_by: actor.user.name.to_string(),
            ..before.clone()
        };
        if !after.settings.has_same_connection(&before.settings) || !sealed.is_empty() || !removed.is_empty()
        {
            after.settings_version = after.version;
        }
        let change = self.change(
            actor,
            Some(&before),
            &after,
            ChangeKind::Edited,
            changed_secrets(&sealed, &removed),
        );
        let message = as_message(LogKind::AccountEdited, &change);
        let entry = self.entry(site.id, Some(&after), Some(actor), message)?;
        let write = AccountWrite::Update {
            account: Box::new(after.clone()),
            expected,
            secrets: sealed.clone(),
            removed: removed.clone(),
            change,
        };
        match self.store.write_accounts(site.id, vec![write], vec![entry]).await {
            Ok(()) => {
                if after.settings_version == after.version {
                    // It is saved whatever becomes of this.
                    match self.store.list_secrets(site.id, id).await {
                        Ok(stored) => self.adopt_recent(&after, &stored).await,
                        Err(error) => tracing::warn!(%error, "a test could not be kept with its account"),
                    }
                    if let Err(error) = self.let_go(&after, Some(actor), &REPAIRED).await {
                        tracing::warn!(%error, account.id = %id, "a held queue could not be let go");
                    }
                }
                after.secrets.retain(|old| {
                    !removed.contains(&old.field) && sealed.iter().all(|new| new.state.field != old.field)
                });
                after
                    .secrets
                    .extend(sealed.into_iter().map(|secret| secret.state));
                after
                    .secrets
                    .sort_unstable_by(|one, other| one.field.cmp(&other.field));
                tracing::info!(account.id = %id, platform = after.platform().code(), "account saved");
                Ok(Saved::Changed(Box::new(after)))
            }
            Err(StoreError::VersionConflict { .. }) => {
                let current = self
                    .store
                    .find_account(site.id, id)
                    .await?
                    .ok_or(SaveError::NotFound)?;
                Err(self.conflict(current, expected).await?)
            }
            Err(StoreError::SlotTaken { .. }) => {
                Err(SaveError::InTheWay(self.holders_in_the_way(&after).await?))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn conflict(&self, current: Account, since: Version) -> Result<SaveError, ServiceError> {
        let changes = self
            .store
            .list_changes(current.site_id, current.id, Some(since))
            .await?;
        Ok(SaveError::Conflict(Box::new(UpdateConflict { current, changes })))
    }

    fn sealed(
        &self,
        before: &Account,
        draft: &AccountDraft,
        actor: &Actor,
    ) -> Result<(Vec<SealedSecret>, Vec<String>), ServiceError> {
        let mut sealed = Vec::new();
        let mut removed = Vec::new();
        for secret in &draft.secrets {
            match &secret.value {
                Some(value) => {
                    let account: (_, _, &Settings) = (before.site_id, before.id, &draft.settings);
                    sealed.push(self.seal(account, secret.field, value, actor)?);
                }
                None => removed.push(secret.field.to_owned()),
            }
        }
        Ok((sealed, removed))
    }

    pub(crate) fn change(
        &self,
        actor: &Actor,
        before: Option<&Account>,
        after: &Account,
        kind: ChangeKind,
        secrets: Vec<SecretChange>,
    ) -> AccountChange {
        AccountChange {
            account_id: after.id,
            version: after.version,
            kind,
            at: self.now(),
            by: actor.user.name.to_string(),
            fields: AccountChange::fields_between(before, after),
            secrets,
        }
    }
}

/// A change as the log tells it.
fn as_message(kind: LogKind, change: &AccountChange) -> domain::LogMessage {
    domain::LogMessage {
        fields: change.fields.clone(),
        secrets: change.secrets.clone(),
        ..domain::LogMessage::new(kind)
    }
}

fn changed_secrets(sealed: &[SealedSecret], removed: &[String]) -> Vec<SecretChange> {
    let set = sealed.iter().map(|secret| SecretChange {
        field: secret.state.field.clone(),
        removed: false,
    });
    let gone = removed.iter().map(|field| SecretChange {
        field: field.clone(),
        removed: true,
    });
    set.chain(gone).collect()
}
