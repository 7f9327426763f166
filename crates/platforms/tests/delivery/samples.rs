//! What shops send.

use events::Payload;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// `whole` with the members of `parts` in the place of its own; `null` takes one away.
fn merged(mut whole: Value, parts: &Value) -> Value {
    for (name, part) in parts.as_object().unwrap() {
        let members = whole.as_object_mut().unwrap();
        if part.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), part.clone());
        }
    }
    whole
}

fn read<T: DeserializeOwned>(whole: Value, parts: &Value) -> T {
    serde_json::from_value(merged(whole, parts)).unwrap()
}

pub(crate) fn anna(parts: &Value) -> Value {
    let anna = json!({
        "id": "501",
        "email": "Anna@example.com",
        "first_name": "Anna",
        "last_name": "Verdi",
        "phone": "+39 333 1234567",
        "language": "it",
        "newsletter": true,
    });
    merged(anna, parts)
}

pub(crate) fn customer(parts: &Value) -> Payload {
    Payload::Customer(Box::new(read(anna(parts), &json!({}))))
}

pub(crate) fn deleted(parts: &Value) -> Payload {
    let whole = json!({ "id": "501", "email": "anna@example.com", "by": "customer", "language": "it" });
    Payload::CustomerDeleted(read(whole, parts))
}

fn lines() -> Value {
    json!([
        { "product_id": "A-1", "name": "Caffettiera", "price_minor": 2_495, "quantity": 2, "sku": "CAF-1",
          "category": "Cucina", "url": "https://bottega.example/a-1", "image_url": "https://bottega.example/a-1.jpg" },
        { "product_id": "A-2", "name": "Tazzina", "price_minor": 500, "quantity": 1 },
    ])
}

pub(crate) fn cart(parts: &Value) -> Payload {
    let whole = json!({
        "id": "C-9",
        "customer": anna(&json!({})),
        "currency": "EUR",
        "total_minor": 5_490,
        "lines": lines(),
        "recovery_url": "https://bottega.example/carrello/C-9",
        "created_at": "2026-09-21T13:00:00Z",
    });
    Payload::Cart(Box::new(read(whole, parts)))
}

pub(crate) fn order(parts: &Value) -> Payload {
    let whole = json!({
        "id": "10421",
        "number": "2026/10421",
        "cart_id": "C-9",
        "customer": anna(&json!({})),
        "state": "new",
        "payment_confirmed": true,
        "currency": "EUR",
        "total_minor": 6_090,
        "shipping_minor": 600,
        "tax_minor": 1_098,
        "discount_minor": 100,
        "lines": lines(),
        "placed_at": "2026-09-21T13:33:20Z",
        "url": "https://bottega.example/ordini/10421",
        "shipping_method": "Corriere",
    });
    Payload::Order(Box::new(read(whole, parts)))
}

pub(crate) fn moka(parts: &Value) -> Value {
    let moka = json!({
        "id": "A-1",
        "name": "Caffettiera",
        "description": "Per due tazze",
        "currency": "EUR",
        "price_minor": 2_495,
        "list_price_minor": 2_990,
        "image_url": "https://bottega.example/a-1.jpg",
        "url": "https://bottega.example/a-1",
        "category_ids": ["K", "K-1"],
        "created_at": "2026-01-02T09:00:00Z",
        "stock": 7,
        "translations": { "en": { "name": "Coffee maker", "url": "https://bottega.example/en/a-1" } },
    });
    merged(moka, parts)
}

pub(crate) fn product(parts: &Value) -> Payload {
    Payload::Product(Box::new(read(moka(parts), &json!({}))))
}

pub(crate) fn category() -> Payload {
    let whole = json!({
        "id": "K",
        "name": "Cucina",
        "url": "https://bottega.example/cucina",
        "subcategory_ids": ["K-1"],
        "description": "Tutto per la cucina",
        "translations": { "en": { "name": "Kitchen", "description": "All for the kitchen" } },
    });
    Payload::Category(Box::new(read(whole, &json!({}))))
}

pub(crate) fn page() -> Payload {
    let whole = json!({
        "id": "P-1",
        "type": "blog",
        "title": "Come si fa il caffè",
        "text": "Acqua, poi caffè.",
        "url": "https://bottega.example/blog/caffe",
    });
    Payload::Page(Box::new(read(whole, &json!({}))))
}

pub(crate) fn removed(id: &str) -> Payload {
    Payload::Removed(read(json!({ "id": id }), &json!({})))
}
