//! When the database cannot do what it should: a page that says so, what was typed, and nothing lost.

use std::os::unix::fs::FileExt;

use axum::http::StatusCode;
use persistence::{Sites, StoreError, Users};
use persistence_sqlite::{SqliteOptions, SqliteStore};

use crate::support::{Panel, Setup, TELEGRAM, with};

async fn reopened(panel: &Panel, sqlite: SqliteOptions) -> Panel {
    panel.raccordo.close().await;
    Panel::open(
        panel.home.clone(),
        Setup {
            sqlite,
            ..Setup::default()
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_database_shows_everything_and_refuses_to_save_with_what_was_typed() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    let panel = reopened(
        &panel,
        SqliteOptions {
            read_only: true,
            ..SqliteOptions::default()
        },
    )
    .await;
    let mut again = panel.browser();
    again.cookies = browser.cookies.clone();
    assert!(again.get("/accounts").await.body.contains("Ordini in chat"));
    let page = again
        .post(
            &format!("/accounts/{id}"),
            &with(
                TELEGRAM,
                &[("version", "1"), ("description", "Cambiato"), ("bot_token", "")],
            ),
        )
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.input("description").unwrap(), "Cambiato");
    let page = again
        .post(
            "/accounts/selection",
            &[("confirmed", "yes"), ("do", &format!("activate:{id}"))],
        )
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("<h1"));
    assert_eq!(
        again.get("/health/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(again.get("/health/live").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_to_save_and_keeps_what_is_there() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    panel.raccordo.close().await;
    let size = std::fs::metadata(panel.home.path().join("raccordo.db"))
        .unwrap()
        .len();
    let pages = u32::try_from(size / 4096).unwrap();
    let panel = reopened(
        &panel,
        SqliteOptions {
            pages_max: Some(pages),
            ..SqliteOptions::default()
        },
    )
    .await;
    let mut again = panel.browser();
    again.cookies = browser.cookies.clone();
    let mut status = StatusCode::SEE_OTHER;
    for round in 0..400 {
        let page = again
            .post(
                "/accounts/new",
                &with(TELEGRAM, &[("description", &format!("Pieno {round}"))]),
            )
            .await;
        status = page.status;
        if status != StatusCode::SEE_OTHER {
            assert_eq!(
                page.input("description").unwrap(),
                format!("Pieno {round}"),
                "what was typed comes back"
            );
            break;
        }
    }
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "at some point the disk is full"
    );
    assert_eq!(again.get(&format!("/accounts/{id}")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_told_as_such() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for round in 0..60 {
        browser
            .add(&with(TELEGRAM, &[("description", &format!("Riga {round}"))]))
            .await;
    }
    panel.raccordo.close().await;
    let path = panel.home.path().join("raccordo.db");
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let size = file.metadata().unwrap().len();
    // The first page stays, or it could not even be opened.
    for page in 1..size / 4096 {
        file.write_all_at(&[0xa5; 2048], page * 4096).unwrap();
    }
    let told = match SqliteStore::open(&path, SqliteOptions::default()).await {
        Ok(store) => match store.list_sites().await {
            Ok(_) => store.list_users().await.map(drop),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    assert!(matches!(told, Err(StoreError::Corrupted(_))), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_key_the_panel_runs_locked_and_overwrites_nothing() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    panel.raccordo.close().await;
    for key in [
        None,
        Some("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    ] {
        let locked = Panel::open(
            panel.home.clone(),
            Setup {
                key,
                ..Setup::default()
            },
        )
        .await;
        let mut again = locked.browser();
        again.cookies = browser.cookies.clone();
        let list = again.get("/accounts").await;
        assert_eq!(list.status, StatusCode::OK);
        assert!(
            list.body.contains("Bloccat"),
            "the account shows that it is locked: {}",
            list.body
        );
        again.language = "en";
        assert!(again.get(&format!("/accounts/{id}")).await.body.contains("ocked"));
        let form = with(
            TELEGRAM,
            &[("version", "1"), ("description", "Con un altro segreto")],
        );
        let page = again.post(&format!("/accounts/{id}"), &form).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "no secret is sealed with a foreign key"
        );
        assert_eq!(
            again.post("/accounts/new", TELEGRAM).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        locked.raccordo.close().await;
    }
    let right = Panel::open(panel.home.clone(), Setup::default()).await;
    let mut again = right.browser();
    again.cookies = browser.cookies.clone();
    let page = again.get(&format!("/accounts/{id}")).await;
    assert!(
        !page.body.contains("Bloccat"),
        "with the right key all is well again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_file_see_each_others_changes() {
    let one = Panel::start().await;
    let two = Panel::open(one.home.clone(), Setup::default()).await;
    let mut first = one.signed_in().await;
    let mut second = two.browser();
    second.cookies = first.cookies.clone();
    let id = second.add(TELEGRAM).await;
    assert!(first.get("/accounts").await.body.contains(&id));
    let rival = first.add(&with(TELEGRAM, &[("description", "Rivale")])).await;
    let (on_one, on_two) = (format!("activate:{id}"), format!("activate:{rival}"));
    let left_pairs = [("confirmed", "yes"), ("do", on_one.as_str())];
    let right_pairs = [("confirmed", "yes"), ("do", on_two.as_str())];
    let (left, right) = tokio::join!(
        first.post_json("/accounts/selection", &left_pairs),
        second.post_json("/accounts/selection", &right_pairs)
    );
    let mut statuses = [left.status, right.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
}
