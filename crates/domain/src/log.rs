//! Lista dei Log: what the panel did about integrations. A message is a typed fact; it becomes a sentence when somebody
//! reads it, in the reader's language.

use serde::{Deserialize, Serialize};

use crate::account::{FieldChange, SecretChange};
use crate::connection::{Lookup, TestReport};
use crate::id::{AccountId, LogId, SiteId, Timestamp};
use crate::platform::Platform;
use crate::text::{Language, Text, text};

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
    /// Old entries were removed.
    LogPurged = "log_purged", Info, "Log più vecchi rimossi", "Older log entries removed";
}

impl LogKind {
    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// What happened, with what it takes to tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogMessage {
    /// What kind of thing.
    pub kind: LogKind,
    /// The fields that changed; never a secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// The secrets that changed, without their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretChange>,
    /// The report of a test or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<TestReport>>,
    /// The platform, when no account is named: a form that was never saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Lookup>,
    /// How many of something: values read, entries removed, accounts without contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl LogMessage {
    /// A message of a kind that needs nothing more.
    pub const fn new(kind: LogKind) -> Self {
        Self {
            kind,
            fields: Vec::new(),
            secrets: Vec::new(),
            report: None,
            platform: None,
            lookup: None,
            count: None,
        }
    }

    /// A message about a report.
    pub fn report(kind: LogKind, report: TestReport) -> Self {
        Self {
            report: Some(Box::new(report)),
            ..Self::new(kind)
        }
    }

    /// The sentence, for an entry about an account of `platform`.
    pub fn sentence(&self, platform: Option<Platform>, language: Language) -> String {
        let platform = platform.or(self.platform);
        let it = matches!(language, Language::It);
        let title = self.kind.title().get(language);
        let count = self.count.unwrap_or_default();
        match self.kind {
            LogKind::AccountEdited => {
                let names = self.changed_names(platform, language);
                if names.is_empty() {
                    format!("{title}.")
                } else {
                    format!("{title}: {}.", names.join(", "))
                }
            }
            LogKind::AccountDeleted if it => format!("{title}: credenziali e impostazioni non esistono più."),
            LogKind::AccountDeleted => format!("{title}: its credentials and settings no longer exist."),
            LogKind::OwnNetworkSuspected if it => {
                format!(
                    "Nessuno dei {count} account attivi raggiunge la sua piattaforma: è probabile che la rete di questo server sia interrotta."
                )
            }
            LogKind::OwnNetworkSuspected => {
                format!(
                    "None of the {count} active accounts reaches its platform: this server's network is probably down."
                )
            }
            LogKind::OwnNetworkBack if it => "Le piattaforme sono di nuovo raggiungibili.".into(),
            LogKind::OwnNetworkBack => "The platforms can be reached again.".into(),
            LogKind::ValuesRead | LogKind::ValuesNotRead => {
                let what = self
                    .lookup
                    .map(|lookup| lookup.title().get(language))
                    .unwrap_or_default();
                match self.fault_sentence(platform, language) {
                    Some(cause) => format!("{title} ({what}). {cause}"),
                    None => format!("{title}: {what}, {count}."),
                }
            }
            LogKind::LogPurged => format!("{title}: {count}."),
            _ => {
                let told = self.fault_sentence(platform, language).or_else(|| {
                    let named = self.report.as_ref()?.identity.first()?;
                    Some(format!("{}.", named.value))
                });
                match told {
                    Some(told) => format!("{title}. {told}"),
                    None => format!("{title}."),
                }
            }
        }
    }

    fn fault_sentence(&self, platform: Option<Platform>, language: Language) -> Option<String> {
        let fault = self.report.as_ref()?.fault.as_ref()?;
        Some(fault.cause(platform?, language))
    }

    fn changed_names(&self, platform: Option<Platform>, language: Language) -> Vec<String> {
        let label = |name: &str| {
            if name == crate::DESCRIPTION_FIELD {
                return text!("Descrizione", "Description").get(language).to_owned();
            }
            platform
                .and_then(|platform| platform.field(name))
                .map_or_else(|| name.to_owned(), |field| field.label.get(language).to_owned())
        };
        let fields = self.fields.iter().map(|change| label(&change.field));
        let secrets = self.secrets.iter().map(|change| label(&change.field));
        fields.chain(secrets).collect()
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

/// Filter and place of the log. Every value that an address can hold means something: what is wrong falls back to its
/// default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogFilter {
    /// Only entries of this level.
    pub level: Option<LogLevel>,
    /// Only entries of this kind.
    pub kind: Option<LogKind>,
    /// Only entries about accounts with this in their description; empty for all.
    pub account: String,
    /// Only entries about this very account.
    pub account_id: Option<AccountId>,
    /// From this day on, `2026-11-23`, in the site's time zone.
    pub from: Option<crate::CalendarDate>,
    /// Up to this day, included.
    pub to: Option<crate::CalendarDate>,
    /// Where the page begins.
    pub place: LogPlace,
}

/// Where a page of the log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LogPlace {
    /// With the newest entry.
    #[default]
    Newest,
    /// With what is older than an entry.
    OlderThan(LogId),
    /// With what is newer than an entry: the page that ends just above it.
    NewerThan(LogId),
}

impl LogFilter {
    /// Reads the pairs of an address: `level`, `kind`, `account` (text), `id` (an account), `from` and `to` (days),
    /// `older` and `newer` (entries).
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name {
                "level" => filter.level = LogLevel::from_code(value),
                "kind" => filter.kind = LogKind::from_code(value),
                "account" => filter.account = crate::list::search(value),
                "id" => filter.account_id = value.parse().ok(),
                "from" => filter.from = crate::CalendarDate::read(value),
                "to" => filter.to = crate::CalendarDate::read(value),
                "older" => filter.place = value.parse().map_or(LogPlace::Newest, LogPlace::OlderThan),
                "newer" => filter.place = value.parse().map_or(LogPlace::Newest, LogPlace::NewerThan),
                _ => {}
            }
        }
        filter
    }

    /// The pairs for an address; defaults are left out. Read back, they make the same filter.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(level) = self.level {
            pairs.push(("level", level.code().to_owned()));
        }
        if let Some(kind) = self.kind {
            pairs.push(("kind", kind.code().to_owned()));
        }
        if !self.account.is_empty() {
            pairs.push(("account", self.account.clone()));
        }
        if let Some(id) = self.account_id {
            pairs.push(("id", id.to_string()));
        }
        if let Some(from) = &self.from {
            pairs.push(("from", from.as_str().to_owned()));
        }
        if let Some(to) = &self.to {
            pairs.push(("to", to.as_str().to_owned()));
        }
        match self.place {
            LogPlace::Newest => {}
            LogPlace::OlderThan(id) => pairs.push(("older", id.to_string())),
            LogPlace::NewerThan(id) => pairs.push(("newer", id.to_string())),
        }
        pairs
    }

    /// Whether anything but the place is set.
    pub fn is_narrowed(&self) -> bool {
        Self {
            place: LogPlace::Newest,
            ..self.clone()
        } != Self::default()
    }

    /// The kinds that level and kind leave; all of them for `None`.
    pub fn kinds(&self) -> Option<Vec<LogKind>> {
        if self.level.is_none() && self.kind.is_none() {
            return None;
        }
        let fits = |kind: &LogKind| {
            self.level.is_none_or(|level| kind.level() == level) && self.kind.is_none_or(|one| one == *kind)
        };
        Some(LogKind::ALL.iter().copied().filter(fits).collect())
    }
}
