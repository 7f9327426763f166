//! The browser half: WebAssembly and its glue, the style, the files at the site's root.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::cargo::WASM;
use crate::prepare::Machine;
use crate::{assets, node, shell, snip, style, wasm_target, workspace};

/// The name of everything in `pkg/`; the server is compiled with the same in `LEPTOS_OUTPUT_NAME`.
const NAME: &str = "raccordo";

/// What `wasm-opt` may use: what the compiler uses by itself, and every browser of the last years understands.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How the browser half is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Quickly.
    Dev,
    /// Small and compressed.
    Release,
}

impl Flavour {
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    fn profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }

    /// Where the site is put; the server knows the same folder.
    pub(crate) fn folder(self) -> PathBuf {
        workspace::root().join("target/site").join(self.name())
    }
}

/// Builds the site and returns its folder. What has not changed is not built again.
pub(crate) fn build(machine: &Machine, flavour: Flavour) -> Result<PathBuf> {
    let toolchain = wasm_target::prepare(machine)?;
    if flavour == Flavour::Release {
        machine.node()?;
    }
    let mut build = toolchain.cargo("build");
    build.args([
        "--package",
        "frontend",
        "--target",
        WASM,
        "--profile",
        flavour.profile(),
        "--locked",
    ]);
    shell::quiet("Building the browser half", &mut build)?;
    let wasm = workspace::target()
        .join(WASM)
        .join(flavour.profile())
        .join("frontend.wasm");

    let folder = flavour.folder();
    let stamp = folder.with_extension("stamp");
    let digest = digest(&wasm)?;
    if fs::read(&stamp).is_ok_and(|found| found == digest) && folder.join("pkg/raccordo.wasm").is_file() {
        return Ok(folder);
    }
    // Made beside the old one, so that a server that is just starting finds one or the other.
    let fresh = folder.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).with_context(|| format!("removing {}", fresh.display()))?;
    }
    let pkg = fresh.join("pkg");
    fs::create_dir_all(&pkg).with_context(|| format!("making {}", pkg.display()))?;
    bind(&wasm, &pkg)?;
    style::bundle(&pkg.join(format!("{NAME}.css")), flavour)?;
    copy(&workspace::root().join("public"), &fresh)?;
    if flavour == Flavour::Release {
        optimise(&pkg)?;
        assets::compress(&fresh)?;
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::rename(&fresh, &folder).with_context(|| format!("making {}", folder.display()))?;
    fs::write(&stamp, digest).with_context(|| format!("writing {}", stamp.display()))?;
    Ok(folder)
}

/// Of everything that the site is made from: the compiled code, the style, the files at the root, and this program.
fn digest(wasm: &Path) -> Result<Vec<u8>> {
    let mut sources = vec![wasm.to_path_buf()];
    for folder in ["style", "public"] {
        files(&workspace::root().join(folder), &mut sources)?;
    }
    sources.extend(std::env::current_exe());
    let mut digest = Sha256::new();
    for source in sources {
        digest.update(fs::read(&source).with_context(|| format!("reading {}", source.display()))?);
    }
    Ok(digest.finalize().to_vec())
}

/// Every file of a folder, in the order of their names.
fn files(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

/// Makes the JavaScript glue.
fn bind(wasm: &Path, pkg: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name(NAME)
        .typescript(false)
        .omit_default_module_path(true);
    bindgen.web(true)?;
    bindgen
        .generate(pkg)
        .context("making the JavaScript of the browser half")?;
    let made = pkg.join(format!("{NAME}_bg.wasm"));
    fs::rename(&made, pkg.join(format!("{NAME}.wasm")))
        .with_context(|| format!("renaming {}", made.display()))
}

/// Copies a folder's files.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut found = Vec::new();
    files(from, &mut found)?;
    for file in found {
        let target = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        fs::copy(&file, &target).with_context(|| format!("copying {}", file.display()))?;
    }
    Ok(())
}

/// Shrinks the WebAssembly and its glue.
fn optimise(pkg: &Path) -> Result<()> {
    let wasm = pkg.join(format!("{NAME}.wasm"));
    snip::snip(&wasm)?;
    let mut opt = node::program("wasm-opt");
    opt.arg("-Oz")
        .args(WASM_FEATURES)
        .args(["--strip-debug", "--strip-producers"]);
    shell::quiet("Shrinking the browser half", opt.arg(&wasm).arg("-o").arg(&wasm))?;
    // What an optimiser writes in a way that engines do not read yet would only be found in a browser.
    shell::quiet(
        "Compiling it",
        &mut node::module(include_str!("compile.mjs"), &[wasm.into_os_string()]),
    )?;
    let glue = pkg.join(format!("{NAME}.js"));
    shell::quiet(
        "Shrinking its glue",
        &mut node::module(include_str!("minify.mjs"), &[glue.into_os_string()]),
    )
}
