//! Deliveries to one host share its connections, and wait for their turn.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::EventKind::{CustomerUpdated, OrderPlaced};
use domain::platform::Platform;
use platforms::Pace;
use sandbox::Sandbox;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::samples::{customer, order};
use crate::stage::{Stage, assert_done, parcel};

/// Stands before the sandbox and counts who comes.
async fn door(to: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (addr, came) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut to = TcpStream::connect(to).await.unwrap();
                tokio::io::copy_bidirectional(&mut from, &mut to).await
            });
        }
    });
    (addr, came)
}

#[tokio::test]
async fn deliveries_share_connections() {
    let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None)
        .await
        .unwrap();
    let (addr, came) = door(sandbox.addr()).await;
    let stage = Stage::at(sandbox, addr, Platform::Clerk, &[]);
    for _ in 0..20 {
        assert_done(&stage.deliver(CustomerUpdated, &customer(&json!({}))).await);
    }
    assert_eq!(stage.mark(), 20);
    assert_eq!(came.load(Ordering::Relaxed), 1);
}

/// Counts turns, and takes its time.
struct Slow(AtomicUsize);

#[async_trait]
impl Pace for Slow {
    async fn turn(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn every_call_waits_for_its_turn_and_waiting_does_not_count() {
    let stage = Stage::activecampaign().await;
    let (pace, payload) = (Slow(AtomicUsize::new(0)), order(&json!({})));
    let started = std::time::Instant::now();
    let report = stage.attempt(&parcel(OrderPlaced, &payload), &pace).await;
    let took_ms = started.elapsed().as_millis();
    assert_done(&report);
    assert_eq!(pace.0.load(Ordering::Relaxed), stage.mark());
    let waited_ms = 100 * stage.mark() as u128;
    assert!(took_ms >= waited_ms);
    assert!(
        u128::from(report.ms) <= took_ms - waited_ms,
        "{} of {took_ms}",
        report.ms
    );
}
