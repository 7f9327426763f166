//! A value within each limit and one beyond it, put to the schema and to the reader.

use domain::EventKind;
use events::{ATTRIBUTES_MAX, LINES_MAX, Payload, samples, schema};
use serde_json::{Map, Value, json};

use super::judge::fault;

/// The sample of `kind` with `value` at `pointer`: a property that is there, or a new one.
fn with(kind: EventKind, pointer: &str, value: Value) -> Value {
    let mut data = samples::event(kind)["data"].clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let parent = data.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        _ if pointer.is_empty() => *parent = value,
        _ => parent[name] = value,
    }
    data
}

/// Asserts that the schema and the reader both take `value` at `pointer`, or both refuse it.
fn agree(kind: EventKind, pointer: &str, value: Value, is_taken: bool) {
    let data = with(kind, pointer, value);
    let schema = schema(kind);
    let told = fault(&schema, &schema, &data);
    let read = Payload::parse(kind, &data.to_string());
    let shown: String = data
        .pointer(pointer)
        .unwrap()
        .to_string()
        .chars()
        .take(80)
        .collect();
    assert_eq!(
        told.is_none(),
        is_taken,
        "{kind:?}{pointer} {shown}: the schema says {told:?}"
    );
    assert_eq!(
        read.is_ok(),
        is_taken,
        "{kind:?}{pointer} {shown}: the reader says {read:?}"
    );
}

fn agree_on(kind: EventKind, pointer: &str, good: &[Value], bad: &[Value]) {
    for value in good {
        agree(kind, pointer, value.clone(), true);
    }
    for value in bad {
        agree(kind, pointer, value.clone(), false);
    }
}

fn long(chars: usize) -> Value {
    // Two bytes each: characters count, not bytes.
    Value::from("è".repeat(chars))
}

