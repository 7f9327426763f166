//! `raccordo doctor`: looks at everything, changes nothing, says what to mend.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use persistence::Store;
use persistence_sqlite::{SqliteOptions, SqliteStore};
use platforms::Platforms;
use service::Key;
use tokio::net::TcpListener;

use crate::config::{Config, Database, MasterKeySource};
use crate::fakes::platform_options;
use crate::http::Assets;
use crate::open::{database_name, explain, open_key, open_store};

/// What a check found.
enum Finding {
    Good(String),
    Advice(String),
    Bad(String),
}

use Finding::{Advice, Bad, Good};

/// Runs every check; fails when one of them does.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let mut findings = vec![
        ("configuration", Good("every setting is valid".to_owned())),
        ("address", address(config).await),
    ];
    if let Some(finding) = public_url(config) {
        findings.push(("public address", finding));
    }
    match database(config).await {
        Ok(Some(store)) => {
            findings.push(("database", described(config, &*store).await));
            findings.push(("master key", key(config, &*store).await));
            findings.push(("users", users(&*store).await));
            store.close().await;
        }
        Ok(None) => findings.push((
            "database",
            Good(format!(
                "{} will be made at the first start",
                database_name(&config.database)
            )),
        )),
        Err(error) => findings.push(("database", Bad(error.to_string()))),
    }
    findings.push(("assets", assets()));
    findings.push(("network", network(config).await?));
    let mut is_bad = false;
    for (what, finding) in &findings {
        let (mark, text) = match finding {
            Good(text) => ("ok  ", text),
            Advice(text) => ("note", text),
            Bad(text) => {
                is_bad = true;
                ("BAD ", text)
            }
        };
        println!("{mark} {what}: {text}");
    }
    if is_bad {
        bail!("something needs mending");
    }
    Ok(())
}

async fn address(config: &Config) -> Finding {
    match TcpListener::bind(config.addr).await {
        Ok(_) => Good(format!("{} is free", config.addr)),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Advice(format!(
            "{} is in use: by a running panel, or choose another with RACCORDO_ADDR",
            config.addr
        )),
        Err(error) => Bad(format!(
            "{} cannot be listened on ({error}); choose another with RACCORDO_ADDR",
            config.addr
        )),
    }
}

fn public_url(config: &Config) -> Option<Finding> {
    if config.public_url.is_https {
        return Some(Good(format!(
            "{}, cookies are sent over TLS only",
            config.public_url.origin
        )));
    }
    (!config.addr.ip().is_loopback()).then(|| {
        Advice("the panel is reachable from other machines without TLS; put a proxy in front and set RACCORDO_PUBLIC_URL to its https address".to_owned())
    })
}

/// Opens an existing embedded database for reading only; `None` when there is none yet.
async fn database(config: &Config) -> anyhow::Result<Option<Arc<dyn Store>>> {
    match &config.database {
        Database::Sqlite { path } if !path.exists() => {
            writable(path.parent().unwrap_or(Path::new(".")))?;
            Ok(None)
        }
        Database::Sqlite { path } => {
            let options = SqliteOptions {
                read_only: true,
                ..SqliteOptions::default()
            };
            let store = SqliteStore::open(path, options)
                .await
                .map_err(|error| explain(&config.database, error))?;
            Ok(Some(Arc::new(store)))
        }
        Database::Postgres { .. } => Ok(Some(open_store(config).await?)),
    }
}

/// Whether a folder that is there can be written to.
fn writable(folder: &Path) -> anyhow::Result<()> {
    match std::fs::metadata(folder) {
        Ok(metadata) if metadata.permissions().readonly() => {
            bail!("the folder {} cannot be written to", folder.display())
        }
        Ok(metadata) if !metadata.is_dir() => bail!(
            "{} is no folder; name another with RACCORDO_DATA_DIR",
            folder.display()
        ),
        _ => Ok(()),
    }
}

async fn described(config: &Config, store: &dyn Store) -> Finding {
    match store.describe().await {
        Ok(kind) => Good(format!("{} answers ({kind})", database_name(&config.database))),
        Err(error) => Bad(explain(&config.database, error).to_string()),
    }
}

async fn key(config: &Config, store: &dyn Store) -> Finding {
    let known = match store.list_key_ids().await {
        Ok(known) => known,
        Err(error) => return Bad(explain(&config.database, error).to_string()),
    };
    if known.is_empty() && matches!(config.master_key, MasterKeySource::BesideDatabase(_)) {
        return Good("will be made at the first start".to_owned());
    }
    let wanted = known.join(", ");
    match open_key(config, store).await {
        Ok(opened) => match opened.key {
            Key::Present(key) if known.iter().any(|known| known == key.id().as_str()) => Good(format!("is the database's own ({})", key.id())),
            Key::Present(_) if known.is_empty() => Good("will become the database's own at the first start".to_owned()),
            Key::Present(key) => Bad(format!(
                "is {}, but the database uses {wanted}: accounts with secrets are locked. Restore the right key",
                key.id()
            )),
            Key::Missing if known.is_empty() => {
                Bad("there is none, so no account can be saved; make one with `openssl rand -hex 32` and name it with RACCORDO_MASTER_KEY_FILE".to_owned())
            }
            Key::Missing => Bad(format!(
                "is missing; the database uses {wanted}: accounts with secrets are locked. Restore the key file or name it with RACCORDO_MASTER_KEY_FILE"
            )),
        },
        Err(error) => Bad(error.to_string()),
    }
}

async fn users(store: &dyn Store) -> Finding {
    match store.count_users().await {
        Ok(0) => Advice(
            "nobody can sign in yet; `raccordo serve` prints a link, or use `raccordo admin create NAME`"
                .to_owned(),
        ),
        Ok(count) => Good(format!("{count} can sign in")),
        Err(error) => Bad(error.to_string()),
    }
}

fn assets() -> Finding {
    if Assets::load().has_browser_half() {
        Good("the browser half is there".to_owned())
    } else {
        Bad(
            "the browser half has not been built; build it with `cargo xtask run` or `cargo xtask dist`"
                .to_owned(),
        )
    }
}

/// Whether the hosts that tell of this server's own network are reached, as long as it works.
async fn network(config: &Config) -> anyhow::Result<Finding> {
    if config.network_witnesses.is_empty() {
        return Ok(Advice(
            "nobody is asked whether this server has a network when a platform cannot be reached; name hosts with RACCORDO_NETWORK_WITNESSES"
                .to_owned(),
        ));
    }
    let platforms = Platforms::new(platform_options(config, None)?)?;
    Ok(if platforms.reach_witness().await {
        Good("the Internet can be reached".to_owned())
    } else {
        Advice(
            "none of the witnesses is reached: this server has no network, or a firewall lets through the platforms alone. Then name hosts that it lets through with RACCORDO_NETWORK_WITNESSES, or none"
                .to_owned(),
        )
    })
}
