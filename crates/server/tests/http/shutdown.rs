//! Real connections: limits of time, and an end that finishes what is in flight.

use std::time::Duration;

use server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::support::{Panel, Setup};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_finishes_the_request_in_flight_and_accepts_no_new_one() {
    let panel = Panel::start().await;
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let addr = server.addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = panel.router.clone();
    let running = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        server.run(router, stopped, Duration::from_secs(10)).await
    });
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let body = "language=en&next=%2Faccounts";
    let head = format!(
        "POST /language HTTP/1.1\r\nhost: {addr}\r\norigin: http://{addr}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(TcpStream::connect(addr).await.is_err(), "nobody new is let in");
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(running.await.unwrap(), "everything was answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_never_arrives_is_given_up() {
    let panel = Panel::start().await;
    let setup = Setup {
        request_timeout: Duration::from_millis(400),
        ..Setup::default()
    };
    let panel = Panel::open(panel.home.clone(), setup).await;
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let addr = server.addr().unwrap();
    let router = panel.router.clone();
    tokio::spawn(async move {
        server
            .run(router, std::future::pending(), Duration::from_secs(1))
            .await
    });
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let head = format!(
        "POST /language HTTP/1.1\r\nhost: {addr}\r\norigin: http://{addr}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
}
