//! Telling this process and others that there is something to deliver.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use persistence::StoreError;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::connection::Connections;
use crate::error::store_error;
use crate::limits::within;

/// The channel of the notifications.
const CHANNEL: &str = "raccordo_work";
/// The least time between two notifications: transactions with one are committed one after the other
/// (<https://www.postgresql.org/docs/current/sql-notify.html>), so that one stands for many events.
const TELL_PAUSE: Duration = Duration::from_millis(5);
/// The pause before a lost connection is made anew.
const LISTEN_PAUSE: Duration = Duration::from_millis(200);

/// Who waits for work, and how others are told.
pub(crate) struct Work {
    connect: PgConnectOptions,
    connections: Connections,
    /// What this process calls itself, so that it does not hear itself.
    name: String,
    /// Counts what there was to tell.
    news: Arc<watch::Sender<u64>>,
    /// How much of it [`Self::wait`] has answered with.
    seen: AtomicU64,
    listener: Mutex<Option<JoinHandle<()>>>,
    telling: Mutex<Telling>,
}

/// Whether others are being told.
#[derive(Default)]
struct Telling {
    is_running: bool,
    has_more: bool,
}

impl Work {
    pub(crate) fn new(connect: PgConnectOptions, connections: Connections) -> Self {
        let chance = RandomState::new().hash_one(std::process::id());
        Self {
            connect,
            connections,
            name: format!("{}-{chance:x}", std::process::id()),
            news: Arc::new(watch::Sender::new(0)),
            seen: AtomicU64::new(0),
            listener: Mutex::new(None),
            telling: Mutex::new(Telling::default()),
        }
    }

    /// Tells this process at once, and the others soon.
    pub(crate) fn wake(self: &Arc<Self>) {
        self.wake_here();
        let mut telling = locked(&self.telling);
        telling.has_more = true;
        if !telling.is_running {
            telling.is_running = true;
            tokio::spawn(Arc::clone(self).tell());
        }
    }

    /// Tells this process.
    pub(crate) fn wake_here(&self) {
        bump(&self.news);
    }

    /// Returns when there is news since the last time, at the latest after `at_most`.
    pub(crate) async fn wait(&self, at_most: Duration) {
        self.start_listening();
        let mut news = self.news.subscribe();
        let current = *news.borrow_and_update();
        if self.seen.swap(current, Ordering::Relaxed) != current {
            return;
        }
        // Only the time can run out: the sender lives as long as we do.
        if timeout(at_most, news.changed()).await.is_ok() {
            self.seen.store(*news.borrow(), Ordering::Relaxed);
        }
    }

    /// Hears no more.
    pub(crate) fn stop(&self) {
        if let Some(listener) = &*locked(&self.listener) {
            listener.abort();
        }
    }

    /// Tells the others until there is nothing more to tell.
    async fn tell(self: Arc<Self>) {
        while self.has_more_to_tell() {
            if let Err(error) = within(self.connections.call_timeout(), self.notify()).await {
                tracing::debug!(%error, "other processes are not told of new work and find it by themselves");
            }
            tokio::time::sleep(TELL_PAUSE).await;
        }
    }

    fn has_more_to_tell(&self) -> bool {
        let mut telling = locked(&self.telling);
        telling.is_running = std::mem::take(&mut telling.has_more);
        telling.is_running
    }

    async fn notify(&self) -> Result<(), StoreError> {
        let mut conn = self.connections.acquire().await?;
        // What it tells of is on the disk; the telling itself need not be.
        sqlx::query("select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(&self.name)
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    fn start_listening(&self) {
        let mut listener = locked(&self.listener);
        if listener.is_none() {
            let (connect, name) = (self.connect.clone(), self.name.clone());
            let limit = self.connections.call_timeout();
            *listener = Some(tokio::spawn(listen(connect, name, limit, Arc::clone(&self.news))));
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.stop();
    }
}

fn bump(news: &watch::Sender<u64>) {
    news.send_modify(|count| *count = count.wrapping_add(1));
}

/// Whoever panicked left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens for ever, on a connection of its own.
async fn listen(connect: PgConnectOptions, name: String, limit: Duration, news: Arc<watch::Sender<u64>>) {
    loop {
        if let Err(error) = listen_once(&connect, &name, limit, &news).await {
            tracing::debug!(%error, "what other processes tell is not heard");
        }
        tokio::time::sleep(LISTEN_PAUSE).await;
    }
}

/// Listens until the connection is lost. After `limit` of silence the server is asked whether it is still there: nothing
/// else would tell a network that was cut off from others that have nothing to tell.
async fn listen_once(
    connect: &PgConnectOptions,
    name: &str,
    limit: Duration,
    news: &watch::Sender<u64>,
) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(connect.clone());
    let listening = async {
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(listener)
    };
    let mut listener = in_time(limit, listening).await?;
    // Something may have been told before.
    bump(news);
    loop {
        match timeout(limit, listener.try_recv()).await {
            Ok(told) => match told? {
                Some(told) if told.payload() == name => {}
                Some(_) => bump(news),
                None => return Ok(()),
            },
            Err(_) => {
                in_time(limit, sqlx::query("select 1").execute(&mut listener)).await?;
            }
        }
    }
}

async fn in_time<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    timeout(limit, asking)
        .await
        .unwrap_or_else(|elapsed| Err(std::io::Error::from(elapsed).into()))
}
