//! The table of answers, and what holds for any of them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::{ATTEMPTS_MAX, EventId, EventKind, SiteId};
use persistence::StoredEvent;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
const FIRST: Circumstances = Circumstances {
    attempts: 0,
    was_doubtful: false,
    is_parked: false,
    has_called: true,
    hint_s: None,
    received_at: NOW,
    chance: 0,
    now: NOW,
};

fn host() -> String {
    "shop.test".to_owned()
}

fn failed(fault: Fault, effect: Effect) -> Delivery {
    Delivery::Failed {
        fault,
        effect,
        is_repeatable: true,
    }
}

fn retried(seconds: i64, is_doubtful: bool) -> Step {
    Step::Retry {
        due_at: NOW.plus_seconds(seconds),
        is_doubtful,
    }
}

fn released(is_doubtful: bool) -> Step {
    Step::Release {
        due_at: NOW,
        is_doubtful,
    }
}

fn ended(state: DeliveryState) -> Step {
    Step::End { state, reason: None }
}

#[test]
fn each_answer_has_its_consequence() {
    use Effect::{Reads, Writes};
    let table = [
        (
            failed(Fault::CredentialsRejected { code: 401 }, Reads),
            released(false),
            Strain::Untold,
        ),
        (
            failed(
                Fault::Refused {
                    code: 422,
                    message: String::new(),
                },
                Writes,
            ),
            ended(DeliveryState::Refused),
            Strain::Eased,
        ),
        (
            failed(Fault::RateLimited { wait_s: Some(7) }, Writes),
            retried(7, false),
            Strain::Untold,
        ),
        (
            failed(Fault::RateLimited { wait_s: None }, Writes),
            retried(3, false),
            Strain::Untold,
        ),
        (
            failed(Fault::PlatformDown { status: 503 }, Writes),
            retried(3, false),
            Strain::Added,
        ),
        (
            failed(Fault::PlatformDown { status: 500 }, Writes),
            retried(3, true),
            Strain::Added,
        ),
        (
            failed(Fault::PlatformDown { status: 500 }, Reads),
            retried(3, false),
            Strain::Added,
        ),
        (failed(Fault::NoAnswer, Reads), retried(3, false), Strain::Added),
        (failed(Fault::NoAnswer, Writes), retried(3, true), Strain::Added),
        (
            failed(Fault::ConnectionLost, Writes),
            retried(3, true),
            Strain::Added,
        ),
        (
            failed(Fault::ConnectionRefused { host: host() }, Writes),
            retried(3, false),
            Strain::Added,
        ),
        (
            failed(Fault::NotThisApi { status: 404 }, Writes),
            retried(3, false),
            Strain::Added,
        ),
        (
            failed(Fault::AccountBlocked { code: 402 }, Writes),
            retried(3, false),
            Strain::Added,
        ),
        (
            failed(Fault::NameServiceSilent { host: host() }, Writes),
            released(false),
            Strain::Untold,
        ),
        (
            Delivery::Done(Vec::new()),
            ended(DeliveryState::Delivered),
            Strain::Eased,
        ),
    ];
    for (delivery, step, strain) in table {
        let conclusion = conclude(&delivery, FIRST);
        assert_eq!(conclusion.step, step, "{delivery:?}");
        assert_eq!(conclusion.strain, strain, "{delivery:?}");
        assert!(conclusion.outcome.is_some(), "{delivery:?}");
        let is_credentials = delivery.class() == Some(FaultClass::Credentials);
        let held = is_credentials.then_some(HoldReason::Credentials);
        assert_eq!(conclusion.hold, held, "{delivery:?}");
        let is_own = delivery.class() == Some(FaultClass::OwnNetwork);
        assert_eq!(conclusion.is_resting, is_own, "{delivery:?}");
    }
}

