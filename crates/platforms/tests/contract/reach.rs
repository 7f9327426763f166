//! Hosts that cannot be reached: by their certificates, or by their silence.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use domain::platform::Platform;
use domain::{CertificateFault, Fault, Lookup};
use platforms::{Options, Platforms};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::authority::Authority;
use crate::stage::{Account, NOW, failure, marks};

const HOST: &str = "negozio.activecampaign.sandbox.test";
/// The limit on connecting: long enough for a handshake on a busy machine.
const LIMIT: Duration = Duration::from_millis(600);
/// What a busy machine adds.
const GRACE: Duration = Duration::from_millis(900);

/// The sandbox's hosts are at `addr`; whoever shows what `trusted` signed is believed.
fn platforms(addr: SocketAddr, trusted: &Authority) -> Platforms {
    Platforms::new(Options {
        allowed_hosts: vec!["127.0.0.1".parse().unwrap()],
        witnesses: Vec::new(),
        sandbox: Some(platforms::Sandbox {
            addr,
            certificate_pem: trusted.pem.clone(),
        }),
        connect_timeout: LIMIT,
        call_timeout: Duration::from_secs(20),
        test_timeout: Duration::from_secs(20),
    })
    .unwrap()
}

/// What a test says, and what a call without a handshake of its own before it.
async fn faults(platforms: &Platforms, account: &Account) -> (String, Option<Fault>, Fault) {
    let report = platforms.verify(&account.remote(), &|| NOW, &|_| {}).await;
    let lookup = platforms::lookups(account.settings.platform())[0];
    let called = failure(platforms.look_up(&account.remote(), lookup).await);
    (marks(&report), report.fault, called.fault)
}

#[tokio::test]
async fn a_certificate_says_what_is_wrong_with_it() {
    let trusted = Authority::new("An authority");
    let stranger = Authority::new("Another authority");
    let good = (2020, 2100);
    for (signer, name, years, why) in [
        (&trusted, HOST, (2020, 2021), CertificateFault::Expired),
        (&trusted, HOST, (2099, 2100), CertificateFault::Expired),
        (
            &trusted,
            "altro.activecampaign.sandbox.test",
            good,
            CertificateFault::WrongName,
        ),
        (&trusted, "sandbox.test", good, CertificateFault::WrongName),
        (&stranger, HOST, good, CertificateFault::UnknownIssuer),
    ] {
        let addr = signer.start_host(name, years).await;
        let account = Account::of(Platform::ActiveCampaign);
        let (marks, tested, called) = faults(&platforms(addr, &trusted), &account).await;
        let expected = Fault::Certificate {
            why,
            host: HOST.into(),
        };
        assert_eq!(tested.as_ref(), Some(&expected), "{name} {years:?}");
        assert_eq!(marks, "++x---", "{name} {years:?}");
        assert_eq!(called, expected, "{name} {years:?}");
    }
}

#[tokio::test]
async fn a_good_certificate_is_not_what_stops_a_call() {
    let trusted = Authority::new("An authority");
    let addr = trusted.start_host(HOST, (2020, 2100)).await;
    let account = Account::of(Platform::ActiveCampaign);
    let (marks, tested, called) = faults(&platforms(addr, &trusted), &account).await;
    assert_eq!(tested, Some(Fault::ConnectionLost));
    assert_eq!(marks, "+++x--");
    assert_eq!(called, Fault::ConnectionLost);
}

/// A host that takes connections and says nothing.
async fn start_mute() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    addr
}

/// A host that takes no more connections: its queue is full and nobody empties it. It stays so while what is returned
/// lives.
async fn start_full() -> (SocketAddr, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let addr = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(addr)).await {
        waiting.push(connected.unwrap());
        assert!(
            waiting.len() < 100,
            "the system does not keep to the queue's length"
        );
    }
    (addr, listener, waiting)
}

async fn assert_silent(platforms: &Platforms, account: &Account, host: &str) {
    let expected = Fault::ConnectTimedOut { host: host.into() };
    let started = Instant::now();
    let report = platforms.verify(&account.remote(), &|| NOW, &|_| {}).await;
    let tested = started.elapsed();
    assert_eq!(report.fault.as_ref(), Some(&expected));
    assert_eq!(marks(&report), "++x---");
    let lookup = platforms::lookups(account.settings.platform())[0];
    let started = Instant::now();
    let called = failure(platforms.look_up(&account.remote(), lookup).await);
    assert_eq!(called.fault, expected);
    for elapsed in [tested, started.elapsed()] {
        assert!(elapsed >= LIMIT && elapsed < LIMIT + GRACE, "{elapsed:?}");
    }
}

#[tokio::test]
async fn a_host_that_never_speaks_is_given_up_within_the_limit() {
    let addr = start_mute().await;
    let account = Account::of(Platform::ActiveCampaign);
    let platforms = platforms(addr, &Authority::new("An authority"));
    assert_silent(&platforms, &account, HOST).await;
}

#[tokio::test]
async fn a_host_that_takes_no_connections_is_given_up_within_the_limit() {
    let (addr, _listener, _waiting) = start_full().await;
    let platforms = platforms(addr, &Authority::new("An authority"));
    assert_silent(&platforms, &Account::of(Platform::ActiveCampaign), HOST).await;
    let plain = Account::with(Platform::Telegram, &[("api_base_url", &format!("http://{addr}"))]);
    assert_silent(&platforms, &plain, "127.0.0.1").await;
}

#[tokio::test]
async fn a_host_that_takes_a_call_but_never_answers_is_no_answer() {
    let addr = start_mute().await;
    let platforms = Platforms::new(Options {
        allowed_hosts: vec!["127.0.0.1".parse().unwrap()],
        witnesses: Vec::new(),
        sandbox: None,
        connect_timeout: LIMIT,
        call_timeout: LIMIT,
        test_timeout: Duration::from_secs(20),
    })
    .unwrap();
    let account = Account::with(Platform::Telegram, &[("api_base_url", &format!("http://{addr}"))]);
    let called = failure(platforms.look_up(&account.remote(), Lookup::Chats).await);
    assert_eq!(called.fault, Fault::NoAnswer);
}
