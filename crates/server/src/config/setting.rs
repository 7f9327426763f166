//! The table of settings.

use std::fmt::Write;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key in the file; the flag and the variable are made from it.
    pub name: &'static str,
    /// What stands for the value in help texts.
    pub value: &'static str,
    /// What it is when nobody sets it.
    pub default: Option<&'static str>,
    /// What it does.
    pub help: &'static str,
    /// Whether the value may be or hold a secret: it has no flag, and no message repeats it.
    pub is_secret: bool,
}

impl Setting {
    /// The flag without its dashes; `None` for a secret, because every user of a machine can read its command lines.
    pub fn flag(&self) -> Option<String> {
        (!self.is_secret).then(|| self.name.replace('_', "-"))
    }

    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("RACCORDO_{}", self.name.to_uppercase())
    }

    /// The setting of a name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }
}

const fn setting(
    name: &'static str,
    value: &'static str,
    default: Option<&'static str>,
    help: &'static str,
) -> Setting {
    Setting {
        name,
        value,
        default,
        help,
        is_secret: false,
    }
}

/// What stands for the value of a setting that is on or off; its flag alone means on.
pub const SWITCH: &str = "on|off";

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting(
        "addr",
        "IP:PORT",
        Some("127.0.0.1:8080"),
        "Where the panel listens.",
    ),
    setting(
        "public_url",
        "URL",
        None,
        "How people reach the panel, for example https://panel.example.com; http:// and the listening address when unset. \
         With https, cookies are sent over TLS only.",
    ),
    setting(
        "data_dir",
        "FOLDER",
        Some("data"),
        "The folder of the embedded database and its key; made when missing.",
    ),
    Setting {
        name: "database_url",
        value: "URL",
        default: None,
        help: "postgres://user:password@host/database, or sqlite:PATH; the file raccordo.db in the data folder when unset.",
        is_secret: true,
    },
    setting(
        "database_connections_max",
        "NUMBER",
        Some("8"),
        "Connections to the database: on PostgreSQL two or more in each process, half of them for the queue, and one that \
         listens; on SQLite those that read at the same time.",
    ),
    setting(
        "master_key_file",
        "FILE",
        None,
        "The file with the key that seals secrets, mode 0600: 64 hexadecimal digits or base64 of 32 bytes. Unset on the \
         embedded database: master.key in the data folder, made at the first start. PostgreSQL has none by itself: without \
         one, nothing is delivered.",
    ),
    Setting {
        name: "master_key",
        value: "KEY",
        default: None,
        help: "The key itself, instead of a file.",
        is_secret: true,
    },
    setting(
        "trusted_proxies",
        "IP,IP",
        Some(""),
        "Reverse proxies in front of the panel: their X-Forwarded-For tells where a request comes from.",
    ),
    setting(
        "allowed_hosts",
        "HOST,NET",
        Some(""),
        "Names, addresses and networks (10.0.0.0/8) of platforms in your own network, which the panel may call although they \
         are private; a Telegram Bot API server among them also over plain http.",
    ),
    setting(
        "network_witnesses",
        "HOST,HOST",
        Some("api.telegram.org,graph.facebook.com,api.clerk.io"),
        "Hosts that tell a platform that is down from an outage of this server's own network: when a platform cannot be \
         reached, the panel connects to them (TLS, nothing is sent). An empty list asks nobody.",
    ),
    setting(
        "check_minutes",
        "MINUTES",
        Some("60"),
        "How often the connection of every active account is checked; 0 for never.",
    ),
    setting(
        "log_days",
        "DAYS",
        Some("90"),
        "How long the log of the integrations is kept; 0 for ever.",
    ),
    setting(
        "events_days",
        "DAYS",
        Some("90"),
        "How long events of the shop are kept with their deliveries, once none of these waits; 0 for ever.",
    ),
    setting(
        "activecampaign_at_once",
        "NUMBER",
        Some("4"),
        "Deliveries to one ActiveCampaign account that are under way at once in each process, from 1 to 256.",
    ),
    setting(
        "clerk_at_once",
        "NUMBER",
        Some("8"),
        "Deliveries to one Clerk.io account that are under way at once in each process, from 1 to 256.",
    ),
    setting(
        "lease_seconds",
        "SECONDS",
        Some("120"),
        "How long a delivery belongs to the process that took it, from 2 to 3600; an attempt is given up a little before. After a \
         crash, what was under way is taken up again when it is over.",
    ),
    setting(
        "sandbox",
        SWITCH,
        Some("off"),
        "Runs fake platforms beside the panel, with sample accounts in an empty database: to try everything without any \
         real account. --sandbox alone means on.",
    ),
    setting(
        "sandbox_addr",
        "IP:PORT",
        Some("127.0.0.1:8081"),
        "Where the sandbox shows its control page; a loopback address.",
    ),
    setting(
        "sandbox_at",
        "IP:PORT",
        None,
        "A sandbox that another program runs, for several panels side by side: where its platforms answer. `raccordo sandbox` \
         prints the address.",
    ),
    setting(
        "sandbox_certificate",
        "FILE",
        None,
        "The certificate to trust of the sandbox that another program runs; `raccordo sandbox` writes it into its data folder.",
    ),
    setting(
        "session_idle_minutes",
        "MINUTES",
        Some("480"),
        "Minutes without use after which a session ends.",
    ),
    setting(
        "session_max_hours",
        "HOURS",
        Some("168"),
        "Hours after which a session ends however much it is used.",
    ),
    setting(
        "body_bytes_max",
        "BYTES",
        Some("262144"),
        "The largest form that is accepted, from 16384 to 16777216.",
    ),
    setting(
        "request_timeout_seconds",
        "SECONDS",
        Some("30"),
        "The longest that a request may take.",
    ),
    setting(
        "api_rate",
        "NUMBER",
        Some("20000"),
        "How many requests and events a token of the API may send to one process in a second.",
    ),
    setting(
        "shutdown_timeout_seconds",
        "SECONDS",
        Some("10"),
        "The longest that a shutdown waits for the requests in flight.",
    ),
    setting(
        "log",
        "FILTER",
        Some("info"),
        "What is logged: error, warn, info, debug, trace, or a filter for each part.",
    ),
    setting(
        "log_format",
        "FORMAT",
        Some("text"),
        "How it is logged: text or json.",
    ),
];

/// The table as a page of the documentation.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\nA setting is taken from the command line, else from the environment, else from the TOML file named by \
         `--config` (or `RACCORDO_CONFIG`), else it has its default. Everything is checked before anything starts; \
         `raccordo config` shows what holds and where it comes from. This page is made from the program's own table by its \
         tests.\n\n| In the file | Flag | Environment | Default | What it does |\n|---|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let flag = setting.flag().map_or_else(
            || "none: it may hold a secret".to_owned(),
            |flag| match setting.value {
                SWITCH => format!("`--{flag}`, `--{flag}=off`"),
                value => format!("`--{flag} {value}`"),
            },
        );
        let default = match setting.default {
            Some("") | None => "–".to_owned(),
            Some(default) => format!("`{default}`"),
        };
        // Writing into a string cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {flag} | `{}` | {default} | {} |",
            setting.name,
            setting.variable(),
            setting.help
        );
    }
    page
}
