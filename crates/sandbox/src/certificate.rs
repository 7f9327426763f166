//! The sandbox's own authority and the certificate of its hosts.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::endpoint::{CLERK_HOST, GATEWAY_HOST, GRAPH_HOST, TELEGRAM_HOST};
use crate::start::StartError;

/// What the authority may vouch for: should its key ever leak, no real host can be played with it.
const NAMES: &str = "sandbox.test";

/// A new authority's certificate (PEM) and the TLS settings of a server that it vouches for. The authority's key is
/// forgotten at once.
pub(crate) fn new() -> Result<(String, Arc<ServerConfig>), StartError> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "Raccordo sandbox authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(NAMES.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let names = [
        "*.activecampaign.sandbox.test",
        CLERK_HOST,
        GRAPH_HOST,
        GATEWAY_HOST,
        TELEGRAM_HOST,
    ];
    let mut hosts = CertificateParams::new(names.map(str::to_owned))?;
    hosts
        .distinguished_name
        .push(DnType::CommonName, "Raccordo sandbox");
    hosts.use_authority_key_identifier_extension = true;
    hosts.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    hosts.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = hosts.signed_by(&key, &issuer)?;

    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((authority_pem, Arc::new(config)))
}
