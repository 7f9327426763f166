//! The languages of the interface, and a sentence in both.

use serde::{Deserialize, Serialize};

/// A language of the interface. Italian is the default, in the words of the reference manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Italian.
    #[default]
    It,
    /// English.
    En,
}

impl Language {
    /// Both languages, the default first.
    pub const ALL: [Self; 2] = [Self::It, Self::En];

    /// The code for `lang` attributes and cookies.
    pub fn code(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::En => "en",
        }
    }

    /// The language of a code as [`Self::code`] gives it.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::It => "Italiano",
            Self::En => "English",
        }
    }
}

/// One sentence or word in every language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Italian.
    pub it: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The same words in both languages (names, codes).
    pub const fn same(words: &'static str) -> Self {
        Self { it: words, en: words }
    }

    /// The sentence in `language`.
    pub const fn get(&self, language: Language) -> &'static str {
        match language {
            Language::It => self.it,
            Language::En => self.en,
        }
    }
}

/// Shorthand for a [`Text`]: Italian first, then English.
macro_rules! text {
    ($it:literal, $en:literal $(,)?) => {
        $crate::Text { it: $it, en: $en }
    };
}
pub(crate) use text;
