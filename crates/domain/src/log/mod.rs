//! Lista dei Log: what the panel did about integrations. A message is a typed fact; it becomes a sentence when somebody
//! reads it, in the reader's language.

mod filter;
mod message;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, LogId, SiteId, Timestamp};
use crate::platform::Platform;
use crate::text::{Text, text};

pub use filter::{LogFilter, LogPlace};
pub use message::{LogDelivery, LogMessage};

/// Rows on one page of the log.
pub const LOG_PAGE_SIZE: u32 = 50;
/// Most characters of a search for an account in the log.
pub const LOG_SEARCH_CHARS_MAX: usize = 100;

/// *Tipo Log*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// As it should be.
    Info,
    /// Worth a look.
    Warning,
    /// Something does not work.
    Error,
}

impl LogLevel {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Its name in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }

    /// The word for it.
    pub const fn title(self) -> Text {
        match self {
            Self::Info => text!("Informazione", "Information"),
            Self::Warning => text!("Avviso", "Warning"),
            Self::Error => text!("Errore", "Error"),
        }
    }
}

/// Declares [`LogKind`]: the kind, its code, its level, its short name in both languages.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $level:ident, $it:literal, $en:literal;)+) => {
        /// What kind of thing happened. The level follows from it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum LogKind {
            $($(#[$doc])* #[serde(rename = $code)] $kind,)+
        }

        impl LogKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// Its name in storage and addresses.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }

            /// Its level.
            pub const fn level(self) -> LogLevel {
                match self { $(Self::$kind => LogLevel::$level,)+ }
            }

            /// Its short name.
            pub const fn title(self) -> Text {
                match self { $(Self::$kind => text!($it, $en),)+ }
            }
        }
    };
}

kinds! {
    /// An account was created.
    AccountCreated = "account_created", Info, "Account creato", "Account created";
    /// An account was changed.
    AccountEdited = "account_edited", Info, "Account modificato", "Account changed";
    /// An account that works was switched on.
    AccountActivated = "account_activated", Info, "Account attivato", "Account activated";
    /// An account was switched on although it was never tested, or fails; somebody confirmed it.
    AccountActivatedUnproven = "account_activated_unproven", Warning, "Account attivato senza un test riuscito", "Account activated without a passed test";
    /// An account was switched off.
    AccountDeactivated = "account_deactivated", Info, "Account disattivato", "Account deactivated";
    /// An account was deleted.
    AccountDeleted = "account_deleted", Warning, "Account eliminato", "Account deleted";
    /// Somebody tested an account: it works.
    TestPassed = "test_passed", Info, "Test Connessione riuscito", "Connection test passed";
    /// Somebody tested an account: it does not work.
    TestFailed = "test_failed", Error, "Test Connessione fallito", "Connection test failed";
    /// A scheduled check found that an account works again.
    Recovered = "recovered", Info, "Connessione ripristinata", "Connection restored";
    /// A scheduled check found that an account no longer works.
    StartedFailing = "started_failing", Error, "Connessione non funzionante", "Connection failing";
    /// A scheduled check found that the platform rejects the credentials.
    CredentialsRejected = "credentials_rejected", Error, "Credenziali rifiutate", "Credentials rejected";
    /// No account can be reached: the panel's own network is suspected.
    OwnNetworkSuspected = "own_network_suspected", Error, "Possibile guasto della rete del server", "This server's network may be down";
    /// Platforms can be reached again.
    OwnNetworkBack = "own_network_back", Info, "Rete del server ripristinata", "This server's network is back";
    /// A test message was sent.
    TestMessageSent = "test_message_sent", Info, "Messaggio di prova inviato", "Test message sent";
    /// A test message could not be sent.
    TestMessageFailed = "test_message_failed", Error, "Messaggio di prova non inviato", "Test message not sent";
    /// Values were read from a platform, to choose from.
    ValuesRead = "values_read", Info, "Valori letti dalla piattaforma", "Values read from the platform";
    /// Values could not be read from a platform.
    ValuesNotRead = "values_not_read", Warning, "Valori non letti dalla piattaforma", "Values not read from the platform";
    /// A delivery was refused, given up, or nobody knows what became of it.
    DeliveryFailed = "delivery_failed", Error, "Consegna non riuscita", "Delivery failed";
    /// An account's queue is held.
    QueueHeld = "queue_held", Warning, "Coda ferma", "Queue held";
    /// Somebody paused an account's queue.
    QueuePaused = "queue_paused", Info, "Coda in pausa", "Queue paused";
    /// An account's queue goes on.
    QueueResumed = "queue_resumed", Info, "Coda ripresa", "Queue resumed";
    /// Somebody had deliveries tried again.
    DeliveriesRetried = "deliveries_retried", Info, "Consegne da riprovare", "Deliveries to be retried";
    /// Somebody skipped deliveries, or switched their account off without keeping them.
    DeliveriesSkipped = "deliveries_skipped", Warning, "Consegne saltate", "Deliveries skipped";
    /// A token of the API was made.
    TokenCreated = "token_created", Warning, "Token API creato", "API token created";
    /// A token of the API was revoked.
    TokenRevoked = "token_revoked", Info, "Token API revocato", "API token revoked";
    /// Old events were removed, with their deliveries.
    EventsPurged = "events_purged", Info, "Eventi più vecchi rimossi", "Older events removed";
    /// Old entries were removed.
    LogPurged = "log_purged", Info, "Log più vecchi rimossi", "Older log entries removed";
}

impl LogKind {
    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// The account that an entry is about, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogAccount {
    /// Its id; it may be gone.
    pub id: AccountId,
    /// Its description at the time.
    pub description: String,
    /// Its platform.
    pub platform: Platform,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its id, version 7: entries sort by it as they sort by time.
    pub id: LogId,
    /// The site.
    pub site_id: SiteId,
    /// When; to the millisecond the time in the id.
    pub at: Timestamp,
    /// The account, if it is about one.
    pub account: Option<LogAccount>,
    /// The sign-in name of who did it; `None` for the panel itself.
    pub by: Option<String>,
    /// What happened.
    pub message: LogMessage,
}
