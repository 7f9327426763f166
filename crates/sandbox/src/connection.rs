//! The encrypted side: connections are accepted by hand, because some faults are a matter of when one is closed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::answer::Answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::fault::Fault;
use crate::received::Received;
use crate::world::World;
use crate::{activecampaign, clerk, gateway, graph, telegram};

/// Longest body that is read, in bytes.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How long to leave a system alone that accepts no more connections.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The connection ends here, without an answer.
#[derive(Debug, Error)]
#[error("the sandbox closes the connection")]
struct Closed;

/// Accepts connections until `stopped`.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    world: Arc<World>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Also when the sandbox was dropped.
            _ = stopped.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&world)));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, world: Arc<World>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let endpoint = stream.get_ref().1.server_name().and_then(Endpoint::of);
    if endpoint.is_some_and(|endpoint| world.fault(endpoint.platform()) == Some(Fault::CloseBefore)) {
        return;
    }
    let service = service_fn(move |request| respond(Arc::clone(&world), request));
    let served = Builder::new(TokioExecutor::new())
        .http1_only()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if served.is_err() {
        tracing::debug!("a connection to the sandbox ended early");
    }
}

async fn respond(world: Arc<World>, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .map(str::to_owned);
    let Some((host, endpoint)) = host.and_then(|host| Endpoint::of(&host).map(|endpoint| (host, endpoint)))
    else {
        return Ok(Answer::new(
            StatusCode::MISDIRECTED_REQUEST,
            "text/plain; charset=utf-8",
            "No such host in the sandbox.\n".to_owned(),
        )
        .into_response());
    };
    let platform = endpoint.platform();
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let fault = match world.fault(platform) {
        Some(Fault::RateLimitEnforced) if world.admits(&name, Fault::limit_per_s(platform)) => None,
        fault => fault,
    };
    // A connection that was open before the fault was switched on ends now.
    if fault == Some(Fault::CloseBefore) {
        return Err(Closed);
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(Body::new(body), BODY_BYTES_MAX)
        .await
        .map_err(|_| Closed)?;
    world.receive(Received::new(platform, &host, &parts, &body));
    let query = parts.uri.query().unwrap_or_default();
    let call = Call {
        host: name,
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts.headers,
        body,
    };
    let answer = match &endpoint {
        _ if fault == Some(Fault::Redirect) => Answer::redirect(),
        Endpoint::ActiveCampaign { account } => activecampaign::answer(account, &call, fault, &world),
        Endpoint::Clerk => clerk::answer(&call, fault, &world),
        Endpoint::Graph => graph::answer(&call, fault),
        Endpoint::Gateway => gateway::answer(&call, fault),
        Endpoint::Telegram => telegram::answer(&call, fault, &world),
    };
    if fault == Some(Fault::CloseAfter) {
        return Err(Closed);
    }
    if fault == Some(Fault::Slow) {
        tokio::time::sleep(Duration::from_secs(Fault::SLOW_S.into())).await;
    }
    Ok(answer.spoilt(fault).into_response())
}
