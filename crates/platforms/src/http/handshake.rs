//! Reaching a host without saying anything to it: what the test's third step shows.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::Fault;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::destination::Found;
use super::loss::connect_fault;

/// Connects to the host within `limit` and, where the calls are encrypted, goes through the handshake; then hangs up.
pub(crate) async fn shake_hands(
    found: &Found,
    settings: Option<Arc<ClientConfig>>,
    limit: Duration,
) -> Result<(), Fault> {
    let work = async {
        let stream = connect(&found.addresses, limit).await?;
        if let Some(settings) = settings {
            let name = ServerName::try_from(bare(&found.host).to_owned()).map_err(io::Error::other)?;
            TlsConnector::from(settings).connect(name, stream).await?;
        }
        Ok::<_, io::Error>(())
    };
    match timeout(limit, work).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(connect_fault(&error, &found.host, found.encrypted)),
        Err(_) => Err(Fault::ConnectTimedOut {
            host: found.host.clone(),
        }),
    }
}

/// One address after the other, each with its share of the time; the last one's error counts.
async fn connect(addresses: &[SocketAddr], limit: Duration) -> io::Result<TcpStream> {
    let share = limit / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::from(io::ErrorKind::TimedOut),
        }
    }
    Err(last)
}

/// An IPv6 address without the brackets that it has in a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}
