//! A host that says what a test wants, on a real socket.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Counts who comes, and answers every request.
pub(crate) struct Host {
    pub(crate) addr: SocketAddr,
    visits: Arc<AtomicUsize>,
}

impl Host {
    /// Answers what `answer` makes of the request's head and body: a whole answer of HTTP/1.1.
    pub(crate) fn start(addr: SocketAddr, answer: fn(&str) -> String) -> Self {
        let listener = TcpListener::bind(addr).unwrap();
        let addr = listener.local_addr().unwrap();
        let visits = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&visits);
        thread::spawn(move || {
            for stream in listener.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || serve(stream.unwrap(), answer));
            }
        });
        Self { addr, visits }
    }

    /// The same on a free port of `address`.
    pub(crate) fn on(address: &str, answer: fn(&str) -> String) -> Self {
        let address: IpAddr = address.parse().unwrap();
        Self::start(SocketAddr::new(address, 0), answer)
    }

    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

/// An answer that ends the connection.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

fn serve(mut stream: TcpStream, answer: fn(&str) -> String) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut chunk) {
            // Nobody has anything to say: a handshake, or the other side hung up.
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
    let request = String::from_utf8_lossy(&request);
    let _ = stream.write_all(answer(&request).as_bytes());
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")
            .and_then(|length| length.trim().parse::<usize>().ok())
    });
    body.len() >= length.unwrap_or(0)
}
