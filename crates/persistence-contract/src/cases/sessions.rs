//! Sessions, drafts and sign-in attempts.

use std::sync::Arc;

use domain::{Timestamp, User, Values};
use persistence::{Admission, Attempts, Draft, Session, Store};

use crate::race::race;
use crate::samples::{HOSTILE, user};

const AT: Timestamp = Timestamp::from_ms(1_700_000_000_000);
const TOKEN: [u8; 32] = [0xff; 32];

async fn ada_and_bob(store: &dyn Store) -> (User, User) {
    let (ada, bob) = (user(1, "ada"), user(2, "bob"));
    for user in [&ada, &bob] {
        store
            .insert_user(user, "hash", AT, Admission::CommandLine)
            .await
            .unwrap();
    }
    (ada, bob)
}

fn session(user: &User) -> Session {
    Session {
        user: user.clone(),
        created_at: AT,
        seen_at: AT.plus_seconds(60),
        expires_at: AT.plus_seconds(3600),
    }
}

fn draft(values: &[(&str, &str)]) -> Draft {
    let values: Values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Draft {
        path: "/accounts/new?platform=clerk".to_owned(),
        values,
    }
}

pub async fn a_session_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (ada, bob) = ada_and_bob(&*store).await;
    store.insert_session(TOKEN, &session(&ada)).await.unwrap();
    store.insert_session([0; 32], &session(&bob)).await.unwrap();
    assert_eq!(store.find_session(TOKEN).await.unwrap(), Some(session(&ada)));
    assert_eq!(store.find_session([0; 32]).await.unwrap(), Some(session(&bob)));
}

pub async fn a_session_needs_its_token(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    store.insert_session(TOKEN, &session(&ada)).await.unwrap();
    let mut other = TOKEN;
    other[31] = 0;
    assert_eq!(store.find_session(other).await.unwrap(), None);
}

pub async fn a_session_of_nobody_is_refused(store: Arc<dyn Store>) {
    assert!(
        store
            .insert_session(TOKEN, &session(&user(9, "eve")))
            .await
            .is_err()
    );
    assert_eq!(store.find_session(TOKEN).await.unwrap(), None);
}

pub async fn an_expired_session_stays_until_it_is_removed(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    let mut expired = session(&ada);
    expired.expires_at = Timestamp::from_ms(1);
    store.insert_session(TOKEN, &expired).await.unwrap();
    assert_eq!(store.find_session(TOKEN).await.unwrap(), Some(expired));
}

pub async fn a_touch_moves_its_session_only(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    for token in [TOKEN, [1; 32]] {
        store.insert_session(token, &session(&ada)).await.unwrap();
    }
    let later = AT.plus_seconds(600);
    store.touch_session(TOKEN, later).await.unwrap();
    store.touch_session([9; 32], later).await.unwrap();
    assert_eq!(
        store.find_session(TOKEN).await.unwrap(),
        Some(Session {
            seen_at: later,
            ..session(&ada)
        })
    );
    assert_eq!(store.find_session([1; 32]).await.unwrap(), Some(session(&ada)));
    assert_eq!(store.find_session([9; 32]).await.unwrap(), None);
}

pub async fn a_removed_session_is_gone(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    for token in [TOKEN, [1; 32]] {
        store.insert_session(token, &session(&ada)).await.unwrap();
    }
    store.remove_session(TOKEN).await.unwrap();
    store.remove_session(TOKEN).await.unwrap();
    assert_eq!(store.find_session(TOKEN).await.unwrap(), None);
    assert_eq!(store.find_session([1; 32]).await.unwrap(), Some(session(&ada)));
}

pub async fn stale_sessions_drafts_and_attempts_go(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    let (old, fresh) = (AT.plus_seconds(-60), AT.plus_seconds(60));
    let used = |seen_at, expires_at| Session {
        user: ada.clone(),
        created_at: old,
        seen_at,
        expires_at,
    };
    store.insert_session([1; 32], &used(old, fresh)).await.unwrap();
    store.insert_session([2; 32], &used(fresh, old)).await.unwrap();
    store.insert_session([3; 32], &used(fresh, fresh)).await.unwrap();
    store
        .insert_draft([1; 32], ada.id, &draft(&[]), old)
        .await
        .unwrap();
    store
        .insert_draft([2; 32], ada.id, &draft(&[]), fresh)
        .await
        .unwrap();
    store.count_attempt("old", old, old).await.unwrap();
    store.count_attempt("fresh", fresh, old).await.unwrap();

    assert_eq!(store.remove_stale(AT).await.unwrap(), 2);

    assert_eq!(store.find_session([1; 32]).await.unwrap(), None);
    assert_eq!(store.find_session([2; 32]).await.unwrap(), None);
    assert_eq!(
        store.find_session([3; 32]).await.unwrap(),
        Some(used(fresh, fresh))
    );
    assert_eq!(store.take_draft([1; 32], ada.id).await.unwrap(), None);
    assert_eq!(store.take_draft([2; 32], ada.id).await.unwrap(), Some(draft(&[])));
    assert_eq!(store.find_attempts("old").await.unwrap(), None);
    assert!(store.find_attempts("fresh").await.unwrap().is_some());
    assert_eq!(store.remove_stale(AT).await.unwrap(), 0);
}

