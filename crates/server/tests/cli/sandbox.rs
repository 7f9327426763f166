//! A sandbox that several panels share: it runs as a program of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Running, program, text};

/// The sandbox alone.
struct Alone {
    child: Child,
    addr: String,
    certificate: String,
}

impl Alone {
    fn start(data: &Path) -> Self {
        let mut child = program(data)
            .arg("sandbox")
            .env("RACCORDO_SANDBOX_ADDR", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let printed: Vec<String> = lines.take(5).map(Result::unwrap).collect();
        let after = |words: &str| {
            let line = printed.iter().find_map(|line| line.split_once(words));
            line.unwrap_or_else(|| panic!("{words}: {printed:?}"))
                .1
                .to_owned()
        };
        Self {
            child,
            addr: after("host answers at "),
            certificate: after("certificate to trust: "),
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_panel_calls_the_sandbox_that_another_program_runs() {
    let [data, elsewhere] = [(); 2].map(|()| TempDir::new().unwrap());
    let (data, elsewhere) = (data.path(), elsewhere.path());
    // The sample accounts of a sandbox that then ends.
    let panel = Running::start(
        data,
        &[
            ("RACCORDO_SANDBOX", "on"),
            ("RACCORDO_SANDBOX_ADDR", "127.0.0.1:0"),
        ],
    );
    assert!(panel.stop());
    let listed = program(data)
        .args(["accounts", "list", "--json", "--platform", "clerk"])
        .output()
        .unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let id = listed[0]["id"].as_str().unwrap();

    let sandbox = Alone::start(elsewhere);
    let test = |variables: &[(&str, &str)]| -> Output {
        program(data)
            .args(["accounts", "test", id])
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    };
    let certificate = ("RACCORDO_SANDBOX_CERTIFICATE", sandbox.certificate.as_str());
    let tested = test(&[("RACCORDO_SANDBOX_AT", &sandbox.addr), certificate]);
    assert!(tested.status.success(), "{}", text(&tested.stderr));
    assert!(text(&tested.stdout).contains("It works"));
    assert!(!test(&[]).status.success(), "its hosts exist nowhere else");

    let missing = elsewhere.join("none.pem").display().to_string();
    let unread = test(&[
        ("RACCORDO_SANDBOX_AT", &sandbox.addr),
        ("RACCORDO_SANDBOX_CERTIFICATE", &missing),
    ]);
    assert!(!unread.status.success());
    let told = text(&unread.stderr);
    assert!(
        told.contains("none.pem") && told.contains("RACCORDO_SANDBOX_CERTIFICATE"),
        "{told}"
    );
}
