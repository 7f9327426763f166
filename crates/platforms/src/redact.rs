//! What may be told of a call. Everything that a platform says, and every address that is called, becomes text here
//! and nowhere else.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use domain::{Exchange, SecretValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Stands where a secret stood.
const MARK: &str = "▇";
/// Most characters of a message, a name or an id that a platform gives.
const WORDS_CHARS_MAX: usize = 300;

/// An address that may hold secrets: nothing prints it but the redactor.
#[derive(Clone)]
pub(crate) struct SecretUrl(Url);

impl SecretUrl {
    pub(crate) const fn new(url: Url) -> Self {
        Self(url)
    }

    /// The address, for calling it only.
    pub(crate) const fn expose(&self) -> &Url {
        &self.0
    }
}

/// Knows an account's secrets in every spelling in which a platform may give them back.
pub(crate) struct Redactor {
    spellings: Vec<SecretValue>,
    /// The bytes that a spelling begins with, in either case: almost every place of a text is passed over at once.
    starts: [bool; 256],
}

impl Redactor {
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let spellings: BTreeSet<String> = words
            .filter(|word| !word.is_empty())
            .flat_map(spellings)
            .collect();
        let mut starts = [false; 256];
        for start in spellings.iter().filter_map(|spelling| spelling.bytes().next()) {
            starts[usize::from(start.to_ascii_lowercase())] = true;
            starts[usize::from(start.to_ascii_uppercase())] = true;
        }
        Self {
            spellings: spellings.into_iter().map(SecretValue::new).collect(),
            starts,
        }
    }

    /// An address, to be shown.
    pub(crate) fn url(&self, url: &SecretUrl) -> String {
        self.redact(url.0.as_str())
    }

    /// A text of ours that secrets were put into, to be shown whole.
    pub(crate) fn text(&self, text: &str) -> String {
        self.redact(text)
    }

    /// The beginning of a body, to be shown.
    pub(crate) fn body(&self, bytes: &[u8]) -> String {
        let text = printable(&String::from_utf8_lossy(bytes), true);
        cut(&self.redact(&text), Exchange::BODY_CHARS_MAX)
    }

    /// A platform's words (a name, an id, a message), on one line.
    pub(crate) fn words(&self, text: &str) -> String {
        let text = printable(text, false);
        cut(self.redact(&text).trim(), WORDS_CHARS_MAX)
    }

    /// Whatever belongs to any spelling goes, also where two of them overlap.
    fn redact(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        // Where the text goes on that is still to be copied, and where the spelling found last ends.
        let (mut copied, mut covered) = (0, 0);
        for (place, start) in text.bytes().enumerate() {
            if !self.starts[usize::from(start)] {
                continue;
            }
            let Some(len) = self.found_at(&text.as_bytes()[place..]) else {
                continue;
            };
            if place >= covered {
                clean.push_str(&text[copied..place]);
                clean.push_str(MARK);
            }
            covered = covered.max(place + len);
            copied = covered;
        }
        clean.push_str(&text[copied..]);
        clean
    }

    /// The length of the longest spelling that `bytes` begin with. Case does not matter: host names and percent signs
    /// change it.
    fn found_at(&self, bytes: &[u8]) -> Option<usize> {
        self.spellings
            .iter()
            .map(|spelling| spelling.expose().as_bytes())
            .filter(|spelling| {
                let head = bytes.get(..spelling.len());
                head.is_some_and(|head| head.eq_ignore_ascii_case(spelling))
            })
            .map(<[u8]>::len)
            .max()
    }
}

/// What `encodeURIComponent` leaves as it is, beside letters and digits.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A word as it stands, in an address, in JSON, in a page and in base64.
fn spellings(word: &str) -> Vec<String> {
    let json = serde_json::Value::from(word).to_string();
    let json = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'))
        .unwrap_or(word)
        .to_owned();
    let mut all = vec![
        word.to_owned(),
        utf8_percent_encode(word, NON_ALPHANUMERIC).to_string(),
        url::form_urlencoded::byte_serialize(word.as_bytes()).collect(),
        in_path(word),
        json.replace('/', "\\/"),
        utf8_percent_encode(word, COMPONENT).to_string(),
        escaped(word, |char| !char.is_ascii_alphanumeric(), unicode_escape),
        // What .NET escapes in JSON, and what pages escape
        escaped(&json, |char| "+<>&'`".contains(char), unicode_escape),
        escaped(word, |char| "+<>&'`\"".contains(char), unicode_escape),
        escaped(
            word,
            |char| "&<>\"'".contains(char),
            |char| match char {
                '&' => "&amp;".to_owned(),
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '"' => "&quot;".to_owned(),
                _ => "&#39;".to_owned(),
            },
        ),
        json,
    ];
    all.extend((0..3).flat_map(|before| base64_within(word, before)));
    all
}

fn escaped(word: &str, is_escaped: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    let spell = |char| {
        if is_escaped(char) {
            escape(char)
        } else {
            String::from(char)
        }
    };
    word.chars().map(spell).collect()
}

