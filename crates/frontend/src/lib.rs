//! The browser half: takes over the pages that the server has rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script that every page brings along.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(ui::App);
}
