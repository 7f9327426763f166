//! What comes of a posted form. Closed enums without free text: whatever carries them (a cookie, JSON, a link that
//! somebody made up) can only ever make the panel say one of its own sentences.

use domain::{AccountId, EventId, Version};
use serde::{Deserialize, Serialize};

use crate::parts::encode;
use crate::view::{AccountFormView, FirstStartView, SignInView, TokensView, When};

/// What comes of a posted form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Done: go on to another page.
    Go {
        /// Where to: a path of ours, with its query.
        to: String,
        /// What to tell there.
        notice: Option<Notice>,
    },
    /// Accounts were switched on or off; the persisted state of each that was asked for.
    Switched {
        /// The states now.
        accounts: Vec<Switched>,
        /// What to tell.
        notice: Notice,
        /// Where a browser without JavaScript goes.
        to: String,
    },
    /// Switching on meets an account in the way: the page that offers to swap them.
    InTheWay {
        /// The account that was to be switched on.
        id: AccountId,
    },
    /// Switching on meets accounts that no test has proven: the page that asks.
    Unproven {
        /// Those accounts.
        ids: Vec<AccountId>,
        /// Where to go afterwards: a path of ours.
        back: String,
    },
    /// Switching off meets deliveries that wait: the page that asks what becomes of them.
    Waiting {
        /// The accounts that were to be switched off.
        ids: Vec<AccountId>,
        /// Where to go afterwards: a path of ours.
        back: String,
    },
    /// Deliveries were changed, or events removed: one step of it.
    Stepped {
        /// How many, with the steps before.
        done: u32,
        /// The event from which, or after which, the next step goes on.
        after: Option<EventId>,
        /// Whether that was all.
        ended: bool,
        /// Where a browser without JavaScript goes, and every browser at the end.
        to: String,
        /// What to tell at the end.
        notice: Notice,
    },
    /// A token was made: the page with its text, which is shown this once; or its form is wrong.
    Tokens(Box<TokensView>),
    /// A form was tried (a test, values to choose from): the form with what was found; nothing was saved.
    Tried(Box<AccountFormView>),
    /// The form of an account is wrong or out of date.
    AccountRejected(Box<AccountFormView>),
    /// The sign-in is refused.
    SignInRejected(SignInView),
    /// The first start's form is wrong.
    FirstStartRejected(Box<FirstStartView>),
    /// The session has ended.
    SignInNeeded {
        /// The sign-in page, with the way back.
        to: String,
    },
    /// It cannot be done.
    Failed(Problem),
}

/// The persisted state of an account after a switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// The account.
    pub id: AccountId,
    /// Whether it is active now.
    pub active: bool,
    /// Its version now.
    pub version: Version,
    /// When it was last changed.
    pub updated: When,
}

/// Something to tell on the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// An account was created; its further sections are open now.
    Created,
    /// An account was saved.
    Saved,
    /// Nothing was different.
    Unchanged,
    /// Accounts were switched; can be undone.
    Switched {
        /// On or off.
        active: bool,
        /// Which.
        ids: Vec<AccountId>,
        /// How many of the selection could not be switched on because another account is in the way.
        refused: u32,
        /// For how many of them what waits is still being skipped.
        skipping: u32,
    },
    /// An account took another's place; both names are in the list.
    Swapped,
    /// Accounts were deleted.
    Deleted {
        /// How many.
        count: u32,
    },
    /// An action needs a selection.
    NothingSelected,
    /// *Modifica* works on one account at a time.
    SelectOne,
    /// The account is gone.
    Gone,
    /// Somebody else changed an account meanwhile: look again before deciding.
    ChangedMeanwhile,
    /// A form typed before the session ended has come back, without its secrets.
    DraftRestored,
    /// Signed out.
    SignedOut,
    /// Deliveries are tried again.
    DeliveriesRetried {
        /// How many.
        count: u32,
    },
    /// Deliveries were skipped.
    DeliveriesSkipped {
        /// How many.
        count: u32,
    },
    /// Old events were removed.
    EventsPurged {
        /// How many.
        count: u32,
    },
    /// A delivery changed meanwhile, so that nothing was done.
    DeliveryDone,
    /// An account's queue is paused.
    QueuePaused,
    /// An account's queue goes on.
    QueueResumed,
    /// What waits for an account that is off is no longer skipped.
    QueueKept,
    /// A token no longer counts.
    TokenRevoked,
    /// The first administrator exists.
    Welcome,
}

/// Why something cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// No such page or account.
    NotFound,
    /// The request is not one of ours (a wrong id, an unknown platform, a missing field).
    BadRequest,
    /// The request comes from another site.
    Forbidden,
    /// The form is larger than any of ours.
    TooLarge,
    /// The database may not be written to.
    ReadOnly,
    /// The disk is full.
    DiskFull,
    /// The database is busy.
    Busy,
    /// The database cannot be reached.
    Unreachable,
    /// The database is damaged, or holds something that breaks a rule.
    Damaged,
    /// Secrets cannot be sealed: no master key.
    KeyMissing,
    /// Secrets cannot be sealed: the master key is another than the one in use.
    OtherKey,
    /// The first-start link was used, replaced or has expired.
    LinkInvalid,
    /// The server did not answer: only in the browser.
    Offline,
    /// A fault of ours.
    Internal,
}

/// The page that asks before accounts are switched on that no test has proven.
pub fn activate_path(ids: &[AccountId], back: &str) -> String {
    asking_path("activate", ids, back)
}

/// The page that asks what becomes of what waits, before accounts are switched off.
pub fn deactivate_path(ids: &[AccountId], back: &str) -> String {
    asking_path("deactivate", ids, back)
}

fn asking_path(what: &str, ids: &[AccountId], back: &str) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let path = format!("/accounts/{what}?ids={}", ids.join(","));
    if back == "/accounts" {
        path
    } else {
        format!("{path}&back={}", encode(back))
    }
}

impl Problem {
    /// The HTTP status that tells it.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::TooLarge => 413,
            Self::LinkInvalid => 410,
            Self::KeyMissing | Self::OtherKey => 409,
            Self::ReadOnly | Self::DiskFull | Self::Busy | Self::Unreachable | Self::Offline => 503,
            Self::Damaged | Self::Internal => 500,
        }
    }
}
