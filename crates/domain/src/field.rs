//! The declarative description of a platform's fields. It drives the form, the checks and their sentences, redaction
//! and the documentation; no field is described a second time anywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::address::ApiUrl;
use crate::platform::WrongLine;
use crate::site::{Currency, LanguageTag};
use crate::text::{Language, Text, text};

/// Submitted or stored values by field name. A switch is `true` or `false`.
pub type Values = BTreeMap<String, String>;

/// One field of a platform's form.
#[derive(Debug)]
pub struct Field {
    /// Name in forms and in storage; unique within the platform.
    pub name: &'static str,
    /// Label.
    pub label: Text,
    /// What to type and where to find it.
    pub help: Text,
    /// What kind of value it holds, and its rule.
    pub kind: Kind,
    /// The section it stands in.
    pub section: Section,
    /// Whether it may stay empty.
    pub required: Required,
    /// The value of a new account, in the form's writing; empty for none.
    pub default: &'static str,
    /// An example shown as a hint; empty for none.
    pub example: &'static str,
    /// Shown only while another field has a certain value.
    pub shown_when: Option<Condition>,
    /// What the platform can be asked for, to choose a value from.
    pub lookup: Option<crate::connection::Lookup>,
}

/// Whether a field may stay empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// It must be filled in whenever it is shown.
    Yes,
    /// It may stay empty.
    No,
}

/// A field is shown while the choice `field` has the value `is`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// The name of a [`Kind::Choice`] field of the same platform.
    pub field: &'static str,
    /// The choice's value.
    pub is: &'static str,
}

/// What kind of value a field holds.
#[derive(Debug)]
pub enum Kind {
    /// One line of text.
    Text(Rule),
    /// Several lines, shown in a fixed-width font.
    Code(Rule),
    /// A secret: typed, sealed, never shown again.
    Secret(Rule),
    /// The address of an API.
    Address(AddressRule),
    /// On or off.
    Switch,
    /// A whole number.
    Whole {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
        /// The unit, shown behind the field.
        unit: Text,
    },
    /// One of a few fixed choices.
    Choice(&'static [Choice]),
    /// One of the site's languages.
    SiteLanguage,
    /// One of the site's currencies.
    SiteCurrency,
    /// A calendar date that is not in the future, written `2026-11-23`.
    PastDate,
}

/// The rule for a text.
#[derive(Debug)]
pub struct Rule {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// Whether the text has the right form; length and control characters are checked before.
    pub fits: fn(&str) -> bool,
    /// What the text should look like, as a whole sentence.
    pub form: Text,
}

/// The rule for an address.
#[derive(Debug)]
pub struct AddressRule {
    /// Whether plain `http` is allowed (a server in one's own network).
    pub http_allowed: bool,
    /// Turns a shortcut (a bare account name) into an address.
    pub expand: Option<fn(&str) -> Option<String>>,
    /// A path that people paste along and that is no part of the address.
    pub strip_suffix: Option<&'static str>,
}

/// One of the fixed choices of a field.
#[derive(Debug)]
pub struct Choice {
    /// Value in forms and in storage.
    pub value: &'static str,
    /// Label.
    pub label: Text,
    /// What choosing it means.
    pub help: Text,
}

/// A section of a platform's form, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Section {
    /// Credentials and where they are sent.
    Credentials,
    /// E-commerce switches (ActiveCampaign).
    Ecommerce,
    /// Newsletter list and tags (ActiveCampaign).
    Newsletter,
    /// Store parameters (Clerk.io).
    StoreParameters,
    /// Orders feed (Clerk.io).
    Orders,
    /// Customers feed (Clerk.io).
    Customers,
    /// Categories feed (Clerk.io).
    Categories,
    /// Products feed (Clerk.io).
    Products,
    /// Pages feed (Clerk.io).
    Pages,
    /// Abandoned carts (WA Smart Business, Telegram).
    AbandonedCarts,
    /// How customers are linked (Telegram).
    Linking,
}

impl Section {
    /// The heading, in the manual's words where it has them.
    pub const fn title(self) -> Text {
        match self {
            Self::Credentials => text!("Credenziali", "Credentials"),
            Self::Ecommerce => Text::same("Ecommerce"),
            Self::Newsletter => Text::same("Newsletter"),
            Self::StoreParameters => text!("Parametri Store", "Store parameters"),
            Self::Orders => text!("Ordini", "Orders"),
            Self::Customers => text!("Clienti", "Customers"),
            Self::Categories => text!("Categorie", "Categories"),
            Self::Products => text!("Articoli", "Products"),
            Self::Pages => text!("Pagine", "Pages"),
            Self::AbandonedCarts => text!("Carrelli Abbandonati", "Abandoned carts"),
            Self::Linking => text!("Collegamento dei clienti", "Linking customers"),
        }
    }