fn unicode_escape(char: char) -> String {
    format!("\\u{:04x}", u32::from(char))
}

/// As it stands in the path of an address, where fewer characters are escaped than elsewhere.
fn in_path(word: &str) -> String {
    let Ok(mut url) = Url::parse("https://host.invalid/") else {
        return word.to_owned();
    };
    url.set_path(word);
    url.path().trim_start_matches('/').to_owned()
}

/// The part of a base64 text that is the same whatever stands around the word, for a word after `before` other bytes
/// (modulo 3); `Basic` authorisation and debug pages give such texts back.
fn base64_within(word: &str, before: usize) -> Vec<String> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(word.as_bytes());
    let from = (before * 8).div_ceil(6);
    let to = bytes.len() * 8 / 6;
    // Shorter ones would be found in texts that have nothing to do with the word.
    if to < from + 8 {
        return Vec::new();
    }
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .iter()
        .filter_map(|text| text.get(from..to).map(ToOwned::to_owned))
        .collect()
}

/// Without characters that cannot be seen: between the letters of a secret they would hide it from the redactor, and
/// they turn the reading direction around. Line breaks stay if `lines`.
fn printable(text: &str, lines: bool) -> String {
    text.chars()
        .filter(|char| (lines && matches!(char, '\n' | '\t')) || !is_unseen(*char))
        .collect()
}

fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const SECRET: &str = "s3cr/t+Key|with\"odd_characters-1234";

    fn redactor() -> Redactor {
        Redactor::new([SECRET, ""].into_iter())
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        for spelling in spellings(SECRET) {
            let body = format!("before {spelling} after");
            assert_eq!(redactor().body(body.as_bytes()), "before ▇ after", "{spelling}");
            let loud = body.to_ascii_uppercase();
            assert_eq!(redactor().body(loud.as_bytes()), "BEFORE ▇ AFTER", "{loud}");
        }
    }

    #[test]
    fn what_other_languages_escape_is_found_as_well() {
        for echoed in [
            r"s3cr/t\u002BKey|with\u0022odd_characters-1234",
            r#"s3cr/t\u002BKey|with\"odd_characters-1234"#,
            "s3cr/t+Key|with&quot;odd_characters-1234",
            "s3cr%2Ft%2BKey%7Cwith%22odd_characters-1234",
        ] {
            assert_eq!(redactor().body(echoed.as_bytes()), MARK, "{echoed}");
        }
    }

    #[test]
    fn a_secret_inside_base64_leaves_no_run_of_its_own_characters() {
        for before in ["", "a", "ab", "Bearer "] {
            let text = STANDARD_NO_PAD.encode(format!("{before}{SECRET} and more"));
            let shown = redactor().body(text.as_bytes());
            assert!(shown.contains(MARK), "{shown}");
            let rest = shown.replace(MARK, "");
            assert!(rest.len() <= text.len() - SECRET.len(), "{shown}");
        }
    }

    #[test]
    fn the_cut_comes_after_the_redaction() {
        let body = format!("{}{SECRET}", "x".repeat(Exchange::BODY_CHARS_MAX - 5));
        let shown = redactor().body(body.as_bytes());
        assert!(shown.ends_with("xx▇"), "{shown}");
        let body = "è".repeat(Exchange::BODY_CHARS_MAX + 1);
        let shown = redactor().body(body.as_bytes());
        assert_eq!(shown.chars().count(), Exchange::BODY_CHARS_MAX);
    }

    #[test]
    fn unseen_characters_hide_no_secret_and_turn_nothing_around() {
        let (head, tail) = SECRET.split_at(8);
        for between in ["\0", "\u{7f}", "\u{200b}", "\u{202e}", "\r"] {
            let shown = redactor().body(format!("{head}{between}{tail}\n{between}!").as_bytes());
            assert_eq!(shown, "▇\n!", "{between:?}");
        }
        assert_eq!(redactor().words(" one\ntwo\u{1b}[31m "), "onetwo[31m");
    }

    #[test]
    fn an_address_shows_neither_path_nor_query_secrets() {
        let mut url = Url::parse("https://api.example.com/").unwrap();
        url.set_path(&format!("/bot{SECRET}/getMe"));
        url.query_pairs_mut().append_pair("private_key", SECRET);
        let shown = redactor().url(&SecretUrl::new(url));
        assert_eq!(shown, "https://api.example.com/bot▇/getMe?private_key=▇");
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_of_either() {
        let redactor = Redactor::new(["abcdefgh1234", "1234ijklmnop"].into_iter());
        assert_eq!(redactor.words("xabcdefgh1234ijklmnopx"), "x▇x");
        assert_eq!(redactor.words("abcdefgh12341234ijklmnop"), "▇▇");
        assert_eq!(redactor.words("è1234IJKLMNOPè"), "è▇è");
    }

    #[test]
    fn no_secrets_change_nothing() {
        let redactor = Redactor::new(std::iter::empty());
        assert_eq!(redactor.words("as it is"), "as it is");
    }
}
