//! Being written.

use leptos::prelude::*;

/// Soon.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {}
