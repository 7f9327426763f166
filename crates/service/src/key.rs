//! The master key and whether it is the database's own.

use domain::{SecretState, SecretUse, SecretValue, Settings, SiteId, Timestamp};
use persistence::{RemoteKey, SealedSecret, Store, StoreError};
use secrecy::{ExposeSecret, SecretString};
use vault::{Binding, DataBinding, MasterKey};

use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// Sets the hashes of remote identities apart from all others.
const REMOTE_PURPOSE: &str = "remote";

/// The master key as the program was given it.
pub enum Key {
    /// The key.
    Present(MasterKey),
    /// There is none: the panel runs, and every account with secrets is locked.
    Missing,
}

/// Whether secrets can be opened and sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// The key is the database's own.
    Ready,
    /// There is no key.
    Missing,
    /// The database's secrets were sealed with another key; nothing is sealed with this one, so that nothing gets
    /// mixed.
    Other,
}

/// Why sealed data cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClosedData {
    /// The master key is missing or another one.
    Locked,
    /// The bytes do not belong here, or were changed.
    Unreadable,
}

/// Compares the key with the database's; an empty database takes the key as its own.
pub(crate) async fn compare(store: &dyn Store, key: &Key, now: Timestamp) -> Result<KeyState, StoreError> {
    let Key::Present(key) = key else {
        return Ok(KeyState::Missing);
    };
    let id = key.id();
    let mut known = store.list_key_ids().await?;
    if known.is_empty() {
        if store.insert_first_key_id(id.as_str(), now).await? {
            return Ok(KeyState::Ready);
        }
        known = store.list_key_ids().await?;
    }
    Ok(if known.iter().any(|known| known == id.as_str()) {
        KeyState::Ready
    } else {
        KeyState::Other
    })
}

impl Raccordo {
    /// Whether a secret sealed with the key `key_id` could be opened.
    pub fn secret_use(&self, key_id: &str) -> SecretUse {
        match &self.key {
            Key::Missing => SecretUse::KeyMissing,
            Key::Present(key) if key.id().as_str() == key_id => SecretUse::Usable,
            Key::Present(_) => SecretUse::OtherKey,
        }
    }

    /// Why no secret can be used; `None` while all is well.
    pub const fn locked(&self) -> Option<SecretUse> {
        match self.key_state {
            KeyState::Ready => None,
            KeyState::Missing => Some(SecretUse::KeyMissing),
            KeyState::Other => Some(SecretUse::OtherKey),
        }
    }

    /// Whether the stored bytes really open, with this account's address as it is now.
    pub(crate) fn try_open(&self, account: &domain::Account, secret: &SealedSecret) -> SecretUse {
        self.open(account, secret).err().unwrap_or(SecretUse::Usable)
    }

    /// The secret, for the account's address as it is now; otherwise why not.
    pub(crate) fn open(
        &self,
        account: &domain::Account,
        secret: &SealedSecret,
    ) -> Result<SecretValue, SecretUse> {
        let Key::Present(key) = &self.key else {
            return Err(SecretUse::KeyMissing);
        };
        if key.id().as_str() != secret.state.key_id {
            return Err(SecretUse::OtherKey);
        }
        let host = account.settings.host();
        let (site, id) = (account.site_id.to_string(), account.id.to_string());
        let binding = Binding {
            site: &site,
            account: &id,
            field: &secret.state.field,
            platform: account.platform().code(),
            host: host.as_str(),
        };
        key.open(&binding, &secret.sealed)
            .map(|value| SecretValue::new(value.expose_secret().to_owned()))
            .map_err(|_| SecretUse::Tampered)
    }

    /// The key, where it is the database's own.
    pub(crate) fn own_key(&self) -> Result<&MasterKey, ServiceError> {
        match &self.key {
            Key::Present(key) if self.key_state == KeyState::Ready => Ok(key),
            Key::Present(_) | Key::Missing => Err(ServiceError::Key(self.key_state)),
        }
    }

    /// How the store names a remote identity, whichever accounts of whichever sites call it.
    pub fn remote_key(&self, identity: &str) -> Result<RemoteKey, ServiceError> {
        Ok(self.own_key()?.keyed_hash(REMOTE_PURPOSE, &[identity]))
    }

    /// Seals personal data for the thing of this `kind` and `id`.
    pub(crate) fn seal_data(
        &self,
        site: SiteId,
        kind: &str,
        id: &str,
        data: &[u8],
    ) -> Result<Vec<u8>, ServiceError> {
        let site = site.to_string();
        let binding = DataBinding {
            site: &site,
            kind,
            id,
        };
        self.own_key()?
            .seal_data(&binding, data)
            .map_err(ServiceError::Seal)
    }

    /// Opens what [`Self::seal_data`] made.
    pub(crate) fn open_data(
        &self,
        site: SiteId,
        kind: &str,
        id: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, ClosedData> {
        let Ok(key) = self.own_key() else {
            return Err(ClosedData::Locked);
        };
        let site = site.to_string();
        let binding = DataBinding {
            site: &site,
            kind,
            id,
        };
        key.open_data(&binding, sealed)
            .map_err(|_| ClosedData::Unreadable)
    }

    pub(crate) fn seal(
        &self,
        account: (SiteId, domain::AccountId, &Settings),
        field: &str,
        value: &SecretValue,
        actor: &Actor,
    ) -> Result<SealedSecret, ServiceError> {
        let key = self.own_key()?;
        let (site, id, settings) = account;
        let host = settings.host();
        let (site, id) = (site.to_string(), id.to_string());
        let binding = Binding {
            site: &site,
            account: &id,
            field,
            platform: settings.platform().code(),
            host: host.as_str(),
        };
        let sealed = key
            .seal(&binding, &SecretString::from(value.expose().to_owned()))
            .map_err(ServiceError::Seal)?;
        Ok(SealedSecret {
            state: SecretState {
                field: field.to_owned(),
                host,
                key_id: key.id().as_str().to_owned(),
                set_at: self.now(),
                set_by: actor.user.name.to_string(),
            },
            sealed,
        })
    }
}