    /// A stable name for anchors.
    pub const fn anchor(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Ecommerce => "ecommerce",
            Self::Newsletter => "newsletter",
            Self::StoreParameters => "store",
            Self::Orders => "orders",
            Self::Customers => "customers",
            Self::Categories => "categories",
            Self::Products => "products",
            Self::Pages => "pages",
            Self::AbandonedCarts => "carts",
            Self::Linking => "linking",
        }
    }

    /// Whether the section opens only once the account was saved, as in the manual.
    pub const fn after_first_save(self) -> bool {
        !matches!(self, Self::Credentials)
    }
}

/// What a value is checked against beside its own rule. Stored values are read back leniently: a site may have dropped
/// a language since.
#[derive(Debug, Clone, Copy)]
pub enum Context<'a> {
    /// Reading back what was accepted before.
    Stored,
    /// Checking what a person typed.
    Typed {
        /// The site's languages and currencies.
        lists: &'a crate::site::SiteLists,
        /// Today's date in the site's time zone, `2026-11-23`.
        today: &'a str,
    },
}

/// Why a field's value is refused. It crosses to the browser, which has the same sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldError {
    /// Nothing was typed.
    Required,
    /// Too few characters.
    TooShort {
        /// Fewest allowed.
        min: u32,
    },
    /// Too many characters.
    TooLong {
        /// Most allowed.
        max: u32,
    },
    /// A control character, most often from a careless paste.
    ControlCharacter,
    /// Not of the form that the field's rule describes.
    WrongForm,
    /// Not an address.
    NotAnAddress,
    /// Plain `http` where the connection must be encrypted.
    HttpsNeeded,
    /// `user:password@` within an address.
    AddressHoldsCredentials,
    /// `?` or `#` within an address.
    AddressHoldsQuery,
    /// Not a whole number within the bounds.
    NotInRange {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// Some lines cannot be read.
    WrongLines {
        /// Which, in their order.
        lines: Vec<WrongLine>,
    },
    /// Too many lines.
    TooManyLines {
        /// Most allowed.
        max: u32,
    },
    /// None of the choices.
    NotAChoice,
    /// Not a calendar date.
    NotADate,
    /// A date to come.
    FutureDate,
    /// The address changed, and the stored secret is bound to the old one.
    SecretBoundTo {
        /// The host that the stored secret was saved for.
        host: String,
    },
    /// A required secret cannot be removed.
    SecretNeeded,
}

impl FieldError {
    /// The sentence under the field: what is wrong and what to do.
    pub fn message(&self, field: &Field, language: Language) -> String {
        let label = field.label.get(language);
        let it = matches!(language, Language::It);
        match self {
            Self::Required if it => format!("Compila il campo «{label}»."),
            Self::Required => format!("Fill in “{label}”."),
            Self::TooShort { min } if it => format!("Troppo corto: servono almeno {min} caratteri."),
            Self::TooShort { min } => format!("Too short: at least {min} characters are needed."),
            Self::TooLong { max } if it => format!("Troppo lungo: al massimo {max} caratteri."),
            Self::TooLong { max } => format!("Too long: at most {max} characters."),
            Self::ControlCharacter if it => {
                "Contiene caratteri di controllo invisibili: riscrivilo, o incollalo di nuovo come testo semplice.".into()
            }
            Self::ControlCharacter => {
                "It holds invisible control characters: type it again, or paste it as plain text.".into()
            }
            Self::WrongForm => match &field.kind {
                Kind::Text(rule) | Kind::Code(rule) | Kind::Secret(rule) => rule.form.get(language).into(),
                _ if it => "Il valore non ha la forma giusta.".into(),
                _ => "The value is not of the right form.".into(),
            },
            Self::NotAnAddress if it => format!("Non è un indirizzo valido. Esempio: {}", field.example),
            Self::NotAnAddress => format!("This is not a valid address. Example: {}", field.example),
            Self::HttpsNeeded if it => "L'indirizzo deve cominciare con https://, così le credenziali viaggiano cifrate.".into(),
            Self::HttpsNeeded => "The address must start with https://, so that the credentials travel encrypted.".into(),
            Self::AddressHoldsCredentials if it => "Togli utente e password dall'indirizzo: hanno il loro campo.".into(),
            Self::AddressHoldsCredentials => "Take the user and password out of the address: they have a field of their own.".into(),
            Self::AddressHoldsQuery if it => "Togli dall'indirizzo tutto ciò che segue ? o #.".into(),
            Self::AddressHoldsQuery => "Take everything after ? or # out of the address.".into(),
            Self::NotInRange { min, max } if it => format!("Scrivi un numero intero da {min} a {max}."),
            Self::NotInRange { min, max } => format!("Write a whole number from {min} to {max}."),
            Self::WrongLines { lines } => WrongLine::tell(lines, language),
            Self::TooManyLines { max } if it => format!("Troppe righe: al massimo {max}."),
            Self::TooManyLines { max } => format!("Too many lines: at most {max}."),
            Self::NotAChoice if it => "Scegli una delle voci proposte.".into(),
            Self::NotAChoice => "Choose one of the values offered.".into(),
            Self::NotADate if it => "Scrivi la data come 2026-01-31.".into(),
            Self::NotADate => "Write the date as 2026-01-31.".into(),
            Self::FutureDate if it => "La data non può essere nel futuro.".into(),
            Self::FutureDate => "The date cannot be in the future.".into(),
            Self::SecretBoundTo { host } if it => {
                format!("«{label}» era stata salvata per {host}. Scrivila di nuovo per il nuovo indirizzo.")
            }
            Self::SecretBoundTo { host } => {
                format!("“{label}” was saved for {host}. Enter it again for the new address.")
            }
            Self::SecretNeeded if it => format!("«{label}» è obbligatoria e non si può togliere: sostituiscila."),
            Self::SecretNeeded => format!("“{label}” is required and cannot be removed: replace it."),
        }
    }
}

