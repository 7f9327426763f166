//! What an attempt means: a pure function from what the platform said to where the delivery goes, and what else follows.

use domain::{
    AttemptOutcome, DeliveryState, Effect, Fault, FaultClass, HoldReason, RETRY_SCHEDULE_S, SkipReason,
    Timestamp, retry_after_ms,
};
use persistence::{Claimed, Step};
use platforms::Delivery;

use crate::network::Contact;

/// Claims in a row of which nobody told the end, after which a delivery counts as one that ends whoever tries it. A day and
/// more of leases.
const LOSSES_MAX: u32 = 1_000;

/// What the circuit breaker learns from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strain {
    /// The platform gets along.
    Eased,
    /// It does not.
    Added,
    /// The attempt says nothing about it.
    Untold,
}

/// What the pace learns from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// All is well.
    Works,
    /// The platform has trouble of its own.
    Struggles,
    /// It wants fewer calls, and says for how long, in seconds, if it does.
    TooMany(Option<u32>),
    /// Nothing.
    Untold,
}

/// What is known of a delivery besides what the platform said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Attempts made before this one.
    pub(crate) attempts: u32,
    /// Whether it was doubtful before this attempt.
    pub(crate) was_doubtful: bool,
    /// Whether everything is parked because of the panel's own network.
    pub(crate) is_parked: bool,
    /// Whether a call was made.
    pub(crate) has_called: bool,
    /// Seconds to wait, if the platform says.
    pub(crate) hint_s: Option<u32>,
    /// When the event came in.
    pub(crate) received_at: Timestamp,
    /// 0 to 255: how much later than it must the next attempt comes.
    pub(crate) chance: u8,
    /// When the attempt ended.
    pub(crate) now: Timestamp,
}

/// What follows from an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    /// Where the delivery goes.
    pub(crate) step: Step,
    /// How the attempt ended; `None` for what is not recorded as one.
    pub(crate) outcome: Option<AttemptOutcome>,
    /// Why the account's queue is held from now on.
    pub(crate) hold: Option<HoldReason>,
    /// For the circuit breaker.
    pub(crate) strain: Strain,
    /// Whether the account rests for a while: what failed is on this side, and would fail again at once.
    pub(crate) is_resting: bool,
}

impl Conclusion {
    /// The delivery ends without an attempt.
    pub(crate) const fn skip(reason: SkipReason) -> Self {
        Self {
            step: Step::End {
                state: DeliveryState::Skipped,
                reason: Some(reason),
            },
            outcome: None,
            hold: None,
            strain: Strain::Untold,
            is_resting: false,
        }
    }

    /// The delivery ends as `state`, which is not [`DeliveryState::Skipped`].
    pub(crate) const fn end(state: DeliveryState, outcome: Option<AttemptOutcome>, strain: Strain) -> Self {
        Self {
            step: Step::End { state, reason: None },
            outcome,
            hold: None,
            strain,
            is_resting: false,
        }
    }

    /// The delivery goes back to where it was, due at `now`. It stays in its place, so that nothing behind it in its lane
    /// overtakes it: whoever releases sees to it that it is not claimed again at once.
    pub(crate) const fn release(now: Timestamp, is_doubtful: bool) -> Self {
        Self {
            step: Step::Release {
                due_at: now,
                is_doubtful,
            },
            outcome: None,
            hold: None,
            strain: Strain::Untold,
            is_resting: false,
        }
    }
}

/// Why a delivery needs no attempt any more.
pub(crate) fn needless(claimed: &Claimed, now: Timestamp) -> Option<SkipReason> {
    if claimed.is_superseded {
        return Some(SkipReason::Superseded);
    }
    let event = &claimed.event;
    event
        .kind
        .is_stale(event.occurred_at, now)
        .then_some(SkipReason::Stale)
}

/// Whether whoever claims a delivery comes to an end with it, again and again: nobody tries any more.
pub(crate) const fn is_lost(claimed: &Claimed) -> bool {
    claimed.losses > LOSSES_MAX
}

/// What follows from what the platform said.
pub(crate) fn conclude(delivery: &Delivery, known: Circumstances) -> Conclusion {
    match delivery {
        Delivery::Done(_) => Conclusion::end(
            DeliveryState::Delivered,
            Some(AttemptOutcome::Delivered),
            Strain::Eased,
        ),
        Delivery::Skipped(reason) => Conclusion::skip(*reason),
        // What was sent before the memory failed may have been carried out.
        Delivery::MemoryFailed(_) => Conclusion {
            is_resting: true,
            ..Conclusion::release(known.now, true)
        },
        Delivery::Failed {
            fault,
            effect,
            is_repeatable,
        } => fail(fault, *effect, *is_repeatable, known),
    }
}

/// What follows from an attempt that was broken off on this side, nobody knows where.
pub(crate) fn break_off(is_repeatable: bool, known: Circumstances) -> Conclusion {
    Conclusion {
        strain: Strain::Untold,
        is_resting: true,
        ..fail(&Fault::ConnectionLost, Effect::Writes, is_repeatable, known)
    }
}

/// Whether an event is younger than the whole schedule of attempts is long.
fn is_young(received_at: Timestamp, now: Timestamp) -> bool {
    let span_s: u32 = RETRY_SCHEDULE_S.iter().sum();
    now.seconds_since(received_at) < i64::from(span_s)
}

