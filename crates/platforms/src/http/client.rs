//! Sending calls to one host.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use domain::Fault;
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, redirect, retry};
use rustls::ClientConfig;
use tokio::time::Instant;

use super::answer::{Answer, BODY_BYTES_MAX};
use super::call::Call;
use super::destination::Found;
use super::handshake;
use super::loss::{Loss, request_loss};
use super::trust::Trust;
use super::wait;
use crate::Options;
use crate::redact::SecretUrl;
use crate::trail::ms_since;

/// How long a connection that is not in use is kept. Platforms close theirs after a minute or so; one that they close just
/// as it is used again would leave a delivery in doubt.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// How the panel names itself.
const USER_AGENT: &str = concat!("Raccordo/", env!("CARGO_PKG_VERSION"));
/// Headers in which platforms and the networks before them name a request.
const REQUEST_ID_HEADERS: [&str; 5] = [
    "x-request-id",
    "x-fb-trace-id",
    "x-fb-request-id",
    "request-id",
    "cf-ray",
];

/// The way to one host, at the addresses that were checked.
pub(crate) struct Client {
    inner: reqwest::Client,
    found: Found,
    settings: Option<Arc<ClientConfig>>,
    connect_timeout: Duration,
}

/// What became of a call.
pub(crate) struct Sent {
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) outcome: Result<Answer, Loss>,
}

impl Client {
    pub(crate) async fn new(found: Found, trust: &Trust, options: &Options) -> Result<Self, Fault> {
        let settings = if found.encrypted {
            Some(trust.settings(&found).await?)
        } else {
            None
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .https_only(found.encrypted)
            .connect_timeout(options.connect_timeout)
            .timeout(options.call_timeout)
            .pool_idle_timeout(IDLE_MAX)
            .dns_resolver(NoResolver)
            .resolve_to_addrs(&found.host, &found.addresses);
        if let Some(settings) = &settings {
            builder = builder.tls_backend_preconfigured(ClientConfig::clone(settings));
        }
        let inner = builder.build().map_err(|_| Fault::TlsFailed {
            host: found.host.clone(),
        })?;
        Ok(Self {
            inner,
            found,
            settings,
            connect_timeout: options.connect_timeout,
        })
    }

    /// Whether it goes just where a new look-up leads; the order of the addresses does not matter.
    pub(crate) fn goes_to(&self, found: &Found) -> bool {
        self.found.addresses.len() == found.addresses.len()
            && found
                .addresses
                .iter()
                .all(|address| self.found.addresses.contains(address))
    }

    /// Reaches the host without saying anything.
    pub(crate) async fn shake_hands(&self) -> Result<(), Fault> {
        handshake::shake_hands(&self.found, self.settings.clone(), self.connect_timeout).await
    }

    /// Makes a call.
    pub(crate) async fn send(&self, call: &Call<'_>, url: &SecretUrl) -> Sent {
        let started = Instant::now();
        let sent = self.try_send(call, url).await;
        tracing::debug!(
            host = %self.found.host,
            method = call.method(),
            status = sent.status,
            duration_ms = ms_since(started),
            "platform called"
        );
        sent
    }

    async fn try_send(&self, call: &Call<'_>, url: &SecretUrl) -> Sent {
        let response = match self.request(call, url) {
            Ok(request) => request.send().await.map_err(|error| self.lost(&error)),
            Err(fault) => Err(Loss {
                fault,
                why: "the credentials do not fit into a header",
            }),
        };
        match response {
            Err(loss) => Sent {
                status: None,
                request_id: None,
                outcome: Err(loss),
            },
            Ok(response) => Sent {
                status: Some(response.status().as_u16()),
                request_id: request_id(response.headers()),
                outcome: self.read(response, url).await,
            },
        }
    }

    fn request(&self, call: &Call<'_>, url: &SecretUrl) -> Result<reqwest::RequestBuilder, Fault> {
        let method = match call.method() {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        };
        let mut request = self
            .inner
            .request(method, url.expose().clone())
            .header("accept", "application/json");
        if let Some((name, value)) = call.credentials()? {
            request = request.header(name, value);
        }
        Ok(match call.body() {
            Some(body) => request.json(body),
            None => request,
        })
    }

    async fn read(&self, mut response: Response, url: &SecretUrl) -> Result<Answer, Loss> {
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(redirected(&response, url, status));
        }
        let retry_after_s = self.retry_after_s(response.headers());
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > BODY_BYTES_MAX => {
                    return Err(Loss {
                        fault: Fault::TooLarge,
                        why: "the answer is larger than 1 MiB",
                    });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Err(self.lost(&error)),
            }
        }
        Ok(Answer {
            status,
            retry_after_s,
            body,
        })
    }

    /// The seconds that `Retry-After` asks for. Without a `Date` the clock is the one that judges certificates.
    fn retry_after_s(&self, headers: &HeaderMap) -> Option<u32> {
        let retry_after = header(headers, RETRY_AFTER.as_str())?;
        let date = header(headers, DATE.as_str());
        let clock = || {
            let now = self.settings.as_ref()?.time_provider.current_time()?;
            UNIX_EPOCH.checked_add(Duration::from_secs(now.as_secs()))
        };
        wait::seconds(&retry_after, date.as_deref(), clock)
    }

    fn lost(&self, error: &reqwest::Error) -> Loss {
        request_loss(error, &self.found.host, self.found.encrypted)
    }
}

/// Where a redirection points. Only its host is kept: the rest may hold what was sent.
fn redirected(response: &Response, url: &SecretUrl, status: u16) -> Loss {
    let host = header(response.headers(), LOCATION.as_str())
        .and_then(|to| url.expose().join(&to).ok())
        .and_then(|to| to.host_str().map(ToOwned::to_owned));
    Loss {
        fault: match host {
            Some(to) => Fault::Redirected { to },
            None => Fault::NotThisApi { status },
        },
        why: "a redirection, which is not followed",
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    REQUEST_ID_HEADERS.iter().find_map(|name| header(headers, name))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Knows no name: a host that was not checked has no address.
struct NoResolver;

impl Resolve for NoResolver {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(std::future::ready(Err(super::NameError::Unknown.into())))
    }
}
