//! Compressed copies of the release's files, beside them.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

/// The best that brotli can do.
const BROTLI_QUALITY: i32 = 11;
/// The largest window: the whole file.
const BROTLI_WINDOW: i32 = 24;
/// What does not become smaller by compression.
const COMPRESSED: [&str; 5] = ["br", "gz", "png", "woff2", "webp"];

/// Makes a `.br` and a `.gz` beside every file of a folder that becomes smaller by it.
pub(crate) fn compress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.context("reading the site")?.path();
        if path.is_dir() {
            compress(&path)?;
        } else if !path
            .extension()
            .is_some_and(|ending| COMPRESSED.iter().any(|known| ending == *known))
        {
            let plain = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            write_smaller(&path, "br", &plain, &brotli(&plain)?)?;
            write_smaller(&path, "gz", &plain, &gzip(&plain)?)?;
        }
    }
    Ok(())
}

fn write_smaller(path: &Path, ending: &str, plain: &[u8], compressed: &[u8]) -> Result<()> {
    if compressed.len() >= plain.len() {
        return Ok(());
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    fs::write(&name, compressed).with_context(|| format!("writing {}", name.display()))
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut compressed, &params).context("compressing with brotli")?;
    Ok(compressed)
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).context("compressing with gzip")?;
    encoder.finish().context("compressing with gzip")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    #[test]
    fn only_what_becomes_smaller_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("long.css"), "a{color:red}".repeat(100)).unwrap();
        fs::write(folder.path().join("short.txt"), "x").unwrap();
        compress(folder.path()).unwrap();
        assert!(folder.path().join("long.css.br").is_file());
        assert!(folder.path().join("long.css.gz").is_file());
        assert!(!folder.path().join("short.txt.br").exists());
        assert!(!folder.path().join("short.txt.gz").exists());
    }
}
