//! Reading events: CloudEvents 1.0 in JSON, one by one (structured mode) or as a batch
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>).

use domain::{EventKind, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::payload::Payload;
use crate::refusal::{Refusal, RefusalKind};
use crate::words::Time;

/// Most characters of an event's id and source.
pub const ATTRIBUTE_CHARS_MAX: usize = 200;

/// Most events of a batch.
pub const BATCH_EVENTS_MAX: usize = 1_000;

/// An event as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Where the shop says that it comes from: 1 to [`ATTRIBUTE_CHARS_MAX`] characters.
    pub source: String,
    /// The shop's id of it: 1 to [`ATTRIBUTE_CHARS_MAX`] characters.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// When, by the shop's clock; `None` where it does not say.
    pub time: Option<Timestamp>,
    /// What it carries.
    pub payload: Payload,
    /// The same, as text for storage.
    pub data: String,
}

/// The attributes that mean something here; extensions are passed over. Each keeps its text, so that what is wrong with one
/// is told with its own name.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    specversion: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    type_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    time: Option<&'a RawValue>,
    #[serde(borrow, default)]
    datacontenttype: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data_base64: Option<&'a RawValue>,
}

/// Reads one event.
pub fn read(content: &[u8]) -> Result<Event, Refusal> {
    let raw: &RawValue = serde_json::from_slice(content).map_err(|error| Refusal::not_json(&error))?;
    read_one(raw)
}

/// Reads a batch of at most [`BATCH_EVENTS_MAX`] events: each is taken or refused by itself. An empty batch is one as
/// well.
pub fn read_batch(content: &[u8]) -> Result<Vec<Result<Event, Refusal>>, Refusal> {
    let raw: &RawValue = serde_json::from_slice(content).map_err(|error| Refusal::not_json(&error))?;
    let events: Vec<&RawValue> =
        serde_json::from_str(raw.get()).map_err(|_| Refusal::new("", RefusalKind::NotABatch))?;
    if events.len() > BATCH_EVENTS_MAX {
        return Err(Refusal::new("", RefusalKind::BatchTooLong));
    }
    Ok(events.into_iter().map(read_one).collect())
}

fn read_one(raw: &RawValue) -> Result<Event, Refusal> {
    // Serde would read a struct from an array as well.
    let is_object = raw.get().starts_with('{');
    let envelope: Envelope<'_> = serde_json::from_str(raw.get())
        .ok()
        .filter(|_| is_object)
        .ok_or_else(|| Refusal::new("", RefusalKind::NotAnEvent))?;
    let id = attribute("id", envelope.id);
    let source = attribute("source", envelope.source);
    let (known_id, known_source) = (id.clone().ok(), source.clone().ok());
    let event = || {
        let version = required("specversion", envelope.specversion)?;
        if text(version).as_deref() != Some("1.0") {
            return Err(Refusal::new("/specversion", RefusalKind::SpecVersion));
        }
        let (id, source) = (id?, source?);
        let type_name = text(required("type", envelope.type_name)?);
        let kind = type_name
            .and_then(|name| EventKind::from_type_name(&name))
            .ok_or_else(|| Refusal::new("/type", RefusalKind::UnknownType))?;
        let time = envelope
            .time
            .map(|raw| serde_json::from_str::<Time>(raw.get()))
            .transpose()
            .map_err(|_| Refusal::new("/time", RefusalKind::Time))?;
        if !envelope.datacontenttype.is_none_or(is_json) {
            return Err(Refusal::new("/datacontenttype", RefusalKind::ContentType));
        }
        if envelope.data_base64.is_some() {
            return Err(Refusal::new("/data_base64", RefusalKind::Base64));
        }
        let data = required("data", envelope.data)?.get();
        Ok(Event {
            source,
            id,
            kind,
            time: time.map(Time::at),
            payload: Payload::parse(kind, data)?,
            data: data.to_owned(),
        })
    };
    event().map_err(|refusal| Refusal {
        id: known_id,
        source_name: known_source,
        ..refusal
    })
}

fn required<'a>(name: &str, raw: Option<&'a RawValue>) -> Result<&'a RawValue, Refusal> {
    raw.ok_or_else(|| Refusal::new(format!("/{name}"), RefusalKind::Missing))
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

