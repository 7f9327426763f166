//! Deliveries: reading them, doing something about them, holding their queues.

mod activity;
mod change;
mod list;
mod queue;

pub use activity::Activity;
pub use change::{BulkChange, STEP_MAX};
pub use list::{COUNT_MAX, DeliveryDetail, DeliveryPage, OpenAttempt};
