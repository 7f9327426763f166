//! Who asks, in which language, from where: the context of a request.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE};
use axum::http::request::Parts;
use domain::Language;
use service::{ServiceError, SessionState};
use ui::Cx;

use super::{Panel, cookies};

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The context of a request. A notice is only for requests that show it.
pub(super) async fn cx(panel: &Panel, parts: &Parts) -> Result<Cx, ServiceError> {
    let url = &panel.options.public_url;
    let state = match cookies::session(&parts.headers, url) {
        Some(token) => panel.raccordo.session(token).await?,
        None => SessionState::None,
    };
    let (actor, session) = match state {
        SessionState::None => (None, None),
        SessionState::Expired { hash } => (None, Some(hash)),
        SessionState::Active { hash, actor } => (Some(actor), Some(hash)),
    };
    Ok(Cx {
        raccordo: panel.raccordo.clone(),
        actor,
        session,
        site: panel.raccordo.shown_site().await?,
        language: language(&parts.headers),
        notice: None,
        path: parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        address: address(parts, &panel.options.trusted_proxies)
            .map_or_else(String::new, |address| address.to_string()),
    })
}

/// The chosen language, else the first of the browser's that there is, else Italian.
pub(super) fn language(headers: &HeaderMap) -> Language {
    cookies::language(headers)
        .or_else(|| preferred(headers))
        .unwrap_or_default()
}

fn preferred(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut wanted: Vec<(f32, Language)> = accepted
        .split(',')
        .filter_map(|item| {
            let (tag, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            let language = Language::from_code(tag.trim().split('-').next()?.to_lowercase().as_str())?;
            Some((
                weight.trim().parse().ok().filter(|weight| *weight > 0.0)?,
                language,
            ))
        })
        .collect();
    // A stable sort: of equal weights the first named wins.
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.first().map(|(_, language)| *language)
}

/// Where the request came from: the last address in the chain that is none of our own proxies.
fn address(parts: &Parts, trusted: &[IpAddr]) -> Option<IpAddr> {
    let mut address = parts.extensions.get::<Peer>()?.0.ip().to_canonical();
    let forwarded = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .rev()
        .filter_map(|header| header.to_str().ok());
    for hop in forwarded.flat_map(|header| header.rsplit(',')) {
        if !trusted.contains(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(hop) => address = hop.to_canonical(),
            Err(_) => break,
        }
    }
    Some(address)
}

/// Whether a script of ours wants to be told each step as it ends.
pub(super) fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.as_bytes() == super::events::CONTENT.as_bytes())
}

/// Whether a script of ours asks, rather than a browser that navigates.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use axum::http::Request;

    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(Peer("10.0.0.1:5000".parse().unwrap()));
        parts
    }

    #[test]
    fn the_language_is_the_chosen_one_then_the_browsers_then_italian() {
        let of = |headers: &[(&str, &str)]| language(&parts(headers).headers);
        assert_eq!(of(&[]), Language::It);
        assert_eq!(of(&[("accept-language", "de, en;q=0.5, it;q=0.4")]), Language::En);
        assert_eq!(of(&[("accept-language", "en;q=0, it-IT")]), Language::It);
        assert_eq!(
            of(&[("accept-language", "en"), ("cookie", "a=b; raccordo_language=it")]),
            Language::It
        );
        assert_eq!(
            of(&[
                ("accept-language", "fr;q=x,,;q="),
                ("cookie", "raccordo_language=fr")
            ]),
            Language::It
        );
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_where_a_request_comes_from() {
        let forged = parts(&[("x-forwarded-for", "1.1.1.1, 192.0.2.7")]);
        assert_eq!(address(&forged, &[]).unwrap().to_string(), "10.0.0.1");
        let trusted: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap()];
        assert_eq!(address(&forged, &trusted).unwrap().to_string(), "192.0.2.7");
        let chain = parts(&[("x-forwarded-for", "192.0.2.7"), ("x-forwarded-for", "nonsense")]);
        assert_eq!(address(&chain, &trusted).unwrap().to_string(), "10.0.0.1");
    }
}
