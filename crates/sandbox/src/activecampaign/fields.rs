//! Custom fields of contacts: samples that nobody changes.

use serde_json::{Value, json};

use super::{MADE_AT, link};
use crate::call::Call;
use crate::sample::FIELDS;

/// The fields, or the one with the personalisation tag that is asked for
/// (<https://developers.activecampaign.com/reference/retrieve-fields>).
pub(super) fn all(account: &str, call: &Call) -> Vec<Value> {
    let perstag = call.query("filters[perstag]");
    (1..)
        .zip(FIELDS)
        .filter(|(_, (_, tag))| perstag.is_none_or(|wanted| wanted == *tag))
        .map(|(id, (title, tag)): (usize, _)| {
            let of = |what| link(account, &format!("fields/{id}/{what}"));
            json!({
                "title": title,
                "descript": "",
                "type": "text",
                "isrequired": "0",
                "perstag": tag,
                "defval": "",
                "show_in_list": "0",
                "rows": "0",
                "cols": "0",
                "visible": "1",
                "service": "",
                "ordernum": id.to_string(),
                "cdate": MADE_AT,
                "udate": MADE_AT,
                "options": [],
                "relations": [],
                "links": { "options": of("options"), "relations": of("relations") },
                "id": id.to_string(),
            })
        })
        .collect()
}
