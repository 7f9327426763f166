//! Which of a site's accounts takes care of a customer: there is one for a language, and one for the rest.

use domain::platform::ClerkSettings;
use domain::{LanguageTag, SkipReason};

use crate::parcel::Shop;

/// Whether this account takes care of somebody who uses the shop in `language`; unknown, it counts as the shop's own. A
/// region that no account is for falls to its language's (`en-GB` to `en`), and a language that none is for to the default
/// account (the reference manual's "Gestione multilingua").
pub(super) fn takes(settings: &ClerkSettings, shop: &Shop, language: Option<&LanguageTag>) -> bool {
    let tag = language.unwrap_or(&shop.language).as_str();
    for tag in [tag, primary(tag)] {
        if settings.language.as_str() == tag {
            return true;
        }
        if shop.other_languages.iter().any(|other| other.as_str() == tag) {
            return false;
        }
    }
    settings.is_default_account
}

/// The same as a rule.
pub(super) fn check(
    settings: &ClerkSettings,
    shop: &Shop,
    language: Option<&LanguageTag>,
) -> Result<(), SkipReason> {
    if takes(settings, shop, language) {
        Ok(())
    } else {
        Err(SkipReason::OtherLanguage)
    }
}

/// A language without its region.
pub(super) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}
