//! What a store keeps: customers, orders, products, categories and pages. Each is sent whole; one with an id that is
//! known takes the place of the former.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::sink::{Kind, Sink, Write};

/// The ids that the store has.
#[derive(Debug, Default)]
pub(crate) struct Store(Mutex<HashMap<Kind, HashSet<String>>>);

/// A resource, by its name in paths and bodies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resource {
    pub(super) plural: &'static str,
    kind: Kind,
    /// The attributes that each must have.
    required: &'static [&'static str],
}

/// After <https://docs.clerk.io/reference/product-resource>, `category-resource`, `customer-resource` and
/// `order-resource` beside it; pages after <https://help.clerk.io/integrations/any-webshop/data-feeds>.
const RESOURCES: [Resource; 5] = [
    Resource {
        plural: "customers",
        kind: Kind::Customer,
        // The id, or the e-mail address in its place.
        required: &[],
    },
    Resource {
        plural: "orders",
        kind: Kind::Order,
        required: &["id", "products", "time", "customer"],
    },
    Resource {
        plural: "products",
        kind: Kind::Product,
        required: &[
            "id",
            "name",
            "description",
            "price",
            "image",
            "url",
            "categories",
            "created_at",
        ],
    },
    Resource {
        plural: "categories",
        kind: Kind::Category,
        required: &["id", "name", "url", "subcategories"],
    },
    Resource {
        plural: "pages",
        kind: Kind::Page,
        required: &["id", "type", "title", "text", "url"],
    },
];

impl Resource {
    pub(super) fn of(plural: &str) -> Option<Self> {
        RESOURCES.into_iter().find(|resource| resource.plural == plural)
    }

    /// What is wrong with one object, or its id.
    fn id(self, object: &Map<String, Value>) -> Result<String, String> {
        let is_there = |name: &str| object.get(name).is_some_and(|value| !value.is_null());
        if let Some(missing) = self.required.iter().find(|name| !is_there(name)) {
            return Err(format!("Missing attribute in {}: {missing}", self.plural));
        }
        let is_name = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if let Some(wrong) = object.keys().find(|name| !is_name(name)) {
            return Err(format!("Invalid attribute name in {}: {wrong}", self.plural));
        }
        ["id", "customerid", "email"]
            .into_iter()
            .find_map(|name| object.get(name).and_then(id))
            .ok_or_else(|| format!("Missing attribute in {}: id", self.plural))
    }
}

impl Store {
    /// Takes every object, or none if one is wrong: then what is wrong.
    pub(super) fn save(
        &self,
        resource: Resource,
        objects: &[Value],
        host: &str,
        sink: &Sink,
    ) -> Result<(), String> {
        let ids = objects
            .iter()
            .map(|object| match object {
                Value::Object(object) => resource.id(object),
                _ => Err(format!("{} must be a list of objects", resource.plural)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        self.with(resource.kind, |known| {
            for id in ids {
                let write = if known.contains(&id) {
                    Write::Updated
                } else {
                    Write::Created
                };
                sink.record(host, resource.kind, &id, write);
                known.insert(id);
            }
        });
        Ok(())
    }

    /// Deletes what is there of these ids.
    pub(super) fn delete(&self, resource: Resource, ids: &[Value], host: &str, sink: &Sink) {
        self.with(resource.kind, |known| {
            for id in ids.iter().filter_map(id) {
                if known.remove(&id) {
                    sink.record(host, resource.kind, &id, Write::Deleted);
                }
            }
        });
    }

    /// Takes a sale; told again it stays one.
    pub(super) fn sell(&self, sale: &Value, host: &str, sink: &Sink) -> bool {
        let Some(id) = id(sale) else {
            return false;
        };
        self.with(Kind::Sale, |known| {
            let write = if known.contains(&id) {
                Write::Updated
            } else {
                Write::Created
            };
            sink.record(host, Kind::Sale, &id, write);
            known.insert(id);
        });
        true
    }

    fn with(&self, kind: Kind, work: impl FnOnce(&mut HashSet<String>)) {
        // An id is put whole or not at all: a poisoned lock is as good as any.
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(ids.entry(kind).or_default());
    }
}

/// An id: a text or a whole number.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