#[test]
fn of_answers_that_ask_for_patience_only_the_first_counts_while_the_event_is_young() {
    let patience = failed(Fault::RateLimited { wait_s: Some(60) }, Effect::Writes);
    let later = Circumstances { attempts: 2, ..FIRST };
    let waits = |due_s| Step::Release {
        due_at: NOW.plus_seconds(due_s),
        is_doubtful: false,
    };
    assert_eq!(conclude(&patience, FIRST).step, retried(60, false));
    assert_eq!(conclude(&patience, later).step, waits(60));
    let silent = failed(Fault::RateLimited { wait_s: None }, Effect::Writes);
    assert_eq!(
        conclude(&silent, later).step,
        waits(15),
        "as after the last that counted"
    );
    let last = Circumstances {
        attempts: ATTEMPTS_MAX - 1,
        ..FIRST
    };
    assert_eq!(conclude(&silent, last).step, waits(86_400));
    let old = Circumstances {
        received_at: NOW.plus_seconds(-3 * 86_400),
        ..last
    };
    assert_eq!(conclude(&silent, old).step, ended(DeliveryState::GivenUp));
    let received = NOW.plus_seconds(-3 * 86_400);
    assert!(!is_young(received, NOW) && is_young(NOW.plus_seconds(-2 * 86_400), NOW));
}

#[test]
fn who_only_waited_for_a_turn_has_made_no_attempt() {
    let late = failed(Fault::TimeUp, Effect::Reads);
    let uncalled = Circumstances {
        has_called: false,
        ..FIRST
    };
    let conclusion = conclude(&late, uncalled);
    assert_eq!((conclusion.step, conclusion.outcome), (released(false), None));
    let conclusion = conclude(&late, FIRST);
    assert_eq!(
        (conclusion.step, conclusion.strain),
        (retried(3, false), Strain::Untold)
    );
    assert_eq!(
        conclude(&failed(Fault::TimeUp, Effect::Writes), FIRST).step,
        retried(3, true)
    );
}

#[test]
fn what_was_broken_off_counts_and_leaves_a_doubt() {
    let conclusion = break_off(true, FIRST);
    assert_eq!(conclusion.step, retried(3, true));
    assert_eq!(
        conclusion.outcome,
        Some(AttemptOutcome::Failed(FaultClass::Unknown))
    );
    assert!(conclusion.is_resting);
    assert_eq!(break_off(false, FIRST).step, ended(DeliveryState::Unknown));
}

#[test]
fn whatever_fails_is_not_tried_again_before_the_time_that_the_platform_names() {
    let known = Circumstances {
        hint_s: Some(600),
        ..FIRST
    };
    let faults = [
        Fault::PlatformDown { status: 503 },
        Fault::RateLimited { wait_s: None },
        Fault::RateLimited { wait_s: Some(7) },
    ];
    for fault in faults {
        let down = failed(fault, Effect::Reads);
        assert_eq!(conclude(&down, known).step, retried(600, false), "{down:?}");
    }
    let sooner = Circumstances {
        hint_s: Some(1),
        ..FIRST
    };
    let down = failed(Fault::PlatformDown { status: 503 }, Effect::Reads);
    assert_eq!(conclude(&down, sooner).step, retried(3, false));
}

#[test]
fn what_cannot_be_repeated_ends_as_unknown() {
    let delivery = Delivery::Failed {
        fault: Fault::NoAnswer,
        effect: Effect::Writes,
        is_repeatable: false,
    };
    assert_eq!(conclude(&delivery, FIRST).step, ended(DeliveryState::Unknown));
}

#[test]
fn what_was_doubtful_stays_so_until_it_ends() {
    let known = Circumstances {
        was_doubtful: true,
        ..FIRST
    };
    let down = failed(Fault::PlatformDown { status: 503 }, Effect::Reads);
    assert_eq!(conclude(&down, known).step, retried(3, true));
    let rejected = failed(Fault::CredentialsRejected { code: 401 }, Effect::Reads);
    assert_eq!(conclude(&rejected, known).step, released(true));
    let last = Circumstances {
        attempts: ATTEMPTS_MAX - 1,
        ..known
    };
    assert_eq!(conclude(&down, last).step, ended(DeliveryState::Unknown));
}

