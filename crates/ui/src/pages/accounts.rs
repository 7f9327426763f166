//! Being written.

use leptos::prelude::*;

/// Soon.
#[component]
pub(crate) fn AccountsPage() -> impl IntoView {}
