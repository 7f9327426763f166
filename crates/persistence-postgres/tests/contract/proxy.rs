//! A way to the server that can be cut off.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use persistence_contract::postgres::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use url::Url;

/// What both directions of a connection know.
struct Shared {
    /// Odd while the way is cut off. A connection forwards only as long as this is what it was when it began.
    cuts: watch::Sender<u64>,
    /// After a request with these bytes its answer is lost, and the connection with it.
    unlucky: Mutex<Option<Vec<u8>>>,
}

/// Forwards to a server. Whatever was open before a cut is lost: it stays open and says nothing, ever.
pub(crate) struct Proxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl Proxy {
    /// A way to the server of `database`.
    pub(crate) async fn to(database: &Database) -> Self {
        let url: Url = database.url().parse().unwrap();
        let server = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            cuts: watch::Sender::new(0),
            unlucky: Mutex::new(None),
        });
        let forwarding = forward(listener, server, Arc::clone(&shared));
        Self {
            addr,
            shared,
            task: tokio::spawn(forwarding).abort_handle(),
        }
    }

    /// The address of `database` by this way.
    pub(crate) fn url(&self, database: &Database) -> String {
        let mut url: Url = database.url().parse().unwrap();
        url.set_host(Some(&self.addr.ip().to_string())).unwrap();
        url.set_port(Some(self.addr.port())).unwrap();
        // What is asked must be readable on the way.
        url.set_query(Some("sslmode=disable"));
        url.into()
    }

    /// Cuts the way off.
    pub(crate) fn cut(&self) {
        self.shared
            .cuts
            .send_modify(|cuts| *cuts += cuts.wrapping_add(1) % 2);
    }

    /// Opens it again, for new connections.
    pub(crate) fn mend(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += *cuts % 2);
    }

    /// Loses the answer to the next request that holds `bytes`, once the server has carried it out.
    pub(crate) fn lose_answer_to(&self, bytes: &[u8]) {
        *self.shared.unlucky.lock().unwrap() = Some(bytes.to_vec());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(listener: TcpListener, server: (String, u16), shared: Arc<Shared>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect((server.0.as_str(), server.1)).await.unwrap();
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let cuts = *shared.cuts.borrow();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let is_lost = watch::Sender::new(false);
            // Whoever ends first ends both.
            tokio::select! {
                () = ask(from_client, to_server, &shared, cuts, &is_lost) => {}
                () = answer(from_server, to_client, &shared, cuts, &is_lost) => {}
            }
        });
    }
}

/// The next bytes, once they may go on; `None` at the end.
async fn next(from: &mut OwnedReadHalf, shared: &Shared, cuts: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 64 * 1024];
    let count = from.read(&mut bytes).await.ok().filter(|count| *count > 0)?;
    bytes.truncate(count);
    let mut now = shared.cuts.subscribe();
    let is_open = now
        .wait_for(|now| *now == cuts && cuts.is_multiple_of(2))
        .await
        .is_ok();
    is_open.then_some(bytes)
}

async fn ask(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shared: &Shared,
    cuts: u64,
    is_lost: &watch::Sender<bool>,
) {
    while let Some(bytes) = next(&mut from, shared, cuts).await {
        let is_unlucky = |unlucky: &mut Vec<u8>| {
            bytes
                .windows(unlucky.len())
                .any(|window| window == unlucky.as_slice())
        };
        if shared.unlucky.lock().unwrap().take_if(is_unlucky).is_some() {
            is_lost.send_replace(true);
        }
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

async fn answer(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shared: &Shared,
    cuts: u64,
    is_lost: &watch::Sender<bool>,
) {
    while let Some(bytes) = next(&mut from, shared, cuts).await {
        if *is_lost.borrow() || to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
