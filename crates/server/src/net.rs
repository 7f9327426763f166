//! Connections: accepts them, serves them, and lets them finish when the program ends.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::http::Peer;

/// Seconds within which a client must have sent the head of a request.
const HEAD_SECONDS: u64 = 10;
/// The most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long to wait when no connection can be accepted, because no file descriptor is free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound address.
pub struct Server {
    listener: TcpListener,
    builder: Builder<TokioExecutor>,
}

impl Server {
    /// Binds `addr`.
    pub async fn bind(addr: SocketAddr) -> io::Result<Self> {
        let mut builder = Builder::new(TokioExecutor::new()).http1_only();
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(HEAD_SECONDS))
            .max_buf_size(HEAD_BYTES_MAX);
        Ok(Self {
            listener: TcpListener::bind(addr).await?,
            builder,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is ready, then answers what is in flight for at most `grace`; answers whether all of it was.
    pub async fn run(self, router: Router, stop: impl Future<Output = ()>, grace: Duration) -> bool {
        let graceful = GracefulShutdown::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.serve(stream, peer, &router, &graceful),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        tokio::time::timeout(grace, graceful.shutdown()).await.is_ok()
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr, router: &Router, graceful: &GracefulShutdown) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let router = router.clone();
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let router = router.clone();
            async move {
                let response: Result<Response<axum::body::Body>, Infallible> =
                    router.oneshot(request.map(axum::body::Body::new)).await;
                response
            }
        });
        let connection = self
            .builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // A client that goes away or is slow is no news.
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
}
