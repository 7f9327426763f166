//! Clerk.io (search and recommendations). Fields after the manual's chapters "Passweb e Clerk"; forms of the keys after
//! the samples in <https://docs.clerk.io/docs/authentication>, since the vendor states none.

use super::{is_any, is_made_of};
use crate::address::ApiUrl;
use crate::field::{AddressRule, CalendarDate, Field, Kind, Required, Rule, Section, choice, settings};
use crate::site::{Currency, LanguageTag};
use crate::text::{Text, text};

choice! {
    /// How visitors are told apart.
    pub enum VisitorMode {
        /// The snippet's own placeholder decides, from the visitor's consent.
        Custom = "custom",
            text!("Secondo il consenso", "By consent"),
            text!("Un identificativo solo dopo il consenso statistico.", "An id only after consent to analytics.");
        /// Cookieless.
        Auto = "auto",
            text!("Automatica", "Automatic"),
            text!("Senza cookie: la scelta predefinita di Clerk.io.", "Without cookies: Clerk.io's own default.");
        /// Local storage.
        Persistent = "persistent",
            text!("Persistente", "Persistent"),
            text!("Resta nel browser: richiede il consenso.", "Stays in the browser: needs consent.");
        /// None.
        Null = "null",
            text!("Nessuna", "None"),
            text!("Nessun identificativo.", "No id at all.");
    }
}

const NAME: Rule = Rule {
    min: 1,
    max: 100,
    fits: is_any,
    form: text!(
        "Scrivi il nome come appare nel gestionale.",
        "Write the name as it stands in the shop's back office."
    ),
};
const FILTER: Rule = Rule {
    min: 1,
    max: 500,
    fits: is_any,
    form: text!(
        "Scrivi l'espressione del filtro.",
        "Write the filter's expression."
    ),
};

