//! What the panel is compared with. The bare handler: the rows of the list's first page as JSON, from the same database through the same store. Whatever
//! the panel takes beyond this is its own: the session, the language, the page.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::get;
use axum::serve::ListenerExt;
use domain::{AccountFilter, AccountId, SiteId, Target};
use persistence::{Accounts, Sites};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use serde::Serialize;
use tokio::net::TcpListener;

/// Reading connections: as many as the server has by default.
const READERS_MAX: u32 = 8;

struct Bare {
    store: SqliteStore,
    site: SiteId,
}

#[derive(Serialize)]
struct List {
    rows: Vec<Row>,
    matching: u64,
    total: u64,
}

#[derive(Serialize)]
struct Row {
    id: AccountId,
    platform: &'static str,
    description: String,
    target: Target,
    active: bool,
    version: u32,
    updated_ms: i64,
    updated_by: String,
}

/// Serves the rows until it is killed.
pub(crate) async fn run(database: &Path, addr: SocketAddr) -> anyhow::Result<()> {
    let options = SqliteOptions {
        readers_max: READERS_MAX,
        ..SqliteOptions::default()
    };
    let store = SqliteStore::open(database, options).await?;
    let site = store
        .list_sites()
        .await?
        .first()
        .context("the database has no site")?
        .id;
    let router = Router::new()
        .route("/", get(list))
        .with_state(Arc::new(Bare { store, site }));
    serve(router, addr).await
}

/// Takes every request with status 202 until it is killed: what a request costs before anything is done for it.
pub(crate) async fn echo(addr: SocketAddr) -> anyhow::Result<()> {
    let taken = async |body: Bytes| (StatusCode::ACCEPTED, Json(body.len()));
    serve(Router::new().fallback(taken), addr).await
}

async fn serve(router: Router, addr: SocketAddr) -> anyhow::Result<()> {
    // Without this, an answer in two packets waits for the client to acknowledge the first one.
    let listener = TcpListener::bind(addr).await?.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("a connection keeps its delay: {error}");
        }
    });
    Ok(axum::serve(listener, router).await?)
}

async fn list(State(bare): State<Arc<Bare>>) -> Result<Json<List>, StatusCode> {
    let page = bare
        .store
        .list_accounts(bare.site, &AccountFilter::default())
        .await;
    let page = page.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let rows = page.rows.into_iter().map(|row| Row {
        id: row.account.id,
        platform: row.account.platform().code(),
        target: row.account.settings.target(),
        description: row.account.description.into(),
        active: row.account.active,
        version: row.account.version.number(),
        updated_ms: row.account.updated_at.ms(),
        updated_by: row.account.updated_by,
    });
    Ok(Json(List {
        rows: rows.collect(),
        matching: page.matching,
        total: page.total,
    }))
}
