//! The one connection that writes. Whatever waits is committed in one go: each caller's work in a savepoint of its own,
//! one flush to the disk for all of them.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use persistence::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Sqlite, Transaction};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::SqliteOptions;
use crate::connection;
use crate::error::{Closed, store_error, variant};

/// The most callers that share one commit.
const BATCH_MAX: usize = 64;

/// What a caller's work becomes: on the connection now, answered after the commit.
pub(crate) type Working<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

/// Tells a caller how the commit went.
type Answer = Box<dyn FnOnce(Result<(), Arc<sqlx::Error>>) + Send>;

/// What is left of a job once it has run.
struct Ran {
    /// Whether its savepoint stays.
    is_kept: bool,
    answer: Answer,
}

/// A caller's work; `None` instead of a connection when there is no transaction, because of the error.
type Job = Box<
    dyn for<'c> FnOnce(
            Result<&'c mut SqliteConnection, Arc<sqlx::Error>>,
        ) -> Pin<Box<dyn Future<Output = Ran> + Send + 'c>>
        + Send,
>;

/// The writing side of a store.
pub(crate) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) async fn start(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let connect = connection::for_writing(path, options);
        let conn = connection::connect(&connect, options.busy_timeout).await?;
        let (sender, receiver) = mpsc::channel(BATCH_MAX);
        let task = tokio::spawn(run(conn, connect, options.busy_timeout, receiver));
        Ok(Self {
            jobs: Mutex::new(Some(sender)),
            task: Mutex::new(Some(task)),
        })
    }

    /// Carries out `work` in a transaction; when this returns, it is on the disk.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> Working<'c, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Unreachable(Box::new(Closed));
        let jobs = self.jobs.lock().await.clone().ok_or_else(closed)?;
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            Box::pin(async move {
                let result = match conn {
                    Ok(conn) => work(conn).await,
                    Err(error) => Err(variant(&error)(Box::new(error))),
                };
                let is_kept = result.is_ok();
                let answer: Answer = Box::new(move |committed| {
                    let result = match committed {
                        Err(error) if is_kept => Err(variant(&error)(Box::new(error))),
                        _ => result,
                    };
                    // A caller that has gone away does not wait for it.
                    let _ = sender.send(result);
                });
                Ran { is_kept, answer }
            })
        });
        jobs.send(job).await.map_err(|_| closed())?;
        receiver.await.map_err(|_| closed())?
    }

    /// Finishes what waits and closes.
    pub(crate) async fn close(&self) {
        drop(self.jobs.lock().await.take());
        if let Some(task) = self.task.lock().await.take() {
            if let Err(error) = task.await {
                tracing::error!(%error, "the writer of the database ended early");
            }
        }
    }
}

async fn run(
    conn: SqliteConnection,
    connect: SqliteConnectOptions,
    busy_timeout: Duration,
    mut jobs: mpsc::Receiver<Job>,
) {
    let mut conn = Some(conn);
    while let Some(first) = jobs.recv().await {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        if conn.is_none() {
            conn = match connection::connect(&connect, busy_timeout).await {
                Ok(conn) => Some(conn),
                Err(error) => {
                    tracing::error!(%error, "the database cannot be opened again");
                    None
                }
            };
        }
        let is_well = match &mut conn {
            Some(conn) => run_batch(conn, batch).await,
            None => {
                refuse(batch, &Arc::new(sqlx::Error::WorkerCrashed)).await;
                false
            }
        };
        if !is_well {
            // Some errors end a transaction by themselves (<https://www.sqlite.org/lang_transaction.html>, section 2.4): a
            // fresh connection knows where it stands.
            conn = None;
        }
    }
    if let Some(conn) = conn {
        if let Err(error) = conn.close().await.map_err(store_error) {
            tracing::warn!(%error, "the writing connection could not be closed");
        }
    }
}

async fn refuse(batch: Vec<Job>, error: &Arc<sqlx::Error>) {
    for job in batch {
        let ran = job(Err(Arc::clone(error))).await;
        (ran.answer)(Err(Arc::clone(error)));
    }
}

/// Runs a batch; answers whether the connection is as it was.
async fn run_batch(conn: &mut SqliteConnection, batch: Vec<Job>) -> bool {
    let mut transaction = match conn.begin_with("begin immediate").await {
        Ok(transaction) => transaction,
        Err(error) => {
            refuse(batch, &Arc::new(error)).await;
            return false;
        }
    };
    let mut answers = Vec::with_capacity(batch.len());
    let mut broken: Option<Arc<sqlx::Error>> = None;
    for job in batch {
        let ran = match &broken {
            Some(error) => job(Err(Arc::clone(error))).await,
            None => match run_job(&mut transaction, job).await {
                Ok(ran) => ran,
                Err((ran, error)) => {
                    broken = Some(Arc::new(error));
                    ran
                }
            },
        };
        answers.push(ran.answer);
    }
    let committed = match broken {
        // Dropping the transaction takes everything back.
        Some(error) => Err(error),
        None => transaction.commit().await.map_err(Arc::new),
    };
    let is_well = committed.is_ok();
    for answer in answers {
        answer(committed.clone());
    }
    is_well
}

/// Runs one job within its savepoint. An error means that the whole transaction is gone.
async fn run_job(transaction: &mut Transaction<'_, Sqlite>, job: Job) -> Result<Ran, (Ran, sqlx::Error)> {
    let mut savepoint = match transaction.begin().await {
        Ok(savepoint) => savepoint,
        Err(error) => {
            let shared = Arc::new(sqlx::Error::WorkerCrashed);
            return Err((job(Err(shared)).await, error));
        }
    };
    let ran = job(Ok(&mut savepoint)).await;
    let ended = if ran.is_kept {
        savepoint.commit().await
    } else {
        savepoint.rollback().await
    };
    match ended {
        Ok(()) => Ok(ran),
        Err(error) => Err((ran, error)),
    }
}
