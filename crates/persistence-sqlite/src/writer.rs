//! The one connection that writes. Whatever waits is committed in one go: each caller's work in a savepoint of its own,
//! one flush to the disk for all of them.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use persistence::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Sqlite, Transaction};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::checkpoints::Checkpoints;
use crate::connection::{self, File};
use crate::error::{Closed, Variant, fault, store_error, variant};

/// The most callers that share one commit.
const BATCH_MAX: usize = 64;

/// What a caller's work becomes: on the connection now, answered after the commit.
pub(crate) type Working<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

/// Why a transaction came to nothing, for everybody who shared it.
#[derive(Clone)]
struct Failure {
    variant: Variant,
    source: Arc<dyn Error + Send + Sync>,
}

/// The database failed another write, and took back all of the transaction.
#[derive(Debug, thiserror::Error)]
#[error("another write of the same transaction failed: {0}")]
struct Beside(String);

impl Failure {
    fn of(error: sqlx::Error) -> Self {
        Self {
            variant: variant(&error),
            source: Arc::new(error),
        }
    }

    /// An error of connecting.
    fn again(error: StoreError) -> Self {
        Self {
            variant: fault(&error).unwrap_or(StoreError::Driver),
            source: Arc::new(error),
        }
    }

    /// What an error of one caller is for the others, if it may concern them.
    fn beside(error: &StoreError) -> Option<Self> {
        let source = error.source().unwrap_or(error).to_string();
        Some(Self {
            variant: fault(error)?,
            source: Arc::new(Beside(source)),
        })
    }

    fn error(self) -> StoreError {
        (self.variant)(Box::new(self.source))
    }
}

/// Tells a caller how the commit went.
type Answer = Box<dyn FnOnce(Result<(), Failure>) + Send>;

/// What is left of a job once it has run.
struct Ran {
    /// Whether its savepoint stays.
    is_kept: bool,
    /// What its error is for others.
    failure: Option<Failure>,
    answer: Answer,
}

/// A caller's work; an error instead of a connection when there is no transaction.
type Job = Box<
    dyn for<'c> FnOnce(
            Result<&'c mut SqliteConnection, Failure>,
        ) -> Pin<Box<dyn Future<Output = Ran> + Send + 'c>>
        + Send,
>;

/// The writing side of a store.
pub(crate) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    copying: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) async fn start(file: &File) -> Result<Self, StoreError> {
        let (connect, busy_timeout) = (file.for_writing(), file.options.busy_timeout);
        let conn = connection::connect(&connect, busy_timeout).await?;
        let (sender, receiver) = mpsc::channel(BATCH_MAX);
        let (committed, commits) = mpsc::channel(1);
        let copying = (!file.options.read_only).then(|| tokio::spawn(Checkpoints::new(file).run(commits)));
        let task = tokio::spawn(run(conn, connect, busy_timeout, receiver, committed));
        Ok(Self {
            jobs: Mutex::new(Some(sender)),
            task: Mutex::new(Some(task)),
            copying: Mutex::new(copying),
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
                    Err(failure) => Err(failure.error()),
                };
                let is_kept = result.is_ok();
                let failure = result.as_ref().err().and_then(Failure::beside);
                let answer: Answer = Box::new(move |committed| {
                    let result = match committed {
                        Err(failure) if is_kept => Err(failure.error()),
                        _ => result,
                    };
                    // A caller that has gone away does not wait for it.
                    let _ = sender.send(result);
                });
                Ran {
                    is_kept,
                    failure,
                    answer,
                }
            })
        });
        jobs.send(job).await.map_err(|_| closed())?;
        receiver.await.map_err(|_| closed())?
    }

    /// Finishes what waits and closes.
    pub(crate) async fn close(&self) {
        drop(self.jobs.lock().await.take());
        for task in [&self.task, &self.copying] {
            let task = task.lock().await.take();
            if let Some(task) = task
                && let Err(error) = task.await
            {
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
    committed: mpsc::Sender<()>,
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
        let opened = match conn.take() {
            Some(conn) => Ok(conn),
            None => connection::connect(&connect, busy_timeout).await,
        };
        match opened {
            Ok(mut opened) => {
                // Some errors end a transaction by themselves (<https://www.sqlite.org/lang_transaction.html>, section
                // 2.4): a fresh connection knows where it stands.
                if run_batch(&mut opened, batch).await {
                    conn = Some(opened);
                    // Whoever copies looks anyhow if he has not looked yet.
                    let _ = committed.try_send(());
                }
            }
            Err(error) => {
                tracing::error!(%error, "the database cannot be opened again");
                refuse(batch, &Failure::again(error)).await;
            }
        }
    }
    if let Some(conn) = conn
        && let Err(error) = conn.close().await.map_err(store_error)
    {
        tracing::warn!(%error, "the writing connection could not be closed");
    }
}

async fn refuse(batch: Vec<Job>, failure: &Failure) {
    for job in batch {
        let ran = job(Err(failure.clone())).await;
        (ran.answer)(Err(failure.clone()));
    }
}

/// Runs a batch; answers whether the connection is as it was.
async fn run_batch(conn: &mut SqliteConnection, batch: Vec<Job>) -> bool {
    let mut transaction = match conn.begin_with("begin immediate").await {
        Ok(transaction) => transaction,
        Err(error) => {
            refuse(batch, &Failure::of(error)).await;
            return false;
        }
    };
    let mut answers = Vec::with_capacity(batch.len());
    let mut broken: Option<Failure> = None;
    for job in batch {
        let ran = match &broken {
            Some(failure) => job(Err(failure.clone())).await,
            None => match run_job(&mut transaction, job).await {
                Ok(ran) => ran,
                Err((ran, failure)) => {
                    broken = Some(failure);
                    ran
                }
            },
        };
        answers.push(ran.answer);
    }
    let committed = match broken {
        // Dropping the transaction takes everything back.
        Some(failure) => Err(failure),
        None => transaction.commit().await.map_err(Failure::of),
    };
    let is_well = committed.is_ok();
    for answer in answers {
        answer(committed.clone());
    }
    is_well
}

/// Runs one job within its savepoint. A failure means that the whole transaction is gone.
async fn run_job(transaction: &mut Transaction<'_, Sqlite>, job: Job) -> Result<Ran, (Ran, Failure)> {
    let mut savepoint = match transaction.begin().await {
        Ok(savepoint) => savepoint,
        Err(error) => {
            let failure = Failure::of(error);
            return Err((job(Err(failure.clone())).await, failure));
        }
    };
    let mut ran = job(Ok(&mut savepoint)).await;
    let ended = if ran.is_kept {
        savepoint.commit().await
    } else {
        savepoint.rollback().await
    };
    match ended {
        Ok(()) => Ok(ran),
        // What the job ran into is the reason, not that there is no savepoint any more.
        Err(error) => {
            let failure = ran.failure.take().unwrap_or_else(|| Failure::of(error));
            Err((ran, failure))
        }
    }
}
