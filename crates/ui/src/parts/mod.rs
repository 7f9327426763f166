//! What pages are made of.

mod asked;
mod delivery;
mod entry;
mod field;
mod filters;
mod found;
mod head;
mod icon;
mod notices;
mod pager;
mod query;
mod queue_choice;
mod report;
mod state;
mod steps;
mod tail;
mod text_area;

pub(crate) use asked::{Asked, follow_address, query_at};
pub(crate) use delivery::{delivery_badge, entity_name, json_text, receiver, receiver_name};
pub(crate) use entry::{Entry, entry};
pub(crate) use field::{Need, Shown, description_field, field, field_id};
pub(crate) use filters::{FilterPairs, Filters, Search, only, option};
pub(crate) use head::{Crumb, Head, Heading, PageTitle};
pub(crate) use icon::{icon, logo, mark, picture, platform_name};
pub(crate) use notices::Notices;
pub(crate) use pager::{keyset_pager, pager};
pub(crate) use query::{address, decode_pairs, encode};
pub(crate) use queue_choice::queue_choice;
pub(crate) use report::{copied_text, step_line, technical};
pub(crate) use state::{health_badge, queued_line, sandbox_badge, state_badge, time_tag};
pub(crate) use steps::{Steps, StepsForm};
pub(crate) use tail::{Came, Listed, Tail, merge, missed};
pub(crate) use text_area::TextArea;
