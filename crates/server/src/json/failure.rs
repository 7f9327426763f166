//! Identical failures.

use domain::{AccountId, DeliveryState, FaultClass};
use events::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// Deliveries to one account that failed alike. Its `account`, `state` and `class` choose just them in a list, and when they are retried.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailureGroup {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) account: AccountId,
    /// `refused`, `given_up` or `unknown`.
    #[schema(value_type = String, example = "given_up")]
    pub(crate) state: DeliveryState,
    /// Why they failed, in one word; left out where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "temporary")]
    pub(crate) class: Option<FaultClass>,
    /// How many.
    pub(crate) count: u64,
    /// When the first of their events came in.
    pub(crate) since: Time,
    /// When the last of them changed.
    pub(crate) until: Time,
}

impl From<persistence::FailureGroup> for FailureGroup {
    fn from(group: persistence::FailureGroup) -> Self {
        Self {
            account: group.account,
            state: group.state,
            class: group.class,
            count: group.count,
            since: time(group.since),
            until: time(group.until),
        }
    }
}
