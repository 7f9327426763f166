//! Keyed hashes: they group and find personal data without telling it to whoever reads the database.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::MasterKey;

/// Bytes of a block of SHA-256: the size to which HMAC fills its keys up.
const BLOCK_BYTES: usize = 64;
/// Sets these hashes apart from every other use of the key.
const LABEL: &str = "raccordo keyed hash v1";

impl MasterKey {
    /// A hash of `parts` that nobody without the key can make: HMAC-SHA-256. `purpose` sets hashes apart from those of
    /// other purposes; the order of the parts and where one ends counts.
    pub fn keyed_hash(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        block[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in [LABEL, purpose].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_key_the_purpose_and_every_part_count() {
        let key = |byte: &str| MasterKey::parse(&byte.repeat(32)).unwrap();
        let hash = key("07").keyed_hash("lane", &["a", "bc"]);
        assert_eq!(hash, key("07").keyed_hash("lane", &["a", "bc"]));
        for other in [
            key("08").keyed_hash("lane", &["a", "bc"]),
            key("07").keyed_hash("memory", &["a", "bc"]),
            key("07").keyed_hash("lane", &["ab", "c"]),
            key("07").keyed_hash("lane", &["bc", "a"]),
            key("07").keyed_hash("lane", &["a"]),
        ] {
            assert_ne!(hash, other);
        }
    }

    #[test]
    fn a_hash_stays_the_same_in_every_release() {
        let hash = MasterKey::parse(&"00".repeat(32))
            .unwrap()
            .keyed_hash("lane", &["customer 1"]);
        // As another implementation of HMAC computes it.
        assert_eq!(hash[..4], [64, 28, 199, 207]);
    }
}