/// A type that a field's text is parsed into.
pub trait FieldValue: Sized {
    /// Parses `text`; `Ok(None)` for an empty value.
    fn parse(text: &str, field: &Field, context: Context<'_>) -> Result<Option<Self>, FieldError>;

    /// The value as it stands in a form and in storage.
    fn show(&self) -> String;
}

impl Field {
    /// Whether the field holds a secret.
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret(_))
    }

    /// Whether the field must be filled in when it is shown.
    pub const fn is_required(&self) -> bool {
        matches!(self.required, Required::Yes)
    }

    /// Whether the field is shown, given the other values of the form.
    pub fn is_shown(&self, values: &Values) -> bool {
        // Trimmed, as choices are when they are parsed.
        self.shown_when.is_none_or(|when| {
            values
                .get(when.field)
                .is_some_and(|value| value.trim() == when.is)
        })
    }

    /// The rule of a text field.
    pub const fn rule(&self) -> Option<&Rule> {
        match &self.kind {
            Kind::Text(rule) | Kind::Code(rule) | Kind::Secret(rule) => Some(rule),
            _ => None,
        }
    }

    /// Checks a text or secret by the field's rule and gives it back trimmed; `None` when empty.
    pub fn check_text<'a>(&self, text: &'a str) -> Result<Option<&'a str>, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let Some(rule) = self.rule() else {
            return Ok(Some(text));
        };
        let multiline = matches!(self.kind, Kind::Code(_));
        if text
            .chars()
            .any(|char| char.is_control() && !(multiline && matches!(char, '\n' | '\r' | '\t')))
        {
            return Err(FieldError::ControlCharacter);
        }
        let chars = text.chars().count();
        if chars > rule.max {
            return Err(FieldError::TooLong {
                max: u32::try_from(rule.max).unwrap_or(u32::MAX),
            });
        }
        if !(rule.fits)(text) {
            return Err(FieldError::WrongForm);
        }
        if chars < rule.min {
            return Err(FieldError::TooShort {
                min: u32::try_from(rule.min).unwrap_or(0),
            });
        }
        Ok(Some(text))
    }

    /// Parses the field's value out of `values`. A field that is not shown keeps a value that fits, has its default
    /// otherwise, and is never required.
    pub(crate) fn parse<T: FieldValue>(
        &self,
        values: &Values,
        context: Context<'_>,
    ) -> Result<Option<T>, FieldError> {
        let text = values.get(self.name).map_or_else(
            || {
                if matches!(context, Context::Stored) {
                    self.default
                } else {
                    ""
                }
            },
            String::as_str,
        );
        let shown = self.is_shown(values);
        match T::parse(text, self, context) {
            Ok(None) if shown && self.is_required() => Err(FieldError::Required),
            Ok(None) | Err(_) if !shown => T::parse(self.default, self, context),
            result => result,
        }
    }
}

