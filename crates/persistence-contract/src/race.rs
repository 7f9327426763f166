//! Doing something many times at once.

use std::sync::Arc;

use tokio::sync::Barrier;

/// Starts `racers` tasks, lets them go at the same moment, and answers with what each came to, in the order of their
/// numbers.
pub async fn race<T, F>(racers: usize, run: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(racers));
    let tasks: Vec<_> = (0..racers)
        .map(|racer| {
            let (start, run) = (Arc::clone(&start), run(racer));
            tokio::spawn(async move {
                start.wait().await;
                run.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(racers);
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}
