//! The browser assets: everything is read (or, in a release, simply there) at start, and compressed copies go to whom
//! accepts them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Where the program's own assets are within the site.
const PKG: &str = "pkg/";

/// One file, as it is sent.
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: HeaderValue,
    tag: HeaderValue,
    is_hashed: bool,
}

/// Every asset, by path.
#[derive(Clone)]
pub struct Assets {
    by_path: Arc<HashMap<String, Asset>>,
    folder: Arc<str>,
}

impl Assets {
    /// Takes what has been built. The folder of the program's own assets is named by the digest of all of them, so that
    /// a browser may keep them for ever.
    pub fn load() -> Self {
        let mut digest = Sha256::new();
        let files: BTreeMap<String, (Bytes, [u8; 32])> = site::files();
        for (name, (_, hash)) in files.iter().filter(|(name, _)| name.starts_with(PKG)) {
            digest.update(name.as_bytes());
            digest.update(hash);
        }
        let folder = format!("pkg-{}", hex(&digest.finalize()[..6]));
        let by_path = files
            .iter()
            .filter(|(name, _)| ![".br", ".gz"].iter().any(|copy| name.ends_with(copy)))
            .map(|(name, (plain, hash))| {
                let path = match name.strip_prefix(PKG) {
                    Some(name) => format!("/{folder}/{name}"),
                    None => format!("/{name}"),
                };
                let compressed = |ending: &str| {
                    files
                        .get(&format!("{name}{ending}"))
                        .map(|(bytes, _)| bytes.clone())
                };
                let asset = Asset {
                    plain: plain.clone(),
                    brotli: compressed(".br"),
                    gzip: compressed(".gz"),
                    kind: kind(name),
                    tag: header(&format!("\"{}\"", hex(&hash[..8]))),
                    is_hashed: name.starts_with(PKG),
                };
                (path, asset)
            })
            .collect();
        Self {
            by_path: Arc::new(by_path),
            folder: folder.into(),
        }
    }

    /// The folder of the program's own assets, within the address.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether the browser half has been built.
    pub fn has_browser_half(&self) -> bool {
        ["raccordo.js", "raccordo.wasm", "raccordo.css"]
            .iter()
            .all(|name| self.by_path.contains_key(&format!("/{}/{name}", self.folder)))
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn kind(name: &str) -> HeaderValue {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let is_text = kind.type_() == "text" || kind.subtype() == "javascript";
    header(&if is_text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    })
}

/// Answers what is an asset and passes on everything else.
pub(super) async fn serve(State(assets): State<Assets>, request: Request, next: Next) -> Response {
    match assets.by_path.get(request.uri().path()) {
        Some(asset) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            send(asset, request.headers())
        }
        _ => next.run(request).await,
    }
}

fn send(asset: &Asset, asked: &HeaderMap) -> Response {
    let accepts = |coding: &str| {
        let accepted = asked
            .get(ACCEPT_ENCODING)
            .and_then(|accepted| accepted.to_str().ok())
            .unwrap_or_default();
        accepted.split(',').any(|item| {
            let (name, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            name.trim() == coding && weight.trim() != "0"
        })
    };
    let (body, coding) = match (&asset.brotli, &asset.gzip) {
        (Some(body), _) if accepts("br") => (body, Some("br")),
        (_, Some(body)) if accepts("gzip") => (body, Some("gzip")),
        _ => (&asset.plain, None),
    };
    let is_known = asked.get(IF_NONE_MATCH).is_some_and(|tag| *tag == asset.tag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(body.clone()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, asset.kind.clone());
        if let Some(coding) = coding {
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    };
    let caching = if asset.is_hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    response.headers_mut().insert(ETAG, asset.tag.clone());
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// A release carries its assets.
#[cfg(feature = "embed")]
mod site {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use axum::body::Bytes;
    use rust_embed::RustEmbed;

    #[derive(RustEmbed)]
    #[folder = "$CARGO_MANIFEST_DIR/../../target/site/release"]
    struct Site;

    pub(super) fn files() -> BTreeMap<String, (Bytes, [u8; 32])> {
        let file = |name: Cow<'static, str>| {
            let file = Site::get(&name)?;
            let bytes = match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((name.into_owned(), (bytes, file.metadata.sha256_hash())))
        };
        Site::iter().filter_map(file).collect()
    }
}

/// Elsewhere they are read from where `cargo xtask` has put them.
#[cfg(not(feature = "embed"))]
mod site {
    use std::collections::BTreeMap;
    use std::path::Path;

    use axum::body::Bytes;
    use sha2::{Digest, Sha256};

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/site/dev");
    /// Names another folder: the tests look at the browser half of a release without building one.
    const OTHER_FOLDER: &str = "RACCORDO_SITE";

    pub(super) fn files() -> BTreeMap<String, (Bytes, [u8; 32])> {
        let mut files = BTreeMap::new();
        let folder = std::env::var_os(OTHER_FOLDER).unwrap_or_else(|| FOLDER.into());
        read(Path::new(&folder), "", &mut files);
        files
    }

    /// What cannot be read is not there: the panel says so at start, and its pages work without.
    fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, (Bytes, [u8; 32])>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let path = entry.path();
            if path.is_dir() {
                read(&path, &format!("{name}/"), files);
            } else if let Ok(bytes) = std::fs::read(&path) {
                let hash = Sha256::digest(&bytes).into();
                files.insert(name, (Bytes::from(bytes), hash));
            }
        }
    }
}
