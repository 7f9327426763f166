//! What an event carries, by kind. Money is whole minor units (cents) with an ISO 4217 currency; times are RFC 3339.
//! Unknown properties are refused, so that a misspelt one is not lost in silence.

use std::collections::BTreeMap;

use domain::{Currency, LanguageTag};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::described::{CurrencyCode, LanguageCode, Minor, attributes};
use crate::words::{Code, Country, Email, LongText, Name, Time, Url};

/// Most lines of a cart or an order.
pub const LINES_MAX: usize = 1_000;

/// Most attributes of a customer.
pub const ATTRIBUTES_MAX: usize = 100;

/// The payload of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// Of the customer's events but the deletion.
    Customer(Box<Customer>),
    /// Of `customer.deleted`.
    CustomerDeleted(CustomerDeleted),
    /// Of `cart.updated`.
    Cart(Box<Cart>),
    /// Of the order's events.
    Order(Box<Order>),
    /// Of `product.created` and `product.updated`.
    Product(Box<Product>),
    /// Of `category.created` and `category.updated`.
    Category(Box<Category>),
    /// Of `page.created` and `page.updated`.
    Page(Box<Page>),
    /// Of the other deletions.
    Removed(Removed),
}

/// Whether a customer buys for himself or for a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerType {
    /// For himself.
    #[default]
    Private,
    /// For a company.
    Company,
}

/// Somebody who buys or is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The shop's id; left out for somebody who is not registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Code>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Name>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Name>,
    /// Telephone number, as the customer wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Name>,
    /// Private or company.
    #[serde(default, rename = "type")]
    pub customer_type: CustomerType,
    /// The language in which the customer uses the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LanguageCode>)]
    pub language: Option<LanguageTag>,
    /// The customer's country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Whether the customer has given the newsletter consent.
    #[serde(default)]
    pub newsletter: bool,
    /// Whether the customer has refused tracking.
    #[serde(default)]
    pub opted_out: bool,
    /// The customer's other attributes, by the shop's own names; for field mappings. At most 100.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = attributes)]
    pub attributes: BTreeMap<Code, LongText>,
}

/// Who had a profile deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeletedBy {
    /// The customer.
    Customer,
    /// The shop.
    Shop,
}

/// A deleted profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerDeleted {
    /// The shop's id.
    pub id: Code,
    /// The e-mail address that the profile had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Who asked for it.
    pub by: DeletedBy,
    /// The language in which the customer used the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LanguageCode>)]
    pub language: Option<LanguageTag>,
}

/// A line of a cart or an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The product's id.
    pub product_id: Code,
    /// Its name.
    pub name: Name,
    /// Price of one piece, VAT included, in minor units.
    #[schema(value_type = Minor)]
    pub price_minor: u64,
    /// How many pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 4_294_967_295_u32)]
    pub quantity: std::num::NonZeroU32,
    /// Stock-keeping unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Code>,
    /// The name of its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Name>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Url>,
    /// The product as it is after the sale (its stock above all), for platforms that follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Box<Product>>,
}

/// A basket as it is after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cart {
    /// The shop's id of it.
    pub id: Code,
    /// Whose it is, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    /// Currency of all amounts.
    #[schema(value_type = CurrencyCode)]
    pub currency: Currency,
    /// Total, VAT included, in minor units.
    #[schema(value_type = Minor)]
    pub total_minor: u64,
    /// What is in it; at most 1,000 lines.
    #[schema(max_items = 1_000)]
    pub lines: Vec<Line>,
    /// The address that fills the cart again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_url: Option<Url>,
    /// When something was first put into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
}

