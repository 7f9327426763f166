//! The cookies of the panel.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use domain::Language;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use service::NewSession;
use ui::Notice;

use crate::config::PublicUrl;

const NOTICE: &str = "raccordo_notice";
const LANGUAGE: &str = "raccordo_language";
/// Seconds for which a notice waits to be told.
const NOTICE_SECONDS: u32 = 60;
/// Seconds for which the language is remembered: a year.
const LANGUAGE_SECONDS: u32 = 31_536_000;

/// The value of a cookie.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok());
    cookies
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// Over TLS the browser itself refuses the cookie of any other host or path (RFC 6265bis, section 4.1.3.2).
fn session_name(url: &PublicUrl) -> &'static str {
    if url.is_https {
        "__Host-raccordo_session"
    } else {
        "raccordo_session"
    }
}

/// The session's token.
pub(super) fn session<'a>(headers: &'a HeaderMap, url: &PublicUrl) -> Option<&'a str> {
    value(headers, session_name(url))
}

/// The language that was chosen.
pub(super) fn language(headers: &HeaderMap) -> Option<Language> {
    value(headers, LANGUAGE).and_then(Language::from_code)
}

/// Something to tell, and whether there is a cookie at all.
pub(super) fn notice(headers: &HeaderMap) -> (Option<Notice>, bool) {
    let Some(value) = value(headers, NOTICE) else {
        return (None, false);
    };
    let text = percent_decode_str(value).decode_utf8_lossy();
    // A cookie that somebody made up can only make the panel say one of its own sentences.
    (serde_json::from_str(&text).ok(), true)
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, seconds: u32, url: &PublicUrl) {
    let secure = if url.is_https { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    // Names are ours and values are encoded: there is always such a header.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

pub(super) fn set_session(headers: &mut HeaderMap, session: &NewSession, url: &PublicUrl) {
    let seconds = u32::try_from(session.max_seconds).unwrap_or(u32::MAX);
    set(headers, session_name(url), &session.token.expose(), seconds, url);
}

pub(super) fn clear_session(headers: &mut HeaderMap, url: &PublicUrl) {
    set(headers, session_name(url), "", 0, url);
}

pub(super) fn set_notice(headers: &mut HeaderMap, notice: &Notice, url: &PublicUrl) {
    if let Ok(text) = serde_json::to_string(notice) {
        set(
            headers,
            NOTICE,
            &utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string(),
            NOTICE_SECONDS,
            url,
        );
    }
}

pub(super) fn clear_notice(headers: &mut HeaderMap, url: &PublicUrl) {
    set(headers, NOTICE, "", 0, url);
}

pub(super) fn set_language(headers: &mut HeaderMap, language: Language, url: &PublicUrl) {
    set(headers, LANGUAGE, language.code(), LANGUAGE_SECONDS, url);
}
