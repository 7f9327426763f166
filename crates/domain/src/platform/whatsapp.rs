//! WA Smart Business (WhatsApp). Its own HTTP interface is not public, so that transport goes through a gateway whose
//! address the user gives; the other transport is Meta's documented Cloud API
//! (<https://developers.facebook.com/docs/whatsapp/cloud-api>).

use super::{is_digits, is_made_of};
use crate::account::Target;
use crate::address::{ApiUrl, Host};
use crate::connection::Lookup;
use crate::field::{AddressRule, Condition, Field, Kind, Required, Rule, Section, choice, settings};
use crate::text::{Text, text};

choice! {
    /// How messages are sent.
    pub enum Transport {
        /// Through WA Smart Business, by way of a gateway.
        WaSmartBusiness = "wa_smart_business",
            Text::same("WA Smart Business"),
            text!(
                "Le API di WA Smart Business non sono pubbliche: i messaggi passano da un gateway di cui dai l'indirizzo.",
                "WA Smart Business publishes no API: messages pass through a gateway whose address you give."
            );
        /// Directly to Meta.
        MetaCloudApi = "meta_cloud_api",
            Text::same("Meta Cloud API"),
            text!(
                "Direttamente alle API ufficiali di WhatsApp, con un numero registrato presso Meta.",
                "Directly to WhatsApp's official API, with a number registered with Meta."
            );
    }
}

const GATEWAY: Option<Condition> = Some(Condition {
    field: "transport",
    is: "wa_smart_business",
});
const META: Option<Condition> = Some(Condition {
    field: "transport",
    is: "meta_cloud_api",
});

/// The address rule of both transports.
const HTTPS_ONLY: AddressRule = AddressRule {
    http_allowed: false,
    expand: None,
    strip_suffix: None,
};

const REMOTE_ID: Rule = Rule {
    min: 5,
    max: 20,
    fits: is_digits,
    form: text!(
        "È un numero da 5 a 20 cifre, senza spazi né +.",
        "It is a number of 5 to 20 digits, without spaces or +."
    ),
};

