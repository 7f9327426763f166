//! Which fields of the platform's contacts take what the shop knows of a customer: one line of text each.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::field::{Context, Field, FieldError, FieldValue};
use crate::text::Language;

/// Most lines of a map, empty ones not counted.
const LINES_MAX: u32 = 100;

/// Most digits of a field's id.
const ID_DIGITS_MAX: usize = 20;

/// Most characters of an attribute's name, as in the events.
const ATTRIBUTE_CHARS_MAX: usize = 100;

/// What the name of an attribute stands behind.
const ATTRIBUTE: &str = "attribute:";

/// Most wrong lines that a sentence tells one by one.
const LINES_TOLD_MAX: usize = 3;

/// Lines such as `7 = attribute:codice_fiscale`: 1 to 100, no remote field twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMap(Vec<FieldMapping>);

/// A line of a [`FieldMap`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMapping {
    /// The id of the remote field.
    pub field: NonZeroU64,
    /// What goes into it.
    pub source: CustomerSource,
}

/// Something that the shop knows of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerSource {
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Telephone number.
    Phone,
    /// The language in which the customer uses the shop.
    Language,
    /// The customer's country.
    Country,
    /// `private` or `company`.
    Type,
    /// One of the shop's own attributes.
    Attribute(AttributeName),
}

/// The name of a customer's attribute: 1 to 100 characters without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeName(String);

/// A line that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongLine {
    /// Which, from 1; empty ones count.
    pub line: u32,
    /// Why.
    pub why: LineFault,
}

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineFault {
    /// There is no `=`.
    NoEqualsSign,
    /// What stands before `=` is no id.
    NotAFieldId,
    /// What stands after `=` is no source.
    NotASource,
    /// What stands after `attribute:` is no name.
    NotAnAttribute,
    /// An earlier line has this field already.
    FieldTwice {
        /// The earlier line.
        first: u32,
    },
}

impl FieldMap {
    /// The lines, in their order.
    pub fn mappings(&self) -> &[FieldMapping] {
        &self.0
    }

    /// Reads every line; each one that is wrong is told.
    fn read(text: &str) -> Result<Self, FieldError> {
        let lines = || {
            text.lines()
                .zip(1_u32..)
                .filter(|(text, _)| !text.trim().is_empty())
        };
        if lines().zip(1..).any(|(_, place)| place > LINES_MAX) {
            return Err(FieldError::TooManyLines { max: LINES_MAX });
        }
        let mut read: Vec<(u32, FieldMapping)> = Vec::new();
        let mut wrong = Vec::new();
        for (text, line) in lines() {
            let mapping = FieldMapping::read(text).and_then(|mapping| {
                let earlier = read.iter().find(|(_, earlier)| earlier.field == mapping.field);
                earlier.map_or(Ok(mapping), |(first, _)| {
                    Err(LineFault::FieldTwice { first: *first })
                })
            });
            match mapping {
                Ok(mapping) => read.push((line, mapping)),
                Err(why) => wrong.push(WrongLine { line, why }),
            }
        }
        if wrong.is_empty() {
            Ok(Self(read.into_iter().map(|(_, mapping)| mapping).collect()))
        } else {
            Err(FieldError::WrongLines { lines: wrong })
        }
    }
}

impl FieldValue for FieldMap {
    fn parse(text: &str, field: &Field, _: Context<'_>) -> Result<Option<Self>, FieldError> {
        // The lines are counted in what was typed: empty ones at the beginning count too.
        match field.check_text(text)? {
            Some(_) => Self::read(text).map(Some),
            None => Ok(None),
        }
    }

    fn show(&self) -> String {
        let lines: Vec<String> = self.0.iter().map(FieldMapping::show).collect();
        lines.join("\n")
    }
}

impl FieldMapping {
    fn read(line: &str) -> Result<Self, LineFault> {
        let (field, source) = line.split_once('=').ok_or(LineFault::NoEqualsSign)?;
        Ok(Self {
            field: field_id(field.trim()).ok_or(LineFault::NotAFieldId)?,
            source: CustomerSource::read(source.trim())?,
        })
    }

