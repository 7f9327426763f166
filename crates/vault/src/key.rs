//! The master key and its file.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::{RandomError, random_bytes};

/// Bytes of a master key.
const KEY_BYTES: usize = 32;
/// The bits of a file's mode that let others than its owner in.
#[cfg(unix)]
const MODE_OF_OTHERS: u32 = 0o077;
/// Sets the id's hash apart from every other use of the key.
const ID_LABEL: &[u8] = b"raccordo master key id v1";

/// A master key: 32 random bytes, wiped from memory.
pub struct MasterKey(pub(crate) [u8; KEY_BYTES]);

/// Names a master key and reveals nothing of it: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

/// Why a master key cannot be had.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file cannot be read or written")]
    Io(#[from] io::Error),
    /// Not a key.
    #[error("the key is not 64 hexadecimal digits nor base64 of 32 bytes")]
    Malformed,
    /// Others than its owner can read the file.
    #[error("the key file is open to other users: its mode is {mode:o} and must be 600")]
    TooOpen {
        /// The file's mode.
        mode: u32,
    },
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(redacted)")
    }
}

impl KeyId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl MasterKey {
    /// A new random key.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(random_bytes()?))
    }

    /// Reads a key written as 64 hexadecimal digits or as base64 of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let bytes = if text.len() == KEY_BYTES * 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Zeroizing::new(
                (0..text.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&text[at..at + 2], 16))
                    .collect::<Result<Vec<u8>, _>>()
                    .map_err(|_| KeyError::Malformed)?,
            )
        } else {
            Zeroizing::new(
                STANDARD
                    .decode(text)
                    .or_else(|_| URL_SAFE_NO_PAD.decode(text))
                    .map_err(|_| KeyError::Malformed)?,
            )
        };
        bytes
            .as_slice()
            .try_into()
            .map(Self)
            .map_err(|_| KeyError::Malformed)
    }

    /// Reads a key file; `None` when there is none.
    pub fn read_file(path: &Path) -> Result<Option<Self>, KeyError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(KeyError::Malformed),
            Err(error) => return Err(error.into()),
        };
        check_mode(path)?;
        Self::parse(&text).map(Some)
    }

    /// Makes a new key and its file, mode 0600; never overwrites one. The key is on disk when this returns: a secret
    /// sealed with a key that a power cut took would be lost.
    pub fn create_file(path: &Path) -> Result<Self, KeyError> {
        let key = Self::generate()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key.0)));
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(key)
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        let digest = Sha256::new()
            .chain_update(ID_LABEL)
            .chain_update(self.0)
            .finalize();
        let number = digest[..8]
            .iter()
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        KeyId(format!("{number:016x}"))
    }
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & MODE_OF_OTHERS == 0 {
        Ok(())
    } else {
        Err(KeyError::TooOpen { mode })
    }
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(MasterKey::read_file(&path).unwrap().is_none());
        let made = MasterKey::create_file(&path).unwrap();
        let read = MasterKey::read_file(&path).unwrap().unwrap();
        assert_eq!(made.id(), read.id());
        assert!(matches!(MasterKey::create_file(&path), Err(KeyError::Io(_))));
        assert_eq!(MasterKey::read_file(&path).unwrap().unwrap().id(), made.id());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::create_file(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            MasterKey::read_file(&path),
            Err(KeyError::TooOpen { mode: 0o644 })
        ));
    }

    #[test]
    fn keys_are_read_as_hexadecimal_or_base64_and_nothing_else() {
        let hexadecimal = "00".repeat(32);
        let base64 = STANDARD.encode([0_u8; 32]);
        assert_eq!(
            MasterKey::parse(&hexadecimal).unwrap().id(),
            MasterKey::parse(&format!(" {base64}\n")).unwrap().id()
        );
        for wrong in [
            "",
            "secret",
            &"00".repeat(31),
            &"zz".repeat(32),
            &STANDARD.encode([0_u8; 31]),
        ] {
            assert!(
                matches!(MasterKey::parse(wrong), Err(KeyError::Malformed)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_key_keeps_its_id_in_every_release() {
        assert_eq!(
            MasterKey::parse(&"00".repeat(32)).unwrap().id().as_str(),
            "562a5615d2da8e7c"
        );
    }

    #[test]
    fn a_file_that_is_no_text_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        std::fs::write(&path, [0xff; 32]).unwrap();
        assert!(matches!(MasterKey::read_file(&path), Err(KeyError::Malformed)));
        assert!(matches!(
            MasterKey::read_file(folder.path()),
            Err(KeyError::Io(_))
        ));
    }

    #[test]
    fn an_error_tells_nothing_of_the_key() {
        let error = MasterKey::parse("planted-key").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("planted"));
    }

    #[test]
    fn a_key_does_not_print_itself() {
        let key = MasterKey::parse(&"ab".repeat(32)).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(redacted)");
        assert!(!key.id().as_str().contains("abab"));
    }
}
