//! Lista dei Log: what happened, in the reader's language, page by page and as a file.

use std::collections::BTreeSet;
use std::ops::Range;

use axum::http::StatusCode;
use domain::{AccountId, LogAccount, LogEntry, LogId, LogKind, LogMessage, Platform, Timestamp};
use persistence::{Log, Sites};
use persistence_sqlite::{SqliteOptions, SqliteStore};

use crate::support::{
    ACTIVECAMPAIGN, Browser, Home, PLANTED, Page, Panel, TELEGRAM, on_both_databases, with,
};

on_both_databases!(
    every_act_is_told_in_the_readers_language,
    every_column_has_a_filter,
    paging_walks_every_entry_exactly_once,
    a_page_that_is_not_there_any_more_is_the_first_one,
    what_has_come_is_told_to_a_page_that_follows,
    the_file_holds_what_the_page_shows,
    nothing_in_the_file_is_a_formula,
);

/// Changes some values of an account.
async fn change(browser: &mut Browser, id: &str, form: &[(&str, &str)], values: &[(&str, &str)]) {
    let path = format!("/accounts/{id}");
    let version = browser.get(&path).await.input("version").unwrap();
    let mut pairs = with(form, values);
    pairs.retain(|(name, _)| !matches!(*name, "platform" | "api_key" | "bot_token"));
    pairs.push(("version", &version));
    let page = browser.post(&path, &pairs).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

async fn delete(browser: &mut Browser, id: &str) {
    let version = browser
        .get(&format!("/accounts/{id}"))
        .await
        .input("version")
        .unwrap();
    let seen = format!("{id}:{version}");
    let page = browser
        .post("/accounts/delete", &[("do", "delete"), ("id", &seen)])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

/// The messages of a page of the log, from top to bottom.
fn messages(page: &Page) -> Vec<&str> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let cells = page.body.split("<td class=\"message\"><p>").skip(1);
    // Leptos marks the end of words that may change.
    cells.map(|cell| cell.split('<').next().unwrap()).collect()
}

/// The accounts of a page of the log, from top to bottom.
fn accounts(page: &Page) -> Vec<&str> {
    let cells = page.body.split("<td class=\"account\">").skip(1);
    cells
        .map(|cell| {
            let cell = cell.split("</td>").next().unwrap();
            let link = cell.split("<a href=\"").nth(1).unwrap();
            link.split('>').nth(1).unwrap().split('<').next().unwrap()
        })
        .collect()
}

/// Where the link to older or newer entries leads.
fn link(page: &Page, rel: &str) -> Option<String> {
    let tag = page
        .body
        .split("<a ")
        .find(|tag| tag.contains(&format!("rel=\"{rel}\"")))?;
    let href = tag.split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

async fn every_act_is_told_in_the_readers_language(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let nothing = browser.get("/log").await;
    assert_eq!(messages(&nothing), Vec::<&str>::new());
    assert!(nothing.body.contains("Nessun log, per ora"), "{}", nothing.body);

    let id = browser.add(TELEGRAM).await;
    change(
        &mut browser,
        &id,
        TELEGRAM,
        &[("description", "Ordini e resi"), ("cart_delay_hours", "12")],
    )
    .await;
    let page = browser.get("/log").await;
    assert!(page.body.contains(&format!("href=\"/accounts/{id}\"")));
    delete(&mut browser, &id).await;

    let page = browser.get("/log").await;
    let told = messages(&page);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("Account eliminato"), "{told:?}");
    assert!(
        told[1].starts_with("Account modificato: ") && told[1].contains("Descrizione"),
        "{told:?}"
    );
    assert!(told[2].starts_with("Account creato"), "{told:?}");
    for words in [
        "oggi 13:00:00",
        "Descrizione: «Ordini in chat» → «Ordini e resi»",
        "Bot Token: impostata",
        "Avviso",
        "eliminato",
        "anna",
        "datetime=\"2026-11-23T12:00:00Z\"",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // What was deleted is no link any more.
    assert!(!page.body.contains(&format!("href=\"/accounts/{id}\"")));

    browser.language = "en";
    let page = browser.get("/log").await;
    let told = messages(&page);
    assert!(told[0].starts_with("Account deleted"), "{told:?}");
    assert!(
        told[1].starts_with("Account changed: ") && told[1].contains("Description"),
        "{told:?}"
    );
    for words in ["Log entries", "Warning", "Bot Token: set", "today 13:00:00"] {
        assert!(page.body.contains(words), "{words}");
    }
    for secret in PLANTED {
        assert!(!page.body.contains(secret));
    }
}

async fn every_column_has_a_filter(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    browser.add(ACTIVECAMPAIGN).await;
    panel.clock.pass(86_400);
    let mut browser = panel.signed_in().await;
    let telegram = browser.add(TELEGRAM).await;
    let resold = browser
        .add(&with(TELEGRAM, &[("description", "Resi in chat")]))
        .await;
    delete(&mut browser, &resold).await;

    for (query, expected) in [
        ("", 4),
        ("?level=warning", 1),
        ("?level=error", 0),
        ("?kind=account_created", 3),
        ("?kind=account_created&level=warning", 0),
        ("?account=CHAT", 3),
        ("?account=resi", 2),
        ("?account=unicorno", 0),
        ("?from=2026-11-24", 3),
        ("?to=2026-11-23", 1),
        ("?from=2026-11-23&to=2026-11-24", 4),
        ("?from=2026-11-25", 0),
        ("?from=nonsense&level=loud&kind=&older=x", 4),
    ] {
        let page = browser.get(&format!("/log{query}")).await;
        assert_eq!(messages(&page).len(), expected, "{query}");
        let is_narrowed = page.body.contains("class=\"clear\"");
        assert_eq!(
            is_narrowed,
            !query.is_empty() && !query.contains("nonsense"),
            "{query}"
        );
        assert_eq!(
            page.body.contains("Nessun log corrisponde"),
            expected == 0,
            "{query}"
        );
    }
    let only = browser.get(&format!("/log?id={telegram}")).await;
    assert_eq!(messages(&only).len(), 1);
    assert_eq!(only.input("id").as_deref(), Some(telegram.as_str()));
    assert!(only.body.contains("Non solo Ordini in chat"), "{}", only.body);
}

async fn paging_walks_every_entry_exactly_once(home: Home) {
    const ALL: usize = 103;
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let mut expected = BTreeSet::new();
    for number in 0..ALL {
        let description = format!("Bot {number:03}");
        browser
            .add(&with(TELEGRAM, &[("description", &description)]))
            .await;
        expected.insert(description);
    }
    let mut page = browser.get("/log").await;
    assert_eq!(link(&page, "prev"), None);
    let mut pages = vec![accounts(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()];
    while let Some(older) = link(&page, "next") {
        page = browser.get(&older).await;
        pages.push(accounts(&page).into_iter().map(str::to_owned).collect());
    }
    let walked: Vec<String> = pages.concat();
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 3]);
    assert!(walked.is_sorted_by(|newer, older| newer > older), "{walked:?}");
    assert_eq!(walked.into_iter().collect::<BTreeSet<_>>(), expected);

    let newer = link(&page, "prev").unwrap();
    page = browser.get(&newer).await;
    assert_eq!(accounts(&page), pages[1]);
    page = browser.get(&link(&page, "prev").unwrap()).await;
    assert_eq!(accounts(&page), pages[0]);
    assert_eq!(link(&page, "prev"), None);
}

async fn a_page_that_is_not_there_any_more_is_the_first_one(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    browser.add(TELEGRAM).await;
    for place in [
        "older=01890000-0000-7000-8000-000000000001",
        "newer=01890000-0000-7000-8000-000000000001",
    ] {
        let page = browser.get(&format!("/log?{place}")).await;
        assert_eq!(messages(&page).len(), 1, "{place}");
        assert_eq!(link(&page, "prev"), None, "{place}");
        assert_eq!(link(&page, "next"), None, "{place}");
    }
}

async fn what_has_come_is_told_to_a_page_that_follows(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let ids = |page: &Page| -> Vec<String> {
        let rows = page.body.split("{\"id\":\"").skip(1);
        let ids = rows.map(|row| row.split('"').next().unwrap().to_owned());
        // Of an account too there is an id; entries are made after it.
        ids.filter(|id| !page.body.contains(&format!("\"account\":{{\"id\":\"{id}")))
            .collect()
    };
    browser.add(TELEGRAM).await;
    let all = browser.get("/load/log-tail?query=").await;
    let first = ids(&all);
    assert_eq!(first.len(), 1, "{}", all.body);

    panel.clock.pass(60);
    browser.add(ACTIVECAMPAIGN).await;
    let come = browser
        .get(&format!("/load/log-tail?query=&after={}", first[0]))
        .await;
    // The entry itself again: another may have been written beside it.
    assert_eq!(ids(&come).len(), 2, "{}", come.body);
    assert!(come.body.contains("\"joins\":true"), "{}", come.body);
    let newest = ids(&come)[0].clone();
    let nothing = browser
        .get(&format!("/load/log-tail?query=&after={newest}"))
        .await;
    assert_eq!(ids(&nothing), std::slice::from_ref(&newest), "{}", nothing.body);
    let narrowed = browser
        .get(&format!("/load/log-tail?query=level%3Derror&after={newest}"))
        .await;
    assert_eq!(ids(&narrowed), Vec::<String>::new(), "{}", narrowed.body);

    let nobody = panel.browser().get("/load/log-tail?query=").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

async fn the_file_holds_what_the_page_shows(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    browser.add(ACTIVECAMPAIGN).await;
    change(&mut browser, &id, TELEGRAM, &[("description", "Ordini e resi")]).await;

    let file = browser.get("/log.csv").await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"raccordo-log-2026-11-23.csv\""
    );
    assert_eq!(file.header("cache-control"), "no-store");
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}Data di Creazione,Messaggio,Tipo Log,Account Integrazione,Piattaforma,Eseguito da,Dettagli"
    );
    assert_eq!(
        lines[1],
        "2026-11-23 13:00:00,Account modificato: Descrizione.,Informazione,Ordini e resi,Telegram,anna,\
         Descrizione: «Ordini in chat» → «Ordini e resi»"
    );
    assert!(
        lines[2].contains(",Newsletter,ActiveCampaign,anna,"),
        "{}",
        lines[2]
    );
    assert_eq!((lines.len(), lines[4]), (5, ""), "{}", file.body);

    let some = browser
        .get("/log.csv?account=newsletter&older=01890000-0000-7000-8000-000000000001")
        .await;
    assert_eq!(some.body.split("\r\n").count(), 3, "{}", some.body);
    let none = browser.get("/log.csv?level=error").await;
    assert_eq!(none.body.split("\r\n").count(), 2, "{}", none.body);
    browser.language = "en";
    let english = browser.get("/log.csv?kind=account_edited").await;
    assert!(
        english.body.starts_with("\u{feff}Created,Message,Type,"),
        "{}",
        english.body
    );
    assert!(
        english
            .body
            .contains("Account changed: Description.,Information,"),
        "{}",
        english.body
    );
    for secret in PLANTED {
        assert!(!file.body.contains(secret));
    }

    let nobody = panel.browser().get("/log.csv?level=error").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    assert_eq!(nobody.location(), "/sign-in?next=%2Flog.csv%3Flevel%3Derror");
    assert_eq!(nobody.body, "");
}

