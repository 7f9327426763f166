//! A caller that trusts one sandbox and finds its hosts.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Certificate, Client, Method, RequestBuilder, Response, redirect};
use sandbox::{
    ACTIVECAMPAIGN_HOST, ACTIVECAMPAIGN_KEY, BOT_TOKEN, CLERK_HOST, CLERK_PRIVATE_KEY, CLERK_PUBLIC_KEY,
    GATEWAY_HOST, GATEWAY_TOKEN, GRAPH_HOST, META_TOKEN, Sandbox, TELEGRAM_HOST,
};
use serde_json::Value;

/// Another `ActiveCampaign` account.
pub(crate) const OTHER_HOST: &str = "altro.activecampaign.sandbox.test";

pub(crate) fn free() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) async fn start() -> (Sandbox, Caller) {
    let sandbox = Sandbox::start(free(), Some(free())).await.unwrap();
    let caller = Caller::new(&sandbox, sandbox.certificate_pem());
    (sandbox, caller)
}

pub(crate) struct Caller {
    client: Client,
    port: u16,
}

impl Caller {
    pub(crate) fn new(sandbox: &Sandbox, certificate_pem: &str) -> Self {
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .tls_certs_only([Certificate::from_pem(certificate_pem.as_bytes()).unwrap()]);
        for host in [
            ACTIVECAMPAIGN_HOST,
            OTHER_HOST,
            CLERK_HOST,
            GRAPH_HOST,
            GATEWAY_HOST,
            TELEGRAM_HOST,
            "www.example.com",
        ] {
            builder = builder.resolve(host, sandbox.addr());
        }
        Self {
            client: builder.build().unwrap(),
            port: sandbox.addr().port(),
        }
    }

    pub(crate) fn get(&self, host: &str, path: &str) -> RequestBuilder {
        self.client.get(format!("https://{host}:{}{path}", self.port))
    }

    pub(crate) fn post(&self, host: &str, path: &str) -> RequestBuilder {
        self.client.post(format!("https://{host}:{}{path}", self.port))
    }

    pub(crate) fn send(&self, method: Method, host: &str, path: &str) -> RequestBuilder {
        let url = format!("https://{host}:{}{path}", self.port);
        self.client.request(method, url)
    }

    /// Writes to `ActiveCampaign`.
    pub(crate) fn write(&self, method: Method, path: &str, body: &Value) -> RequestBuilder {
        self.send(method, ACTIVECAMPAIGN_HOST, &format!("/api/3/{path}"))
            .header("Api-Token", ACTIVECAMPAIGN_KEY)
            .json(body)
    }

    /// Posts to Clerk.io, with both keys in the body.
    pub(crate) fn clerk_post(&self, path: &str, body: &Value) -> RequestBuilder {
        let mut body = body.clone();
        body["key"] = CLERK_PUBLIC_KEY.into();
        body["private_key"] = CLERK_PRIVATE_KEY.into();
        self.post(CLERK_HOST, &format!("/v2/{path}")).json(&body)
    }

    pub(crate) fn activecampaign(&self, path: &str) -> RequestBuilder {
        self.get(ACTIVECAMPAIGN_HOST, &format!("/api/3/{path}"))
            .header("Api-Token", ACTIVECAMPAIGN_KEY)
    }

    pub(crate) fn clerk(&self, path: &str) -> RequestBuilder {
        self.get(CLERK_HOST, &format!("/v2/{path}"))
            .query(&[("key", CLERK_PUBLIC_KEY), ("private_key", CLERK_PRIVATE_KEY)])
    }

    pub(crate) fn graph(&self, path: &str) -> RequestBuilder {
        self.get(GRAPH_HOST, &format!("/v25.0/{path}"))
            .bearer_auth(META_TOKEN)
    }

    pub(crate) fn gateway(&self, path: &str) -> RequestBuilder {
        self.get(GATEWAY_HOST, &format!("/wa/v1/{path}"))
            .bearer_auth(GATEWAY_TOKEN)
    }

    pub(crate) fn telegram(&self, method: &str, parameters: &Value) -> RequestBuilder {
        self.post(TELEGRAM_HOST, &format!("/bot{BOT_TOKEN}/{method}"))
            .json(parameters)
    }
}

/// Status and body of an answer.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    body(request.send().await.unwrap()).await
}

pub(crate) async fn body(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}
