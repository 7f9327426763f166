//! The invariants of ARCHITECTURE.md that can be looked up: who depends on whom, and what may stand where.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::cargo::{WASM, cargo};
use crate::{shell, workspace};

/// Who may depend on which of ours. A crate that is not here may depend on none.
const ARROWS: &[(&str, &[&str])] = &[
    ("events", &["domain"]),
    ("persistence", &["domain"]),
    ("persistence-sqlite", &["persistence", "domain"]),
    ("persistence-postgres", &["persistence", "domain"]),
    ("persistence-contract", &["persistence", "domain"]),
    ("platforms", &["events", "domain"]),
    ("sandbox", &["domain"]),
    (
        "service",
        &["persistence", "platforms", "vault", "events", "domain"],
    ),
    (
        "delivery",
        &["service", "persistence", "platforms", "events", "domain"],
    ),
    ("ui", &["service", "persistence", "domain"]),
    ("frontend", &["ui"]),
    (
        "server",
        &[
            "ui",
            "delivery",
            "service",
            "persistence",
            "persistence-sqlite",
            "persistence-postgres",
            "platforms",
            "sandbox",
            "vault",
            "events",
            "domain",
        ],
    ),
    (
        "bench",
        &[
            "persistence",
            "persistence-sqlite",
            "persistence-postgres",
            "sandbox",
            "events",
            "domain",
        ],
    ),
];
/// Libraries with walls around them, and who is inside.
const WALLS: &[(&str, &[&str])] = &[
    (
        "sqlx",
        &[
            "persistence-sqlite",
            "persistence-postgres",
            "persistence-contract",
        ],
    ),
    ("leptos", &["ui", "frontend", "server"]),
    ("axum", &["ui", "server", "sandbox", "bench"]),
    ("reqwest", &["platforms"]),
    ("rcgen", &["sandbox"]),
    ("clap", &["server", "xtask", "bench"]),
    (
        "tokio",
        &[
            "persistence-sqlite",
            "persistence-postgres",
            "persistence-contract",
            "platforms",
            "sandbox",
            "service",
            "delivery",
            "ui",
            "server",
            "bench",
        ],
    ),
    ("chacha20poly1305", &["vault"]),
    ("argon2", &["vault"]),
];
/// What must never come to the browser.
const NOT_IN_BROWSER: [&str; 11] = [
    "tokio",
    "reqwest",
    "platforms",
    "axum",
    "sqlx",
    "service",
    "persistence",
    "vault",
    "argon2",
    "chacha20poly1305",
    "jiff",
];
/// Elements that Leptos does not escape on the server, and the only file that may write them.
const UNESCAPED: [(&str, &str); 2] = [("<textarea", "text_area.rs"), ("leptos_meta::Title", "head.rs")];

/// Checks them all.
pub(crate) fn check() -> Result<()> {
    let mut broken = arrows()?;
    broken.extend(browser()?);
    broken.extend(unescaped(&workspace::root().join("crates/ui/src"))?);
    if !broken.is_empty() {
        bail!("the architecture is broken:\n  {}", broken.join("\n  "));
    }
    eprintln!("▸ Architecture");
    if shell::which(&["cargo-deny"]).is_none() {
        return Ok(());
    }
    let mut deny = cargo("deny");
    deny.args(["--offline", "--locked", "check", "bans", "licenses", "sources"]);
    shell::quiet("Supply chain", &mut deny)
}

fn arrows() -> Result<Vec<String>> {
    let text = shell::answer(cargo("metadata").args(["--format-version", "1", "--no-deps", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text).context("reading what cargo says of the workspace")?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo names no packages")?;
    let ours: BTreeSet<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let mut broken = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let needed = package["dependencies"].as_array().into_iter().flatten();
        // What only tests need may come from anywhere.
        let needed = needed.filter(|dependency| dependency["kind"].is_null());
        for dependency in needed.filter_map(|dependency| dependency["name"].as_str()) {
            if ours.contains(dependency) && !allows(ARROWS, name, dependency) {
                broken.push(format!("{name} must not depend on {dependency}"));
            }
            if let Some((wall, inside)) = WALLS.iter().find(|(wall, _)| *wall == dependency)
                && !inside.contains(&name)
            {
                broken.push(format!(
                    "{name} must not depend on {wall}: only {} may",
                    inside.join(", ")
                ));
            }
        }
    }
    Ok(broken)
}

fn allows(arrows: &[(&str, &[&str])], from: &str, to: &str) -> bool {
    arrows
        .iter()
        .any(|(name, allowed)| *name == from && allowed.contains(&to))
}

fn browser() -> Result<Vec<String>> {
    let mut tree = cargo("tree");
    tree.args([
        "--package",
        "frontend",
        "--target",
        WASM,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--locked",
    ]);
    let listed = shell::answer(&mut tree)?;
    let names: BTreeSet<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    let found = NOT_IN_BROWSER.iter().filter(|name| names.contains(*name));
    Ok(found
        .map(|name| format!("{name} comes to the browser: cargo tree -p frontend --target {WASM} -i {name}"))
        .collect())
}

fn unescaped(folder: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for path in sources(folder)? {
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (element, home) in UNESCAPED {
            if !path.ends_with(home) && code.clone().any(|line| line.contains(element)) {
                broken.push(format!(
                    "{}: {element} is not escaped by the server; use the part in {home}",
                    path.display()
                ));
            }
        }
    }
    Ok(broken)
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.context("reading the sources")?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    #[test]
    fn an_arrow_that_is_not_listed_is_not_allowed() {
        assert!(allows(ARROWS, "service", "vault"));
        assert!(!allows(ARROWS, "domain", "persistence"));
        assert!(!allows(ARROWS, "ui", "vault"));
    }

    #[test]
    fn an_unescaped_element_is_found_where_it_may_not_stand() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("page.rs"), "view! { <textarea></textarea> }\n").unwrap();
        fs::write(
            folder.path().join("text_area.rs"),
            "view! { <textarea></textarea> }\n",
        )
        .unwrap();
        fs::write(folder.path().join("told.rs"), "/// Not a `<textarea>`.\n").unwrap();
        assert_eq!(unescaped(folder.path()).unwrap().len(), 1);
    }
}
