//! Being written.

use leptos::prelude::*;

/// Soon.
#[component]
pub(crate) fn FirstStartPage() -> impl IntoView {}