/// The states of an order (the reference manual's "Stati ordine").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Nuovo.
    New,
    /// Memorizzato.
    Stored,
    /// Memorizzato-Sostituito.
    StoredReplaced,
    /// Modificato.
    Changed,
    /// Sospeso.
    Suspended,
    /// Modificato-Annullato.
    ChangedCancelled,
    /// Annullato.
    Cancelled,
    /// Evaso.
    Fulfilled,
    /// Bollato.
    DeliveryNoteIssued,
    /// Fatturato.
    Invoiced,
    /// Trasformato.
    Converted,
    /// Pagamento non confermato.
    PaymentUnconfirmed,
    /// Da verificare.
    ToVerify,
}

/// An order as it is after the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The shop's id of it.
    pub id: Code,
    /// The number that the customer sees, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Code>,
    /// The cart that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_id: Option<Code>,
    /// Who ordered.
    pub customer: Customer,
    /// Its state.
    pub state: OrderState,
    /// Whether the payment is confirmed, or need not be.
    pub payment_confirmed: bool,
    /// Currency of all amounts.
    #[schema(value_type = CurrencyCode)]
    pub currency: Currency,
    /// Total, shipping and VAT included, in minor units.
    #[schema(value_type = Minor)]
    pub total_minor: u64,
    /// Shipping, in minor units.
    #[serde(default)]
    #[schema(value_type = Minor)]
    pub shipping_minor: u64,
    /// VAT, in minor units.
    #[serde(default)]
    #[schema(value_type = Minor)]
    pub tax_minor: u64,
    /// Discount, in minor units.
    #[serde(default)]
    #[schema(value_type = Minor)]
    pub discount_minor: u64,
    /// What was ordered; 1 to 1,000 lines.
    #[schema(min_items = 1, max_items = 1_000)]
    pub lines: Vec<Line>,
    /// When it was placed.
    pub placed_at: Time,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// How it is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<Name>,
    /// The id that Clerk.io's script gave the visitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_id: Option<Code>,
}

/// Texts in another language of the site; what is left out is taken from the whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// Name or title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Description or text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LongText>,
    /// The page in that language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
}

/// An article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The shop's id of it.
    pub id: Code,
    /// Its name.
    pub name: Name,
    /// Its description.
    #[serde(default)]
    pub description: LongText,
    /// Currency of the prices.
    #[schema(value_type = CurrencyCode)]
    pub currency: Currency,
    /// Price, VAT included, in minor units.
    #[schema(value_type = Minor)]
    pub price_minor: u64,
    /// Price before a discount, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Minor>)]
    pub list_price_minor: Option<u64>,
    /// Its picture.
    pub image_url: Url,
    /// Its page.
    pub url: Url,
    /// The ids of its categories and of those above them.
    pub category_ids: Vec<Code>,
    /// When it was created.
    pub created_at: Time,
    /// Brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Name>,
    /// Stock-keeping unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Code>,
    /// Pieces in stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -9_223_372_036_854_775_808_i64, maximum = 9_223_372_036_854_775_807_i64)]
    pub stock: Option<i64>,
    /// By language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<LanguageCode, Translation>)]
    pub translations: BTreeMap<LanguageTag, Translation>,
}

/// A category of articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The shop's id of it.
    pub id: Code,
    /// Its name.
    pub name: Name,
    /// Its page.
    pub url: Url,
    /// The ids of the categories right below it.
    #[serde(default)]
    pub subcategory_ids: Vec<Code>,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LongText>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Url>,
    /// By language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<LanguageCode, Translation>)]
    pub translations: BTreeMap<LanguageTag, Translation>,
}

/// Kinds of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageType {
    /// A page of the site.
    #[default]
    Page,
    /// A post of the blog.
    Blog,
}

/// A page of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The shop's id of it.
    pub id: Code,
    /// Page or post.
    #[serde(default, rename = "type")]
    pub page_type: PageType,
    /// Its title.
    pub title: Name,
    /// Its text.
    pub text: LongText,
    /// Its address.
    pub url: Url,
    /// By language; `name` is the title, `description` the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<LanguageCode, Translation>)]
    pub translations: BTreeMap<LanguageTag, Translation>,
}

/// Something that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// The shop's id of it.
    pub id: Code,
}
