//! The sandbox: beside the panel, or alone as `raccordo sandbox`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context;
use domain::{Language, Site, Submission};
use sandbox::{Sandbox, sample_accounts};
use service::Raccordo;

use crate::config::Config;
use crate::serve::stopped;

/// Its encrypted side takes any free port: its hosts are found there whatever it is.
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The file with the certificate to trust, in the data folder.
const CERTIFICATE: &str = "sandbox.pem";

/// Starts the fake platforms.
pub(crate) async fn start(config: &Config) -> anyhow::Result<Sandbox> {
    Sandbox::start(ANY_PORT, Some(config.sandbox_addr))
        .await
        .with_context(|| {
            format!(
                "the sandbox cannot start; if another program uses {}, choose another with RACCORDO_SANDBOX_ADDR",
                config.sandbox_addr
            )
        })
}

/// Tells where the sandbox shows itself.
pub(crate) fn announce(sandbox: &Sandbox) {
    if let Some(addr) = sandbox.control_addr() {
        println!("  sandbox platforms, with faults to switch on: http://{addr}");
    }
}

/// Runs the fake platforms alone until told to stop.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let sandbox = start(config).await?;
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("{} cannot be made", config.data_dir.display()))?;
    let certificate = config.data_dir.join(CERTIFICATE);
    std::fs::write(&certificate, sandbox.certificate_pem())
        .with_context(|| format!("{} cannot be written", certificate.display()))?;
    println!("The sandbox is ready");
    announce(&sandbox);
    println!(
        "  every *{} host answers at {}",
        domain::SANDBOX_SUFFIX,
        sandbox.addr()
    );
    println!("  certificate to trust: {}", certificate.display());
    println!(
        "  try: curl --cacert {} --connect-to ::{} https://api.telegram{}/",
        certificate.display(),
        sandbox.addr(),
        domain::SANDBOX_SUFFIX
    );
    stopped()?.await;
    sandbox.stop().await;
    Ok(())
}

/// Puts the sample accounts into a panel that nobody has used yet.
pub(crate) async fn add_samples(raccordo: &Raccordo) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?;
    let samples: Vec<Submission> = sample_accounts()
        .into_iter()
        .map(|sample| as_submission(&site, &sample))
        .collect();
    let today = ui::actions::today(raccordo.now(), &site);
    let made = raccordo.create_samples(&site, &samples, &today).await?;
    if made > 0 {
        tracing::info!(made, "sample accounts created");
    }
    Ok(())
}

fn as_submission(site: &Site, sample: &sandbox::SampleAccount) -> Submission {
    let language = site.lists.languages.first().map(ToString::to_string);
    let currency = site.lists.currencies.first().map(ToString::to_string);
    let defaults = sample.platform.defaults(&site.lists);
    let own = |name: &str, value: &str| match name {
        "language" => language.clone().unwrap_or_else(|| value.to_owned()),
        "currency" => currency.clone().unwrap_or_else(|| value.to_owned()),
        _ => value.to_owned(),
    };
    let description = sample.description.get(Language::default()).to_owned();
    let pairs: Vec<(String, String)> = defaults
        .into_iter()
        .chain(
            sample
                .values
                .iter()
                .chain(&sample.secrets)
                .map(|(name, value)| ((*name).to_owned(), own(name, value))),
        )
        .chain([(domain::DESCRIPTION_FIELD.to_owned(), description)])
        .collect();
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Submission::from_pairs(sample.platform, pairs, &site.lists, false)
}

/// How the platforms are called: the operator's hosts, the sandbox, the usual limits.
pub(crate) fn platform_options(
    config: &Config,
    sandbox: Option<&Sandbox>,
) -> anyhow::Result<platforms::Options> {
    let sandbox = match (sandbox, &config.sandbox_elsewhere) {
        (Some(sandbox), _) => Some(platforms::Sandbox {
            addr: sandbox.addr(),
            certificate_pem: sandbox.certificate_pem().to_owned(),
        }),
        (None, Some(elsewhere)) => Some(platforms::Sandbox {
            addr: elsewhere.addr,
            certificate_pem: certificate(&elsewhere.certificate)?,
        }),
        (None, None) => None,
    };
    Ok(platforms::Options {
        allowed_hosts: config.allowed_hosts.clone(),
        witnesses: config.network_witnesses.clone(),
        sandbox,
        connect_timeout: platforms::Options::CONNECT_TIMEOUT,
        call_timeout: platforms::Options::CALL_TIMEOUT,
        test_timeout: platforms::Options::TEST_TIMEOUT,
    })
}

/// What the sandbox that runs elsewhere has written.
fn certificate(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| {
        format!(
            "the certificate of the sandbox, {}, cannot be read. Start the sandbox first, or name its file with \
             RACCORDO_SANDBOX_CERTIFICATE",
            path.display()
        )
    })
}
