//! A client for one keep-alive connection, as small as it can be: it shares the machine with what it measures. It knows
//! of HTTP/1.1 what our server sends: bodies with a length and bodies in chunks.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for what one read of the socket may bring.
const READ_BYTES: usize = 64 * 1024;
/// The most bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Who asks: requests are made once and sent many times.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// The server.
    pub(crate) addr: SocketAddr,
    /// The cookie of a session.
    pub(crate) cookie: Option<String>,
}

impl Client {
    /// The bytes that ask for a page.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        self.request("GET", path, headers, "")
    }

    /// The bytes that post a form, as the scripts of the panel do it: the answer is JSON.
    pub(crate) fn post<'a>(
        &self,
        path: &str,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Vec<u8> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let headers = [
            ("origin", format!("http://{}", self.addr)),
            ("sec-fetch-site", "same-origin".to_owned()),
            ("accept", "application/json".to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("content-length", body.len().to_string()),
        ];
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.request("POST", path, &headers, &body)
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("host: {}", self.addr),
            "accept-language: it".to_owned(),
        ];
        lines.extend(self.cookie.iter().map(|cookie| format!("cookie: {cookie}")));
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask(&self, request: &[u8]) -> Result<Answer> {
        Connection::open(self.addr)
            .await?
            .send(request)
            .await
            .map(Answered::keep)
    }
}

/// An answer that is still in its connection's memory.
pub(crate) struct Answered<'a> {
    /// The status.
    pub(crate) status: u16,
    /// The lines before the body.
    head: &'a str,
    /// The body, without the marks of its chunks.
    pub(crate) body: &'a [u8],
}

impl Answered<'_> {
    /// The same in memory of its own.
    pub(crate) fn keep(self) -> Answer {
        Answer {
            status: self.status,
            head: self.head.to_owned(),
            body: self.body.to_vec(),
        }
    }
}

/// An answer.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The values of a header.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        headers(&self.head, name)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).context("an answer is no text")
    }

    /// The answer, if its status is `status`.
    pub(crate) fn expect(self, status: u16) -> Result<Self> {
        if self.status != status {
            let told: String = String::from_utf8_lossy(&self.body).chars().take(500).collect();
            bail!("status {} instead of {status}: {told}", self.status);
        }
        Ok(self)
    }
}

fn headers<'a>(head: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines
        .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// One connection, for one request after the other.
pub(crate) struct Connection {
    stream: TcpStream,
    inbox: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr)
            .await
            .with_context(|| format!("connecting to {addr}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            inbox: Vec::with_capacity(2 * READ_BYTES),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answered<'_>> {
        self.stream.write_all(request).await?;
        self.inbox.clear();
        let body_at = loop {
            self.read().await?;
            if let Some(end) = find(&self.inbox, b"\r\n\r\n") {
                break end + 4;
            }
            if self.inbox.len() > HEAD_BYTES_MAX {
                bail!("the head of an answer does not end");
            }
        };
        let head = text(&self.inbox[..body_at - 2])?;
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .context("an answer without a status")?;
        let length: Option<usize> = headers(head, "content-length")
            .next()
            .and_then(|length| length.parse().ok());
        let body_end = match length {
            Some(length) => {
                while self.inbox.len() < body_at + length {
                    self.read().await?;
                }
                Some(body_at + length)
            }
            None if headers(head, "transfer-encoding").any(|coding| coding == "chunked") => {
                self.read_chunks(body_at).await?;
                None
            }
            // "No content" says no length.
            None if status == 204 => Some(body_at),
            None => bail!("an answer of unknown length"),
        };
        let body = body_end.map_or(&self.body[..], |end| &self.inbox[body_at..end]);
        Ok(Answered {
            status,
            head: text(&self.inbox[..body_at - 2])?,
            body,
        })
    }

    async fn read_chunks(&mut self, mut at: usize) -> Result<()> {
        self.body.clear();
        loop {
            let line_end = loop {
                match find(&self.inbox[at..], b"\r\n") {
                    Some(end) => break at + end,
                    None => self.read().await?,
                }
            };
            let size = text(&self.inbox[at..line_end])?;
            let size =
                usize::from_str_radix(size, 16).with_context(|| format!("«{size}» is no size of a chunk"))?;
            let (start, end) = (line_end + 2, line_end + 2 + size);
            while self.inbox.len() < end + 2 {
                self.read().await?;
            }
            self.body.extend_from_slice(&self.inbox[start..end]);
            if size == 0 {
                return Ok(());
            }
            at = end + 2;
        }
    }

    async fn read(&mut self) -> Result<()> {
        self.inbox.reserve(READ_BYTES);
        if self.stream.read_buf(&mut self.inbox).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).context("an answer's head is no text")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio::runtime::Builder;

    use super::*;

    /// What the client makes of an answer that comes in these pieces, twice on the same connection.
    fn received(pieces: &'static [&'static str]) -> Result<(u16, String)> {
        let talk = async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let addr = listener.local_addr()?;
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                for _ in 0..2 {
                    let _asked = stream.read(&mut [0; 1024]).await.unwrap();
                    for piece in pieces {
                        stream.write_all(piece.as_bytes()).await.unwrap();
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            });
            let mut connection = Connection::open(addr).await?;
            let request = Client { addr, cookie: None }.get("/", &[]);
            let first = connection.send(&request).await?.keep().body;
            let answer = connection.send(&request).await?;
            assert_eq!(first, answer.body);
            Ok((answer.status, text(answer.body)?.to_owned()))
        };
        Builder::new_current_thread().enable_all().build()?.block_on(talk)
    }

    #[test]
    fn a_body_with_a_length_may_come_in_pieces() {
        let pieces = &["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 5\r\n\r\nhe", "llo"];
        assert_eq!(received(pieces).unwrap(), (200, "hello".to_owned()));
    }

    #[test]
    fn chunks_may_be_cut_anywhere() {
        let pieces = &[
            "HTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\n\r\n5\r",
            "\nhel",
            "lo\r\nA\r\n, wor",
            "ld!!!\r\n0\r\n\r",
            "\n",
        ];
        assert_eq!(received(pieces).unwrap(), (404, "hello, world!!!".to_owned()));
    }

    #[test]
    fn an_answer_without_an_end_is_refused() {
        assert!(received(&["HTTP/1.1 200 OK\r\n\r\nhello"]).is_err());
    }

    #[test]
    fn a_form_is_posted_as_the_panels_scripts_do_it() {
        let client = Client {
            addr: "127.0.0.1:9".parse().unwrap(),
            cookie: Some("a=b".to_owned()),
        };
        let request = String::from_utf8(client.post("/x", [("q", "a b&c")])).unwrap();
        assert!(
            request.starts_with("POST /x HTTP/1.1\r\nhost: 127.0.0.1:9\r\n"),
            "{request}"
        );
        assert!(
            request.contains("\r\ncookie: a=b\r\n")
                && request.ends_with("content-length: 9\r\n\r\nq=a+b%26c"),
            "{request}"
        );
    }
}
