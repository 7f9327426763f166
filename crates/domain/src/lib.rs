//! The words and rules of Raccordo, shared by the server and the browser.
//!
//! Pure: no clock, no randomness, no I/O. Everything that a person types is parsed here, by the same code in the
//! browser (for an instant answer) and on the server (for the truth), and every rule has its sentence in both
//! languages beside it.

mod account;
mod address;
mod connection;
mod delivery;
mod draft;
mod event;
mod event_age;
mod field;
mod id;
mod list;
mod log;
pub mod platform;
mod site;
mod text;
mod token;
mod user;

pub use account::{
    Account, AccountChange, ChangeKind, Description, DescriptionError, FieldChange, SecretChange,
    SecretState, SecretUse, Slot, Target,
};
pub use address::{ApiUrl, Host, SANDBOX_SUFFIX};
pub use connection::{
    AccountCheck, AddressRefusal, CertificateFault, Contact, Effect, Exchange, Fact, FactKind, Fault,
    FaultClass, Health, Lookup, Permission, Pick, RemoteThing, RemoteValue, Step, StepKind, StepState,
    TEST_MS_MAX, TestReport, Verdict,
};
pub use delivery::{
    ACTIVECAMPAIGN_CALLS_PER_S, ATTEMPTS_MAX, AttemptOutcome, CLERK_CALLS_PER_S, DELIVERY_PAGE_SIZE,
    DeliveryFilter, DeliveryFilterPlace, DeliveryId, DeliveryIdError, DeliveryState, HINT_S_MAX, HoldReason,
    RETRY_SCHEDULE_S, SkipReason, expected_ms, retry_after_ms,
};
pub use draft::{
    AccountDraft, ConnectionDraft, DESCRIPTION_FIELD, FormErrors, SecretDraft, SecretValue, Submission,
};
pub use event::{CART_ABANDONED_MINUTES, EmailHash, Entity, EventKind};
pub use event_age::{EventAge, EventAgeError};
pub use field::{
    AddressRule, CalendarDate, Choice, Condition, Context, Field, FieldError, FieldValue, Kind, Required,
    Rule, Section, Values,
};
pub use id::{AccountId, EventId, LogId, SiteId, Timestamp, TokenId, UserId, Version};
pub use list::{AccountFilter, AccountSort, Direction, PAGE_SIZE, SEARCH_CHARS_MAX, SortColumn};
pub use log::{
    LOG_PAGE_SIZE, LOG_SEARCH_CHARS_MAX, LogAccount, LogDelivery, LogEntry, LogFilter, LogKind, LogLevel,
    LogMessage, LogPlace,
};
pub use platform::{Platform, Settings};
pub use site::{Currency, LanguageTag, Site, SiteError, SiteLists, SiteName, SiteUrl, TimeZone};
pub use text::{Language, Text};
pub use token::{Scope, TOKEN_NAME_CHARS_MAX, TokenName, TokenNameError};
pub use user::{PASSWORD_CHARS, PasswordError, User, UserName, UserNameError, check_password};
