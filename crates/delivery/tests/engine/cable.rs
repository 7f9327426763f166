//! A cable between the panel and the fake platforms, which can be pulled out as a whole or for one host.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// The longest that a call is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is out of reach.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cut {
    Nothing,
    Host(&'static str),
    Everything,
}

pub(crate) struct Cable {
    /// The end that is the panel's.
    pub(crate) addr: SocketAddr,
    cut: watch::Sender<Cut>,
    /// Connections that are over, by the hosts they were meant for.
    over: Arc<Mutex<HashMap<String, usize>>>,
    task: JoinHandle<()>,
}

impl Cable {
    /// Lays a cable to `platforms`.
    pub(crate) async fn to(platforms: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (cut, state) = watch::channel(Cut::Nothing);
        let over = Arc::<Mutex<HashMap<String, usize>>>::default();
        let ended = Arc::clone(&over);
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (state, ended) = (state.clone(), Arc::clone(&ended));
                tokio::spawn(async move {
                    if let Some(host) = carry(near, platforms, state).await {
                        *ended.lock().unwrap().entry(host).or_default() += 1;
                    }
                });
            }
        });
        Self {
            addr,
            cut,
            over,
            task,
        }
    }

    /// Nothing passes any more.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(Cut::Everything);
    }

    /// Nothing passes to `host` any more; the others are reached.
    pub(crate) fn cut_off(&self, host: &'static str) {
        self.cut.send_replace(Cut::Host(host));
    }

    /// Everything passes again.
    pub(crate) fn mend(&self) {
        self.cut.send_replace(Cut::Nothing);
    }

    /// Waits until a connection to `host` has been made and ended.
    pub(crate) async fn until_called(&self, host: &str) {
        let start = Instant::now();
        while !self.over.lock().unwrap().contains_key(host) {
            assert!(start.elapsed() < PATIENCE, "nobody called {host}");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries one connection until an end of it is closed or cut off; answers whom it was meant for.
async fn carry(
    mut near: TcpStream,
    platforms: SocketAddr,
    mut state: watch::Receiver<Cut>,
) -> Option<String> {
    if *state.borrow() == Cut::Everything {
        return None;
    }
    // The beginning of the handshake names the host in plain text.
    let mut hello = vec![0; 4_096];
    let length = near.read(&mut hello).await.ok()?;
    hello.truncate(length);
    let host = named(&hello)?;
    let is_cut = |cut: &Cut| match cut {
        Cut::Nothing => false,
        Cut::Host(name) => *name == host,
        Cut::Everything => true,
    };
    let mut far = TcpStream::connect(platforms).await.ok()?;
    far.write_all(&hello).await.ok()?;
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = state.wait_for(is_cut) => {}
    }
    Some(host)
}

fn named(hello: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(hello);
    let end = text.find(domain::SANDBOX_SUFFIX)?;
    let is_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let name = text[..end].rsplit(|letter| !is_of_a_name(letter)).next()?;
    Some(format!("{name}{}", domain::SANDBOX_SUFFIX))
}
