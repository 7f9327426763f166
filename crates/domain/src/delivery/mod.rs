//! A delivery: one event on its way to one account, attempt by attempt.

mod filter;
mod pace;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::connection::FaultClass;
use crate::id::{AccountId, EventId};
use crate::text::{Text, text};

pub use filter::{DeliveryFilter, DeliveryFilterPlace};
pub use pace::{ACTIVECAMPAIGN_CALLS_PER_S, CLERK_CALLS_PER_S, expected_ms};

/// Rows on one page of the deliveries.
pub const DELIVERY_PAGE_SIZE: u32 = 50;

/// Seconds from one attempt to the next, after the first, the second, and so on; after the last there is none.
pub const RETRY_SCHEDULE_S: [u32; 10] = [3, 15, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];

/// Most attempts of a delivery: the first, and one after each time of the schedule.
pub const ATTEMPTS_MAX: u32 = 11;

/// The most that waiting grows by chance, in tenths of itself: retries of one outage do not all come at once.
const JITTER_TENTHS: u64 = 1;

/// The longest that a platform's own "try again after" is heeded, in seconds: one day.
pub const HINT_S_MAX: u32 = 86_400;

/// Milliseconds from the end of attempt number `attempts` (from 1) to the next: the schedule or the platform's hint,
/// whichever is longer, and up to a tenth more by `chance` (0 to 255), never less. `None` after the last.
pub fn retry_after_ms(attempts: u32, hint_s: Option<u32>, chance: u8) -> Option<u64> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let scheduled = *RETRY_SCHEDULE_S.get(index)?;
    let longest = scheduled.max(hint_s.unwrap_or_default().min(HINT_S_MAX));
    let wait_ms = u64::from(longest) * 1_000;
    Some(wait_ms + wait_ms * JITTER_TENTHS * u64::from(chance) / 255 / 10)
}

/// A delivery's name: the event and the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeliveryId {
    /// The event.
    pub event: EventId,
    /// The account.
    pub account: AccountId,
}

/// Not a delivery's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a delivery is named by an event and an account: EVENT.ACCOUNT")]
pub struct DeliveryIdError;

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.event, self.account)
    }
}

impl FromStr for DeliveryId {
    type Err = DeliveryIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (event, account) = text.split_once('.').ok_or(DeliveryIdError)?;
        Ok(Self {
            event: event.parse().map_err(|_| DeliveryIdError)?,
            account: account.parse().map_err(|_| DeliveryIdError)?,
        })
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Its next attempt is still to come, or under way.
    Waiting,
    /// The platform took it.
    Delivered,
    /// The platform refuses it; trying again would not help.
    Refused,
    /// Every attempt failed.
    GivenUp,
    /// Nothing was sent, for a [`SkipReason`].
    Skipped,
    /// It was sent and no answer came; the platform cannot be asked, and it is rather not sent twice.
    Unknown,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Delivered,
        Self::Refused,
        Self::GivenUp,
        Self::Skipped,
        Self::Unknown,
    ];

    /// As stored and in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }

    /// The state of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The word for it.
    pub const fn title(self) -> Text {
        match self {
            Self::Waiting => text!("In attesa", "Waiting"),
            Self::Delivered => text!("Consegnata", "Delivered"),
            Self::Refused => text!("Rifiutata", "Refused"),
            Self::GivenUp => text!("Abbandonata", "Given up"),
            Self::Skipped => text!("Saltata", "Skipped"),
            Self::Unknown => text!("Esito ignoto", "Unknown"),
        }
    }

    /// Whether a person may want to do something about it.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Refused | Self::GivenUp | Self::Unknown)
    }
}

/// Declares [`SkipReason`].
macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $code:literal, $it:literal, $en:literal;)+) => {
        /// Why nothing was sent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum SkipReason {
            $($(#[$doc])* #[serde(rename = $code)] $reason,)+
        }

        impl SkipReason {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$reason,)+];

            /// As stored.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$reason => $code,)+ }
            }

            /// The sentence for it.
            pub const fn text(self) -> Text {
                match self { $(Self::$reason => text!($it, $en),)+ }
            }
        }
    };
}

