//! The style: `style/main.css` with what it imports, as one file.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::site::Flavour;
use crate::{node, shell, workspace};

/// Writes the bundle to `to`. A release is lowered to what browsers of the last years understand, and minified.
pub(crate) fn bundle(to: &Path, flavour: Flavour) -> Result<()> {
    match flavour {
        Flavour::Dev => {
            let folder = workspace::root().join("style");
            let main = fs::read_to_string(folder.join("main.css")).context("reading style/main.css")?;
            let text = expand(&main, |name| {
                fs::read_to_string(folder.join(name)).with_context(|| format!("reading style/{name}"))
            })?;
            fs::write(to, text).with_context(|| format!("writing {}", to.display()))
        }
        Flavour::Release => {
            let main = workspace::root().join("style/main.css");
            let arguments = [main.into_os_string(), to.as_os_str().to_owned()];
            shell::quiet(
                "Shrinking the style",
                &mut node::module(include_str!("style.mjs"), &arguments),
            )
        }
    }
}

/// Puts every imported file into its layer.
fn expand(main: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut text = String::new();
    for line in main.lines().filter(|line| !line.trim().is_empty()) {
        match line
            .strip_prefix("@import url(\"")
            .and_then(|rest| rest.split_once("\") layer("))
        {
            Some((name, layer)) => {
                let layer = layer.trim_end_matches(");");
                text.extend(["@layer ", layer, " {\n", &read(name)?, "\n}\n"]);
            }
            None if line.starts_with("@layer ") => text.extend([line, "\n"]),
            None => bail!(
                "style/main.css: only @layer and @import url(\"…\") layer(…) may stand there, not: {line}"
            ),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    #[test]
    fn an_import_becomes_a_layer() {
        let main = "@layer base, parts;\n@import url(\"a.css\") layer(base);\n";
        let text = expand(main, |name| Ok(format!("/* {name} */"))).unwrap();
        assert_eq!(text, "@layer base, parts;\n@layer base {\n/* a.css */\n}\n");
    }

    #[test]
    fn anything_else_in_the_main_file_is_refused() {
        assert!(expand("a { color: red }", |_| Ok(String::new())).is_err());
    }
}
