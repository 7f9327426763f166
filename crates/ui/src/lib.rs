//! The panel: pages, parts and actions, rendered on the server and hydrated in the browser.
//!
//! The way of a form: every form posts to an address of its own and works without JavaScript. [`actions`] turns the
//! posted pairs into an [`Outcome`]; the server answers it as a redirect, or as the same page rendered again with what
//! was typed. In the browser `enhance` sends the very same form in the background and gets the very same [`Outcome`]
//! as JSON. Pages read what they show through the server functions in [`load`].

#![expect(
    unreachable_pub,
    reason = "the component macro writes items of its own that are pub"
)]

#[cfg(feature = "ssr")]
pub mod actions;
mod app;
#[cfg(feature = "ssr")]
mod context;
mod enhance;
#[expect(
    missing_docs,
    reason = "the fields that the server macro makes of the arguments cannot be described"
)]
pub mod load;
mod outcome;
mod pages;
mod parts;
mod text;
mod view;
#[cfg(feature = "ssr")]
mod when;

pub use app::{App, shell};
#[cfg(feature = "ssr")]
pub use context::{Cx, FailedPage, Rejection};
pub use outcome::{Notice, Outcome, Problem, Switched, activate_path, deactivate_path};
pub use text::Texts;
pub use view::{
    AccountFormView, AccountListView, AccountRowView, ActivateView, ActivityView, AttemptView, BodyView,
    ChangeDeliveriesView, ChangeView, ConflictView, DeactivateView, DeleteView, DeliveriesTailView,
    DeliveriesView, DeliveryRowView, DeliveryView, EventRowView, EventView, EventsView, ExchangeView,
    ExplainView, ExplainedView, FailureGroupView, FirstStartErrors, FirstStartView, FoundView, HealthView,
    HoldView, HourView, InTheWayView, LogAccountView, LogDetailsView, LogRowView, LogTailView, LogView,
    MadeTokenView, OffersView, PlanView, PlannedCallView, PurgeView, QueuedView, ReceiverView, SecretView,
    ShellView, SignInError, SignInView, StepView, StepsView, SwapView, TestAbout, TestView, TokenRowView,
    TokenText, TokensView, When,
};
