//! How values are described whose types do not describe themselves: those of `domain`, amounts and maps.

use utoipa::openapi::{ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::payload::ATTRIBUTES_MAX;
use crate::words::{Code, LongText};

/// A currency by its three letters (ISO 4217).
#[derive(ToSchema)]
#[schema(as = Currency, example = "EUR", pattern = "^[A-Za-z]{3}$")]
#[expect(dead_code, reason = "only described: currencies are read by domain")]
pub(crate) struct CurrencyCode(String);

/// A language as a tag such as `it` or `pt-BR`.
#[derive(ToSchema)]
#[schema(as = Language, example = "it", pattern = "^[A-Za-z]{2,3}([-_][A-Za-z]{2})?$")]
#[expect(dead_code, reason = "only described: languages are read by domain")]
pub(crate) struct LanguageCode(String);

/// An amount in whole minor units (cents).
#[derive(ToSchema)]
#[schema(minimum = 0, maximum = 18_446_744_073_709_551_615_u64, example = 4980)]
#[expect(dead_code, reason = "only described: an amount is a plain number")]
pub(crate) struct Minor(u64);

/// The attributes of a customer: the shop's names and their texts, at most [`ATTRIBUTES_MAX`].
pub(crate) fn attributes() -> ObjectBuilder {
    let names = match Code::schema() {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(_) => None,
    };
    ObjectBuilder::new()
        .description(Some(format!(
            "The customer's other attributes, by the shop's own names; for field mappings. At most {ATTRIBUTES_MAX}."
        )))
        .property_names(names)
        .additional_properties(Some(LongText::schema()))
        .max_properties(Some(ATTRIBUTES_MAX))
}
