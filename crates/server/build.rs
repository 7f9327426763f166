//! The assets' folder must exist when the program is compiled; a release must not be made without its browser half.

use std::path::Path;

fn main() {
    let is_embedded = std::env::var_os("CARGO_FEATURE_EMBED").is_some();
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/site").join(if is_embedded { "release" } else { "dev" });
    println!("cargo::rerun-if-changed=build.rs");
    if is_embedded {
        println!("cargo::rerun-if-changed={}", site.display());
        if !site.join("pkg/raccordo.wasm").exists() {
            println!("cargo::error=the browser half is missing: build the release with `cargo xtask dist`");
        }
    } else if let Err(error) = std::fs::create_dir_all(&site) {
        println!("cargo::error=the folder of the browser half cannot be made: {error}");
    }
}
