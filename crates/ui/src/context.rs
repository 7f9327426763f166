//! What the server tells the pages of one request, through Leptos' context.

use std::sync::Arc;

use domain::{Language, Site};
use service::{Actor, Raccordo};

use crate::outcome::{Notice, Outcome, Problem};

/// One request.
#[derive(Clone)]
pub struct Cx {
    /// The use cases.
    pub raccordo: Arc<Raccordo>,
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// The hash of the session's token, also of an expired session: to keep a typed form for the same person.
    pub session: Option<[u8; 32]>,
    /// The site that is shown.
    pub site: Arc<Site>,
    /// The interface's language.
    pub language: Language,
    /// Something to tell, once.
    pub notice: Option<Notice>,
    /// Path and query of the request.
    pub path: String,
    /// Where the request came from, for slowing down repeated wrong passwords.
    pub address: String,
}

/// A posted form that was refused: the page is rendered with this instead of what it would read.
#[derive(Clone)]
pub struct Rejection(pub Outcome);

/// The page to render is the page of a problem.
#[derive(Clone, Copy)]
pub struct FailedPage(pub Problem);
