//! A panel with accounts at the sandbox, which runs in this very process: for what is measured and tried of deliveries.

mod api;
mod books;
mod meter;
mod sender;
mod shop;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use domain::{Platform, Scope};
use sandbox::{Sandbox, sample_accounts};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::place::{Kind, Place, Places};
use crate::process::{LOG, Process};

pub(crate) use api::Api;
pub(crate) use books::Books;
pub(crate) use meter::{Meter, Used};
pub(crate) use sender::{Amount, Work, send};
pub(crate) use shop::{CUSTOMER, NUMBER, Shop, Template, personal, sample};

/// The sandbox takes any free port.
const ANY_PORT: &str = "127.0.0.1:0";
/// The key of a panel that keeps no real secret.
const MASTER_KEY: &str = "7ab1c0de7ab1c0de7ab1c0de7ab1c0de7ab1c0de7ab1c0de7ab1c0de7ab1c0de";
/// Lines of the panel's log that are told when it ends by itself.
const LAST_LINES: usize = 20;
/// More than anybody could send.
const API_RATE: &str = "1000000";

/// A panel's data and the platforms that it calls, whether it runs or not.
pub(crate) struct Stand {
    raccordo: PathBuf,
    /// The database.
    pub(crate) place: Place,
    /// The platforms.
    pub(crate) sandbox: Sandbox,
    home: TempDir,
    token: String,
    settings: Vec<(&'static str, String)>,
}

/// An account, by its id.
#[derive(Debug, Clone)]
pub(crate) struct Account(pub(crate) String);

/// An account to make.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kept<'a> {
    /// `ActiveCampaign`, which is told of orders.
    ActiveCampaign,
    /// Clerk.io for one language. The default one takes every other language as well.
    Clerk {
        /// The language.
        language: &'a str,
        /// Where, if not at the sandbox.
        base: Option<&'a str>,
    },
}

impl Stand {
    /// Makes an empty database in `place` with a token, and starts the platforms.
    pub(crate) async fn make(raccordo: &Path, places: &Places, place: Place) -> Result<Self> {
        let home = places.make_folder()?;
        let key = home.path().join("master.key");
        fs::write(&key, MASTER_KEY)?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        let sandbox = Sandbox::start(ANY_PORT.parse()?, None).await?;
        let certificate = home.path().join("sandbox.pem");
        fs::write(&certificate, sandbox.certificate_pem())?;
        let settings = vec![
            ("RACCORDO_DATABASE_URL", place.url()),
            ("RACCORDO_MASTER_KEY_FILE", shown(&key)?),
            ("RACCORDO_DATA_DIR", shown(home.path())?),
            ("RACCORDO_SANDBOX_AT", sandbox.addr().to_string()),
            ("RACCORDO_SANDBOX_CERTIFICATE", shown(&certificate)?),
            // Deaf platforms of our own.
            ("RACCORDO_ALLOWED_HOSTS", "127.0.0.1".to_owned()),
            ("RACCORDO_API_RATE", API_RATE.to_owned()),
            ("RACCORDO_CHECK_MINUTES", "0".to_owned()),
        ];
        let mut stand = Self {
            raccordo: raccordo.to_owned(),
            place,
            sandbox,
            home,
            token: String::new(),
            settings,
        };
        stand.token = stand.create_token()?;
        Ok(stand)
    }

    /// The same in a new place of a kind.
    pub(crate) async fn make_in(raccordo: &Path, places: &Places, kind: Kind) -> Result<Self> {
        Self::make(raccordo, places, places.make(kind)?).await
    }

    /// The folder of the panel's log.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The end of the panel's log.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(self.home.path().join(LOG)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }

    /// Starts the panel with more variables.
    pub(crate) fn serve_with(&self, more: &[(&str, String)]) -> Result<Process> {
        let settings: Vec<(&str, &str)> = self
            .settings
            .iter()
            .chain(more)
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Process::serve(&self.raccordo, self.home.path(), &settings)
    }

    /// Starts the panel and waits until it is ready.
    pub(crate) async fn start(&self) -> Result<Process> {
        self.start_with(&[]).await
    }

    /// The same with more variables.
    pub(crate) async fn start_with(&self, more: &[(&str, String)]) -> Result<Process> {
        let mut panel = self.serve_with(more)?;
        panel.answers("/health/ready", None).await?;
        Ok(panel)
    }

    /// How the panel is talked to.
    pub(crate) fn api(&self, panel: &Process) -> Api {
        Api::new(panel.addr, &self.token)
    }

    /// Makes an account and switches it on.
    pub(crate) async fn add(&self, api: &Api, kept: Kept<'_>) -> Result<Account> {
        let platform = match kept {
            Kept::ActiveCampaign => Platform::ActiveCampaign,
            Kept::Clerk { .. } => Platform::Clerk,
        };
        let sample = sample_accounts()
            .into_iter()
            .find(|sample| sample.platform == platform)
            .context("the sandbox has no sample of the platform")?;
        let mut settings: serde_json::Map<String, Value> = sample
            .values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let secrets: serde_json::Map<String, Value> = sample
            .secrets
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let mut description = platform.code().to_owned();
        if let Kept::Clerk { language, base } = kept {
            description = format!("{description} {language}");
            settings.insert("language".to_owned(), language.into());
            settings.insert("is_default_account".to_owned(), (language == "it").into());
            if let Some(base) = base {
                settings.insert("api_base_url".to_owned(), base.into());
            }
        }
        let account = json!({
            "platform": platform.code(),
            "description": description,
            "settings": settings,
            "secrets": secrets,
        });
        let made = api.post("/accounts", &account).await?.expect(201)?;
        let made: Value = serde_json::from_slice(&made.body)?;
        let id = made["id"]
            .as_str()
            .context("an account without an id")?
            .to_owned();
        let path = format!("/accounts/{id}/activate");
        api.post(&path, &json!({ "confirmed": true }))
            .await?
            .expect(200)?;
        Ok(Account(id))
    }

    fn create_token(&self) -> Result<String> {
        let mut command = Command::new(&self.raccordo);
        command.args(["tokens", "create", "bench", "--json"]);
        for scope in Scope::ALL {
            command.args(["--scope", scope.code()]);
        }
        let output = command
            .envs(self.settings.iter().map(|(name, value)| (*name, value)))
            .env("RACCORDO_LOG", "warn")
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            bail!("`raccordo tokens create` failed ({})", output.status);
        }
        let token: Value = serde_json::from_slice(&output.stdout)?;
        Ok(token["secret"]
            .as_str()
            .context("a token without a secret")?
            .to_owned())
    }
}

impl Account {
    /// Holds its queue.
    pub(crate) async fn pause(&self, api: &Api) -> Result<()> {
        self.tell(api, "pause").await
    }

    /// Lets it go.
    pub(crate) async fn resume(&self, api: &Api) -> Result<()> {
        self.tell(api, "resume").await
    }

    async fn tell(&self, api: &Api, what: &str) -> Result<()> {
        let path = format!("/accounts/{}/{what}", self.0);
        let answer = api.post(&path, &json!({})).await?;
        if !matches!(answer.status, 200 | 204) {
            answer.expect(200)?;
        }
        Ok(())
    }
}

fn shown(path: &Path) -> Result<String> {
    Ok(path
        .to_str()
        .context("a folder whose name is no text")?
        .to_owned())
}
