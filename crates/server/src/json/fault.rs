//! Why something failed.

use domain::{FaultClass, Language, Platform};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a platform was not reached or refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// What it means: `credentials`, `permission`, `configuration`, `payload`, `rate_limited`, `temporary`, `unknown` or
    /// `own_network`.
    #[schema(value_type = String, example = "credentials")]
    pub(crate) class: FaultClass,
    /// What happened.
    pub(crate) cause: String,
    /// What to do about it.
    pub(crate) remedy: &'static str,
}

impl Fault {
    /// A fault of a class, in words.
    pub(crate) fn new(fault: &domain::Fault, class: FaultClass, platform: Platform) -> Self {
        Self {
            class,
            cause: fault.cause(platform, Language::En),
            remedy: fault.remedy(platform).get(Language::En),
        }
    }
}