fn attribute(name: &str, raw: Option<&RawValue>) -> Result<String, Refusal> {
    let text = text(required(name, raw)?).filter(|text| {
        (1..=ATTRIBUTE_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    });
    text.ok_or_else(|| Refusal::new(format!("/{name}"), RefusalKind::Text))
}

/// Whether a media type is JSON's own, whatever its parameters say.
fn is_json(raw: &RawValue) -> bool {
    text(raw).is_some_and(|text| {
        let essence = text.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::samples;

    fn sample() -> Value {
        samples::event(EventKind::OrderPlaced)
    }

    fn read_value(value: &Value) -> Result<Event, Refusal> {
        read(value.to_string().as_bytes())
    }

    /// The sample with `change` at `pointer`, which must be there.
    fn with(pointer: &str, change: Value) -> Value {
        let mut sample = sample();
        *sample.pointer_mut(pointer).unwrap() = change;
        sample
    }

    fn without(name: &str) -> Value {
        let mut sample = sample();
        sample.as_object_mut().unwrap().remove(name).unwrap();
        sample
    }

    #[test]
    fn a_sample_of_every_kind_is_read() {
        for kind in EventKind::ALL {
            let sample = samples::event(*kind);
            let event = read_value(&sample).unwrap();
            assert_eq!(event.kind, *kind);
            assert_eq!(event.data.parse::<Value>().unwrap(), sample["data"], "{kind:?}");
            assert_eq!(Payload::parse(*kind, &event.data).unwrap(), event.payload);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let cases = [
            (json!([]), "", RefusalKind::NotAnEvent),
            (json!("event"), "", RefusalKind::NotAnEvent),
            (without("specversion"), "/specversion", RefusalKind::Missing),
            (
                with("/specversion", json!("0.3")),
                "/specversion",
                RefusalKind::SpecVersion,
            ),
            (without("id"), "/id", RefusalKind::Missing),
            (with("/id", json!(null)), "/id", RefusalKind::Missing),
            (with("/id", json!("")), "/id", RefusalKind::Text),
            (with("/id", json!(5)), "/id", RefusalKind::Text),
            (with("/id", json!("a\u{0}")), "/id", RefusalKind::Text),
            (
                with("/source", json!("x".repeat(201))),
                "/source",
                RefusalKind::Text,
            ),
            (
                with("/type", json!("order.placed")),
                "/type",
                RefusalKind::UnknownType,
            ),
            (with("/time", json!("yesterday")), "/time", RefusalKind::Time),
            (
                with("/datacontenttype", json!("text/xml")),
                "/datacontenttype",
                RefusalKind::ContentType,
            ),
            (without("data"), "/data", RefusalKind::Missing),
            (
                with("/data", json!(["1", "anna@example.com"])),
                "/data",
                RefusalKind::NotAnObject,
            ),
            (
                with("/data/lines", json!([])),
                "/data/lines",
                RefusalKind::NoLines,
            ),
        ];
        for (event, pointer, detail) in cases {
            let refusal = read_value(&event).unwrap_err();
            assert_eq!((refusal.pointer.as_str(), &refusal.detail), (pointer, &detail));
        }
        let refusal = read(b"{\"id\": }").unwrap_err();
        assert!(matches!(refusal.detail, RefusalKind::NotJson { line: 1, .. }));
        let mut event = sample();
        event["data_base64"] = json!("e30=");
        assert_eq!(read_value(&event).unwrap_err().detail, RefusalKind::Base64);
    }

    #[test]
    fn a_wrong_value_deep_inside_is_found() {
        let cases = [
            (
                with("/data/lines/0/price_minor", json!(-1)),
                "/data/lines/0/price_minor",
            ),
            (
                with("/data/lines/0/price_minor", json!(12.5)),
                "/data/lines/0/price_minor",
            ),
            (with("/data/lines/0/quantity", json!(0)), "/data/lines/0/quantity"),
            (
                with("/data/customer/email", json!("anna")),
                "/data/customer/email",
            ),
            (with("/data/state", json!("gone")), "/data/state"),
            (with("/data/placed_at", json!("25/11/2026")), "/data/placed_at"),
            (with("/data", json!([])), "/data"),
        ];
        for (event, pointer) in cases {
            let refusal = read_value(&event).unwrap_err();
            assert_eq!(refusal.pointer, pointer, "{refusal}");
            assert!(!refusal.to_string().contains("line 1"), "{refusal}");
            assert_eq!(refusal.id.as_deref(), sample()["id"].as_str());
        }
        let refusal = read_value(&with("/data/customer/email", json!("anna"))).unwrap_err();
        assert!(
            refusal.to_string().starts_with("must be an e-mail address"),
            "{refusal}"
        );
    }

    #[test]
    fn a_misspelt_or_missing_property_is_named() {
        let mut event = sample();
        event["data"]["customer"]["e/mail"] = json!("anna@example.com");
        let refusal = read_value(&event).unwrap_err();
        assert_eq!(refusal.pointer, "/data/customer/e~1mail", "{refusal}");
        let mut event = sample();
        event["data"].as_object_mut().unwrap().remove("currency");
        let refusal = read_value(&event).unwrap_err();
        assert_eq!(refusal.pointer, "/data/currency", "{refusal}");
        assert_eq!(refusal.detail, RefusalKind::Missing);
    }

    #[test]
    fn extensions_and_parameters_of_the_media_type_are_tolerated() {
        let mut event = sample();
        event["traceparent"] = json!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        event["datacontenttype"] = json!("Application/JSON; charset=utf-8");
        event["dataschema"] = json!(null);
        assert!(read_value(&event).is_ok());
        assert_eq!(read_value(&without("time")).unwrap().time, None);
        assert!(read_value(&without("datacontenttype")).is_ok());
    }

    #[test]
    fn a_batch_is_taken_event_by_event() {
        let batch = json!([sample(), with("/type", json!("x")), 5]).to_string();
        let events = read_batch(batch.as_bytes()).unwrap();
        assert!(matches!(
            events.as_slice(),
            [
                Ok(_),
                Err(Refusal {
                    detail: RefusalKind::UnknownType,
                    ..
                }),
                Err(Refusal {
                    detail: RefusalKind::NotAnEvent,
                    ..
                })
            ]
        ));
        assert_eq!(read_batch(b"[]").unwrap(), []);
        assert_eq!(read_batch(b"{}").unwrap_err().detail, RefusalKind::NotABatch);
        let long = json!(vec![0; BATCH_EVENTS_MAX + 1]).to_string();
        assert_eq!(
            read_batch(long.as_bytes()).unwrap_err().detail,
            RefusalKind::BatchTooLong
        );
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let line = sample()["data"]["lines"][0].clone();
        let lines = Value::from(vec![line; 1_001]);
        let refusal = read_value(&with("/data/lines", lines)).unwrap_err();
        assert_eq!(refusal.pointer, "/data/lines");
        assert_eq!(refusal.detail, RefusalKind::TooManyLines);
        let attributes: Value = (0..101)
            .map(|number| (number.to_string(), json!("x")))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let refusal = read_value(&with("/data/customer/attributes", attributes)).unwrap_err();
        assert_eq!(refusal.pointer, "/data/customer/attributes");
        assert_eq!(refusal.detail, RefusalKind::TooManyAttributes);
        let mut event = samples::event(EventKind::CustomerUpdated);
        event["data"] = json!({"first_name": "Anna"});
        let refusal = read_value(&event).unwrap_err();
        assert_eq!(refusal.detail, RefusalKind::NoCustomer);
        let deep = format!(r#"{{"data":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes()).is_err());
    }

    /// Any JSON, with the words of events among its keys.
    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
            Just(Value::from("2026-11-25T10:30:00Z")),
        ];
        let key = prop_oneof![
            ".{0,8}",
            prop::sample::select(vec![
                "id",
                "customer",
                "lines",
                "state",
                "email",
                "total_minor",
                "type"
            ])
            .prop_map(str::to_owned),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(key.clone(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read(&bytes).is_err());
            drop(read_batch(&bytes));
        }

        #[test]
        fn arbitrary_json_never_panics(at in 0..EventKind::ALL.len(), data in anything(), place in 0..8_usize) {
            let mut event = samples::event(EventKind::ALL[at]);
            drop(read_value(&data));
            let properties: Vec<String> = event["data"].as_object().unwrap().keys().cloned().collect();
            match properties.get(place) {
                Some(property) => event["data"][property] = data,
                None => event["data"] = data,
            }
            if let Ok(event) = read_value(&event) {
                // What was taken in is read again when it is delivered.
                prop_assert_eq!(Payload::parse(event.kind, &event.data).unwrap(), event.payload.clone());
                drop(event.payload.keys(event.kind));
            }
        }
    }
}
