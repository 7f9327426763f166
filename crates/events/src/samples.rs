//! An event of every kind, for the documentation and for tests.

use domain::EventKind;
use serde_json::{Value, json};

/// When the samples happened.
const AT: &str = "2026-11-25T10:30:00Z";

/// An example of an event of `kind`, as a shop sends it.
pub fn event(kind: EventKind) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("{}-1", kind.code()),
        "source": "https://www.example.com",
        "type": kind.type_name(),
        "time": AT,
        "datacontenttype": "application/json",
        "data": data(kind),
    })
}

/// Its payload.
fn data(kind: EventKind) -> Value {
    match kind {
        EventKind::CustomerRegistered | EventKind::CustomerUpdated | EventKind::NewsletterSubscribed => {
            customer(true)
        }
        EventKind::NewsletterUnsubscribed => customer(false),
        EventKind::CustomerDeleted => json!({
            "id": "1042",
            "email": "anna.rossi@example.com",
            "by": "customer",
            "language": "it",
        }),
        EventKind::CartUpdated => json!({
            "id": "c-5501",
            "customer": customer(true),
            "currency": "EUR",
            "total_minor": 4_980,
            "lines": [line()],
            "recovery_url": "https://www.example.com/cart/c-5501",
            "created_at": "2026-11-25T09:58:00Z",
        }),
        EventKind::OrderPlaced => order("new", false),
        EventKind::OrderStateChanged => order("fulfilled", true),
        EventKind::OrderPaymentConfirmed => order("stored", true),
        EventKind::ProductCreated | EventKind::ProductUpdated => product(),
        EventKind::CategoryCreated | EventKind::CategoryUpdated => json!({
            "id": "12",
            "name": "Tazze",
            "url": "https://www.example.com/tazze",
            "subcategory_ids": ["13", "14"],
            "description": "Tazze in ceramica fatte a mano.",
            "image_url": "https://www.example.com/images/tazze.jpg",
            "translations": { "en": { "name": "Mugs", "url": "https://www.example.com/en/mugs" } },
        }),
        EventKind::PageCreated | EventKind::PageUpdated => json!({
            "id": "31",
            "type": "blog",
            "title": "Come nasce una tazza",
            "text": "Dalla terra al forno, passo dopo passo.",
            "url": "https://www.example.com/blog/come-nasce-una-tazza",
            "translations": { "en": { "name": "How a mug is made", "description": "From clay to kiln, step by step." } },
        }),
        EventKind::ProductDeleted => json!({ "id": "881" }),
        EventKind::CategoryDeleted => json!({ "id": "12" }),
        EventKind::PageDeleted => json!({ "id": "31" }),
    }
}

fn customer(newsletter: bool) -> Value {
    json!({
        "id": "1042",
        "email": "anna.rossi@example.com",
        "first_name": "Anna",
        "last_name": "Rossi",
        "phone": "+39 06 555 0100",
        "type": "private",
        "language": "it",
        "country": "IT",
        "newsletter": newsletter,
        "opted_out": false,
        "attributes": { "birthday": "1990-04-12" },
    })
}

fn product() -> Value {
    json!({
        "id": "881",
        "name": "Tazza blu",
        "description": "Tazza in ceramica da 30 cl.",
        "currency": "EUR",
        "price_minor": 2_490,
        "list_price_minor": 2_990,
        "image_url": "https://www.example.com/images/881.jpg",
        "url": "https://www.example.com/tazza-blu",
        "category_ids": ["12", "13"],
        "created_at": "2026-09-01T08:00:00Z",
        "brand": "Terracotta",
        "sku": "TZ-881",
        "stock": 17,
        "translations": { "en": { "name": "Blue mug", "url": "https://www.example.com/en/blue-mug" } },
    })
}

fn line() -> Value {
    json!({
        "product_id": "881",
        "name": "Tazza blu",
        "price_minor": 2_490,
        "quantity": 2,
        "sku": "TZ-881",
        "category": "Tazze",
        "url": "https://www.example.com/tazza-blu",
        "image_url": "https://www.example.com/images/881.jpg",
    })
}

fn order(state: &str, payment_confirmed: bool) -> Value {
    let mut line = line();
    line["product"] = product();
    json!({
        "id": "10421",
        "number": "2026/10421",
        "cart_id": "c-5501",
        "customer": customer(true),
        "state": state,
        "payment_confirmed": payment_confirmed,
        "currency": "EUR",
        "total_minor": 5_480,
        "shipping_minor": 500,
        "tax_minor": 988,
        "discount_minor": 0,
        "lines": [line],
        "placed_at": AT,
        "url": "https://www.example.com/orders/10421",
        "shipping_method": "Corriere",
        "visitor_id": "8Qk2vZ",
    })
}
