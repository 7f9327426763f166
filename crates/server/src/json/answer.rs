//! What is told of a change: the whole to whoever may read it, else no more than that it was made.

use domain::{AccountId, DeliveryState, FaultClass};
use events::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Account, Delivery, Test};

/// An account after a change, as far as the token may read it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AccountAnswer {
    Whole(Box<Account>),
    Brief(AccountBrief),
}

/// An account, for a token without `accounts:read`.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountBrief {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: AccountId,
    /// Whether events go out to it.
    pub(crate) active: bool,
    /// Counts its saved states; the `ETag` of the account.
    pub(crate) version: u32,
}

impl From<&domain::Account> for AccountBrief {
    fn from(account: &domain::Account) -> Self {
        Self {
            id: account.id,
            active: account.active,
            version: account.version.number(),
        }
    }
}

/// What a test found, as far as the token may read it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum TestAnswer {
    Whole(Box<Test>),
    Brief(TestBrief),
}

/// What a test found, for a token without `accounts:read`.
#[derive(Serialize, ToSchema)]
pub(crate) struct TestBrief {
    /// Whether the account works.
    pub(crate) works: bool,
    /// When the test ended.
    pub(crate) at: Time,
    /// How long it took, in milliseconds.
    pub(crate) ms: u32,
    /// Why it failed, in one word, such as `credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "credentials")]
    pub(crate) class: Option<FaultClass>,
}

impl From<Test> for TestBrief {
    fn from(test: Test) -> Self {
        Self {
            works: test.works,
            at: test.at,
            ms: test.ms,
            class: test.fault.map(|fault| fault.class),
        }
    }
}

/// A delivery after a change, as far as the token may read it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum DeliveryAnswer {
    Whole(Box<Delivery>),
    Brief(DeliveryBrief),
}

/// A delivery, for a token without `deliveries:read`.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryBrief {
    /// Its name: `EVENT.ACCOUNT`.
    pub(crate) id: String,
    /// `waiting`, `delivered`, `refused`, `given_up`, `skipped` or `unknown`.
    #[schema(value_type = String, example = "waiting")]
    pub(crate) state: DeliveryState,
}

impl From<Delivery> for DeliveryBrief {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            state: delivery.state,
        }
    }
}
