//! What pages are made of.

mod entry;
mod field;
mod found;
mod head;
mod icon;
mod notices;
mod pager;
mod query;
mod report;
mod state;
mod text_area;

pub(crate) use entry::{Entry, entry};
pub(crate) use field::{Need, Shown, description_field, field, field_id};
pub(crate) use head::{Crumb, Head, Heading, PageTitle};
pub(crate) use icon::{icon, logo, mark, picture, platform_name};
pub(crate) use notices::Notices;
pub(crate) use pager::pager;
pub(crate) use query::{address, decode_pairs, encode};
pub(crate) use report::{step_line, technical};
pub(crate) use state::{health_badge, sandbox_badge, state_badge, time_tag};
pub(crate) use text_area::TextArea;
