//! ActiveCampaign. Fields after the manual's chapters "Passweb e ActiveCampaign"; the address in full, because the
//! vendor asks integrators for it: an account name alone gives a wrong address outside `api-us1.com`
//! (<https://developers.activecampaign.com/reference/url>).

use super::{FieldMap, is_any, is_digits, is_visible_ascii};
use crate::address::ApiUrl;
use crate::connection::Lookup;
use crate::field::{AddressRule, Field, Kind, Required, Rule, Section, settings};
use crate::text::{Text, text};

const TAG_ID: Rule = Rule {
    min: 1,
    max: 20,
    fits: is_digits,
    form: text!(
        "L'ID di un tag è fatto di sole cifre.",
        "A tag's id is made of digits only."
    ),
};

settings! {
    /// Settings of an ActiveCampaign account.
    pub struct ActiveCampaignSettings {
        /// Address of the account's API, without `/api/3`.
        needs api_url: ApiUrl = Field {
            name: "api_url",
            label: text!("URL API (Nome Account)", "API URL (account name)"),
            help: text!(
                "In ActiveCampaign: Impostazioni › Sviluppatore. Incolla l'URL intero; il solo nome account vale per gli account su api-us1.com.",
                "In ActiveCampaign: Settings › Developer. Paste the whole URL; the account name alone will do for accounts on api-us1.com."
            ),
            kind: Kind::Address(AddressRule { http_allowed: false, expand: Some(expand_account_name), strip_suffix: Some("/api/3") }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "https://nomeaccount.api-us1.com",
            shown_when: None,
            lookup: None,
        };
        /// Key of one ActiveCampaign user; the vendor documents no format.
        secret api_key = Field {
            name: "api_key",
            label: Text::same("API Key"),
            help: text!(
                "La «Chiave» nella stessa pagina: Impostazioni › Sviluppatore.",
                "The “Key” on the same page: Settings › Developer."
            ),
            kind: Kind::Secret(Rule {
                min: 20,
                max: 200,
                fits: is_visible_ascii,
                form: text!(
                    "Una API Key è una sequenza di lettere e cifre senza spazi: copiala intera da Impostazioni › Sviluppatore.",
                    "An API key is a run of letters and digits without spaces: copy all of it from Settings › Developer."
                ),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Send each order as soon as it is placed.
        needs orders_enabled: bool = Field {
            name: "orders_enabled",
            label: text!("Abilita Ordini", "Send orders"),
            help: text!(
                "Invia ogni ordine appena concluso, con righe e totali.",
                "Sends each order as soon as it is placed, with its lines and totals."
            ),
            kind: Kind::Switch,
            section: Section::Ecommerce,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Send abandoned carts of registered customers.
        needs abandoned_carts_enabled: bool = Field {
            name: "abandoned_carts_enabled",
            label: text!("Abilita Carrelli Abbandonati", "Send abandoned carts"),
            help: text!(
                "Invia i carrelli abbandonati dei soli clienti registrati con un indirizzo e-mail, con il link per riprenderli.",
                "Sends the abandoned carts of registered customers with an e-mail address only, with the link to recover them."
            ),
            kind: Kind::Switch,
            section: Section::Ecommerce,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// The tag of contacts that an order or a cart has made; by default the manual's own, en dash and all.
        maybe new_customer_tag: String = Field {
            name: "new_customer_tag",
            label: text!("Tag nuovi contatti", "New-contact tag"),
            help: text!(
                "Lo ricevono solo i contatti creati da un ordine o da un carrello; se su ActiveCampaign non c'è, viene creato. Vuoto: nessun tag.",
                "Only contacts that an order or a cart has made get it; if ActiveCampaign does not have it, it is created. Empty: no tag."
            ),
            kind: Kind::Text(Rule {
                min: 1,
                max: 255,
                fits: is_any,
                form: text!("Scrivi il nome di un tag.", "Write the name of a tag."),
            }),
            section: Section::Ecommerce,
            required: Required::No,
            default: "Passweb Integration – customer",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// The list that a customer joins with the newsletter consent: its id, or `all`.
        maybe newsletter_list: String = Field {
            name: "newsletter_list",
            label: text!("Lista Associata", "Associated list"),
            help: text!(
                "L'ID della lista a cui iscrivere chi dà il consenso, o «all» per tutte. Vuoto: nessuna iscrizione.",
                "The id of the list that people join with their consent, or “all” for every list. Empty: nobody joins."
            ),
            kind: Kind::Text(Rule {
                min: 1,
                max: 20,
                fits: |text| text == "all" || is_digits(text),
                form: text!("Scrivi l'ID di una lista, fatto di sole cifre, oppure «all».", "Enter a list's id, digits only, or “all”."),
            }),
            section: Section::Newsletter,
            required: Required::No,
            default: "",
            example: "3",
            shown_when: None,
            lookup: Some(Lookup::Lists),
        };
        /// The tag of private customers who join.
        maybe tag_private: String = Field {
            name: "tag_private",
            label: text!("Tag utilizzato se l'utente è un Privato", "Tag for private customers"),
            help: text!("Facoltativo: l'ID di un tag.", "Optional: the id of a tag."),
            kind: Kind::Text(TAG_ID),
            section: Section::Newsletter,
            required: Required::No,
            default: "",
            example: "12",
            shown_when: None,
            lookup: Some(Lookup::Tags),
        };
        /// The tag of companies that join.
        maybe tag_company: String = Field {
            name: "tag_company",
            label: text!("Tag utilizzato se l'utente è un'Azienda", "Tag for companies"),
            help: text!("Facoltativo: l'ID di un tag.", "Optional: the id of a tag."),
            kind: Kind::Text(TAG_ID),
            section: Section::Newsletter,
            required: Required::No,
            default: "",
            example: "13",
            shown_when: None,
            lookup: Some(Lookup::Tags),
        };
        /// Which of the account's own fields of contacts take what is known of a customer.
        maybe field_map: FieldMap = Field {
            name: "field_map",
            label: text!("Mappatura campi", "Field mapping"),
            help: text!(
                "Una riga per ogni campo del contatto: l'ID del campo, = e che cosa riceve, cioè first_name, last_name, phone, language, country, type, oppure attribute: e il nome di un attributo del cliente.",
                "One line for each field of the contact: the field's id, = and what goes into it, which is first_name, last_name, phone, language, country, type, or attribute: and the name of a customer's attribute."
            ),
            kind: Kind::Code(Rule {
                min: 1,
                max: 15_000,
                fits: is_any,
                form: text!(
                    "Al massimo 100 righe, e nessun campo due volte.",
                    "At most 100 lines, and no field twice."
                ),
            }),
            section: Section::Newsletter,
            required: Required::No,
            default: "",
            example: "7 = attribute:codice_fiscale",
            shown_when: None,
            lookup: Some(Lookup::Fields),
        };
    }
}

/// `shop` becomes `https://shop.api-us1.com`, the reference manual's *Nome Account*.
fn expand_account_name(text: &str) -> Option<String> {
    let name = text.to_ascii_lowercase();
    let fits = (1..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-');
    fits.then(|| format!("https://{name}.api-us1.com"))
}