settings! {
    /// Settings of a Clerk.io account: one store, one language.
    pub struct ClerkSettings {
        /// The store's public key: it identifies the store.
        needs public_key: String = Field {
            name: "public_key",
            label: text!("Api Key (pubblica)", "Public API key"),
            help: text!(
                "In my.clerk.io: Settings › API keys, «Public API key» dello store in questa lingua.",
                "In my.clerk.io: Settings › API keys, “Public API key” of the store in this language."
            ),
            kind: Kind::Text(Rule {
                min: 16,
                max: 64,
                fits: |text| is_made_of(text, ""),
                form: text!(
                    "La chiave pubblica è fatta di sole lettere e cifre: copiala intera da my.clerk.io.",
                    "The public key is made of letters and digits only: copy all of it from my.clerk.io."
                ),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// A private key: it authorises writing.
        secret private_key = Field {
            name: "private_key",
            label: Text::same("Private Key"),
            help: text!(
                "Creala con «Create new» sotto Private API keys: si vede intera una volta sola.",
                "Make one with “Create new” under Private API keys: it is shown in full only once."
            ),
            kind: Kind::Secret(Rule {
                min: 16,
                max: 128,
                fits: |text| is_made_of(text, "_-"),
                form: text!(
                    "La chiave privata è fatta di lettere, cifre, - e _: copiala intera quando la crei.",
                    "The private key is made of letters, digits, - and _: copy all of it when you make it."
                ),
            }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Clerk.io's API.
        needs api_base_url: ApiUrl = Field {
            name: "api_base_url",
            label: text!("URL API", "API URL"),
            help: text!("Lascia quello di Clerk.io.", "Leave Clerk.io's own."),
            kind: Kind::Address(AddressRule { http_allowed: false, expand: None, strip_suffix: None }),
            section: Section::Credentials,
            required: Required::Yes,
            default: "https://api.clerk.io/v2",
            example: "https://api.clerk.io/v2",
            shown_when: None,
            lookup: None,
        };
        /// The store's language; one active account for each.
        needs language: LanguageTag = Field {
            name: "language",
            label: text!("Lingua", "Language"),
            help: text!(
                "La lingua dello store su Clerk.io. Per ogni lingua può essere attivo un solo account.",
                "The language of the store on Clerk.io. Only one account may be active for each language."
            ),
            kind: Kind::SiteLanguage,
            section: Section::StoreParameters,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Currency of the prices.
        needs currency: Currency = Field {
            name: "currency",
            label: text!("Valuta", "Currency"),
            help: text!(
                "La valuta del negozio: i prezzi in un'altra non vengono inviati.",
                "The store's currency: prices in another one are not sent."
            ),
            kind: Kind::SiteCurrency,
            section: Section::StoreParameters,
            required: Required::Yes,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Receives what no other account's language fits.
        needs is_default_account: bool = Field {
            name: "is_default_account",
            label: text!("Account di default", "Default account"),
            help: text!(
                "Riceve ordini e clienti la cui lingua non ha un account. Uno solo può esserlo tra quelli attivi.",
                "Receives orders and customers whose language has no account. Only one active account can be it."
            ),
            kind: Kind::Switch,
            section: Section::StoreParameters,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Snippet put into the shop's pages.
        maybe tracking_snippet: String = Field {
            name: "tracking_snippet",
            label: text!("Codice di tracciamento", "Tracking code"),
            help: text!(
                "Lo script di avvio di clerk.js. Segnaposto: {clerk_public_key} e {clerk_visitor_type}. Senza, nessun modulo di Clerk.io funziona.",
                "The bootstrap script of clerk.js. Placeholders: {clerk_public_key} and {clerk_visitor_type}. Without it no Clerk.io module works."
            ),
            kind: Kind::Code(Rule {
                min: 1,
                max: 10_000,
                fits: is_snippet,
                form: text!(
                    "Il codice deve contenere Clerk('config' e, tra parentesi graffe, solo i segnaposto {clerk_public_key} e {clerk_visitor_type}.",
                    "The code must contain Clerk('config' and no placeholders but {clerk_public_key} and {clerk_visitor_type}."
                ),
            }),
            section: Section::StoreParameters,
            required: Required::No,
            default: SNIPPET,
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// How visitors are told apart.
        needs visitor_mode: VisitorMode = Field {
            name: "visitor_mode",
            label: text!("Modalità visitatore", "Visitor mode"),
            help: text!("Come Clerk.io riconosce chi visita il sito.", "How Clerk.io recognises visitors of the site."),
            kind: Kind::Choice(VisitorMode::CHOICES),
            section: Section::StoreParameters,
            required: Required::Yes,
            default: "custom",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Whether clerk.js collects e-mail addresses.
        needs collect_email: bool = Field {
            name: "collect_email",
            label: text!("Raccogli e-mail", "Collect e-mail addresses"),
            help: text!(
                "Permette a Clerk.io di collegare le visite a un indirizzo e-mail.",
                "Lets Clerk.io connect visits to an e-mail address."
            ),
            kind: Kind::Switch,
            section: Section::StoreParameters,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// The customer class whose prices the feeds show.
        maybe discount_class: String = Field {
            name: "discount_class",
            label: text!("Categoria Sconto Cliente", "Customer price class"),
            help: text!("La categoria con cui calcolare i prezzi dei feed.", "The class by which the feeds' prices are computed."),
            kind: Kind::Text(NAME),
            section: Section::StoreParameters,
            required: Required::No,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// A customer attribute of type text: who has it is not tracked.
        maybe optout_attribute: String = Field {
            name: "optout_attribute",
            label: text!("Attributo Opt-Out", "Opt-out attribute"),
            help: text!(
                "Un attributo cliente di tipo testo: chi lo ha non viene tracciato. Facoltativo ma consigliato.",
                "A customer attribute of type text: whoever has it is not tracked. Optional but advised."
            ),
            kind: Kind::Text(NAME),
            section: Section::StoreParameters,
            required: Required::No,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Clear the chat when the customer signs out.
        needs clear_chat_on_logout: bool = Field {
            name: "clear_chat_on_logout",
            label: text!("Pulisci Chat al Logout Utente", "Clear chat on sign-out"),
            help: text!("La chat di Clerk.io si svuota quando il cliente esce.", "Clerk.io's chat empties when the customer signs out."),
            kind: Kind::Switch,
            section: Section::StoreParameters,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Only orders after this day.
        maybe orders_feed_from: CalendarDate = Field {
            name: "orders_feed_from",
            label: text!("Data Import Ordini", "Import orders from"),
            help: text!(
                "Solo gli ordini da questo giorno. Bastano uno o due anni.",
                "Only orders from this day on. One or two years are enough."
            ),
            kind: Kind::PastDate,
            section: Section::Orders,
            required: Required::No,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Orders carry the parent item's code.
        needs track_parent_items: bool = Field {
            name: "track_parent_items",
            label: text!("Considera articoli padre nel tracciamento", "Track parent items"),
            help: text!("Le righe d'ordine portano il codice dell'articolo padre.", "Order lines carry the parent item's code."),
            kind: Kind::Switch,
            section: Section::Orders,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Generate the orders feed at each synchronisation.
        needs feed_orders_auto: bool = feed_switch("feed_orders_auto", Section::Orders);
        /// Which customers stand in the feed.
        maybe customer_filter: String = Field {
            name: "customer_filter",
            label: text!("Filtro Clienti", "Customer filter"),
            help: text!(
                "Vuoto: tutti. Attenzione: chi esce dal feed viene cancellato da Clerk.io.",
                "Empty: all. Beware: whoever leaves the feed is deleted from Clerk.io."
            ),
            kind: Kind::Text(FILTER),
            section: Section::Customers,
            required: Required::No,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Generate the customers feed at each synchronisation.
        needs feed_customers_auto: bool = feed_switch("feed_customers_auto", Section::Customers);
        /// Generate the categories feed at each synchronisation.
        needs feed_categories_auto: bool = feed_switch("feed_categories_auto", Section::Categories);
        /// Which products stand in the feed.
        maybe product_filter: String = Field {
            name: "product_filter",
            label: text!("Filtro Articoli", "Product filter"),
            help: text!(
                "Vuoto: tutti. Attenzione: gli articoli che escono dal feed vengono cancellati da Clerk.io.",
                "Empty: all. Beware: products that leave the feed are deleted from Clerk.io."
            ),
            kind: Kind::Text(FILTER),
            section: Section::Products,
            required: Required::No,
            default: "",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Parent items stand in the feed too.
        needs include_parents: bool = Field {
            name: "include_parents",
            label: text!("Includi Articoli Padre", "Include parent items"),
            help: text!("Anche gli articoli padre entrano nel feed.", "Parent items stand in the feed too."),
            kind: Kind::Switch,
            section: Section::Products,
            required: Required::No,
            default: "false",
            example: "",
            shown_when: None,
            lookup: None,
        };
        /// Generate the products feed at each synchronisation.
        needs feed_products_auto: bool = feed_switch("feed_products_auto", Section::Products);
        /// Generate the pages feed at each synchronisation.
        needs feed_pages_auto: bool = feed_switch("feed_pages_auto", Section::Pages);
    }
}

const fn feed_switch(name: &'static str, section: Section) -> Field {
    Field {
        name,
        label: text!(
            "Genera Feed alla Sincronizzazione",
            "Generate the feed automatically"
        ),
        help: text!(
            "Il feed si rigenera da solo a ogni sincronizzazione.",
            "The feed is made anew at each synchronisation."
        ),
        kind: Kind::Switch,
        section,
        required: Required::No,
        default: "false",
        example: "",
        shown_when: None,
        lookup: None,
    }
}

/// The bootstrap with both placeholders, after the vendor's own integration.
const SNIPPET: &str = "<script>
(function(w,d){var e=d.createElement('script');e.async=true;e.src='https://cdn.clerk.io/clerk.js';
var s=d.getElementsByTagName('script')[0];s.parentNode.insertBefore(e,s);
w.__clerk_q=w.__clerk_q||[];w.Clerk=w.Clerk||function(){w.__clerk_q.push(arguments)};})(window,document);
Clerk('config', {key: '{clerk_public_key}', {clerk_visitor_type}});
</script>";

/// The bootstrap call is there, and every `{clerk_…}` is one of the two placeholders.
fn is_snippet(text: &str) -> bool {
    let configures = text.contains("Clerk('config'") || text.contains("Clerk(\"config\"");
    let known = text
        .split("{clerk_")
        .skip(1)
        .all(|rest| rest.starts_with("public_key}") || rest.starts_with("visitor_type}"));
    configures && known
}