#[test]
fn while_everything_is_parked_no_attempt_is_used_up() {
    let known = Circumstances {
        is_parked: true,
        ..FIRST
    };
    let missed = failed(Fault::ConnectTimedOut { host: host() }, Effect::Writes);
    let own = Some(AttemptOutcome::Failed(FaultClass::OwnNetwork));
    let parked = conclude(&missed, known);
    assert_eq!((parked.step, parked.outcome), (released(false), own));
    assert_eq!(conclude(&missed, FIRST).step, retried(3, false));
    let lost = failed(Fault::NoAnswer, Effect::Writes);
    let parked = conclude(&lost, known);
    assert_eq!((parked.step, parked.outcome), (released(true), own));
    let down = failed(Fault::PlatformDown { status: 503 }, Effect::Writes);
    assert_eq!(
        conclude(&down, known).step,
        retried(3, false),
        "there was contact"
    );
}

#[test]
fn what_was_skipped_is_no_attempt() {
    let conclusion = conclude(&Delivery::Skipped(SkipReason::NoEmail), FIRST);
    assert_eq!(conclusion, Conclusion::skip(SkipReason::NoEmail));
    assert_eq!(conclusion.outcome, None);
}

#[test]
fn a_failing_memory_burns_no_attempt_and_leaves_a_doubt() {
    let failed = platforms::MemoryError("closed".into());
    let conclusion = conclude(&Delivery::MemoryFailed(failed), FIRST);
    assert_eq!(conclusion.step, released(true));
    assert_eq!(conclusion.outcome, None);
    assert!(conclusion.is_resting);
}

#[test]
fn only_what_was_sent_tells_of_network_and_pace() {
    let skipped = Delivery::Skipped(SkipReason::NoEmail);
    assert_eq!(contact(&skipped, false), None);
    assert_eq!(pulse(&skipped, false), Pulse::Untold);
    assert_eq!(contact(&Delivery::Done(Vec::new()), true), Some(Contact::Made));
    assert_eq!(pulse(&Delivery::Done(Vec::new()), true), Pulse::Works);
    let rejected = failed(Fault::CredentialsRejected { code: 401 }, Effect::Reads);
    assert_eq!(contact(&rejected, true), Some(Contact::Made));
    let unknown = failed(Fault::NameUnknown { host: host() }, Effect::Reads);
    assert_eq!(contact(&unknown, false), Some(Contact::Missed));
    let silent = failed(Fault::NameServiceSilent { host: host() }, Effect::Reads);
    assert_eq!(contact(&silent, false), Some(Contact::NoNetwork));
    let lost = failed(Fault::NoAnswer, Effect::Writes);
    assert_eq!(contact(&lost, true), Some(Contact::Lost));
}

fn claimed(kind: EventKind, occurred_at: Timestamp, is_superseded: bool) -> Claimed {
    Claimed {
        id: domain::DeliveryId {
            event: EventId::new(Uuid::from_u128(1)),
            account: domain::AccountId::new(Uuid::from_u128(2)),
        },
        fence: 1,
        attempts: 0,
        losses: 0,
        is_doubtful: false,
        is_superseded,
        event: StoredEvent {
            site: SiteId::new(Uuid::from_u128(3)),
            id: EventId::new(Uuid::from_u128(1)),
            source: "shop".to_owned(),
            external_id: "1".to_owned(),
            kind,
            entity_id: "1".to_owned(),
            occurred_at,
            received_at: occurred_at,
            sealed: Vec::new(),
        },
    }
}

