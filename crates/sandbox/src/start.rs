//! Starting and stopping.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::{Platform, Timestamp};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;

use crate::fault::Fault;
use crate::received::Received;
use crate::sink::Sink;
use crate::world::{Message, World};
use crate::{certificate, connection, control};

/// Running fake platforms. They stop when this is dropped; [`Self::stop`] also waits until they have.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    control_addr: Option<SocketAddr>,
    certificate_pem: String,
    world: Arc<World>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Why the sandbox does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken, or not this machine's.
    #[error("the sandbox cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The control page would be open to others.
    #[error("the sandbox's control page must be on a loopback address, not {addr}")]
    ControlNotLoopback {
        /// The address.
        addr: SocketAddr,
    },
    /// No certificate could be made.
    #[error("the sandbox's certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    /// The certificate does not fit the TLS library.
    #[error("the sandbox's encryption cannot be set up")]
    Tls(#[from] rustls::Error),
}

impl Sandbox {
    /// Starts the platforms on `listen` (TLS; port 0 takes a free one) and, if wanted, the control page on `control`
    /// (plain HTTP, loopback only).
    pub async fn start(listen: SocketAddr, control: Option<SocketAddr>) -> Result<Self, StartError> {
        if let Some(addr) = control
            && !addr.ip().is_loopback()
        {
            return Err(StartError::ControlNotLoopback { addr });
        }
        let (certificate_pem, config) = certificate::new()?;
        let (listener, addr) = bind(listen).await?;
        let world = Arc::new(World::default());
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        let mut control_addr = None;
        if let Some(control) = control {
            let (listener, control) = bind(control).await?;
            control_addr = Some(control);
            tasks.push(tokio::spawn(control::serve(
                listener,
                Arc::clone(&world),
                addr,
                stopped.clone(),
            )));
        }
        tasks.push(tokio::spawn(connection::serve(
            listener,
            TlsAcceptor::from(config),
            Arc::clone(&world),
            stopped,
        )));
        tracing::debug!(sandbox.addr = %addr, "the sandbox is running");
        Ok(Self {
            addr,
            control_addr,
            certificate_pem,
            world,
            stop,
            tasks,
        })
    }

    /// Where every host of the sandbox really is.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the control page is, if there is one.
    pub const fn control_addr(&self) -> Option<SocketAddr> {
        self.control_addr
    }

    /// The certificate to trust for the sandbox's hosts (PEM); another one at each start.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Switches a platform's fault on, in place of any other, or off.
    pub fn set_fault(&self, platform: Platform, fault: Option<Fault>) {
        self.world.set_fault(platform, fault);
    }

    /// A platform's fault, if one is on.
    pub fn fault(&self, platform: Platform) -> Option<Fault> {
        self.world.fault(platform)
    }

    /// Sets the platforms' clock, which judges what must be in the past; `None` is the system's, as at the start.
    pub fn set_now(&self, now: Option<Timestamp>) {
        self.world.set_now(now);
    }

    /// The counts of what the platforms have taken.
    pub fn sink(&self) -> Arc<Sink> {
        Arc::clone(self.world.sink())
    }

    /// How many requests have come in.
    pub fn calls(&self) -> u64 {
        self.world.calls()
    }

    /// The requests that came in, in their order; the newest [`Received::KEPT_MAX`] of them.
    pub fn received(&self) -> Vec<Received> {
        self.world.received()
    }

    /// The messages that were accepted for delivery, in their order; the newest [`Message::KEPT_MAX`] of them.
    pub fn messages(&self) -> Vec<Message> {
        self.world.messages()
    }

    /// Stops everything; connections are closed as they are.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if task.await.is_err() {
                tracing::warn!("a task of the sandbox had panicked");
            }
        }
    }
}

async fn bind(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    Ok((listener, addr))
}
