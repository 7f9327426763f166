//! Telegram. Fields after the manual's chapters "Passweb e Telegram"; forms of token and user name after
//! <https://core.telegram.org/bots/features> and the Bot API server's own checks.

use super::is_made_of;
use crate::address::ApiUrl;
use crate::connection::Lookup;
use crate::field::{
    AddressRule, Context, Field, FieldError, FieldValue, Kind, Required, Rule, Section, choice, settings,
};
use crate::text::{Text, text};

choice! {
    /// How a customer's Telegram account is linked.
    pub enum LinkMethod {
        /// The login widget of the manual; Telegram now calls it legacy.
        LoginWidget = "login_widget",
            text!("Widget di accesso", "Login widget"),
            text!("Il pulsante di Telegram sul sito, come nel manuale.", "Telegram's button on the site, as in the manual.");
        /// `https://t.me/<bot>?start=<token>`.
        DeepLink = "deep_link",
            text!("Link al bot", "Link to the bot"),
            text!("Un link personale apre la chat con il bot.", "A personal link opens the chat with the bot.");
        /// "Log In With Telegram", OpenID Connect.
        Oidc = "oidc",
            text!("Accedi con Telegram (OpenID Connect)", "Log in with Telegram (OpenID Connect)"),
            text!("La via attuale indicata da Telegram.", "The way that Telegram now recommends.");
    }
}

/// A bot's user name as typed at @BotFather, without `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotUsername(String);

impl BotUsername {
    /// The name, without `@`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FieldValue for BotUsername {
    fn parse(text: &str, field: &Field, _: Context<'_>) -> Result<Option<Self>, FieldError> {
        let name = text.trim();
        let name = name.strip_prefix('@').unwrap_or(name);
        field
            .check_text(name)
            .map(|name| name.map(|name| Self(name.to_owned())))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

settings! {
    /// Settings of a Telegram account.
    pub struct TelegramSettings {
        /// The bot's token.
        secret bot_token = Field {
            name: "bot_token",
            label: Text::same("Bot Token"),
            help: text!(
                "Lo dà @BotFather alla fine di /newbot, oppure con /token.",
                "@BotFather gives it at the end of /newbot, or on /token."
            ),
            kind: Kind::Secret(Rule {
                min: 20,
                max: 80,
                fits: is_bot_token,
                form: text!(
                    "Un Bot Token ha la forma 123456789:AAH…: un numero, due punti, poi lettere, cifre, - e _.",
                    "A bot token looks like 123456789:AAH…: a number, a colon, then letters, digits, - and _."
                ),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// The bot's user name, without `@`; not case-sensitive.
        needs bot_username: BotUsername = Field {
            name: "bot_username",
            label: Text::same("Bot Username"),
            help: text!(
                "Il nome che finisce in «bot», scelto con @BotFather; con o senza @.",
                "The name ending in “bot” chosen with @BotFather; with or without @."
            ),
            kind: Kind::Text(Rule {
                min: 5,
                max: 32,
                fits: is_bot_username,
                form: text!(
                    "Il nome di un bot ha da 5 a 32 lettere, cifre o _, comincia con una lettera e finisce in «bot».",
                    "A bot's name has 5 to 32 letters, digits or _, starts with a letter and ends in “bot”."
                ),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "negozio_ordini_bot",
            shown_when: None,
            lookup: None,
        };
        /// The Bot API server; plain `http` for a server in one's own network.
        needs api_base_url: ApiUrl = Field {
            name: "api_base_url",
            label: text!("URL server Bot API", "Bot API server"),
            help: text!(
                "Lascia quello di Telegram, se non hai un server Bot API tuo.",
                "Leave Telegram's own unless you run a Bot API server yourself."
            ),
            kind: Kind::Address(AddressRule { http_allowed: true, expand: None, strip_suffix: None }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "https://api.telegram.org",
            example: "https://api.telegram.org",
            shown_when: None,
            lookup: None,
        };
        /// The chat of the shop's staff: an id, or the `@name` of a public group or channel.
        maybe staff_chat_id: String = Field {
            name: "staff_chat_id",
            label: text!("Chat dello staff", "Staff chat"),
            help: text!(
                "Facoltativa: un gruppo o canale tuo per gli avvisi interni. L'ID di un gruppo comincia con -; di una pubblica basta il @nome.",
                "Optional: a group or channel of your own for internal notices. A group's id starts with -; of a public one the @name will do."
            ),
            kind: Kind::Text(Rule {
                min: 1,
                max: 33,
                fits: is_chat,
                form: text!(
                    "Una chat si indica con il suo ID, come -1001234567890, o con il suo @nome.",
                    "A chat is given by its id, like -1001234567890, or by its @name."
                ),
            }),
            section: Section::Credentials,
            required: Required::No,
            default: "",
            example: "-1001234567890",
            shown_when: None,
            lookup: Some(Lookup::Chats),
        };
        /// Hours after which a cart counts for a message.
        needs cart_delay_hours: u32 = Field {
            name: "cart_delay_hours",
            label: text!("Intervallo per invio messaggio carrelli", "Delay before the cart message"),
            help: text!(
                "Quanto aspettare dopo l'abbandono del carrello.",
                "How long to wait after the cart was abandoned."
            ),
            kind: Kind::Whole { min: 1, max: 720, unit: text!("ore", "hours") },
            section: Section::AbandonedCarts,
            required: Required::Yes,
            default: "3",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// How customers link their Telegram account.
        needs link_method: LinkMethod = Field {
            name: "link_method",
            label: text!("Modo di collegamento", "Linking method"),
            help: text!(
                "Il bot può scrivere solo a chi ha collegato il proprio Telegram.",
                "The bot can only write to people who have linked their Telegram."
            ),
            kind: Kind::Choice(LinkMethod::CHOICES),
            section: Section::Linking,
            required: Required::Yes,
            default: "login_widget",
            example: "",
            shown_when: None,
            lookup: None,
        };
    }
}

/// `110201543:AAHdqTcv…`: an id from 1 without a leading zero, a colon, then the key.
fn is_bot_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, key)| {
        (1..=16).contains(&id.len())
            && !id.starts_with('0')
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && (20..=64).contains(&key.len())
            && is_made_of(key, "_-")
    })
}

fn is_bot_username(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic())
        && is_made_of(text, "_")
        && text.to_ascii_lowercase().ends_with("bot")
}

/// `-1001234567890`, `123456789` or `@name`.
fn is_chat(text: &str) -> bool {
    if let Some(name) = text.strip_prefix('@') {
        return (4..=32).contains(&name.len())
            && name.starts_with(|char: char| char.is_ascii_alphabetic())
            && is_made_of(name, "_");
    }
    let number = text.strip_prefix('-').unwrap_or(text);
    (1..=16).contains(&number.len()) && super::is_digits(number)
}
