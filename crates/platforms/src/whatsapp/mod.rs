//! WhatsApp, by either of its transports.

mod gateway;
mod meta;

pub(crate) use gateway::Gateway;
pub(crate) use meta::Meta;

use domain::RemoteValue;

/// An approved template as a value: its name, with its language to tell translations apart.
fn template(name: String, language: String) -> RemoteValue {
    RemoteValue {
        id: name.clone(),
        name,
        note: language,
    }
}
