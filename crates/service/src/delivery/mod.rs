//! Deliveries: reading them, doing something about them, holding their queues.

mod activity;
mod change;
mod estimate;
mod list;
mod queue;

pub use activity::Activity;
pub use change::{BulkChange, STEP_MAX};
pub(crate) use estimate::LargeBacklogs;
pub use estimate::{Estimate, Queued};
pub use list::{COUNT_MAX, DeliveryDetail, DeliveryPage, OpenAttempt};
