//! Callers that come at the same time and are served together: one statement for many costs little more than for one.

use std::collections::VecDeque;
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use persistence::StoreError;
use tokio::sync::oneshot;

use crate::error::{is_of_one, shared, store_error};

/// What callers ask for, and how many of them are served at once.
pub(crate) trait Service: Send + Sync + 'static {
    /// What one caller asks for.
    type Ask: Send + Sync;
    /// A part of what he is told.
    type Part: Send;

    /// How many parts the answer to `ask` has.
    fn parts(ask: &Self::Ask) -> usize;

    /// Answers all of `asks`, one after the other, or none.
    fn serve(&self, asks: &[Self::Ask]) -> impl Future<Output = Result<Vec<Self::Part>, StoreError>> + Send;
}

/// Who is told what came of it.
type Answer<S> = oneshot::Sender<Result<Vec<<S as Service>::Part>, StoreError>>;

/// A service, and who waits for it.
pub(crate) struct Together<S: Service> {
    service: S,
    queue: Mutex<Queue<S>>,
    servers_max: usize,
    parts_enough: usize,
}

struct Queue<S: Service> {
    calls: VecDeque<(S::Ask, Answer<S>)>,
    servers: usize,
}

impl<S: Service> Together<S> {
    /// Nobody waits yet. At most `servers_max` calls of the service run at the same time: whoever comes meanwhile is of the
    /// next one. From `parts_enough` parts on, one takes no more callers.
    pub(crate) fn new(service: S, servers_max: usize, parts_enough: usize) -> Self {
        Self {
            service,
            queue: Mutex::new(Queue {
                calls: VecDeque::new(),
                servers: 0,
            }),
            servers_max,
            parts_enough,
        }
    }

    /// What the service answers to `ask`; whoever goes away before changes nothing about that.
    pub(crate) async fn ask(self: &Arc<Self>, ask: S::Ask) -> Result<Vec<S::Part>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let is_wanted = {
            let mut queue = self.queue();
            queue.calls.push_back((ask, answer));
            let is_wanted = queue.servers < self.servers_max;
            queue.servers += usize::from(is_wanted);
            is_wanted
        };
        if is_wanted {
            let server = Server {
                together: Arc::clone(self),
                is_counted: true,
            };
            tokio::spawn(server.run());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(store_error(sqlx::Error::WorkerCrashed)))
    }

    /// Those who are served next; `None` where there is nobody, and the server does not count any more.
    fn next(&self) -> Option<Vec<(S::Ask, Answer<S>)>> {
        let mut queue = self.queue();
        let mut calls = Vec::new();
        let mut parts = 0;
        while parts < self.parts_enough
            && let Some(call) = queue.calls.pop_front()
        {
            // One who is told nothing counts, too.
            parts += S::parts(&call.0) + 1;
            calls.push(call);
        }
        if calls.is_empty() {
            queue.servers -= 1;
            return None;
        }
        Some(calls)
    }

    async fn serve(&self, calls: Vec<(S::Ask, Answer<S>)>) {
        let (asks, answers): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        // Whoever hung up does not want to know.
        match self.service.serve(&asks).await {
            Ok(parts) => {
                let mut parts = parts.into_iter();
                for (ask, answer) in asks.iter().zip(answers) {
                    let own = parts.by_ref().take(S::parts(ask)).collect();
                    let _ = answer.send(Ok(own));
                }
            }
            // What is wrong with what one asks for is no matter of the others.
            Err(error) if asks.len() > 1 && is_of_one(&error) => {
                for (ask, answer) in asks.iter().zip(answers) {
                    let own = self.service.serve(slice::from_ref(ask)).await;
                    let _ = answer.send(own);
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers {
                    let _ = answer.send(Err(shared(&error)));
                }
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<S>> {
        // Whoever panicked left nothing half done.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves callers until there are none.
struct Server<S: Service> {
    together: Arc<Together<S>>,
    is_counted: bool,
}

impl<S: Service> Server<S> {
    async fn run(mut self) {
        while let Some(calls) = self.together.next() {
            self.together.serve(calls).await;
        }
        self.is_counted = false;
    }
}

impl<S: Service> Drop for Server<S> {
    /// One that panicked leaves its place to the next.
    fn drop(&mut self) {
        if self.is_counted {
            self.together.queue().servers -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::time::Duration;

    use tokio::task::JoinSet;
    use tokio::time::sleep;

    use super::*;

    /// Doubles numbers, as long as they are not odd; 13 makes it panic.
    struct Doubling {
        served: Mutex<Vec<usize>>,
    }

    impl Service for Doubling {
        type Ask = Vec<u32>;
        type Part = u32;

        fn parts(ask: &Vec<u32>) -> usize {
            ask.len()
        }

        async fn serve(&self, asks: &[Vec<u32>]) -> Result<Vec<u32>, StoreError> {
            self.served.lock().unwrap().push(asks.len());
            sleep(Duration::from_millis(10)).await;
            let all = asks.concat();
            assert!(!all.contains(&13), "thirteen");
            if all.iter().any(|number| number % 2 == 1) {
                return Err(StoreError::Driver("odd".into()));
            }
            Ok(all.into_iter().map(|number| number * 2).collect())
        }
    }

    async fn ask_all(together: &Arc<Together<Doubling>>, asks: Vec<Vec<u32>>) -> Vec<Option<Vec<u32>>> {
        let mut asking = JoinSet::new();
        for (place, ask) in asks.into_iter().enumerate() {
            let together = Arc::clone(together);
            asking.spawn(async move { (place, together.ask(ask).await.ok()) });
        }
        let mut told = asking.join_all().await;
        told.sort_by_key(|(place, _)| *place);
        told.into_iter().map(|(_, answer)| answer).collect()
    }

    #[tokio::test]
    async fn each_caller_is_told_its_own_and_nobody_suffers_for_another() {
        let service = Doubling {
            served: Mutex::default(),
        };
        let together = Arc::new(Together::new(service, 1, 100));
        let asks = vec![vec![2], vec![], vec![4, 6], vec![8]];
        let told = ask_all(&together, asks).await;
        let own = [vec![4], vec![], vec![8, 12], vec![16]].map(Some);
        assert_eq!(told, own);
        assert_eq!(*together.service.served.lock().unwrap(), [4], "all at once");

        let told = ask_all(&together, vec![vec![2], vec![4], vec![5], vec![6]]).await;
        assert_eq!(told, [Some(vec![4]), Some(vec![8]), None, Some(vec![12])]);

        assert_eq!(ask_all(&together, vec![vec![13]]).await, [None]);
        assert_eq!(
            ask_all(&together, vec![vec![2]]).await,
            [Some(vec![4])],
            "another serves"
        );
        assert_eq!(together.queue().servers, 0);
    }
}
