//! Secrets and personal data sealed with XChaCha20-Poly1305 and bound to where they belong.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::key::MasterKey;
use crate::random_bytes;

/// The layout of sealed bytes: this byte, the nonce, the ciphertext.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
/// Plaintexts are filled up to multiples of this, so that the stored length tells little of the secret's.
const PAD_BYTES: usize = 64;
const LABEL: &str = "raccordo sealed secret v1";
const DATA_LABEL: &str = "raccordo sealed data v1";

/// Where a secret belongs; it opens nowhere else. The key's id is part of it as well.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The site's id.
    pub site: &'a str,
    /// The account's id.
    pub account: &'a str,
    /// The field's name.
    pub field: &'a str,
    /// The platform's code.
    pub platform: &'a str,
    /// The host that the secret may be sent to.
    pub host: &'a str,
}

/// Where data belongs; it opens nowhere else. The key's id is part of it as well.
#[derive(Debug, Clone, Copy)]
pub struct DataBinding<'a> {
    /// The site's id.
    pub site: &'a str,
    /// The kind of thing that it is part of.
    pub kind: &'a str,
    /// The thing's id.
    pub id: &'a str,
}

/// A secret cannot be sealed.
#[derive(Debug, Error)]
pub enum SealError {
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] crate::RandomError),
    /// Longer than 2^32 bytes.
    #[error("the secret is too long to be sealed")]
    TooLong,
}

/// Sealed bytes do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Not bytes that this program has sealed.
    #[error("these are not sealed bytes")]
    Malformed,
    /// Another key, another place, or changed bytes.
    #[error("the sealed bytes do not belong here, or were changed")]
    Refused,
}

impl MasterKey {
    /// Seals `secret` for `binding`.
    pub fn seal(&self, binding: &Binding<'_>, secret: &SecretString) -> Result<Vec<u8>, SealError> {
        self.seal_bytes(&self.secret_aad(binding), secret.expose_secret().as_bytes())
    }

    /// Opens what [`Self::seal`] made for the same binding.
    pub fn open(&self, binding: &Binding<'_>, sealed: &[u8]) -> Result<SecretString, OpenError> {
        let plain = self.open_bytes(&self.secret_aad(binding), sealed)?;
        let text = std::str::from_utf8(content(&plain)?).map_err(|_| OpenError::Malformed)?;
        Ok(SecretString::from(text))
    }

    /// Seals `data`, such as a payload with personal data, for `binding`.
    pub fn seal_data(&self, binding: &DataBinding<'_>, data: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_bytes(&self.data_aad(binding), data)
    }

    /// Opens what [`Self::seal_data`] made for the same binding.
    pub fn open_data(&self, binding: &DataBinding<'_>, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let plain = self.open_bytes(&self.data_aad(binding), sealed)?;
        content(&plain).map(<[u8]>::to_vec)
    }

    fn seal_bytes(&self, aad: &[u8], bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE_BYTES] = random_bytes()?;
        let plain = padded(bytes)?;
        let payload = Payload { msg: &plain, aad };
        let ciphertext = XChaCha20Poly1305::new(&self.0.into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::TooLong)?;
        Ok([&[FORMAT], nonce.as_slice(), &ciphertext].concat())
    }

    fn open_bytes(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (format, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(OpenError::Malformed)?;
        if *format != FORMAT {
            return Err(OpenError::Malformed);
        }
        let payload = Payload { msg: ciphertext, aad };
        XChaCha20Poly1305::new(&self.0.into())
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Refused)
    }

    fn secret_aad(&self, binding: &Binding<'_>) -> Vec<u8> {
        associated_data(&[
            LABEL,
            binding.site,
            binding.account,
            binding.field,
            binding.platform,
            binding.host,
            self.id().as_str(),
        ])
    }

    fn data_aad(&self, binding: &DataBinding<'_>) -> Vec<u8> {
        associated_data(&[
            DATA_LABEL,
            binding.site,
            binding.kind,
            binding.id,
            self.id().as_str(),
        ])
    }
}

