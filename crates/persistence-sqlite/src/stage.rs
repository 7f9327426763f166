//! Where a delivery stands within the queue, as stored in `deliveries.stage`: the states that people see, with waiting told
//! apart. The migration says more.

use domain::{DeliveryId, DeliveryState};
use persistence::Inconsistency;

/// Ready for its first attempt.
pub(crate) const READY: i64 = 0;
/// Ready for another attempt.
pub(crate) const READY_AGAIN: i64 = 1;
/// Behind an open one of its lane.
pub(crate) const BEHIND: i64 = 2;
/// Under way, or its lease has ended.
pub(crate) const UNDER_WAY: i64 = 3;
/// Handed out before, and due later.
pub(crate) const RETRY: i64 = 4;
/// Never handed out, and due later: it is in nobody's way.
pub(crate) const LATER: i64 = 5;
pub(crate) const DELIVERED: i64 = 10;
pub(crate) const SKIPPED: i64 = 11;
pub(crate) const REFUSED: i64 = 12;
pub(crate) const GIVEN_UP: i64 = 13;
pub(crate) const UNKNOWN: i64 = 14;

/// A stage that this program does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown stage")]
struct UnknownStage;

/// The state of a stage that `id` has.
pub(crate) fn state(stage: i64, id: DeliveryId) -> Result<DeliveryState, Inconsistency> {
    match stage {
        READY..=LATER => Ok(DeliveryState::Waiting),
        DELIVERED => Ok(DeliveryState::Delivered),
        SKIPPED => Ok(DeliveryState::Skipped),
        REFUSED => Ok(DeliveryState::Refused),
        GIVEN_UP => Ok(DeliveryState::GivenUp),
        UNKNOWN => Ok(DeliveryState::Unknown),
        _ => Err(Inconsistency::new("deliveries", "stage", id, UnknownStage)),
    }
}

/// The stages of a state.
pub(crate) const fn of(state: DeliveryState) -> &'static [i64] {
    match state {
        DeliveryState::Waiting => &[READY, READY_AGAIN, BEHIND, UNDER_WAY, RETRY, LATER],
        DeliveryState::Delivered => &[DELIVERED],
        DeliveryState::Skipped => &[SKIPPED],
        DeliveryState::Refused => &[REFUSED],
        DeliveryState::GivenUp => &[GIVEN_UP],
        DeliveryState::Unknown => &[UNKNOWN],
    }
}

/// Whether somebody may want to do something about it.
pub(crate) const fn is_failure(stage: i64) -> bool {
    stage >= REFUSED
}
