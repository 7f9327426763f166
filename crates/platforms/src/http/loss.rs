//! Why no answer came: from the errors of the network to the faults that a person reads. Errors are told apart by what
//! they are, never by their sentences.

use std::error::Error;
use std::io;

use domain::{CertificateFault, Fault};
use rustls::{CertificateError, Error as TlsError};

/// A call without a whole answer.
pub(crate) struct Loss {
    /// What it means.
    pub(crate) fault: Fault,
    /// In the place of the body, for people who know HTTP. A fixed sentence: an error's own would show the address.
    pub(crate) why: &'static str,
}

/// A connection that did not come about.
pub(crate) fn connect_fault(error: &(dyn Error + 'static), host: &str, encrypted: bool) -> Fault {
    let host = host.to_owned();
    let causes = causes(error);
    if let Some(error) = causes.iter().find_map(|cause| as_tls(*cause)) {
        return match error {
            TlsError::InvalidCertificate(error) => Fault::Certificate {
                why: certificate_fault(error),
                host,
            },
            _ => Fault::TlsFailed { host },
        };
    }
    match causes.iter().find_map(|cause| as_io(*cause)).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => Fault::ConnectionRefused { host },
        Some(
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::PermissionDenied,
        ) => Fault::NetworkUnreachable { host },
        Some(io::ErrorKind::TimedOut) => Fault::ConnectTimedOut { host },
        _ if encrypted => Fault::TlsFailed { host },
        _ => Fault::ConnectionLost,
    }
}

/// A request that got no whole answer.
pub(crate) fn request_loss(error: &reqwest::Error, host: &str, encrypted: bool) -> Loss {
    if error.is_connect() {
        let fault = if error.is_timeout() {
            Fault::ConnectTimedOut {
                host: host.to_owned(),
            }
        } else {
            connect_fault(error, host, encrypted)
        };
        return Loss {
            fault,
            why: "no connection came about",
        };
    }
    if error.is_timeout() {
        return Loss {
            fault: Fault::NoAnswer,
            why: "no whole answer came in time",
        };
    }
    let is_foreign = causes(error).iter().any(|cause| {
        cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
    });
    if is_foreign {
        return Loss {
            fault: Fault::Malformed,
            why: "the answer is not HTTP",
        };
    }
    Loss {
        fault: Fault::ConnectionLost,
        why: "the connection was closed before the answer was complete",
    }
}

fn certificate_fault(error: &CertificateError) -> CertificateFault {
    match error {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::WrongName
        }
        // A bad signature: an authority of the same name, but not the one that is trusted.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Other,
    }
}

/// The error and what caused it. An I/O error that wraps another one skips it when it is asked for its source.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        causes.push(cause);
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    causes
}

fn as_tls<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a TlsError> {
    cause.downcast_ref()
}

/// An I/O error with a kind of its own, not one that only wraps another.
fn as_io<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    cause
        .downcast_ref::<io::Error>()
        .filter(|error| error.get_ref().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(error: &io::Error) -> Fault {
        connect_fault(error, "api.example.com", true)
    }

    #[test]
    fn a_certificate_says_what_is_wrong_with_it_however_deep_it_is_wrapped() {
        for (error, expected) in [
            (CertificateError::Expired, CertificateFault::Expired),
            (CertificateError::NotValidYet, CertificateFault::Expired),
            (CertificateError::NotValidForName, CertificateFault::WrongName),
            (CertificateError::UnknownIssuer, CertificateFault::UnknownIssuer),
            (CertificateError::Revoked, CertificateFault::Other),
        ] {
            let error = io::Error::new(io::ErrorKind::InvalidData, TlsError::InvalidCertificate(error));
            let found = fault(&io::Error::other(error));
            assert!(
                matches!(found, Fault::Certificate { why, .. } if why == expected),
                "{found:?}"
            );
        }
    }

    #[test]
    fn the_network_says_why_there_is_no_connection() {
        let host = || "api.example.com".to_owned();
        for (kind, expected) in [
            (
                io::ErrorKind::ConnectionRefused,
                Fault::ConnectionRefused { host: host() },
            ),
            (
                io::ErrorKind::NetworkUnreachable,
                Fault::NetworkUnreachable { host: host() },
            ),
            (
                io::ErrorKind::HostUnreachable,
                Fault::NetworkUnreachable { host: host() },
            ),
            (io::ErrorKind::TimedOut, Fault::ConnectTimedOut { host: host() }),
            (io::ErrorKind::UnexpectedEof, Fault::TlsFailed { host: host() }),
        ] {
            assert_eq!(fault(&io::Error::from(kind)), expected);
        }
    }
}
