//! Databases of earlier versions of the program.

use domain::{Account, AccountFilter, Platform, Timestamp, Version};
use persistence_contract::samples::{
    account, active, check, entry_about, record, removed, settings, site, stored, switched, whole_log,
};
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use crate::support::{Database, open};

/// Some time.
const AT: Timestamp = Timestamp::from_ms(1_700_000_000_000);

static MIGRATIONS: Migrator = sqlx::migrate!();

/// A site, an account, a secret and a recorded change, as the first version of the program wrote them.
async fn insert_as_first_version(conn: &mut PgConnection, account: &Account) {
    let site = site(1);
    sqlx::query(
        "insert into sites (id, name, url, languages, currencies, time_zone, created_at)
         values ($1, $2, $3, '[\"it\",\"en\",\"pt-BR\"]', '[\"EUR\",\"USD\"]', 'Europe/Rome', 1) on conflict do nothing",
    )
    .bind(site.id.uuid())
    .bind(site.name.as_str())
    .bind(site.url.as_str())
    .execute(&mut *conn)
    .await
    .unwrap();
    sqlx::query(
        "insert into accounts (id, site_id, platform, active, version, created_at, updated_at, updated_by, slot,
             description, description_key, search_text, settings)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $3, $9, $10, $11, $12)",
    )
    .bind(account.id.uuid())
    .bind(account.site_id.uuid())
    .bind(account.platform().code())
    .bind(account.active)
    .bind(i64::from(account.version.number()))
    .bind(account.created_at.ms())
    .bind(account.updated_at.ms())
    .bind(&account.updated_by)
    .bind(account.description.as_str())
    .bind(account.description_key())
    .bind(account.search_text())
    .bind(Json(account.settings.values()))
    .execute(&mut *conn)
    .await
    .unwrap();
    for statement in [
        "insert into account_secrets (account_id, field, host, key_id, set_at, set_by, sealed)
         values ($1, 'bot_token', 'api.telegram.org', 'key', 1, 'ada', '\\x00ff')",
        "insert into account_changes (account_id, version, kind, changed_at, changed_by, fields, secrets)
         values ($1, 1, 'created', 1, 'ada', '[]', '[]')",
    ] {
        sqlx::query(statement)
            .bind(account.id.uuid())
            .execute(&mut *conn)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_first_version_keeps_everything() {
    let database = Database::create().await;
    let site_id = site(1).id;
    let mut on = active(account(site_id, 1, Platform::Telegram, "Acceso"));
    on.version = Version::from_number(7).unwrap();
    let mut off = account(site_id, 2, Platform::Telegram, "Spento");
    off.settings = settings(Platform::Telegram, &[("bot_username", "altro_bot")]);
    let mut conn = database.connect().await;
    MIGRATIONS.run_to(1, &mut conn).await.unwrap();
    for account in [&on, &off] {
        insert_as_first_version(&mut conn, account).await;
    }
    conn.close().await.unwrap();

    let store = open(&database).await;
    assert_eq!(store.list_sites().await.unwrap(), [site(1)]);
    for (account, version) in [(&mut on, 7), (&mut off, 1)] {
        let found = stored(&*store, account).await;
        // Whatever was changed last may have been the settings.
        account.settings_version = Version::from_number(version).unwrap();
        account.secrets.clone_from(&found.secrets);
        assert_eq!(found, *account);
        let secrets = store.list_secrets(site_id, account.id).await.unwrap();
        assert_eq!((secrets.len(), secrets[0].sealed.as_slice()), (1, &[0, 0xff][..]));
        assert_eq!(
            store.list_changes(site_id, account.id, None).await.unwrap().len(),
            1
        );
    }
    let page = store
        .list_accounts(site_id, &AccountFilter::default())
        .await
        .unwrap();
    assert_eq!((page.total, page.attention), (2, 0));
    assert!(page.rows.iter().all(|row| row.check.is_none()));

    // What it could not do before, it can do now.
    let due = store
        .claim_due_checks(AT, Timestamp::from_ms(AT.ms() + 1), 9)
        .await
        .unwrap();
    assert_eq!(due, [(site_id, on.id)]);
    assert!(record(&*store, &on, &check(&on, AT.ms(), None)).await);
    let gone = entry_about(&on, AT.ms(), 1, domain::LogKind::AccountDeleted);
    store
        .write_accounts(
            site_id,
            vec![removed(&on), switched(&off, true)],
            vec![gone.clone()],
        )
        .await
        .unwrap();
    assert_eq!(store.list_log(&whole_log(site_id)).await.unwrap(), [gone]);
    store.close().await;
}