async fn nothing_in_the_file_is_a_formula(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    for description in [
        "=HYPERLINK(\"https://evil.example\",\"qui\")",
        "+39 055 1234",
        "@SUM(A1:A9)",
        "-1",
    ] {
        browser
            .add(&with(TELEGRAM, &[("description", description)]))
            .await;
    }
    let file = browser.get("/log.csv").await.body;
    for cell in [
        ",\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"qui\"\")\",",
        ",'+39 055 1234,",
        ",'@SUM(A1:A9),",
        ",'-1,",
    ] {
        assert!(file.contains(cell), "{cell}: {file}");
    }
    let page = browser.get("/log").await.body;
    assert!(page.contains("=HYPERLINK("), "{page}");
}

fn entry_id(number: usize) -> LogId {
    format!("0199aaaa-aaaa-7000-8000-{number:012x}").parse().unwrap()
}

/// Entries with rising ids, written past the panel.
async fn append(panel: &Panel, numbers: Range<usize>) {
    let store = SqliteStore::open(&panel.home.path().join("raccordo.db"), SqliteOptions::default())
        .await
        .unwrap();
    let site_id = store.list_sites().await.unwrap()[0].id;
    let account: AccountId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    let entry = |number: usize| LogEntry {
        id: entry_id(number),
        site_id,
        at: Timestamp::from_ms(0x0199_aaaa_aaaa),
        account: Some(LogAccount {
            id: account,
            description: format!("Riga {number}"),
            platform: Platform::Telegram,
        }),
        by: None,
        message: LogMessage::new(LogKind::Recovered),
    };
    store.append_log(numbers.map(entry).collect()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_follows_is_told_all_that_it_can_show() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    append(&panel, 0..251).await;
    let mut told = async |after: usize| {
        let page = browser
            .get(&format!("/load/log-tail?query=&after={}", entry_id(after)))
            .await;
        let rows = page.body.matches("\"level\":").count();
        (rows, page.body.contains("\"joins\":true"))
    };
    assert_eq!(told(51).await, (200, true));
    assert_eq!(
        told(50).await,
        (200, false),
        "one is not shown, and is said to be missing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_is_read_on_while_it_is_sent() {
    const ALL: usize = 2_345;
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    append(&panel, 0..ALL).await;

    let file = browser.get("/log.csv").await.body;
    let lines: Vec<&str> = file.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), ALL + 1);
    assert_eq!(file.matches('\u{feff}').count(), 1);
    let rows: BTreeSet<&str> = lines[1..]
        .iter()
        .map(|line| line.split(',').nth(3).unwrap())
        .collect();
    assert_eq!(rows.len(), ALL);
}