    fn show(&self) -> String {
        let (field, code) = (self.field, self.source.code());
        match &self.source {
            CustomerSource::Attribute(name) => format!("{field} = {code}{}", name.as_str()),
            _ => format!("{field} = {code}"),
        }
    }
}

fn field_id(text: &str) -> Option<NonZeroU64> {
    // `parse` would take a sign.
    let fits = text.len() <= ID_DIGITS_MAX && super::is_digits(text);
    text.parse().ok().filter(|_| fits)
}

impl CustomerSource {
    /// The sources that stand for themselves.
    const PLAIN: [Self; 6] = [
        Self::FirstName,
        Self::LastName,
        Self::Phone,
        Self::Language,
        Self::Country,
        Self::Type,
    ];

    const fn code(&self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Phone => "phone",
            Self::Language => "language",
            Self::Country => "country",
            Self::Type => "type",
            Self::Attribute(_) => ATTRIBUTE,
        }
    }

    fn read(text: &str) -> Result<Self, LineFault> {
        if let Some(name) = text.strip_prefix(ATTRIBUTE) {
            let name = AttributeName::read(name).ok_or(LineFault::NotAnAttribute)?;
            return Ok(Self::Attribute(name));
        }
        let mut plain = Self::PLAIN.into_iter();
        plain
            .find(|source| source.code() == text)
            .ok_or(LineFault::NotASource)
    }
}

impl AttributeName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn read(text: &str) -> Option<Self> {
        let name = text.trim();
        let fits =
            (1..=ATTRIBUTE_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned()))
    }
}

impl WrongLine {
    /// The sentence about these lines; beyond a few, only their number is told.
    pub(crate) fn tell(lines: &[Self], language: Language) -> String {
        let (told, rest) = lines.split_at(lines.len().min(LINES_TOLD_MAX));
        let mut sentences: Vec<String> = told.iter().map(|line| line.sentence(language)).collect();
        match (rest.len(), language) {
            (0, _) => {}
            (1, Language::It) => sentences.push("Anche un'altra riga è sbagliata.".to_owned()),
            (1, Language::En) => sentences.push("One more line is wrong.".to_owned()),
            (more, Language::It) => sentences.push(format!("Anche altre {more} righe sono sbagliate.")),
            (more, Language::En) => sentences.push(format!("{more} more lines are wrong.")),
        }
        sentences.join(" ")
    }

    fn sentence(self, language: Language) -> String {
        let line = self.line;
        let it = matches!(language, Language::It);
        let plain = || CustomerSource::PLAIN.map(|source| source.code()).join(", ");
        match self.why {
            LineFault::NoEqualsSign if it => format!("Riga {line}: manca il segno =."),
            LineFault::NoEqualsSign => format!("Line {line}: the sign = is missing."),
            LineFault::NotAFieldId if it => {
                format!("Riga {line}: prima di = va l'ID di un campo, fatto di sole cifre.")
            }
            LineFault::NotAFieldId => format!("Line {line}: before = goes a field's id, digits only."),
            LineFault::NotASource if it => {
                format!(
                    "Riga {line}: dopo = va {}, oppure {ATTRIBUTE} e il nome di un attributo.",
                    plain()
                )
            }
            LineFault::NotASource => {
                format!(
                    "Line {line}: after = goes {}, or {ATTRIBUTE} and an attribute's name.",
                    plain()
                )
            }
            LineFault::NotAnAttribute if it => format!(
                "Riga {line}: dopo {ATTRIBUTE} va il nome di un attributo, da 1 a {ATTRIBUTE_CHARS_MAX} caratteri."
            ),
            LineFault::NotAnAttribute => format!(
                "Line {line}: after {ATTRIBUTE} goes an attribute's name, 1 to {ATTRIBUTE_CHARS_MAX} characters."
            ),
            LineFault::FieldTwice { first } if it => {
                format!("Riga {line}: questo campo è già nella riga {first}.")
            }
            LineFault::FieldTwice { first } => format!("Line {line}: line {first} has this field already."),
        }
    }
}