/// A table of names and texts.
fn table(names: impl IntoIterator<Item = String>, text: &Value) -> Value {
    names
        .into_iter()
        .map(|name| (name, text.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| number.to_string())
}

#[test]
fn every_sample_keeps_its_schema() {
    for kind in EventKind::ALL {
        let schema = schema(*kind);
        let told = fault(&schema, &schema, &samples::event(*kind)["data"]);
        assert_eq!(told, None, "{kind:?}");
    }
}

#[test]
fn words_have_the_same_limits_for_both() {
    let order = EventKind::OrderPlaced;
    let nothing = [
        json!(""),
        json!(" \t"),
        json!("a\u{0}b"),
        json!("a\nb"),
        json!("\u{85}"),
        json!(5),
    ];
    agree_on(order, "/id", &[long(1), long(100), json!("a b")], &[long(101)]);
    agree_on(order, "/id", &[], &nothing);
    agree_on(
        order,
        "/customer/last_name",
        &[long(500), json!(null)],
        &[long(501)],
    );
    agree_on(order, "/customer/last_name", &[], &nothing);
    let product = EventKind::ProductUpdated;
    agree_on(
        product,
        "/description",
        &[json!(""), long(20_000), json!("a\nb")],
        &[long(20_001), json!("a\u{0}"), json!(null)],
    );
    agree_on(
        order,
        "/customer/email",
        &[
            json!("a@b.c"),
            json!("anna+x@posta.münchen.example"),
            json!(format!("{}@b.it", "a".repeat(249))),
        ],
        &[
            json!(format!("{}@b.it", "a".repeat(250))),
            json!("anna"),
            json!("anna@localhost"),
            json!("anna@a..it"),
            json!("anna@.it"),
            json!("anna@it."),
            json!("a@b@c.it"),
            json!("@b.it"),
            json!("an na@b.it"),
            json!("anna@b.it\u{0}"),
        ],
    );
    agree_on(
        order,
        "/customer/country",
        &[json!("IT")],
        &[json!("it"), json!("ITA"), json!("I"), json!("ÌT")],
    );
    let address = "https://www.example.com/";
    agree_on(
        order,
        "/url",
        &[
            json!("http://x"),
            json!("https://www.example.com/tazza-blù?a=1#b"),
            json!(format!("{address}{}", "a".repeat(2_048 - address.len()))),
        ],
        &[
            json!(format!("{address}{}", "a".repeat(2_049 - address.len()))),
            json!("ftp://www.example.com"),
            json!("www.example.com"),
            json!("https://"),
            json!("https:///tazza"),
            json!("https:// x"),
            json!("https://x/a b"),
            json!("HTTPS://x"),
        ],
    );
    agree_on(
        order,
        "/placed_at",
        &[
            json!("2026-11-25T10:30:00Z"),
            json!("2026-11-25t10:30:00.123456789z"),
            json!("2026-11-25T10:30:00+01:00"),
            json!("2024-02-29T23:59:59-11:30"),
        ],
        &[
            json!("2026-11-25"),
            json!("2026-11-25T10:30:00"),
            json!("2026-13-01T10:30:00Z"),
            json!("2026-11-32T10:30:00Z"),
            json!("2026-11-25T24:00:00Z"),
            json!("2026-11-25 10:30:00Z"),
            json!("2026-11-25T10:30Z"),
            json!("2026-11-25T10Z"),
            json!("20261125T103000Z"),
            json!("2026-11-25T10:30:00Z[Europe/Rome]"),
            json!("2026-11-25T10:30:00+0100"),
            json!("2026-11-25T10:30:00.Z"),
            json!("2026-11-25T10:30:00,5Z"),
            json!("25/11/2026"),
            json!(1_795_602_600),
        ],
    );
}

#[test]
fn currencies_and_languages_have_the_same_limits_for_both() {
    let (order, product) = (EventKind::OrderPlaced, EventKind::ProductUpdated);
    let currencies = [json!("EURO"), json!("EU"), json!("E1R"), json!("€UR"), json!(978)];
    agree_on(order, "/currency", &[json!("EUR"), json!("eur")], &currencies);
    agree_on(product, "/currency", &[json!("CHF")], &currencies);
    let good = ["it", "pt-BR", "fil", "pt_br"];
    let bad = ["i", "ital", "it-", "it-ITA", "it-IT-x", "i1", "", "è"];
    let tags = |tags: &[&str]| -> Vec<Value> { tags.iter().copied().map(Value::from).collect() };
    agree_on(order, "/customer/language", &tags(&good), &tags(&bad));
    agree_on(EventKind::CustomerDeleted, "/language", &tags(&good), &tags(&bad));
    let translated = |tags: &[&str]| -> Vec<Value> {
        let one = |tag: &&str| table([(*tag).to_owned()], &json!({ "name": "Mug" }));
        tags.iter().map(one).collect()
    };
    for kind in [product, EventKind::CategoryUpdated, EventKind::PageUpdated] {
        agree_on(kind, "/translations", &translated(&good), &translated(&bad));
        agree_on(kind, "/translations", &[], &[json!({ "en": { "title": "Mug" } })]);
    }
}

#[test]
fn numbers_have_the_same_limits_for_both() {
    let order = EventKind::OrderPlaced;
    let amounts = [
        json!(-1),
        json!(12.5),
        json!("12"),
        json!(18_446_744_073_709_551_616.0),
    ];
    let most = [json!(0), json!(u64::MAX)];
    for pointer in ["/total_minor", "/shipping_minor", "/lines/0/price_minor"] {
        agree_on(order, pointer, &most, &amounts);
    }
    let product = EventKind::ProductUpdated;
    agree_on(product, "/list_price_minor", &most, &amounts);
    agree_on(
        order,
        "/lines/0/quantity",
        &[json!(1), json!(u32::MAX)],
        &[json!(0), json!(u64::from(u32::MAX) + 1), json!(-1), json!(1.5)],
    );
    agree_on(
        product,
        "/stock",
        &[json!(i64::MIN), json!(i64::MAX), json!(null)],
        &[json!(i64::MAX.unsigned_abs() + 1), json!(-9.3e18)],
    );
}

#[test]
fn counts_have_the_same_limits_for_both() {
    let (order, cart) = (EventKind::OrderPlaced, EventKind::CartUpdated);
    let line = samples::event(order)["data"]["lines"][0].clone();
    let lines = |count| Value::from(vec![line.clone(); count]);
    agree_on(
        order,
        "/lines",
        &[lines(LINES_MAX)],
        &[lines(LINES_MAX + 1), lines(0)],
    );
    agree_on(cart, "/lines", &[lines(0)], &[lines(LINES_MAX + 1)]);
    let text = json!("x");
    let attributes = [
        table(numbered(ATTRIBUTES_MAX), &long(20_000)),
        table(["è".repeat(100)], &text),
    ];
    let too_much = [
        table(numbered(ATTRIBUTES_MAX + 1), &text),
        table(["è".repeat(101)], &text),
        table([String::new()], &text),
        table(["a\nb".to_owned()], &text),
        table(numbered(1), &long(20_001)),
        table(numbered(1), &json!(5)),
    ];
    agree_on(EventKind::CustomerUpdated, "/attributes", &attributes, &too_much);
    agree_on(order, "/customer/attributes", &attributes, &too_much);
}

#[test]
fn somebody_has_an_id_or_an_address_for_both() {
    agree_on(
        EventKind::NewsletterSubscribed,
        "",
        &[json!({ "id": "1" }), json!({ "email": "a@b.it", "id": null })],
        &[
            json!({}),
            json!({ "first_name": "Anna" }),
            json!({ "id": null }),
            json!({ "id": null, "email": null }),
        ],
    );
}
