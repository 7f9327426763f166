//! People: the first administrator and those added at the command line.

use domain::{PasswordError, Site, Timestamp, User, UserId, UserName, check_password};
use persistence::{Admission, StoreError};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use vault::Token;

use crate::Raccordo;
use crate::error::ServiceError;
use crate::sign_in::NewSession;

/// Hours for which the link of the first start is good.
const LINK_HOURS: i64 = 24;

/// What the page of the first start asks for, parsed.
pub struct FirstStart {
    /// The administrator's name.
    pub name: UserName,
    /// The administrator's password.
    pub password: SecretString,
    /// The site with its real data.
    pub site: Site,
}

/// Why the first start fails.
#[derive(Debug, Error)]
pub enum FirstStartError {
    /// The link was used or replaced, has expired, or there is a user already.
    #[error("the one-time link is no longer valid")]
    LinkInvalid,
    /// The password is refused.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a user cannot be added.
#[derive(Debug, Error)]
pub enum NewUserError {
    /// A user of that name exists.
    #[error("a user of that name exists already")]
    NameTaken,
    /// The password is refused.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Raccordo {
    /// A fresh one-time link token for the first administrator, in the place of any earlier one; `None` once there is
    /// a user.
    pub async fn first_start_link(&self) -> Result<Option<String>, ServiceError> {
        if self.has_users().await? {
            return Ok(None);
        }
        let token = Token::generate()?;
        self.store
            .replace_first_start_link(token.hash(), self.now().plus_seconds(LINK_HOURS * 3600))
            .await?;
        Ok(Some(token.expose()))
    }

    /// Whether anybody can sign in.
    pub async fn has_users(&self) -> Result<bool, ServiceError> {
        Ok(self.store.count_users().await? > 0)
    }

    /// Whether the link of the first start is good.
    pub async fn is_first_start_link(&self, token: &str) -> Result<bool, ServiceError> {
        let Some(token) = Token::parse(token) else {
            return Ok(false);
        };
        Ok(self.store.has_first_start_link(token.hash(), self.now()).await?)
    }

    /// Creates the first administrator, saves the site's data and signs the administrator in.
    pub async fn first_start(&self, token: &str, form: FirstStart) -> Result<NewSession, FirstStartError> {
        let token = Token::parse(token).ok_or(FirstStartError::LinkInvalid)?;
        if !self
            .store
            .has_first_start_link(token.hash(), self.now())
            .await
            .map_err(ServiceError::from)?
        {
            return Err(FirstStartError::LinkInvalid);
        }
        check_password(form.password.expose_secret(), &form.name)?;
        let admission = Admission::FirstStart {
            token_hash: token.hash(),
            at: self.now(),
        };
        let user = match self.insert_user(form.name, form.password, admission).await {
            Ok(user) => user,
            Err(ServiceError::Store(StoreError::LinkInvalid | StoreError::NameTaken)) => {
                return Err(FirstStartError::LinkInvalid);
            }
            Err(error) => return Err(error.into()),
        };
        self.update_site(form.site).await?;
        Ok(self.begin_session(user).await?)
    }

    /// Adds a user at the command line.
    pub async fn create_user(&self, name: UserName, password: SecretString) -> Result<User, NewUserError> {
        check_password(password.expose_secret(), &name)?;
        match self.insert_user(name, password, Admission::CommandLine).await {
            Ok(user) => Ok(user),
            Err(ServiceError::Store(StoreError::NameTaken)) => Err(NewUserError::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    async fn insert_user(
        &self,
        name: UserName,
        password: SecretString,
        admission: Admission,
    ) -> Result<User, ServiceError> {
        let hash = self
            .hash(move || vault::hash_password(&password))
            .await?
            .map_err(ServiceError::Hash)?;
        let user = User {
            id: UserId::new(self.new_id()?),
            name,
        };
        self.store
            .insert_user(&user, &hash, self.now(), admission)
            .await?;
        Ok(user)
    }

    /// Sets a user's password and ends their sessions; `false` when there is no such user.
    pub async fn set_password(&self, name: &UserName, password: SecretString) -> Result<bool, NewUserError> {
        check_password(password.expose_secret(), name)?;
        let Some((user, _)) = self.store.find_user(name).await.map_err(ServiceError::from)? else {
            return Ok(false);
        };
        let hash = self
            .hash(move || vault::hash_password(&password))
            .await?
            .map_err(ServiceError::Hash)?;
        Ok(self
            .store
            .update_password(user.id, &hash)
            .await
            .map_err(ServiceError::from)?)
    }

    /// Everybody who can sign in.
    pub async fn list_users(&self) -> Result<Vec<(User, Timestamp)>, ServiceError> {
        Ok(self.store.list_users().await?)
    }
}
