//! What can be wrong with a platform.

use std::fmt;
use std::str::FromStr;

use domain::{Platform, Text};
use serde::{Deserialize, Serialize};

/// Something that a platform of the sandbox does wrong, or refuses, until it is switched off. Each platform does it in
/// its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Every key is refused.
    WrongKey,
    /// The key is good, but not for everything: not for `ActiveCampaign`'s lists, tags, fields and connections, not for
    /// the templates and numbers of a WhatsApp account, not for writing in Telegram's groups, for nothing on Clerk.io.
    MissingPermission,
    /// Too many calls, with the seconds to wait: [`Self::RETRY_AFTER_S`].
    RateLimited,
    /// Too many calls, with the time until when to wait: a `Retry-After` that is a date, [`Self::RETRY_AFTER_S`] after
    /// the answer's own `Date`. Both are of [`Self::ANSWERED_AT`]: this clock is not the caller's.
    RateLimitedUntil,
    /// Too many calls, without a word about how long to wait.
    RateLimitedSilent,
    /// Refuses what is more than [`Self::limit_per_s`] calls in any second to one host, with a second to wait; the rest
    /// is as ever.
    RateLimitEnforced,
    /// Out of service: status 503.
    Down,
    /// An error of the platform's own: status 500.
    InternalError,
    /// Does what it is asked to, but answers only after [`Self::SLOW_S`] seconds.
    Slow,
    /// Closes the connection after the TLS handshake, before it reads a request.
    CloseBefore,
    /// Reads the request, does what it is asked to, and closes the connection without an answer.
    CloseAfter,
    /// Status 200, and JSON that ends in the middle.
    Malformed,
    /// Status 200, and a body of [`Self::OVERSIZED_BYTES`] bytes in chunks, without a length.
    Oversized,
    /// Status 302, to [`Self::ELSEWHERE`]. What was asked is not done.
    Redirect,
    /// Carries a write out twice, as a platform without idempotency does with a repeated call. Reads are as ever.
    DuplicateDelivery,
    /// There is nothing to choose from: no list, tag, field, chat, number or template. What was written is still there.
    Empty,
}

/// The code is no fault's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault")]
pub struct UnknownFault;

impl Fault {
    /// All faults, in the order of the control page.
    pub const ALL: [Self; 16] = [
        Self::WrongKey,
        Self::MissingPermission,
        Self::RateLimited,
        Self::RateLimitedUntil,
        Self::RateLimitedSilent,
        Self::RateLimitEnforced,
        Self::Down,
        Self::InternalError,
        Self::Slow,
        Self::CloseBefore,
        Self::CloseAfter,
        Self::Malformed,
        Self::Oversized,
        Self::Redirect,
        Self::DuplicateDelivery,
        Self::Empty,
    ];

    /// How long [`Self::RateLimited`] asks to wait, in seconds.
    pub const RETRY_AFTER_S: u32 = 7;
    /// When [`Self::RateLimitedUntil`] says that it answers.
    pub const ANSWERED_AT: &str = "Fri, 02 Jan 2026 08:00:00 GMT";
    /// Until when it asks to wait: [`Self::RETRY_AFTER_S`] later.
    pub const RETRY_AFTER: &str = "Fri, 02 Jan 2026 08:00:07 GMT";
    /// How long [`Self::RateLimitEnforced`] asks to wait, in seconds.
    pub const ENFORCED_RETRY_AFTER_S: u32 = 1;
    /// How late [`Self::Slow`] answers, in seconds.
    pub const SLOW_S: u32 = 30;
    /// How long the body of [`Self::Oversized`] is, in bytes.
    pub const OVERSIZED_BYTES: usize = 2 * 1024 * 1024;
    /// Where [`Self::Redirect`] sends.
    pub const ELSEWHERE: &str = "https://elsewhere.example/";

    /// The code in forms and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong_key",
            Self::MissingPermission => "missing_permission",
            Self::RateLimited => "rate_limited",
            Self::RateLimitedUntil => "rate_limited_until",
            Self::RateLimitedSilent => "rate_limited_silent",
            Self::RateLimitEnforced => "rate_limit_enforced",
            Self::Down => "down",
            Self::InternalError => "internal_error",
            Self::Slow => "slow",
            Self::CloseBefore => "close_before",
            Self::CloseAfter => "close_after",
            Self::Malformed => "malformed",
            Self::Oversized => "oversized",
            Self::Redirect => "redirect",
            Self::DuplicateDelivery => "duplicate_delivery",
            Self::Empty => "empty",
        }
    }

    /// How many calls a second [`Self::RateLimitEnforced`] lets through to one host: the documented limits of
    /// `ActiveCampaign` (<https://developers.activecampaign.com/reference/rate-limits>), of Telegram in bulk
    /// (<https://core.telegram.org/bots/faq>) and of a number at Meta
    /// (<https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput>). Clerk.io publishes none:
    /// the number is the sandbox's own.
    pub const fn limit_per_s(platform: Platform) -> usize {
        match platform {
            Platform::ActiveCampaign => 5,
            Platform::Clerk => 10,
            Platform::WaSmartBusiness => 80,
            Platform::Telegram => 30,
        }
    }

    /// What it does, in words.
    pub const fn title(self) -> Text {
        match self {
            Self::WrongKey => text("Rifiuta ogni chiave", "Refuses every key"),
            Self::MissingPermission => text("Alla chiave manca un permesso", "The key lacks a permission"),
            Self::RateLimited => text(
                "Troppe richieste: attendere 7 secondi",
                "Too many requests: wait 7 seconds",
            ),
            Self::RateLimitedUntil => text(
                "Troppe richieste: attendere fino a un'ora indicata",
                "Too many requests: wait until a given time",
            ),
            Self::RateLimitedSilent => text(
                "Troppe richieste, senza dire quanto attendere",
                "Too many requests, not told how long to wait",
            ),
            Self::RateLimitEnforced => text(
                "Fa rispettare davvero il limite di richieste al secondo",
                "Really enforces its limit of requests a second",
            ),
            Self::Down => text("Fuori servizio (503)", "Out of service (503)"),
            Self::InternalError => text("Errore interno (500)", "Internal error (500)"),
            Self::Slow => text("Risponde dopo 30 secondi", "Answers after 30 seconds"),
            Self::CloseBefore => text(
                "Chiude prima di leggere la richiesta",
                "Closes before it reads the request",
            ),
            Self::CloseAfter => text(
                "Esegue, ma chiude senza rispondere",
                "Obeys, but closes without an answer",
            ),
            Self::Malformed => text("Risponde JSON troncato", "Answers with broken JSON"),
            Self::Oversized => text("Risponde con 2 MiB", "Answers with 2 MiB"),
            Self::Redirect => text("Rimanda a un altro host (302)", "Redirects to another host (302)"),
            Self::DuplicateDelivery => text("Esegue due volte", "Carries writes out twice"),
            Self::Empty => text(
                "Non ha niente da scegliere: né liste né chat né template",
                "Has nothing to choose from: no lists, chats or templates",
            ),
        }
    }
}

const fn text(it: &'static str, en: &'static str) -> Text {
    Text { it, en }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|fault| fault.code() == code)
            .ok_or(UnknownFault)
    }
}
