//! A release must not be made without its browser half.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED").is_some() {
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/site/release");
        println!("cargo::rerun-if-changed={}", site.display());
        if !site.join("pkg/raccordo.wasm").exists() {
            println!("cargo::error=the browser half is missing: build the release with `cargo xtask dist`");
        }
    }
}