/// Every part with its length before it, so that no two bindings are written alike.
fn associated_data(parts: &[&str]) -> Vec<u8> {
    let mut data = Vec::new();
    for part in parts {
        data.extend_from_slice(&(part.len() as u64).to_le_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

/// What was sealed, without its length and what it was filled up with.
fn content(plain: &[u8]) -> Result<&[u8], OpenError> {
    let (length, rest) = plain.split_first_chunk::<4>().ok_or(OpenError::Malformed)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| OpenError::Malformed)?;
    rest.get(..length).ok_or(OpenError::Malformed)
}

fn padded(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let length = u32::try_from(bytes.len()).map_err(|_| SealError::TooLong)?;
    let size = (4 + bytes.len()).div_ceil(PAD_BYTES) * PAD_BYTES;
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    plain.extend_from_slice(&length.to_le_bytes());
    plain.extend_from_slice(bytes);
    plain.resize(size, 0);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::prelude::*;

    const HERE: Binding<'_> = Binding {
        site: "s",
        account: "a",
        field: "api_key",
        platform: "activecampaign",
        host: "shop.api-us1.com",
    };

    fn key(byte: &str) -> MasterKey {
        MasterKey::parse(&byte.repeat(32)).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(text in ".{0,300}") {
            let sealed = key("07").seal(&HERE, &SecretString::from(text.clone())).unwrap();
            let opened = key("07").open(&HERE, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), text.as_str());
        }

        #[test]
        fn arbitrary_bytes_never_open_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(key("07").open(&HERE, &bytes).is_err());
        }
    }

    #[test]
    fn a_sealed_secret_opens_only_where_it_belongs() {
        let sealed = key("07").seal(&HERE, &SecretString::from("s3cret")).unwrap();
        let elsewhere = [
            Binding { site: "t", ..HERE },
            Binding { account: "b", ..HERE },
            Binding {
                field: "app_secret",
                ..HERE
            },
            Binding {
                platform: "clerk",
                ..HERE
            },
            Binding {
                host: "evil.example",
                ..HERE
            },
            Binding {
                site: "sa",
                account: "",
                ..HERE
            },
        ];
        for binding in elsewhere {
            assert_eq!(key("07").open(&binding, &sealed).unwrap_err(), OpenError::Refused);
        }
        assert_eq!(key("08").open(&HERE, &sealed).unwrap_err(), OpenError::Refused);
    }

    #[test]
    fn a_changed_or_shortened_ciphertext_does_not_open() {
        let sealed = key("07").seal(&HERE, &SecretString::from("s3cret")).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key("07").open(&HERE, &changed).is_err(), "byte {at}");
            assert!(key("07").open(&HERE, &sealed[..at]).is_err(), "length {at}");
        }
    }

    #[test]
    fn sealed_data_opens_only_where_it_belongs() {
        let here = DataBinding {
            site: "s",
            kind: "event",
            id: "1",
        };
        let data = vec![0xff; 5_000];
        let sealed = key("07").seal_data(&here, &data).unwrap();
        assert_eq!(key("07").open_data(&here, &sealed).unwrap(), data);
        assert!(!sealed.windows(16).any(|window| window == [0xff; 16]));
        let elsewhere = [
            DataBinding { site: "t", ..here },
            DataBinding {
                kind: "attempt",
                ..here
            },
            DataBinding { id: "2", ..here },
            DataBinding {
                kind: "event1",
                id: "",
                ..here
            },
        ];
        for binding in elsewhere {
            assert_eq!(
                key("07").open_data(&binding, &sealed),
                Err(OpenError::Refused),
                "{binding:?}"
            );
        }
        assert_eq!(key("08").open_data(&here, &sealed), Err(OpenError::Refused));
        let secret = key("07").seal(&HERE, &SecretString::from("s3cret")).unwrap();
        assert_eq!(key("07").open_data(&here, &secret), Err(OpenError::Refused));
    }

    #[test]
    fn the_stored_length_tells_little() {
        let length = |text: &str| key("07").seal(&HERE, &SecretString::from(text)).unwrap().len();
        assert_eq!(length("a"), length(&"a".repeat(60)));
        assert_ne!(length("a"), length(&"a".repeat(61)));
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let seal = || key("07").seal(&HERE, &SecretString::from("s3cret")).unwrap();
        assert_ne!(seal(), seal());
    }
}
