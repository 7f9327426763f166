//! Signing in, sessions, and what slows down guessing.

use domain::UserName;
use persistence::Draft;
use service::{NewUserError, SessionLimits, SessionState, SignInFailure};

use crate::stage::{IDLE, MAX, PASSWORD, Stage, key, password};

const HERE: &str = "192.0.2.7";

async fn with_ada() -> Stage {
    let stage = Stage::new().await;
    stage
        .raccordo
        .create_user("ada".parse().unwrap(), password(PASSWORD))
        .await
        .unwrap();
    stage
}

async fn sign_in(stage: &Stage, name: &str, typed: &str, address: &str) -> Result<String, SignInFailure> {
    stage
        .raccordo
        .sign_in(name, password(typed), address)
        .await
        .map(|session| session.token.expose())
}

async fn is_active(stage: &Stage, token: &str) -> bool {
    matches!(
        stage.raccordo.session(token).await.unwrap(),
        SessionState::Active { .. }
    )
}

/// Seconds to wait, where that is the answer.
fn wait(result: Result<String, SignInFailure>) -> Option<u32> {
    match result {
        Err(SignInFailure::Wait { seconds }) => Some(seconds),
        Ok(_) | Err(SignInFailure::Wrong) => None,
        Err(SignInFailure::Service(error)) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn the_right_name_and_password_sign_in() {
    let stage = with_ada().await;
    for name in ["ada", " ADA "] {
        let token = sign_in(&stage, name, PASSWORD, HERE).await.unwrap();
        let SessionState::Active { actor, .. } = stage.raccordo.session(&token).await.unwrap() else {
            panic!("no session")
        };
        assert_eq!(actor.user.name.as_str(), "ada");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let stage = with_ada().await;
    for (name, typed) in [
        ("ada", "wrong horse battery"),
        ("ada", ""),
        ("eve", PASSWORD),
        ("", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ] {
        assert!(
            matches!(
                sign_in(&stage, name, typed, HERE).await,
                Err(SignInFailure::Wrong)
            ),
            "{name}"
        );
    }
}

#[tokio::test]
async fn failures_slow_a_name_down_from_wherever_they_come() {
    let stage = with_ada().await;
    for number in 0..5 {
        assert!(matches!(
            sign_in(&stage, "ada", "wrong", &format!("192.0.2.{number}")).await,
            Err(SignInFailure::Wrong)
        ));
    }
    for expected in [2, 4, 8, 16] {
        assert_eq!(
            wait(sign_in(&stage, "ada", PASSWORD, HERE).await),
            Some(expected),
            "the right password waits as well"
        );
        stage.clock.pass(i64::from(expected) - 1);
        assert_eq!(
            wait(sign_in(&stage, "ADA", PASSWORD, "198.51.100.1").await),
            Some(1)
        );
        stage.clock.pass(1);
        assert!(
            matches!(
                sign_in(&stage, "ada", "wrong", HERE).await,
                Err(SignInFailure::Wrong)
            ),
            "after {expected} s"
        );
    }
    assert_eq!(
        wait(sign_in(&stage, "bob", "wrong", HERE).await),
        None,
        "another name does not wait"
    );
}

#[tokio::test]
async fn a_wait_is_never_longer_than_a_quarter_of_an_hour() {
    let stage = with_ada().await;
    for _ in 0..30 {
        let waited = wait(sign_in(&stage, "ada", "wrong", HERE).await).unwrap_or_default();
        assert!(waited <= 900);
        stage.clock.pass(i64::from(waited));
    }
    stage.clock.pass(900);
    sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
}

#[tokio::test]
async fn failures_slow_an_address_down_whatever_the_names() {
    let stage = with_ada().await;
    for number in 0..20 {
        assert!(matches!(
            sign_in(&stage, &format!("guess{number}"), "wrong", HERE).await,
            Err(SignInFailure::Wrong)
        ));
    }
    assert_eq!(wait(sign_in(&stage, "ada", PASSWORD, HERE).await), Some(2));
    sign_in(&stage, "ada", PASSWORD, "198.51.100.1").await.unwrap();
}

#[tokio::test]
async fn a_success_forgets_the_failures_before_it() {
    let stage = with_ada().await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(sign_in(&stage, "ada", "wrong", HERE).await.is_err());
        }
        sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    }
}

#[tokio::test]
async fn old_failures_are_forgotten() {
    let stage = with_ada().await;
    for _ in 0..5 {
        assert!(sign_in(&stage, "ada", "wrong", HERE).await.is_err());
    }
    stage.clock.pass(901);
    for _ in 0..5 {
        assert!(matches!(
            sign_in(&stage, "ada", "wrong", HERE).await,
            Err(SignInFailure::Wrong)
        ));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_of_guesses_at_once_is_counted_as_such() {
    let stage = std::sync::Arc::new(with_ada().await);
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let stage = std::sync::Arc::clone(&stage);
            tokio::spawn(async move {
                wait(sign_in(&stage, "ada", "wrong", &format!("192.0.2.{number}")).await).is_some()
            })
        })
        .collect();
    let mut looked_at = 0;
    for task in tasks {
        looked_at += u32::from(!task.await.unwrap());
    }
    assert_eq!(
        looked_at, 5,
        "no more passwords are looked at than one after the other"
    );
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used() {
    let stage = with_ada().await;
    let token = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    stage.clock.pass(IDLE - 1);
    assert!(is_active(&stage, &token).await);
    stage.clock.pass(IDLE - 1);
    assert!(is_active(&stage, &token).await, "it was used meanwhile");
    stage.clock.pass(IDLE);
    assert!(matches!(
        stage.raccordo.session(&token).await.unwrap(),
        SessionState::Expired { .. }
    ));
}

#[tokio::test]
async fn a_session_ends_however_much_it_is_used() {
    let stage = with_ada().await;
    let token = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    for _ in 0..MAX / 1800 {
        assert!(is_active(&stage, &token).await);
        stage.clock.pass(1800);
    }
    assert!(matches!(
        stage.raccordo.session(&token).await.unwrap(),
        SessionState::Expired { .. }
    ));
}

#[tokio::test]
async fn a_short_session_does_not_end_while_it_is_used() {
    let stage = Stage::with(
        key("07"),
        SessionLimits {
            idle_seconds: 120,
            max_seconds: 3600,
        },
    )
    .await;
    stage
        .raccordo
        .create_user("ada".parse().unwrap(), password(PASSWORD))
        .await
        .unwrap();
    let token = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    for _ in 0..10 {
        stage.clock.pass(60);
        assert!(is_active(&stage, &token).await);
    }
    stage.clock.pass(120);
    assert!(!is_active(&stage, &token).await);
}

#[tokio::test]
async fn what_is_no_token_is_no_session() {
    let stage = with_ada().await;
    let token = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    for wrong in [
        "",
        "x",
        "' OR 1=1 --",
        &token[1..],
        &"A".repeat(43),
        &"A".repeat(1_000_000),
    ] {
        assert!(matches!(
            stage.raccordo.session(wrong).await.unwrap(),
            SessionState::None
        ));
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_only() {
    let stage = with_ada().await;
    let here = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    let there = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    let SessionState::Active { hash, .. } = stage.raccordo.session(&here).await.unwrap() else {
        panic!("no session")
    };
    stage.raccordo.sign_out(hash).await.unwrap();
    assert!(matches!(
        stage.raccordo.session(&here).await.unwrap(),
        SessionState::None
    ));
    assert!(is_active(&stage, &there).await);
}

#[tokio::test]
async fn a_new_password_ends_the_user_s_sessions_and_nobody_else_s() {
    let stage = with_ada().await;
    stage
        .raccordo
        .create_user("bob".parse().unwrap(), password(PASSWORD))
        .await
        .unwrap();
    let ada = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    let bob = sign_in(&stage, "bob", PASSWORD, HERE).await.unwrap();
    let name: UserName = "ada".parse().unwrap();
    assert!(
        stage
            .raccordo
            .set_password(&name, password("another horse battery"))
            .await
            .unwrap()
    );
    assert!(!is_active(&stage, &ada).await);
    assert!(is_active(&stage, &bob).await);
    assert!(matches!(
        sign_in(&stage, "ada", PASSWORD, HERE).await,
        Err(SignInFailure::Wrong)
    ));
    sign_in(&stage, "ada", "another horse battery", HERE)
        .await
        .unwrap();
    assert!(
        !stage
            .raccordo
            .set_password(&"eve".parse().unwrap(), password(PASSWORD))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_user_has_a_name_of_their_own_and_a_good_password() {
    let stage = with_ada().await;
    let taken = stage
        .raccordo
        .create_user("ADA".parse().unwrap(), password("another horse battery"))
        .await;
    assert!(matches!(taken, Err(NewUserError::NameTaken)));
    let short = stage
        .raccordo
        .create_user("bob".parse().unwrap(), password("short"))
        .await;
    assert!(matches!(short, Err(NewUserError::Password(_))));
    let short = stage
        .raccordo
        .set_password(&"ada".parse().unwrap(), password("short"))
        .await;
    assert!(matches!(short, Err(NewUserError::Password(_))));
    assert_eq!(stage.raccordo.list_users().await.unwrap().len(), 1);
    sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
}

#[tokio::test]
async fn a_form_sent_after_its_session_ended_is_handed_out_once_to_the_same_person() {
    let stage = with_ada().await;
    stage
        .raccordo
        .create_user("bob".parse().unwrap(), password(PASSWORD))
        .await
        .unwrap();
    let token = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    stage.clock.pass(IDLE);
    let SessionState::Expired { hash } = stage.raccordo.session(&token).await.unwrap() else {
        panic!("not expired")
    };
    let values = [("description".to_owned(), "<b>Typed</b>".to_owned())].into();
    let draft = Draft {
        path: "/accounts/new".to_owned(),
        values,
    };
    let kept = stage.raccordo.keep_draft(hash, &draft).await.unwrap().unwrap();
    assert!(
        stage
            .raccordo
            .keep_draft([0; 32], &draft)
            .await
            .unwrap()
            .is_none()
    );
    let ada = stage
        .raccordo
        .sign_in("ada", password(PASSWORD), HERE)
        .await
        .ok()
        .unwrap()
        .actor;
    let bob = stage
        .raccordo
        .sign_in("bob", password(PASSWORD), HERE)
        .await
        .ok()
        .unwrap()
        .actor;
    assert_eq!(stage.raccordo.take_draft(&bob, &kept).await.unwrap(), None);
    assert_eq!(stage.raccordo.take_draft(&ada, "x").await.unwrap(), None);
    assert_eq!(stage.raccordo.take_draft(&ada, &kept).await.unwrap(), Some(draft));
    assert_eq!(stage.raccordo.take_draft(&ada, &kept).await.unwrap(), None);
}

#[tokio::test]
async fn what_ended_long_ago_is_removed() {
    let stage = with_ada().await;
    let old = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    stage.clock.pass(8 * 86_400);
    let new = sign_in(&stage, "ada", PASSWORD, HERE).await.unwrap();
    assert_eq!(stage.raccordo.remove_stale_sessions().await.unwrap(), 1);
    assert!(matches!(
        stage.raccordo.session(&old).await.unwrap(),
        SessionState::None
    ));
    assert!(is_active(&stage, &new).await);
}
