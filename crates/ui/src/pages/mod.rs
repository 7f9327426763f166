//! One module for each page.

mod account_form;
mod account_test;
mod accounts;
mod activate;
mod activity;
mod deactivate;
mod delete;
mod deliveries;
mod delivery;
mod events;
mod explain;
mod first_start;
mod log;
mod problem;
mod purge;
mod sign_in;
mod swap;
mod tokens;

pub(crate) use account_form::{EditAccountPage, NewAccountPage};
pub(crate) use accounts::AccountsPage;
pub(crate) use activate::ActivatePage;
pub(crate) use deactivate::DeactivatePage;
pub(crate) use delete::DeletePage;
pub(crate) use deliveries::{DeliveriesPage, RetryPage, SkipPage};
pub(crate) use delivery::DeliveryPage;
pub(crate) use events::EventsPage;
pub(crate) use explain::ExplainPage;
pub(crate) use first_start::FirstStartPage;
pub(crate) use log::LogPage;
pub(crate) use problem::{ProblemPage, load_failed};
pub(crate) use purge::PurgePage;
pub(crate) use sign_in::SignInPage;
pub(crate) use swap::SwapPage;
pub(crate) use tokens::TokensPage;
