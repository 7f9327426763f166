//! How fast a platform is called, and how long a backlog takes.

use crate::platform::Platform;

/// Calls to one ActiveCampaign account within a second, whatever the keys
/// (<https://developers.activecampaign.com/reference/rate-limits>).
pub const ACTIVECAMPAIGN_CALLS_PER_S: u32 = 5;

/// Calls to one Clerk.io store within a second to begin with: the vendor publishes no limit, so that the pace follows the
/// answers.
pub const CLERK_CALLS_PER_S: u32 = 20;

impl Platform {
    /// Calls that a delivery takes on average: most of ActiveCampaign's are an order or a cart with its customer and
    /// contact. `None` for a platform that gets no deliveries.
    pub const fn calls_per_delivery(self) -> Option<u32> {
        match self {
            Self::ActiveCampaign => Some(3),
            Self::Clerk => Some(1),
            Self::WaSmartBusiness | Self::Telegram => None,
        }
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

/// Calls that so many `deliveries` to `platform` take, about; `None` for a platform that gets none.
pub fn expected_calls(platform: Platform, deliveries: u64) -> Option<u64> {
    let each = u64::from(platform.calls_per_delivery()?);
    Some(deliveries.saturating_mul(each))
}

/// Milliseconds that so many `calls` take at `calls_per_s`, rounded up to whole calls' time.
pub fn expected_ms(calls: u64, calls_per_s: u32) -> u64 {
    calls
        .saturating_mul(1_000)
        .div_ceil(u64::from(calls_per_s.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_takes_its_calls_at_the_platforms_pace() {
        assert_eq!(expected_calls(Platform::ActiveCampaign, 200), Some(600));
        assert_eq!(expected_ms(600, ACTIVECAMPAIGN_CALLS_PER_S), 120_000);
        assert_eq!(expected_calls(Platform::Clerk, 200), Some(200));
        assert_eq!(expected_calls(Platform::Telegram, 200), None);
        assert_eq!(expected_ms(0, 5), 0);
        assert_eq!(expected_ms(1, 0), 1_000);
        assert_eq!(expected_ms(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn a_platform_that_gets_deliveries_has_a_cost_for_them() {
        for platform in Platform::ALL {
            let is_reached = crate::EventKind::ALL.iter().any(|kind| kind.reaches(platform));
            assert_eq!(platform.calls_per_delivery().is_some(), is_reached, "{platform}");
        }
    }
}
