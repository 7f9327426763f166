//! A test's steps, line by line as they end, and the outcome on the last line. The test lives in the answer's body: a browser that hangs up ends it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::AccountId;
use hyper::body::{Body as HttpBody, Frame};
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use ui::{Cx, Outcome, StepView, actions};

/// One JSON value on each line.
pub(super) const CONTENT: &str = "application/x-ndjson";

/// What stands on a line.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Step(StepView),
    Outcome(Box<Outcome>),
}

/// What a script of ours reads while a form is tried.
pub(super) fn stream(cx: Cx, id: Option<AccountId>, pairs: Vec<(String, String)>) -> Response {
    // At most one event for each step, so nothing piles up.
    let (sender, events) = unbounded_channel();
    let work = async move {
        let watch = |step| {
            // Whoever has hung up is told nothing.
            let _ = sender.send(Line::Step(step));
        };
        let outcome = match id {
            Some(id) => actions::save::update(&cx, id, &pairs, &watch).await,
            None => actions::save::create(&cx, &pairs, &watch).await,
        };
        Line::Outcome(Box::new(outcome))
    };
    let body = Events {
        work: Some(Box::pin(work)),
        told: events,
        done: None,
    };
    let headers = [
        (CONTENT_TYPE, CONTENT),
        (CACHE_CONTROL, "no-store"),
        // Compression would hold lines back.
        (CONTENT_ENCODING, "identity"),
    ];
    (headers, Body::new(body)).into_response()
}

/// Drives the work whenever somebody waits for the next line.
struct Events {
    work: Option<Pin<Box<dyn Future<Output = Line> + Send>>>,
    told: UnboundedReceiver<Line>,
    done: Option<Line>,
}

impl HttpBody for Events {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(work) = &mut self.work
            && let Poll::Ready(done) = work.as_mut().poll(cx)
        {
            self.work = None;
            self.done = Some(done);
        }
        // Steps first: the work may have ended within the same poll.
        if let Poll::Ready(Some(event)) = self.told.poll_recv(cx) {
            return Poll::Ready(Some(Ok(line(&event))));
        }
        match self.done.take() {
            Some(done) => Poll::Ready(Some(Ok(line(&done)))),
            None if self.work.is_none() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

fn line(event: &Line) -> Frame<Bytes> {
    // One that cannot be written ends up as an empty line, which the script passes over.
    let mut text = serde_json::to_vec(event).unwrap_or_default();
    text.push(b'\n');
    Frame::data(Bytes::from(text))
}
