//! Values as given, before they are checked.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::setting::Setting;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag.
    Flag,
    /// A variable.
    Environment,
    /// The configuration file.
    File(PathBuf),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone)]
pub struct Given {
    value: String,
    /// Where it comes from.
    pub source: Source,
}

impl Given {
    /// The value; it may be a secret.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Every given value, by name.
#[derive(Clone)]
pub struct Values(BTreeMap<&'static str, Given>);

/// What is wrong with a value, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Mistake {
    /// Not an address with a port.
    #[error("write an address and a port, such as 127.0.0.1:8080 or [::1]:8080")]
    Addr,
    /// Not a bare URL.
    #[error("write the scheme and the host alone, such as https://panel.example.com")]
    PublicUrl,
    /// Not a database that we know.
    #[error("write postgres://user:password@host/database or sqlite:PATH")]
    DatabaseUrl,
    /// Not addresses.
    #[error("write IP addresses separated by commas, such as 10.0.0.1,10.0.0.2")]
    Addresses,
    /// Not hosts or networks.
    #[error("write host names, IP addresses or networks separated by commas, such as bot-api.lan,10.0.0.0/8")]
    Hosts,
    /// Not hosts that can bear witness.
    #[error("write host names separated by commas, such as www.example.com,api.example.org:8443, or nothing")]
    Witnesses,
    /// Neither on nor off.
    #[error("write on or off")]
    Switch,
    /// Not an address of this machine alone.
    #[error(
        "write a loopback address and a port, such as 127.0.0.1:8081: the page must not be seen from elsewhere"
    )]
    Loopback,
    /// A sandbox beside the panel and another one elsewhere.
    #[error("run the sandbox beside the panel or name one that runs elsewhere, not both")]
    TwoSandboxes,
    /// The address of a sandbox without its certificate, or the other way round.
    #[error("set the address and the certificate of the sandbox that runs elsewhere, both or neither")]
    HalfSandbox,
    /// Not a number, or out of range.
    #[error("write a whole number from {min} to {max}")]
    Number {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// Not a filter.
    #[error("write error, warn, info, debug or trace, or a filter such as info,sqlx=warn")]
    Log,
    /// Not a format.
    #[error("write text or json")]
    LogFormat,
    /// A key and a key file.
    #[error("set the key or the key file, not both")]
    TwoMasterKeys,
    /// The file cannot be read.
    #[error("the file cannot be read ({0}); check its path and its permissions")]
    Unreadable(std::io::ErrorKind),
    /// The file is no TOML.
    #[error("the file is not valid TOML at line {line}")]
    NotToml {
        /// Where, from 1.
        line: usize,
    },
    /// The file names a setting that does not exist.
    #[error("there is no such setting; `raccordo config` lists them all")]
    Unknown,
    /// A table or a list where a simple value belongs.
    #[error("write a text, a number, true or false")]
    NotSimple,
}

/// A mistake and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting.
    pub name: &'static str,
    found: String,
    mistake: Mistake,
}

impl ConfigError {
    /// A mistake in the value of the setting `name`.
    pub fn new(name: &'static str, given: Option<&Given>, mistake: Mistake) -> Self {
        let label = Setting::find(name).map_or_else(|| name.to_owned(), Setting::variable);
        let is_secret = Setting::find(name).is_some_and(|setting| setting.is_secret);
        let found = match given {
            Some(given) if is_secret => format!("{label} (from the {})", given.source),
            Some(given) => format!("{label} (from the {}) is «{}»", given.source, given.value),
            None => label,
        };
        Self { name, found, mistake }
    }

    fn in_file(path: &Path, key: Option<&str>, mistake: Mistake) -> Self {
        let found = key.map_or_else(
            || path.display().to_string(),
            |key| format!("{}, {key}", path.display()),
        );
        Self {
            name: "config",
            found,
            mistake,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.found, self.mistake)
    }
}

impl Values {
    /// Values of known settings; defaults for the others.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (&'static str, Source, String)>) -> Self {
        let mut values: BTreeMap<&'static str, Given> = super::SETTINGS
            .iter()
            .filter_map(|setting| {
                let value = setting.default?.to_owned();
                Some((
                    setting.name,
                    Given {
                        value,
                        source: Source::Default,
                    },
                ))
            })
            .collect();
        for (name, source, value) in pairs {
            values.insert(name, Given { value, source });
        }
        Self(values)
    }

    /// The pairs of a configuration file.
    pub fn read_file(path: &Path) -> Result<Vec<(&'static str, Source, String)>, Vec<ConfigError>> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![ConfigError::in_file(
                path,
                None,
                Mistake::Unreadable(error.kind()),
            )]
        })?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            vec![ConfigError::in_file(path, None, Mistake::NotToml { line })]
        })?;
        let (mut pairs, mut mistakes) = (Vec::new(), Vec::new());
        for (key, value) in table {
            let value = match value {
                toml::Value::String(text) => Some(text),
                toml::Value::Integer(number) => Some(number.to_string()),
                toml::Value::Boolean(flag) => Some(flag.to_string()),
                _ => None,
            };
            match (Setting::find(&key), value) {
                (Some(setting), Some(value)) => {
                    pairs.push((setting.name, Source::File(path.to_owned()), value));
                }
                (Some(_), None) => mistakes.push(ConfigError::in_file(path, Some(&key), Mistake::NotSimple)),
                (None, _) => mistakes.push(ConfigError::in_file(path, Some(&key), Mistake::Unknown)),
            }
        }
        if mistakes.is_empty() {
            Ok(pairs)
        } else {
            Err(mistakes)
        }
    }

    /// A value.
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.0.get(name)
    }

    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        mistakes: &mut Vec<ConfigError>,
        parse: impl Fn(&str) -> Result<T, Mistake>,
    ) -> Option<T> {
        let given = self.get(name)?;
        parse(given.value.trim())
            .map_err(|mistake| mistakes.push(ConfigError::new(name, Some(given), mistake)))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_file_with_mistakes_names_each_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raccordo.toml");
        std::fs::write(&path, "addr = \"0.0.0.0:80\"\nport = 80\nlog = [1]\n").unwrap();
        let told: Vec<String> = Values::read_file(&path)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told.iter()
                .any(|line| line.contains("port") && line.contains("no such setting")),
            "{told:?}"
        );
        std::fs::write(&path, "addr = \"0.0.0.0:80\"\nlog = \n").unwrap();
        assert!(
            Values::read_file(&path).unwrap_err()[0]
                .to_string()
                .contains("line 2")
        );
        std::fs::write(&path, "session_max_hours = 12\n").unwrap();
        let pairs = Values::read_file(&path).unwrap();
        assert_eq!(
            pairs,
            [("session_max_hours", Source::File(path), "12".to_owned())]
        );
    }
}