pub async fn a_draft_is_handed_out_once(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    store
        .insert_draft(TOKEN, ada.id, &draft(&[("description", "Prova")]), AT)
        .await
        .unwrap();
    store
        .insert_draft([1; 32], ada.id, &draft(&[]), AT)
        .await
        .unwrap();
    assert_eq!(
        store.take_draft(TOKEN, ada.id).await.unwrap(),
        Some(draft(&[("description", "Prova")]))
    );
    assert_eq!(store.take_draft(TOKEN, ada.id).await.unwrap(), None);
    assert_eq!(store.take_draft([1; 32], ada.id).await.unwrap(), Some(draft(&[])));
}

pub async fn a_draft_is_handed_out_to_its_own_user_only(store: Arc<dyn Store>) {
    let (ada, bob) = ada_and_bob(&*store).await;
    store.insert_draft(TOKEN, ada.id, &draft(&[]), AT).await.unwrap();
    assert_eq!(store.take_draft(TOKEN, bob.id).await.unwrap(), None);
    assert_eq!(store.take_draft(TOKEN, ada.id).await.unwrap(), Some(draft(&[])));
}

pub async fn a_draft_is_handed_out_once_to_twenty_at_once(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    store.insert_draft(TOKEN, ada.id, &draft(&[]), AT).await.unwrap();
    let results = race(20, |_| {
        let store = Arc::clone(&store);
        async move { store.take_draft(TOKEN, ada.id).await.unwrap() }
    })
    .await;
    assert_eq!(results.into_iter().flatten().count(), 1);
}

pub async fn a_draft_holds_whatever_was_typed(store: Arc<dyn Store>) {
    let (ada, _) = ada_and_bob(&*store).await;
    let long = "à".repeat(100_000);
    let mut typed = vec![
        ("nul", "a\0b"),
        ("control", "\u{1}\u{7f}\r\n\t"),
        ("", ""),
        ("long", long.as_str()),
    ];
    typed.extend(HOSTILE.map(|text| (text, text)));
    store
        .insert_draft(TOKEN, ada.id, &draft(&typed), AT)
        .await
        .unwrap();
    assert_eq!(
        store.take_draft(TOKEN, ada.id).await.unwrap(),
        Some(draft(&typed))
    );
}

pub async fn attempts_are_counted_from_one(store: Arc<dyn Store>) {
    assert_eq!(store.find_attempts("ada").await.unwrap(), None);
    let forget_before = AT.plus_seconds(-900);
    for failures in 1..=3 {
        let at = AT.plus_seconds(i64::from(failures));
        let previous_at = (failures > 1).then(|| at.plus_seconds(-1));
        let counted = store.count_attempt("ada", at, forget_before).await.unwrap();
        assert_eq!(
            counted,
            Attempts {
                failures,
                previous_at
            }
        );
    }
    // Whoever asks now has not tried yet: the attempt before theirs is the last one counted.
    let found = store.find_attempts("ada").await.unwrap();
    assert_eq!(
        found,
        Some(Attempts {
            failures: 3,
            previous_at: Some(AT.plus_seconds(3))
        })
    );
}

pub async fn attempts_of_other_subjects_are_counted_apart(store: Arc<dyn Store>) {
    for subject in HOSTILE {
        for failures in 1..=2 {
            let counted = store.count_attempt(subject, AT, AT).await.unwrap();
            assert_eq!(counted.failures, failures, "{subject}");
        }
    }
    store.remove_attempts(HOSTILE[0]).await.unwrap();
    assert_eq!(store.find_attempts(HOSTILE[0]).await.unwrap(), None);
    assert_eq!(
        store.find_attempts(HOSTILE[1]).await.unwrap().unwrap().failures,
        2
    );
}

pub async fn old_attempts_do_not_count_any_more(store: Arc<dyn Store>) {
    for _ in 0..3 {
        store
            .count_attempt("ada", AT, AT.plus_seconds(-900))
            .await
            .unwrap();
    }
    let later = AT.plus_seconds(901);
    let counted = store
        .count_attempt("ada", later, later.plus_seconds(-900))
        .await
        .unwrap();
    assert_eq!(
        counted,
        Attempts {
            failures: 1,
            previous_at: None
        }
    );
    let counted = store
        .count_attempt("ada", later, later.plus_seconds(-900))
        .await
        .unwrap();
    assert_eq!(
        counted,
        Attempts {
            failures: 2,
            previous_at: Some(later)
        }
    );
}

pub async fn forgotten_attempts_start_again(store: Arc<dyn Store>) {
    store.count_attempt("ada", AT, AT).await.unwrap();
    store.remove_attempts("ada").await.unwrap();
    store.remove_attempts("ada").await.unwrap();
    assert_eq!(store.find_attempts("ada").await.unwrap(), None);
    assert_eq!(
        store.count_attempt("ada", AT, AT).await.unwrap(),
        Attempts {
            failures: 1,
            previous_at: None
        }
    );
}

pub async fn twenty_attempts_at_once_are_all_counted(store: Arc<dyn Store>) {
    let results = race(20, |_| {
        let store = Arc::clone(&store);
        async move {
            store
                .count_attempt("ada", AT, AT.plus_seconds(-900))
                .await
                .unwrap()
        }
    })
    .await;
    let mut failures: Vec<u32> = results.iter().map(|counted| counted.failures).collect();
    failures.sort_unstable();
    assert_eq!(failures, (1..=20).collect::<Vec<u32>>());
}
