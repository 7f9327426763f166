//! The first start: a site, a one-time link, the first administrator.

use std::sync::Arc;

use domain::{Site, SiteLists};
use service::{FirstStart, FirstStartError, SessionState};

use crate::stage::{PASSWORD, Stage, key, password};

const LINK_SECONDS: i64 = 24 * 3600;

fn form(stage: &Stage, name: &str, typed: &str) -> FirstStart {
    let site = Site {
        id: stage.site.id,
        name: "Caffè <Roma>".parse().unwrap(),
        url: "https://www.example.org".parse().unwrap(),
        lists: SiteLists::parse("it, de", "EUR, CHF").unwrap(),
        time_zone: "Europe/Zurich".parse().unwrap(),
    };
    FirstStart {
        name: name.parse().unwrap(),
        password: password(typed),
        site,
    }
}

async fn link(stage: &Stage) -> String {
    stage.raccordo.first_start_link().await.unwrap().unwrap()
}

#[tokio::test]
async fn an_empty_database_begins_with_one_site_however_often_it_is_started() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        stage.restarted(key("07")).await;
    }
    assert_eq!(stage.store.list_sites().await.unwrap(), [(*stage.site).clone()]);
}

#[tokio::test]
async fn the_link_makes_the_administrator_once_and_signs_in() {
    let stage = Stage::new().await;
    let token = link(&stage).await;
    assert!(!stage.raccordo.has_users().await.unwrap());
    assert!(stage.raccordo.is_first_start_link(&token).await.unwrap());
    let session = stage
        .raccordo
        .first_start(&token, form(&stage, "ada", PASSWORD))
        .await
        .ok()
        .unwrap();
    let session = stage.raccordo.session(&session.token.expose()).await.unwrap();
    assert!(matches!(session, SessionState::Active { actor, .. } if actor.user.name.as_str() == "ada"));
    assert_eq!(
        stage.raccordo.shown_site().await.unwrap().name.as_str(),
        "Caffè <Roma>"
    );
    assert_eq!(
        stage
            .restarted(key("07"))
            .await
            .shown_site()
            .await
            .unwrap()
            .time_zone
            .as_str(),
        "Europe/Zurich"
    );
    assert!(!stage.raccordo.is_first_start_link(&token).await.unwrap());
    let again = stage
        .raccordo
        .first_start(&token, form(&stage, "eve", PASSWORD))
        .await;
    assert!(matches!(again, Err(FirstStartError::LinkInvalid)));
    assert_eq!(
        stage.raccordo.first_start_link().await.unwrap(),
        None,
        "with a user there are no more links"
    );
    assert_eq!(stage.raccordo.list_users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_link_takes_the_place_of_the_old_one() {
    let stage = Stage::new().await;
    let old = link(&stage).await;
    let new = link(&stage).await;
    assert!(!stage.raccordo.is_first_start_link(&old).await.unwrap());
    let refused = stage
        .raccordo
        .first_start(&old, form(&stage, "eve", PASSWORD))
        .await;
    assert!(matches!(refused, Err(FirstStartError::LinkInvalid)));
    assert!(
        stage
            .raccordo
            .first_start(&new, form(&stage, "ada", PASSWORD))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let stage = Stage::new().await;
    let token = link(&stage).await;
    stage.clock.pass(LINK_SECONDS - 1);
    assert!(stage.raccordo.is_first_start_link(&token).await.unwrap());
    stage.clock.pass(1);
    assert!(!stage.raccordo.is_first_start_link(&token).await.unwrap());
    let late = stage
        .raccordo
        .first_start(&token, form(&stage, "ada", PASSWORD))
        .await;
    assert!(matches!(late, Err(FirstStartError::LinkInvalid)));
    assert!(!stage.raccordo.has_users().await.unwrap());
}

#[tokio::test]
async fn a_refused_password_does_not_use_the_link_up() {
    let stage = Stage::new().await;
    let token = link(&stage).await;
    for typed in ["short", "my name is ada!"] {
        let refused = stage
            .raccordo
            .first_start(&token, form(&stage, "ada", typed))
            .await;
        assert!(matches!(refused, Err(FirstStartError::Password(_))), "{typed}");
    }
    assert!(
        stage
            .raccordo
            .first_start(&token, form(&stage, "ada", PASSWORD))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_is_no_link_is_refused() {
    let stage = Stage::new().await;
    link(&stage).await;
    for token in ["", "x", "' OR 1=1 --", &"A".repeat(43), &"A".repeat(1_000_000)] {
        assert!(!stage.raccordo.is_first_start_link(token).await.unwrap());
        let refused = stage
            .raccordo
            .first_start(token, form(&stage, "eve", PASSWORD))
            .await;
        assert!(matches!(refused, Err(FirstStartError::LinkInvalid)));
    }
    assert!(!stage.raccordo.has_users().await.unwrap());
}

#[tokio::test]
async fn a_user_added_at_the_command_line_closes_the_link() {
    let stage = Stage::new().await;
    let token = link(&stage).await;
    stage
        .raccordo
        .create_user("bob".parse().unwrap(), password(PASSWORD))
        .await
        .unwrap();
    let refused = stage
        .raccordo
        .first_start(&token, form(&stage, "eve", PASSWORD))
        .await;
    assert!(matches!(refused, Err(FirstStartError::LinkInvalid)));
    assert_eq!(stage.raccordo.list_users().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_people_with_the_link_one_becomes_the_administrator() {
    let stage = Arc::new(Stage::new().await);
    let token = link(&stage).await;
    let tasks: Vec<_> = ["ada", "bob", "eve", "kim"]
        .into_iter()
        .map(|name| {
            let (stage, token) = (Arc::clone(&stage), token.clone());
            tokio::spawn(async move {
                stage
                    .raccordo
                    .first_start(&token, form(&stage, name, PASSWORD))
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        winners += u32::from(task.await.unwrap());
    }
    assert_eq!(
        (winners, stage.raccordo.list_users().await.unwrap().len()),
        (1, 1)
    );
}
