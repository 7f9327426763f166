//! `raccordo serve`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use delivery::Engine;
use platforms::Platforms;
use sandbox::Sandbox;
use service::{Key, KeyState, Limits, Raccordo, SystemClock};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::fakes;
use crate::http::{self, Assets, HttpOptions};
use crate::net::Server;
use crate::open::{database_name, open_key, open_store};

/// How often what has ended is removed.
const CLEANUP_EVERY: Duration = Duration::from_hours(1);
/// How often the panel looks for what is left of what was to be skipped, after the one whose browser or program asked for it
/// got an answer from another process.
const SKIP_EVERY: Duration = Duration::from_mins(1);
/// How often the panel looks for checks that are due.
const CHECK_PAUSE: Duration = Duration::from_secs(5);

/// Runs the panel until it is told to stop.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    // The address first: whoever starts a second panel by mistake learns it before anything is touched.
    let server = Server::bind(config.addr).await.with_context(|| {
        format!(
            "{} cannot be listened on; another program may use it. Choose another with RACCORDO_ADDR",
            config.addr
        )
    })?;
    let sandbox = if config.sandbox {
        Some(fakes::start(config).await?)
    } else {
        None
    };
    let raccordo = Arc::new(start(config, sandbox.as_ref()).await?);
    if sandbox.is_some() {
        fakes::add_samples(&raccordo).await?;
    }
    let assets = Assets::load();
    if !assets.has_browser_half() {
        eprintln!(
            "The browser half has not been built: pages work, but without it. Build it with: cargo xtask run"
        );
    }
    let options = HttpOptions {
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        body_bytes_max: config.body_bytes_max,
        request_timeout: config.request_timeout,
        api_rate: config.api_rate,
    };
    let router = http::router(Arc::clone(&raccordo), options, assets);
    let cleanup = tokio::spawn(clean_up(Arc::clone(&raccordo)));
    let skipping = tokio::spawn(skip_left_over(Arc::clone(&raccordo)));
    let checks = tokio::spawn(check_connections(Arc::clone(&raccordo)));
    let stopping = watch::Sender::new(false);
    let engine = deliver(Arc::clone(&raccordo), config, stopping.subscribe());
    let origin = &config.public_url.origin;
    println!("Raccordo is ready at {origin}");
    println!("  data in {}", database_name(&config.database));
    if let Some(sandbox) = &sandbox {
        fakes::announce(sandbox);
    }
    if let Some(token) = raccordo.first_start_link().await? {
        println!("  first sign-in, within 24 hours: {origin}/first-start?token={token}");
    }
    tracing::info!(addr = %server.addr()?, version = env!("CARGO_PKG_VERSION"), "serving");
    let stopped = stopped()?;
    // Requests and deliveries are finished side by side.
    let stop = async {
        stopped.await;
        stopping.send_replace(true);
    };
    let finished = server.run(router, stop, config.shutdown_timeout).await;
    if engine.await.is_err() {
        tracing::error!("deliveries were broken off");
    }
    cleanup.abort();
    skipping.abort();
    checks.abort();
    raccordo.close().await;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    if finished {
        tracing::info!("stopped");
    } else {
        tracing::warn!(
            timeout_seconds = config.shutdown_timeout.as_secs(),
            "stopped before every request was answered"
        );
    }
    Ok(())
}

/// Opens database and key and starts the use cases on them.
pub(crate) async fn start(config: &Config, sandbox: Option<&Sandbox>) -> anyhow::Result<Raccordo> {
    let store = open_store(config).await?;
    let opened = open_key(config, &*store).await?;
    if let Some(path) = &opened.made {
        eprintln!(
            "A new master key seals the secrets: {}. Back it up, apart from the database.",
            path.display()
        );
    }
    let is_missing = matches!(opened.key, Key::Missing);
    let platforms = Platforms::new(fakes::platform_options(config, sandbox)?)
        .context("calls to the platforms cannot be set up")?;
    let limits = Limits {
        sessions: config.sessions,
        check_every: config.check_every,
        log_kept: config.log_kept,
        events_kept: config.events_kept,
    };
    let raccordo = Raccordo::start(store, opened.key, Arc::new(SystemClock), limits, platforms)
        .await
        .context("the database could not be prepared")?;
    match raccordo.key_state() {
        KeyState::Ready => {}
        _ if is_missing => eprintln!(
            "There is no master key: accounts with secrets are locked. Restore the key file, or name it with \
             RACCORDO_MASTER_KEY_FILE, and start again. `raccordo doctor` tells more."
        ),
        _ => eprintln!(
            "The master key is not the one that this database uses: accounts with secrets are locked, nothing is \
             overwritten. Restore the right key and start again. `raccordo doctor` tells more."
        ),
    }
    Ok(raccordo)
}

/// Starts the deliveries; they go on until `stopping` says so.
fn deliver(raccordo: Arc<Raccordo>, config: &Config, mut stopping: watch::Receiver<bool>) -> JoinHandle<()> {
    let engine = Engine::new(raccordo, config.engine.clone());
    tokio::spawn(async move {
        let stop = async {
            // An error means that nobody is left to say so.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        engine.run(stop).await;
    })
}

async fn clean_up(raccordo: Arc<Raccordo>) {
    let mut every = tokio::time::interval(CLEANUP_EVERY);
    loop {
        every.tick().await;
        match raccordo.remove_stale_sessions().await {
            Ok(removed) => tracing::debug!(removed, "ended sessions removed"),
            Err(error) => tracing::warn!(%error, "ended sessions could not be removed"),
        }
        match raccordo.purge_log().await {
            Ok(removed) => tracing::debug!(removed, "old entries of the log removed"),
            Err(error) => tracing::warn!(%error, "old entries of the log could not be removed"),
        }
        if let Err(error) = raccordo.tend_queues().await {
            tracing::warn!(%error, "not every queue could be looked after");
        }
        match raccordo.purge_expired_events().await {
            Ok(removed) => tracing::debug!(removed, "old events removed"),
            Err(error) => tracing::warn!(%error, "old events could not be removed"),
        }
    }
}

/// Skips what was left when accounts were switched off, for as long as the panel runs.
async fn skip_left_over(raccordo: Arc<Raccordo>) {
    loop {
        if let Err(error) = raccordo.skip_left_over().await {
            tracing::warn!(%error, "what waits for accounts that are off could not be skipped");
        }
        raccordo.await_left_over(SKIP_EVERY).await;
    }
}

/// Works off the checks that are due, for as long as the panel runs.
async fn check_connections(raccordo: Arc<Raccordo>) {
    loop {
        match raccordo.check_due().await {
            Ok(0) => tokio::time::sleep(CHECK_PAUSE).await,
            // Others may be due.
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "connections could not be checked");
                tokio::time::sleep(CHECK_PAUSE).await;
            }
        }
    }
}

/// Ready once the program is told to stop.
pub(crate) fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for the end")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for the end")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: finishing what is in flight");
    })
}
