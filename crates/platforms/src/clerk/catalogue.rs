//! Products, categories and pages: every account gets them, in its language.

use std::collections::BTreeMap;

use domain::{LanguageTag, SkipReason};
use events::{Category, Code, LongText, Name, Page, PageType, Product, Removed, Translation, Url};
use serde_json::{Map, Value};

use super::Clerk;
use super::api::{amount, put, unix};
use super::route::primary;
use crate::errand::{Errand, Hitch};

/// When the latest that was sent of a product happened.
const PRODUCT: &str = "product";
const PRODUCTS: &str = "products";

impl Clerk<'_> {
    /// A product whose prices are in the store's currency.
    pub(super) async fn send_product(&self, errand: &mut Errand<'_>, product: &Product) -> Result<(), Hitch> {
        if product.currency != self.settings.currency {
            return Err(SkipReason::OtherCurrency.into());
        }
        if !self.is_latest(errand, product.id.as_str()).await? {
            return Err(SkipReason::Superseded.into());
        }
        self.post(errand, PRODUCTS, vec![self.product(product)]).await
    }

    pub(super) async fn delete_product(
        &self,
        errand: &mut Errand<'_>,
        removed: &Removed,
    ) -> Result<(), Hitch> {
        if !self.is_latest(errand, removed.id.as_str()).await? {
            return Err(SkipReason::Superseded.into());
        }
        self.delete(errand, PRODUCTS, removed.id.as_str()).await
    }

    /// Sends the products of an order as they were at its time. What is known to be newer over there stays.
    pub(super) async fn send_sold(
        &self,
        errand: &mut Errand<'_>,
        products: Vec<&Product>,
    ) -> Result<(), Hitch> {
        let mut objects = Vec::new();
        for product in products {
            if self.is_latest(errand, product.id.as_str()).await? {
                objects.push(self.product(product));
            }
        }
        if objects.is_empty() {
            return Ok(());
        }
        self.post(errand, PRODUCTS, objects).await
    }

    /// Whether nothing that happened later has been sent of the product with this id, by its own events or with an order:
    /// the two may overtake each other. It is remembered before the call, as the other may be under way meanwhile.
    async fn is_latest(&self, errand: &Errand<'_>, id: &str) -> Result<bool, Hitch> {
        let at = errand.parcel.occurred_at;
        Ok(errand.memory.advance(PRODUCT, id, at).await?)
    }

    pub(super) async fn send_category(
        &self,
        errand: &mut Errand<'_>,
        category: &Category,
    ) -> Result<(), Hitch> {
        self.post(errand, "categories", vec![self.category(category)])
            .await
    }

    pub(super) async fn send_page(&self, errand: &mut Errand<'_>, page: &Page) -> Result<(), Hitch> {
        self.post(errand, "pages", vec![self.page(page)]).await
    }

    /// <https://docs.clerk.io/reference/product-resource>
    fn product(&self, product: &Product) -> Value {
        let texts = self.texts(&product.translations);
        let price = |minor| amount(minor, product.currency.decimals());
        let mut object = Map::new();
        put(&mut object, "id", Some(product.id.as_str()));
        put(&mut object, "name", Some(texts.name(&product.name)));
        put(
            &mut object,
            "description",
            Some(texts.description(&product.description)),
        );
        put(&mut object, "price", Some(price(product.price_minor)));
        put(&mut object, "list_price", product.list_price_minor.map(price));
        put(&mut object, "image", Some(product.image_url.as_str()));
        put(&mut object, "url", Some(texts.url(&product.url)));
        put(&mut object, "categories", Some(ids(&product.category_ids)));
        put(&mut object, "created_at", Some(unix(product.created_at)));
        put(&mut object, "brand", product.brand.as_ref().map(Name::as_str));
        put(&mut object, "sku", product.sku.as_ref().map(Code::as_str));
        put(&mut object, "stock", product.stock);
        Value::Object(object)
    }

    /// <https://docs.clerk.io/reference/category-resource>
    fn category(&self, category: &Category) -> Value {
        let texts = self.texts(&category.translations);
        let description = texts.0.and_then(|texts| texts.description.as_ref());
        let description = description.or(category.description.as_ref());
        let mut object = Map::new();
        put(&mut object, "id", Some(category.id.as_str()));
        put(&mut object, "name", Some(texts.name(&category.name)));
        put(&mut object, "url", Some(texts.url(&category.url)));
        put(&mut object, "subcategories", Some(ids(&category.subcategory_ids)));
        put(&mut object, "description", description.map(LongText::as_str));
        put(&mut object, "image", category.image_url.as_ref().map(Url::as_str));
        Value::Object(object)
    }

    /// After the reference manual's "Pagine".
    fn page(&self, page: &Page) -> Value {
        let texts = self.texts(&page.translations);
        let page_type = match page.page_type {
            PageType::Page => "page",
            PageType::Blog => "blog",
        };
        let mut object = Map::new();
        put(&mut object, "id", Some(page.id.as_str()));
        put(&mut object, "type", Some(page_type));
        put(&mut object, "title", Some(texts.name(&page.title)));
        put(&mut object, "text", Some(texts.description(&page.text)));
        put(&mut object, "url", Some(texts.url(&page.url)));
        Value::Object(object)
    }

    /// The texts in the account's language, or in that language without its region.
    fn texts<'t>(&self, translations: &'t BTreeMap<LanguageTag, Translation>) -> Texts<'t> {
        let language = &self.settings.language;
        let of_primary = || {
            let primary = primary(language.as_str());
            translations
                .iter()
                .find(|(tag, _)| tag.as_str() == primary)
                .map(|(_, texts)| texts)
        };
        Texts(translations.get(language).or_else(of_primary))
    }
}

/// Texts of one language; what is left out is taken from the whole.
struct Texts<'t>(Option<&'t Translation>);

impl<'t> Texts<'t> {
    fn name(&self, whole: &'t Name) -> &'t str {
        self.0
            .and_then(|texts| texts.name.as_ref())
            .unwrap_or(whole)
            .as_str()
    }

    fn description(&self, whole: &'t LongText) -> &'t str {
        self.0
            .and_then(|texts| texts.description.as_ref())
            .unwrap_or(whole)
            .as_str()
    }

    fn url(&self, whole: &'t Url) -> &'t str {
        self.0
            .and_then(|texts| texts.url.as_ref())
            .unwrap_or(whole)
            .as_str()
    }
}

fn ids(codes: &[Code]) -> Vec<Value> {
    codes.iter().map(|code| Value::from(code.as_str())).collect()
}
