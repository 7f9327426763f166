//! The log: what is told of accounts, pages, filters, and what is removed.

use domain::{LogFilter, LogKind, LogLevel, LogPlace, Platform, Timestamp};
use service::{Confirmation, LogRange, Queue};

use crate::stage::Stage;

fn kinds(entries: &[domain::LogEntry]) -> Vec<LogKind> {
    entries.iter().map(|entry| entry.message.kind).collect()
}

async fn page(stage: &Stage, filter: &LogFilter) -> service::LogPage {
    stage
        .raccordo
        .list_log(stage.site.id, filter, LogRange::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn every_change_of_an_account_is_told_with_who_did_it() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::Telegram, &[]).await;
    let renamed = stage.reopened(Platform::Telegram, &[("description", "Another name")]);
    stage.update(account.id, account.version, &renamed).await.unwrap();
    for active in [true, false] {
        stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                active,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
    }
    let now = stage.stored(account.id).await.unwrap();
    stage
        .raccordo
        .delete_accounts(&stage.ada, stage.site.id, &[(now.id, now.version)])
        .await
        .unwrap();
    let entries = page(&stage, &LogFilter::default()).await.entries;
    assert_eq!(
        kinds(&entries),
        [
            LogKind::AccountDeleted,
            LogKind::AccountDeactivated,
            LogKind::AccountActivatedUnproven,
            LogKind::AccountEdited,
            LogKind::AccountCreated
        ],
        "one clock tick, and still in their order"
    );
    for entry in &entries {
        assert_eq!(entry.by.as_deref(), Some("ada"));
        assert_eq!(entry.account.as_ref().map(|account| account.id), Some(account.id));
    }
    assert_eq!(entries[3].message.fields[0].to, "Another name");
    assert_eq!(
        entries[4]
            .account
            .as_ref()
            .map(|account| account.description.as_str()),
        Some("Bot"),
        "as it was called then"
    );
}

#[tokio::test]
async fn a_change_that_is_refused_is_not_told() {
    let stage = Stage::new().await;
    let first = stage.create(Platform::Telegram, &[]).await;
    let second = stage
        .create(Platform::Telegram, &[("description", "Second")])
        .await;
    for id in [first.id, second.id] {
        let _ = stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await;
    }
    let entries = page(&stage, &LogFilter::default()).await.entries;
    let switched = kinds(&entries)
        .iter()
        .filter(|kind| **kind == LogKind::AccountActivatedUnproven)
        .count();
    assert_eq!(switched, 1, "the second has no place");
}

#[tokio::test]
async fn a_search_follows_every_account_that_it_finds() {
    let stage = Stage::new().await;
    for number in 0..60 {
        stage
            .create(Platform::Telegram, &[("description", &format!("Bot {number}"))])
            .await;
    }
    let filter = LogFilter {
        account: "bot".to_owned(),
        ..LogFilter::default()
    };
    let found = stage
        .raccordo
        .read_log(stage.site.id, &filter, LogRange::default(), None, 100)
        .await
        .unwrap();
    assert_eq!(found.len(), 60);
}

#[tokio::test]
async fn pages_walk_through_every_entry_once_in_both_directions() {
    let stage = Stage::new().await;
    for number in 0..120 {
        stage
            .create(Platform::Telegram, &[("description", &format!("Bot {number}"))])
            .await;
    }
    let mut seen = Vec::new();
    let mut filter = LogFilter::default();
    loop {
        let page = page(&stage, &filter).await;
        assert_eq!(page.has_newer, filter.place != LogPlace::Newest);
        seen.extend(page.entries.iter().map(|entry| entry.id));
        if !page.has_older {
            break;
        }
        filter.place = LogPlace::OlderThan(seen[seen.len() - 1]);
    }
    assert_eq!(seen.len(), 120);
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    filter.place = LogPlace::NewerThan(seen[100]);
    let back = page(&stage, &filter).await;
    let ids: Vec<_> = back.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, seen[50..100]);
    assert!(back.has_newer && back.has_older);
}

#[tokio::test]
async fn filters_narrow_by_type_message_account_and_time() {
    let stage = Stage::new().await;
    let coffee = stage
        .create(Platform::Telegram, &[("description", "Caffè")])
        .await;
    stage.clock.pass(3600);
    let tea = stage.create(Platform::Clerk, &[("description", "Tè")]).await;
    stage
        .raccordo
        .delete_accounts(&stage.ada, stage.site.id, &[(coffee.id, coffee.version)])
        .await
        .unwrap();
    let with = |change: fn(&mut LogFilter)| {
        let mut filter = LogFilter::default();
        change(&mut filter);
        filter
    };
    let found = page(&stage, &with(|filter| filter.level = Some(LogLevel::Warning))).await;
    assert_eq!(kinds(&found.entries), [LogKind::AccountDeleted]);
    let found = page(
        &stage,
        &with(|filter| filter.kind = Some(LogKind::AccountCreated)),
    )
    .await;
    assert_eq!(found.entries.len(), 2);
    let found = page(&stage, &with(|filter| filter.account = "CAFFÈ".to_owned())).await;
    assert_eq!(found.entries.len(), 2, "a deleted account is still found");
    let found = page(&stage, &with(|filter| filter.account = "nobody".to_owned())).await;
    assert_eq!(found.entries.len(), 0);
    let only = LogFilter {
        account_id: Some(tea.id),
        ..LogFilter::default()
    };
    assert_eq!(page(&stage, &only).await.entries.len(), 1);
    let range = LogRange {
        from: None,
        before: Some(Timestamp::from_ms(1_795_000_000_000 + 1)),
    };
    let early = stage
        .raccordo
        .list_log(stage.site.id, &LogFilter::default(), range)
        .await
        .unwrap();
    assert_eq!(kinds(&early.entries), [LogKind::AccountCreated]);
}

#[tokio::test]
async fn what_is_older_than_the_log_is_kept_goes_and_that_is_told() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        stage.create(Platform::Clerk, &[]).await;
    }
    stage.clock.pass(20 * 86_400);
    stage.create(Platform::Telegram, &[]).await;
    assert_eq!(stage.raccordo.purge_log().await.unwrap(), 0);
    stage.clock.pass(11 * 86_400);
    assert_eq!(stage.raccordo.purge_log().await.unwrap(), 3);
    let entries = page(&stage, &LogFilter::default()).await.entries;
    assert_eq!(kinds(&entries), [LogKind::LogPurged, LogKind::AccountCreated]);
    assert_eq!(entries[0].message.count, Some(3));
}