reasons! {
    /// The account was switched off, and what waited was to be skipped.
    Inactive = "inactive", "L'account è stato disattivato e ciò che era in attesa è stato saltato.", "The account was switched off and what waited was skipped.";
    /// A later event about the same thing says more.
    Superseded = "superseded", "Un evento più recente dice già come stanno le cose.", "A later event says already how things are.";
    /// The cart became an order before it was sent.
    Ordered = "ordered", "Il carrello è diventato un ordine prima di essere inviato.", "The cart became an order before it was sent.";
    /// Too old to be of use.
    Stale = "stale", "È passato troppo tempo: inviarlo ora farebbe più male che bene.", "Too much time has passed: sending it now would do more harm than good.";
    /// Somebody skipped it.
    ByHand = "by_hand", "Saltata a mano.", "Skipped by hand.";
    /// Orders are switched off in the account.
    OrdersOff = "orders_off", "«Abilita Ordini» è spento in questo account.", "“Send orders” is off in this account.";
    /// Abandoned carts are switched off in the account.
    CartsOff = "carts_off", "«Abilita Carrelli Abbandonati» è spento in questo account.", "“Send abandoned carts” is off in this account.";
    /// The customer has no e-mail address.
    NoEmail = "no_email", "Non c'è un indirizzo e-mail.", "There is no e-mail address.";
    /// The cart belongs to nobody who is registered.
    NotRegistered = "not_registered", "Il cliente non è registrato: si inviano solo i carrelli di clienti registrati.", "The customer is not registered: only carts of registered customers are sent.";
    /// The cart has nothing in it.
    EmptyCart = "empty_cart", "Il carrello è vuoto.", "The cart is empty.";
    /// The customer is not subscribed to the newsletter.
    NotSubscribed = "not_subscribed", "Il cliente non ha dato il consenso alla newsletter.", "The customer has not given the newsletter consent.";
    /// The account names no list.
    NoList = "no_list", "In questo account non è indicata una lista.", "This account names no list.";
    /// Deleted by the shop, not at the customer's own request.
    NotByCustomer = "not_by_customer", "Il profilo non è stato eliminato dal cliente stesso.", "The profile was not deleted by the customer.";
    /// The payment is not confirmed yet.
    Unpaid = "unpaid", "Il pagamento non è ancora confermato.", "The payment is not confirmed yet.";
    /// The order's confirmed payment was sent already or comes with another event.
    AlreadySent = "already_sent", "L'ordine è già stato inviato.", "The order has been sent already.";
    /// Another account is there for this language.
    OtherLanguage = "other_language", "Un altro account è competente per questa lingua.", "Another account takes care of this language.";
    /// The customer has opted out.
    OptedOut = "opted_out", "Il cliente ha rifiutato il tracciamento (opt-out).", "The customer has opted out.";
    /// The prices are in another currency than the account's.
    OtherCurrency = "other_currency", "I prezzi sono in una valuta diversa da quella di questo account.", "The prices are in another currency than this account's.";
    /// The platform has no use for this.
    NotUsed = "not_used", "La piattaforma non prevede questo dato.", "The platform has no use for this.";
}

impl SkipReason {
    /// The reason of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// Why an account's queue is held: what waits keeps waiting, and no attempt is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The platform refuses the credentials: a person gives others.
    Credentials,
    /// The account is switched off, and what waits is kept.
    Off,
    /// Somebody asked for a pause.
    Paused,
    /// The account's secrets cannot be opened.
    Locked,
}

impl HoldReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Credentials, Self::Off, Self::Paused, Self::Locked];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Off => "off",
            Self::Paused => "paused",
            Self::Locked => "locked",
        }
    }

    /// The reason of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The sentence for it.
    pub const fn text(self) -> Text {
        match self {
            Self::Credentials => text!(
                "La piattaforma rifiuta le credenziali: la coda è ferma e riparte quando le sostituisci.",
                "The platform refuses the credentials: the queue is held and goes on when you replace them."
            ),
            Self::Off => text!(
                "L'account è disattivato: la coda è ferma e riparte quando lo riattivi.",
                "The account is off: the queue is held and goes on when you switch it on."
            ),
            Self::Paused => text!("La coda è in pausa.", "The queue is paused."),
            Self::Locked => text!(
                "Le credenziali sono bloccate: la coda è ferma finché la chiave principale non torna.",
                "The credentials are locked: the queue is held until the master key is back."
            ),
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The platform took it.
    Delivered,
    /// It failed, for a reason of this class.
    Failed(FaultClass),
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_schedule_spans_about_three_days() {
        let whole: u32 = RETRY_SCHEDULE_S.iter().sum();
        assert_eq!(whole / 3_600, 68);
        let (minute, hour) = (60, 3_600);
        let told = [
            3,
            15,
            minute,
            5 * minute,
            30 * minute,
            2 * hour,
            6 * hour,
            12 * hour,
            24 * hour,
            24 * hour,
        ];
        assert_eq!(RETRY_SCHEDULE_S, told);
        assert_eq!(RETRY_SCHEDULE_S.len() + 1, ATTEMPTS_MAX as usize);
        assert_eq!(retry_after_ms(1, None, 0), Some(3_000));
        assert_eq!(retry_after_ms(10, None, 0), Some(86_400_000));
        assert_eq!(retry_after_ms(11, None, 0), None);
        assert_eq!(retry_after_ms(0, None, 0), None);
    }

    #[test]
    fn codes_lead_back() {
        for reason in SkipReason::ALL {
            assert_eq!(SkipReason::from_code(reason.code()), Some(*reason));
        }
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::from_code(state.code()), Some(state));
        }
        for class in FaultClass::ALL {
            assert_eq!(FaultClass::from_code(class.code()), Some(class));
            let written = serde_json::to_string(&class).unwrap();
            assert_eq!(written, format!("\"{}\"", class.code()));
        }
    }

    proptest! {
        #[test]
        fn an_attempt_is_never_early(attempts in 1..=10_u32, hint in proptest::option::of(0..200_000_u32), chance: u8) {
            let wait = retry_after_ms(attempts, hint, chance).unwrap();
            let scheduled = u64::from(RETRY_SCHEDULE_S[attempts as usize - 1]) * 1_000;
            let least = scheduled.max(u64::from(hint.unwrap_or(0).min(HINT_S_MAX)) * 1_000);
            prop_assert!(wait >= least && wait <= least + least / 10);
        }
    }
}