impl FieldValue for String {
    fn parse(text: &str, field: &Field, _: Context<'_>) -> Result<Option<Self>, FieldError> {
        field.check_text(text).map(|text| text.map(str::to_owned))
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl FieldValue for bool {
    fn parse(text: &str, _: &Field, _: Context<'_>) -> Result<Option<Self>, FieldError> {
        match text {
            "true" | "on" => Ok(Some(true)),
            "false" | "" => Ok(Some(false)),
            _ => Err(FieldError::NotAChoice),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl FieldValue for u32 {
    fn parse(text: &str, field: &Field, _: Context<'_>) -> Result<Option<Self>, FieldError> {
        let Kind::Whole { min, max, .. } = field.kind else {
            return Err(FieldError::WrongForm);
        };
        match text.trim() {
            "" => Ok(None),
            text => text
                .parse()
                .ok()
                .filter(|number| (min..=max).contains(number))
                .map(Some)
                .ok_or(FieldError::NotInRange { min, max }),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl FieldValue for ApiUrl {
    fn parse(text: &str, field: &Field, _: Context<'_>) -> Result<Option<Self>, FieldError> {
        let Kind::Address(rule) = &field.kind else {
            return Err(FieldError::WrongForm);
        };
        match text.trim() {
            "" => Ok(None),
            text if text.chars().any(char::is_control) => Err(FieldError::ControlCharacter),
            text => Self::parse(text, rule).map(Some),
        }
    }

    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl FieldValue for LanguageTag {
    fn parse(text: &str, _: &Field, context: Context<'_>) -> Result<Option<Self>, FieldError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let tag: Self = text.parse().map_err(|_| FieldError::NotAChoice)?;
        match context {
            Context::Typed { lists, .. } if !lists.languages.contains(&tag) => Err(FieldError::NotAChoice),
            _ => Ok(Some(tag)),
        }
    }

    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl FieldValue for Currency {
    fn parse(text: &str, _: &Field, context: Context<'_>) -> Result<Option<Self>, FieldError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let currency: Self = text.parse().map_err(|_| FieldError::NotAChoice)?;
        match context {
            Context::Typed { lists, .. } if !lists.currencies.contains(&currency) => {
                Err(FieldError::NotAChoice)
            }
            _ => Ok(Some(currency)),
        }
    }

    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

/// A calendar date, `2026-11-23`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CalendarDate(String);

impl CalendarDate {
    /// Reads a date as it stands in an address; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        is_calendar_date(text).then(|| Self(text.to_owned()))
    }

    /// The date, `2026-11-23`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FieldValue for CalendarDate {
    fn parse(text: &str, _: &Field, context: Context<'_>) -> Result<Option<Self>, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if !is_calendar_date(text) {
            return Err(FieldError::NotADate);
        }
        match context {
            // Dates written this way sort as text.
            Context::Typed { today, .. } if text > today => Err(FieldError::FutureDate),
            _ => Ok(Some(Self(text.to_owned()))),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

fn is_calendar_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let number = |range: std::ops::Range<usize>| {
        let digits = &text.as_bytes()[range];
        digits.iter().all(u8::is_ascii_digit).then(|| {
            digits
                .iter()
                .fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&day)
}

/// Declares a platform's settings: a struct with one typed member a line, and the descriptions of its fields beside
/// them. `secret` lines have no member: a secret never stands in the settings.
macro_rules! settings {
    (
        $(#[$doc:meta])*
        pub struct $name:ident {
            $( $(#[$member_doc:meta])* $mode:ident $member:ident $(: $type:ty)? = $field:expr; )*
        }
    ) => {
        $crate::field::settings!(@struct [$(#[$doc])*] $name [] $( { [$(#[$member_doc])*] $mode $member $(: $type)? } )*);

        impl $name {
            /// The fields, in the order of the form.
            pub const FIELDS: &'static [$crate::Field] = &[$($field),*];

            /// Parses every field; each one that is wrong is told.
            pub fn parse(values: &$crate::Values, context: $crate::Context<'_>) -> Result<Self, Vec<(&'static str, $crate::FieldError)>> {
                let mut errors = Vec::new();
                $( $crate::field::settings!(@parse errors values context $mode $member $(: $type)?); )*
                $crate::field::settings!(@build errors $name [] $( { $mode $member } )*)
            }

            /// The values as they stand in a form and in storage; empty ones left out unless they have a default,
            /// secrets never in it.
            pub fn values(&self) -> $crate::Values {
                let mut values = $crate::Values::new();
                $( $crate::field::settings!(@show self values $mode $member); )*
                values
            }
        }
    };

    (@struct [$($doc:tt)*] $name:ident [$($out:tt)*]) => {
        $($doc)*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $($out)* }
    };
    (@struct $doc:tt $name:ident [$($out:tt)*] { [$($member_doc:tt)*] needs $member:ident : $type:ty } $($rest:tt)*) => {
        $crate::field::settings!(@struct $doc $name [$($out)* $($member_doc)* pub $member: $type,] $($rest)*);
    };
    (@struct $doc:tt $name:ident [$($out:tt)*] { [$($member_doc:tt)*] maybe $member:ident : $type:ty } $($rest:tt)*) => {
        $crate::field::settings!(@struct $doc $name [$($out)* $($member_doc)* pub $member: Option<$type>,] $($rest)*);
    };
    (@struct $doc:tt $name:ident [$($out:tt)*] { [$($member_doc:tt)*] secret $member:ident } $($rest:tt)*) => {
        $crate::field::settings!(@struct $doc $name [$($out)*] $($rest)*);
    };

    (@parse $errors:ident $values:ident $context:ident secret $member:ident) => {};
    (@parse $errors:ident $values:ident $context:ident $mode:ident $member:ident : $type:ty) => {
        let $member = match $crate::field::by_name(Self::FIELDS, stringify!($member)).parse::<$type>($values, $context) {
            Ok(value) => value,
            Err(error) => {
                $errors.push((stringify!($member), error));
                None
            }
        };
    };

    (@build $errors:ident $name:ident [$($out:tt)*]) => {
        if $errors.is_empty() { Ok($name { $($out)* }) } else { Err($errors) }
    };
    (@build $errors:ident $name:ident [$($out:tt)*] { secret $member:ident } $($rest:tt)*) => {
        $crate::field::settings!(@build $errors $name [$($out)*] $($rest)*)
    };
    (@build $errors:ident $name:ident [$($out:tt)*] { maybe $member:ident } $($rest:tt)*) => {
        $crate::field::settings!(@build $errors $name [$($out)* $member,] $($rest)*)
    };
    (@build $errors:ident $name:ident [$($out:tt)*] { needs $member:ident } $($rest:tt)*) => {
        {
            let Some($member) = $member else {
                if $errors.is_empty() {
                    $errors.push((stringify!($member), $crate::FieldError::Required));
                }
                return Err($errors);
            };
            $crate::field::settings!(@build $errors $name [$($out)* $member,] $($rest)*)
        }
    };

    (@show $self:ident $values:ident secret $member:ident) => {};
    (@show $self:ident $values:ident needs $member:ident) => {
        $values.insert(stringify!($member).to_owned(), $crate::FieldValue::show(&$self.$member));
    };
    (@show $self:ident $values:ident maybe $member:ident) => {
        // One that was emptied says so where there is a default, which would come back otherwise.
        let shown = $self.$member.as_ref().map($crate::FieldValue::show);
        if shown.is_some() || !$crate::field::by_name(Self::FIELDS, stringify!($member)).default.is_empty() {
            $values.insert(stringify!($member).to_owned(), shown.unwrap_or_default());
        }
    };
}
pub(crate) use settings;

/// The field called `name`. The `settings!` macro only asks for fields of its own list, and a test of every platform
/// proves that the names agree; the first field stands in so that nothing can panic.
pub(crate) fn by_name(fields: &'static [Field], name: &str) -> &'static Field {
    fields
        .iter()
        .find(|field| field.name == name)
        .unwrap_or(&fields[0])
}

/// A field's choice as a type: declares the enum and its list of [`Choice`]s together.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $( $(#[$variant_doc:meta])* $variant:ident = $value:literal, $label:expr, $help:expr; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_doc])* $variant, )*
        }

        impl $name {
            /// The choices, in the order of the form.
            pub const CHOICES: &'static [$crate::Choice] = &[$( $crate::Choice { value: $value, label: $label, help: $help } ),*];
        }

        impl $crate::FieldValue for $name {
            fn parse(text: &str, _: &$crate::Field, _: $crate::Context<'_>) -> Result<Option<Self>, $crate::FieldError> {
                match text.trim() {
                    "" => Ok(None),
                    $( $value => Ok(Some(Self::$variant)), )*
                    _ => Err($crate::FieldError::NotAChoice),
                }
            }

            fn show(&self) -> String {
                match self { $( Self::$variant => $value.to_owned() ),* }
            }
        }
    };
}
pub(crate) use choice;
