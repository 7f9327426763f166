//! How a platform is called: how often, how fast, and whether once more; how long a backlog takes.

use crate::event::EventKind;
use crate::platform::Platform;

/// Calls to one ActiveCampaign account within a second, whatever the keys
/// (<https://developers.activecampaign.com/reference/rate-limits>).
pub const ACTIVECAMPAIGN_CALLS_PER_S: u32 = 5;

/// Calls to one Clerk.io store within a second to begin with: the vendor publishes no limit, so that the pace follows the
/// answers.
pub const CLERK_CALLS_PER_S: u32 = 20;

impl Platform {
    /// Calls that a delivery of `kind` takes on average, by what the connectors do; `None` where there is no delivery.
    ///
    /// An order or a cart at ActiveCampaign takes one call for whoever is known already, and up to six for somebody new:
    /// contact, tag and customer come before it. Clerk.io gets an order once, with a second call for its products, by
    /// whichever of its events says first that it is paid.
    pub const fn calls_for(self, kind: EventKind) -> Option<u32> {
        if !kind.reaches(self) {
            return None;
        }
        Some(match (self, kind) {
            (Self::ActiveCampaign, EventKind::CustomerDeleted | EventKind::NewsletterUnsubscribed) => 2,
            (
                Self::ActiveCampaign,
                EventKind::NewsletterSubscribed | EventKind::CartUpdated | EventKind::OrderPlaced,
            ) => 3,
            (Self::Clerk, EventKind::OrderStateChanged) => 0,
            _ => 1,
        })
    }

    /// Calls within a second to one remote account; `None` where nothing limits them.
    pub const fn calls_per_s(self) -> Option<u32> {
        match self {
            Self::ActiveCampaign => Some(ACTIVECAMPAIGN_CALLS_PER_S),
            Self::Clerk => Some(CLERK_CALLS_PER_S),
            Self::WaSmartBusiness | Self::Telegram => None,
        }
    }
}

/// Milliseconds that so many `calls` take at `calls_per_s`, rounded up to whole calls' time.
pub fn expected_ms(calls: u64, calls_per_s: u32) -> u64 {
    calls
        .saturating_mul(1_000)
        .div_ceil(u64::from(calls_per_s.max(1)))
}

impl Platform {
    /// Whether a delivery in doubt may be tried again. ActiveCampaign is asked first what it has of what would come twice;
    /// contacts, lists and tags stay as they are when they are sent again. At Clerk.io what has an id takes the place of its
    /// former state; a sale in doubt is sent as an order, which has one.
    pub const fn is_repeatable(self) -> bool {
        match self {
            Self::ActiveCampaign | Self::Clerk => true,
            Self::WaSmartBusiness | Self::Telegram => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_takes_its_calls_at_the_platforms_pace() {
        assert_eq!(expected_ms(600, ACTIVECAMPAIGN_CALLS_PER_S), 120_000);
        assert_eq!(expected_ms(0, 5), 0);
        assert_eq!(expected_ms(1, 0), 1_000);
        assert_eq!(expected_ms(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn whatever_a_platform_gets_has_a_cost() {
        for platform in Platform::ALL {
            for kind in EventKind::ALL {
                assert_eq!(
                    platform.calls_for(*kind).is_some(),
                    kind.reaches(platform),
                    "{platform} {kind:?}"
                );
            }
        }
        assert_eq!(
            Platform::ActiveCampaign.calls_for(EventKind::OrderPlaced),
            Some(3)
        );
    }
}