fn fail(fault: &Fault, effect: Effect, is_repeatable: bool, known: Circumstances) -> Conclusion {
    let class = fault.class(effect);
    let outcome = Some(AttemptOutcome::Failed(class));
    let is_doubtful = known.was_doubtful || leaves_doubt(fault, effect);
    if known.is_parked && (is_missed(fault) || (is_repeatable && is_unanswered(fault))) {
        return Conclusion {
            // What it is, whatever it looks like from here.
            outcome: Some(AttemptOutcome::Failed(FaultClass::OwnNetwork)),
            ..Conclusion::release(known.now, is_doubtful)
        };
    }
    if matches!(fault, Fault::TimeUp) && !known.has_called {
        // It only waited for its turn.
        return Conclusion::release(known.now, is_doubtful);
    }
    match class {
        FaultClass::Payload => Conclusion::end(DeliveryState::Refused, outcome, Strain::Eased),
        FaultClass::Credentials => Conclusion {
            outcome,
            hold: Some(HoldReason::Credentials),
            ..Conclusion::release(known.now, is_doubtful)
        },
        FaultClass::OwnNetwork => Conclusion {
            outcome,
            is_resting: true,
            ..Conclusion::release(known.now, is_doubtful)
        },
        FaultClass::Unknown if !is_repeatable => {
            Conclusion::end(DeliveryState::Unknown, outcome, Strain::Added)
        }
        FaultClass::RateLimited => wait_for_leave(fault, outcome, is_doubtful, known),
        // Too many turns were waited for: the pace is ours.
        FaultClass::Temporary if matches!(fault, Fault::TimeUp) => {
            retry(fault, outcome, Strain::Untold, is_doubtful, known)
        }
        FaultClass::Permission | FaultClass::Configuration | FaultClass::Temporary | FaultClass::Unknown => {
            retry(fault, outcome, Strain::Added, is_doubtful, known)
        }
    }
}

/// The platform has looked at nothing but its clock: only the first such answer counts as an attempt, for as long as the
/// event is young.
fn wait_for_leave(
    fault: &Fault,
    outcome: Option<AttemptOutcome>,
    is_doubtful: bool,
    known: Circumstances,
) -> Conclusion {
    let again = (is_young(known.received_at, known.now) && known.attempts > 0)
        .then(|| wait_ms(known.attempts, fault, known));
    let Some(wait_ms) = again.flatten() else {
        return retry(fault, outcome, Strain::Untold, is_doubtful, known);
    };
    Conclusion {
        outcome,
        ..Conclusion::release(later(known.now, wait_ms), is_doubtful)
    }
}

/// Milliseconds until the attempt after number `attempts`; `None` after the last.
fn wait_ms(attempts: u32, fault: &Fault, known: Circumstances) -> Option<u64> {
    let hint_s = match fault {
        Fault::RateLimited { wait_s } => known.hint_s.max(*wait_s),
        _ => known.hint_s,
    };
    retry_after_ms(attempts, hint_s, known.chance)
}

fn later(now: Timestamp, wait_ms: u64) -> Timestamp {
    let wait_ms = i64::try_from(wait_ms).unwrap_or(i64::MAX);
    Timestamp::from_ms(now.ms().saturating_add(wait_ms))
}

fn retry(
    fault: &Fault,
    outcome: Option<AttemptOutcome>,
    strain: Strain,
    is_doubtful: bool,
    known: Circumstances,
) -> Conclusion {
    let Some(wait_ms) = wait_ms(known.attempts.saturating_add(1), fault, known) else {
        let state = if is_doubtful {
            DeliveryState::Unknown
        } else {
            DeliveryState::GivenUp
        };
        return Conclusion::end(state, outcome, strain);
    };
    Conclusion {
        step: Step::Retry {
            due_at: later(known.now, wait_ms),
            is_doubtful,
        },
        outcome,
        hold: None,
        strain,
        is_resting: false,
    }
}

/// Whether an attempt that failed may have been carried out: there was no answer, or one of a platform that broke down on
/// the way. Status 503 says that it did not begin.
const fn leaves_doubt(fault: &Fault, effect: Effect) -> bool {
    match fault {
        Fault::PlatformDown { status } => matches!(effect, Effect::Writes) && *status != 503,
        _ => matches!(fault.class(effect), FaultClass::Unknown),
    }
}

/// Whether no contact came about. A delivery that took too long as a whole may have had some.
const fn is_missed(fault: &Fault) -> bool {
    fault.is_without_contact() && !matches!(fault, Fault::TimeUp)
}

/// Whether a call was made, as far as this side can tell, and its answer did not come.
const fn is_unanswered(fault: &Fault) -> bool {
    matches!(fault, Fault::NoAnswer | Fault::ConnectionLost)
}

/// What an attempt tells of the network. `None` if no call was made.
pub(crate) fn contact(delivery: &Delivery, has_called: bool) -> Option<Contact> {
    match delivery {
        Delivery::Failed { fault, effect, .. } => Some(match fault.class(*effect) {
            FaultClass::OwnNetwork => Contact::NoNetwork,
            _ if is_missed(fault) => Contact::Missed,
            _ if is_unanswered(fault) => Contact::Lost,
            // An address that is not called says nothing, nor does a delivery that took too long as a whole.
            _ if matches!(fault, Fault::AddressRefused { .. } | Fault::TimeUp) => return None,
            _ => Contact::Made,
        }),
        _ => has_called.then_some(Contact::Made),
    }
}

/// What an attempt tells of the pace.
pub(crate) fn pulse(delivery: &Delivery, has_called: bool) -> Pulse {
    match delivery {
        Delivery::Failed { fault, .. } => match fault {
            Fault::RateLimited { wait_s } => Pulse::TooMany(*wait_s),
            Fault::PlatformDown { .. } | Fault::NoAnswer => Pulse::Struggles,
            _ => Pulse::Untold,
        },
        _ if has_called => Pulse::Works,
        _ => Pulse::Untold,
    }
}

#[cfg(test)]
mod tests;