settings! {
    /// Settings of a WA Smart Business account.
    pub struct WhatsAppSettings {
        /// How messages are sent.
        needs transport: Transport = Field {
            name: "transport",
            label: text!("Canale di invio", "Transport"),
            help: text!("Da dove partono i messaggi WhatsApp.", "Where the WhatsApp messages leave from."),
            kind: Kind::Choice(Transport::CHOICES),
            section: Section::Credentials,
            required: Required::Yes,
            default: "wa_smart_business",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// The gateway's address; there is no default because WA Smart Business documents none.
        maybe gateway_url: ApiUrl = Field {
            name: "gateway_url",
            label: text!("URL del gateway", "Gateway URL"),
            help: text!(
                "L'indirizzo del tuo gateway verso WA Smart Business. Non esiste un indirizzo pubblico documentato da proporre.",
                "The address of your gateway to WA Smart Business. There is no documented public address to suggest."
            ),
            kind: Kind::Address(HTTPS_ONLY),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "https://gateway.example.com/wa",
            shown_when: GATEWAY,
            lookup: Some(Lookup::Templates),
        };
        /// Token of either transport.
        secret access_token = Field {
            name: "access_token",
            label: Text::same("Access Token"),
            help: text!(
                "Consegnato da WA Smart Business alla sottoscrizione; per Meta, il token di un utente di sistema.",
                "Handed out by WA Smart Business at subscription; for Meta, a system user's token."
            ),
            kind: Kind::Secret(Rule {
                min: 16,
                max: 1024,
                fits: |text| is_made_of(text, "_.|-"),
                form: text!(
                    "Un Access Token è fatto di lettere, cifre e _ . | - senza spazi: copialo intero.",
                    "An access token is made of letters, digits and _ . | - without spaces: copy all of it."
                ),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Meta's id of the sending number.
        maybe phone_number_id: String = Field {
            name: "phone_number_id",
            label: text!("ID numero di telefono", "Phone number id"),
            help: text!(
                "In Meta for Developers: WhatsApp › Configurazione API. Non è il numero di telefono.",
                "In Meta for Developers: WhatsApp › API setup. It is not the phone number itself."
            ),
            kind: Kind::Text(REMOTE_ID),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "106540352242922",
            shown_when: META,
            lookup: Some(Lookup::Numbers),
        };
        /// Meta's id of the WhatsApp Business account.
        maybe waba_id: String = Field {
            name: "waba_id",
            label: text!("ID account WhatsApp Business", "WhatsApp Business account id"),
            help: text!(
                "Nella stessa pagina: serve per leggere i template approvati.",
                "On the same page: needed to read the approved templates."
            ),
            kind: Kind::Text(REMOTE_ID),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "102290129340398",
            shown_when: META,
            lookup: Some(Lookup::Templates),
        };
        /// Version of the Graph API; each is served for about two years.
        maybe graph_version: String = Field {
            name: "graph_version",
            label: text!("Versione Graph API", "Graph API version"),
            help: text!("La versione delle API di Meta da usare.", "The version of Meta's API to use."),
            kind: Kind::Text(Rule {
                min: 4,
                max: 8,
                fits: is_graph_version,
                form: text!("Una versione ha la forma v25.0.", "A version looks like v25.0."),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "v25.0",
            example: "v25.0",
            shown_when: META,
            lookup: None,
        };
        /// Meta's Graph API.
        maybe graph_url: ApiUrl = Field {
            name: "graph_url",
            label: text!("URL Graph API", "Graph API URL"),
            help: text!("Lascia quello di Meta.", "Leave Meta's own."),
            kind: Kind::Address(HTTPS_ONLY),
            section: Section::Credentials,
            required: Required::Yes,
            default: "https://graph.facebook.com",
            example: "https://graph.facebook.com",
            shown_when: META,
            lookup: None,
        };
        /// Secret that signs Meta's webhooks.
        secret app_secret = Field {
            name: "app_secret",
            label: Text::same("App Secret"),
            help: text!(
                "Facoltativo: serve a verificare la firma delle notifiche di Meta (Impostazioni app › Di base).",
                "Optional: verifies the signature of Meta's notifications (App settings › Basic)."
            ),
            kind: Kind::Secret(Rule {
                min: 32,
                max: 32,
                fits: is_lower_hex,
                form: text!("Un App Secret ha 32 cifre esadecimali (0-9, a-f).", "An app secret has 32 hexadecimal digits (0-9, a-f)."),
            }),
            section: Section::Credentials,
            required: Required::No,
            default: "",
            example: "",
            shown_when: META,
            lookup: None,
        };
        /// Hours after which a cart counts for a message.
        needs cart_delay_hours: u32 = Field {
            name: "cart_delay_hours",
            label: text!("Intervallo per invio messaggi carrelli", "Delay before cart messages"),
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
    }
}

impl WhatsAppSettings {
    /// Where the token is sent: the gateway or Meta. A shown address is required, so one is always there.
    pub(super) fn host(&self) -> Host {
        let address = match self.transport {
            Transport::WaSmartBusiness => &self.gateway_url,
            Transport::MetaCloudApi => &self.graph_url,
        };
        address
            .as_ref()
            .map_or_else(|| Host::stored(String::new()), ApiUrl::host)
    }

    pub(super) fn target(&self) -> Target {
        match (self.transport, &self.phone_number_id) {
            (Transport::MetaCloudApi, Some(id)) => Target::Number(id.clone()),
            _ => Target::Host(self.host()),
        }
    }
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_graph_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|version| version.split_once('.'))
        .is_some_and(|(major, minor)| {
            !major.is_empty() && !minor.is_empty() && is_digits(major) && is_digits(minor)
        })
}
