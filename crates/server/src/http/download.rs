//! Files to keep. Each is made while it is sent, so that a long one needs no memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame};
use service::ServiceError;
use ui::actions::{self, LogCsv};

use super::Panel;
use super::answer::see_other;
use super::around::refused;
use super::visit;

/// Lista dei Log as a file for spreadsheets, for the query of its page.
pub(super) async fn log(State(panel): State<Panel>, request: Request) -> Response {
    let parts = request.into_parts().0;
    let cx = match visit::cx(&panel, &parts).await {
        Ok(cx) => cx,
        Err(error) => return refused(actions::problem(&error)),
    };
    if cx.actor.is_none() {
        return see_other(&actions::sign_in_path(&cx.path));
    }
    let mut file = LogCsv::new(cx, parts.uri.query().unwrap_or_default());
    let disposition = format!("attachment; filename=\"{}\"", file.file_name());
    // What cannot be read at all is a page, not a broken file.
    let first = match file.next().await {
        Ok(first) => first,
        Err(error) => return refused(actions::problem(&error)),
    };
    let mut response = Body::new(Lines {
        first,
        next: Some(read(file)),
    })
    .into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

type Next = Pin<Box<dyn Future<Output = (LogCsv, Result<Option<String>, ServiceError>)> + Send>>;

fn read(mut file: LogCsv) -> Next {
    Box::pin(async move {
        let lines = file.next().await;
        (file, lines)
    })
}

/// Reads on when the other end has taken what was read.
struct Lines {
    first: Option<String>,
    next: Option<Next>,
}

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = ServiceError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(lines) = self.first.take() {
            return Poll::Ready(Some(Ok(frame(lines))));
        }
        let Some(next) = &mut self.next else {
            return Poll::Ready(None);
        };
        let Poll::Ready((file, lines)) = next.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        self.next = None;
        match lines {
            Ok(Some(lines)) => {
                self.next = Some(read(file));
                Poll::Ready(Some(Ok(frame(lines))))
            }
            Ok(None) => Poll::Ready(None),
            // The answer breaks off, so that half a file is not taken for all of it.
            Err(error) => {
                actions::problem(&error);
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

fn frame(lines: String) -> Frame<Bytes> {
    Frame::data(Bytes::from(lines))
}
