//! Whose certificates are believed: the system's, and for the sandbox its own alone.

use std::sync::Arc;

use domain::{CertificateFault, Fault};
use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::sync::OnceCell;

use super::destination::Found;
use crate::SetupError;

/// The TLS settings of either kind of host.
pub(crate) struct Trust {
    provider: Arc<CryptoProvider>,
    system: OnceCell<Arc<ClientConfig>>,
    sandbox: Option<Arc<ClientConfig>>,
}

impl Trust {
    /// Reads the sandbox's certificate, if there is one.
    pub(crate) fn new(sandbox: Option<&str>) -> Result<Self, SetupError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = builder(&provider).map_err(|_| SetupError::Tls)?;
        let sandbox = sandbox
            .map(|pem| -> Result<Arc<ClientConfig>, SetupError> {
                let roots = roots(pem).ok_or(SetupError::SandboxCertificate)?;
                Ok(finish(builder.with_root_certificates(roots)))
            })
            .transpose()?;
        Ok(Self {
            provider,
            system: OnceCell::new(),
            sandbox,
        })
    }

    /// The settings for a host. A machine that trusts nobody finds out at the first real host.
    pub(crate) async fn settings(&self, found: &Found) -> Result<Arc<ClientConfig>, Fault> {
        let nobody = || Fault::Certificate {
            why: CertificateFault::UnknownIssuer,
            host: found.host.clone(),
        };
        if found.is_sandbox {
            return self.sandbox.clone().ok_or_else(nobody);
        }
        let provider = Arc::clone(&self.provider);
        self.system
            .get_or_try_init(|| async move {
                // Reads hundreds of files on some systems.
                tokio::task::spawn_blocking(move || {
                    let verified = builder(&provider)?.with_platform_verifier()?;
                    Ok::<_, rustls::Error>(finish(verified))
                })
                .await
                .map_err(|_| nobody())?
                .map_err(|_| nobody())
            })
            .await
            .cloned()
    }
}

fn builder(
    provider: &Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(Arc::clone(provider)).with_safe_default_protocol_versions()
}

fn finish(builder: ConfigBuilder<ClientConfig, WantsClientCert>) -> Arc<ClientConfig> {
    let mut settings = builder.with_no_client_auth();
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(settings)
}

fn roots(pem: &str) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.ok()?).ok()?;
    }
    (!roots.is_empty()).then_some(roots)
}
