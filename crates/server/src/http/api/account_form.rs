//! The form of an account in JSON, and where in it something is wrong.

use std::collections::BTreeMap;

use domain::{DESCRIPTION_FIELD, FormErrors, Language, Platform, Site, Submission};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::problem::{Kind, Problem, Wrong};

/// A secret on its way in. It has no `Debug`.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Password)]
pub(super) struct SecretText(String);

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    /// Its platform: `activecampaign`, `clerk`, `wa_smart_business` or `telegram`. It never changes.
    #[schema(example = "activecampaign")]
    pub(super) platform: String,
    /// The name by which people know it, 1 to 100 characters.
    pub(super) description: String,
    /// Its settings by field; what is left out has its default.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"api_url": "https://negozio.api-us1.com", "orders_enabled": true}))]
    pub(super) settings: BTreeMap<String, Value>,
    /// Its secrets by field.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"api_key": "…"}))]
    pub(super) secrets: BTreeMap<String, SecretText>,
}

/// The new state of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountState {
    /// The name by which people know it, 1 to 100 characters.
    pub(super) description: String,
    /// Its settings by field; what is left out has its default.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) settings: BTreeMap<String, Value>,
    /// The secrets that change, by field; `null` removes one. What is left out stays.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) secrets: BTreeMap<String, Option<SecretText>>,
}

/// What changes of an account; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// The name by which people know it, 1 to 100 characters.
    #[serde(default)]
    pub(super) description: Option<String>,
    /// The settings that change, by field; `null` empties one.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) settings: BTreeMap<String, Value>,
    /// The secrets that change, by field; `null` removes one.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) secrets: BTreeMap<String, Option<SecretText>>,
}

/// A form in JSON.
pub(super) struct Given {
    pub(super) description: String,
    pub(super) settings: BTreeMap<String, Value>,
    pub(super) secrets: BTreeMap<String, Option<SecretText>>,
}

impl Given {
    /// The form as the panel knows it, on the values that hold where nothing is given. What the platform has no field for is
    /// refused, lest a misspelt name be lost in silence.
    pub(super) fn submission(
        self,
        platform: Platform,
        site: &Site,
        base: domain::Values,
    ) -> Result<Submission, Problem> {
        let mut values = base;
        let mut wrong = Vec::new();
        let mut refuse = |pointer: String, detail: &str| {
            wrong.push(Wrong {
                pointer: Some(pointer),
                parameter: None,
                detail: detail.to_owned(),
            });
        };
        for (name, value) in &self.settings {
            let at = format!("/settings/{}", name.replace('~', "~0").replace('/', "~1"));
            match platform.field(name) {
                None => refuse(at, "The platform has no such field."),
                Some(field) if field.is_secret() => refuse(at, "It is a secret: it belongs into secrets."),
                Some(_) => match text(value) {
                    Some(text) => drop(values.insert(name.clone(), text)),
                    None => refuse(at, "It must be a text, a number, true, false or null."),
                },
            }
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, secret) in self.secrets {
            let Some(field) = platform.field(&name).filter(|field| field.is_secret()) else {
                let at = format!("/secrets/{}", name.replace('~', "~0").replace('/', "~1"));
                refuse(at, "The platform has no such secret.");
                continue;
            };
            pairs.push(match secret {
                Some(secret) => (name, secret.0),
                None => (Submission::remove_name(field), "on".to_owned()),
            });
        }
        if !wrong.is_empty() {
            return Err(Problem::new(Kind::Invalid, "Some fields do not exist.").with_errors(wrong));
        }
        pairs.push((DESCRIPTION_FIELD.to_owned(), self.description));
        pairs.extend(values);
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Submission::from_pairs(platform, pairs, &site.lists, false))
    }
}

/// A value as it stands in a form.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(is_on) => Some(is_on.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The errors of a form, each with where it stands in JSON.
pub(super) fn wrong(errors: &FormErrors, platform: Platform) -> Vec<Wrong> {
    errors
        .messages(platform, Language::En)
        .into_iter()
        .map(|(name, detail)| {
            let pointer = match platform.field(&name) {
                Some(field) if field.is_secret() => format!("/secrets/{name}"),
                Some(_) => format!("/settings/{name}"),
                None => format!("/{name}"),
            };
            Wrong {
                pointer: Some(pointer),
                parameter: None,
                detail,
            }
        })
        .collect()
}