#[test]
fn what_is_superseded_or_stale_needs_no_attempt() {
    let superseded = claimed(EventKind::ProductUpdated, NOW, true);
    assert_eq!(needless(&superseded, NOW), Some(SkipReason::Superseded));
    let stale_after_s = i64::from(EventKind::CartUpdated.stale_after_s().unwrap());
    let cart = claimed(EventKind::CartUpdated, NOW, false);
    assert_eq!(needless(&cart, NOW.plus_seconds(stale_after_s)), None);
    assert_eq!(
        needless(&cart, NOW.plus_seconds(stale_after_s + 1)),
        Some(SkipReason::Stale)
    );
    let order = claimed(EventKind::OrderPlaced, NOW, false);
    assert_eq!(needless(&order, NOW.plus_seconds(100 * stale_after_s)), None);
}

#[test]
fn what_was_put_back_however_often_is_not_lost() {
    let put_back = Claimed {
        fence: 100_000,
        attempts: 1,
        is_doubtful: true,
        ..claimed(EventKind::OrderPlaced, NOW, false)
    };
    assert!(!is_lost(&put_back));
    let losses = LOSSES_MAX + 1;
    assert!(is_lost(&Claimed { losses, ..put_back }));
}

fn faults() -> impl Strategy<Value = (Fault, Effect)> {
    let fault = prop_oneof![
        Just(Fault::NoAnswer),
        Just(Fault::ConnectionLost),
        (500_u16..600).prop_map(|status| Fault::PlatformDown { status }),
        proptest::option::of(0_u32..200_000).prop_map(|wait_s| Fault::RateLimited { wait_s }),
        Just(Fault::ConnectTimedOut { host: host() }),
        Just(Fault::NotThisApi { status: 404 }),
        Just(Fault::AccountBlocked { code: 402 }),
    ];
    (fault, prop_oneof![Just(Effect::Reads), Just(Effect::Writes)])
}

proptest! {
    #[test]
    fn a_delivery_is_never_tried_early_nor_more_often_than_it_may(
        failures in proptest::collection::vec((faults(), any::<u8>(), any::<bool>()), 40),
    ) {
        let mut now = NOW;
        let mut attempts = 0;
        let mut is_doubtful = false;
        for ((fault, effect), chance, is_parked) in failures {
            let known = Circumstances {
                attempts,
                was_doubtful: is_doubtful,
                is_parked,
                has_called: true,
                hint_s: None,
                received_at: NOW,
                chance,
                now,
            };
            let hint_s = match &fault {
                Fault::RateLimited { wait_s } => wait_s.unwrap_or(0).min(domain::HINT_S_MAX),
                _ => 0,
            };
            let asks_for_patience = matches!(fault, Fault::RateLimited { .. });
            match conclude(&failed(fault, effect), known).step {
                Step::Retry { due_at, is_doubtful: doubt } => {
                    attempts += 1;
                    prop_assert!(attempts < ATTEMPTS_MAX);
                    let scheduled = domain::RETRY_SCHEDULE_S[attempts as usize - 1];
                    let wait_s = i64::from(scheduled.max(hint_s));
                    prop_assert!(due_at >= now.plus_seconds(wait_s), "early");
                    prop_assert!(due_at <= now.plus_seconds(wait_s + wait_s / 10 + 1), "late");
                    prop_assert!(doubt || !is_doubtful, "a doubt is not forgotten");
                    is_doubtful = doubt;
                    now = due_at;
                }
                Step::Release { due_at, is_doubtful: doubt } if asks_for_patience => {
                    prop_assert!(is_young(NOW, now) && attempts > 0);
                    let scheduled = domain::RETRY_SCHEDULE_S[attempts as usize - 1];
                    prop_assert!(due_at >= now.plus_seconds(i64::from(scheduled.max(hint_s))), "early");
                    prop_assert_eq!(doubt, is_doubtful);
                    now = due_at;
                }
                Step::Release { .. } => prop_assert!(is_parked),
                Step::End { state, reason } => {
                    prop_assert_eq!(attempts, ATTEMPTS_MAX - 1);
                    prop_assert!(state.is_failure() && reason.is_none());
                    return Ok(());
                }
            }
        }
    }
}
