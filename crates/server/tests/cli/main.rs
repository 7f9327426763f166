//! The program as an operator meets it: commands, messages, exit codes, and what its log never holds.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
mod queues;
mod sandbox;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use persistence_contract::postgres::Database;
use tempfile::TempDir;

const PASSWORD: &str = "tre parole qualsiasi";

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raccordo"));
    command
        .env_clear()
        .env("RACCORDO_DATA_DIR", data)
        .env("RACCORDO_ADDR", "127.0.0.1:0");
    command
}

fn run(data: &Path, args: &[&str], input: &str) -> Output {
    let mut child = program(data)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A running panel on a port of its own.
struct Running {
    child: Child,
    port: u16,
    printed: Vec<String>,
}

impl Running {
    fn start(data: &Path, variables: &[(&str, &str)]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let log = std::fs::File::create(data.join("log")).unwrap();
        let mut child = program(data)
            .arg("serve")
            .env("RACCORDO_ADDR", format!("127.0.0.1:{port}"))
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // With a sandbox a third line tells where it is. Every line is read: a closed pipe would end the panel.
        let has_sandbox = variables.iter().any(|(name, _)| *name == "RACCORDO_SANDBOX");
        let count = if has_sandbox { 3 } else { 2 };
        let printed = lines.by_ref().take(count).map(Result::unwrap).collect();
        let mut running = Self { child, port, printed };
        if variables.iter().all(|(name, _)| *name != "HAS_USERS") {
            running.printed.extend(lines.next().map(Result::unwrap));
        }
        running
    }

    fn request(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .write_all(request.replace('\n', "\r\n").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str, cookie: &str) -> String {
        self.request(&format!(
            "GET {path} HTTP/1.1\nhost: 127.0.0.1:{}\ncookie: {cookie}\nconnection: close\n\n",
            self.port
        ))
    }

    fn post(&self, path: &str, cookie: &str, pairs: &[(&str, &str)]) -> String {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        self.request(&format!(
            "POST {path} HTTP/1.1\nhost: 127.0.0.1:{port}\norigin: http://127.0.0.1:{port}\ncookie: {cookie}\ncontent-type: application/x-www-form-urlencoded\ncontent-length: {}\nconnection: close\n\n{body}",
            body.len(),
            port = self.port,
        ))
    }

    fn stop(mut self) -> bool {
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_wrong_configuration_is_told_whole_before_anything_starts() {
    let folder = TempDir::new().unwrap();
    let output = program(&folder.path().join("new"))
        .args(["serve", "--session-max-hours", "0"])
        .env("RACCORDO_ADDR", "everywhere")
        .env("RACCORDO_DATABASE_URL", "mysql://root:hunter2@db")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    for words in [
        "RACCORDO_ADDR",
        "everywhere",
        "RACCORDO_DATABASE_URL",
        "RACCORDO_SESSION_MAX_HOURS",
        "command line",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("hunter2"));
    assert!(!folder.path().join("new").exists(), "nothing was made");
}

#[test]
fn the_configuration_is_shown_with_its_sources_and_without_its_secrets() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("raccordo.toml");
    std::fs::write(&file, "log = \"warn\"\nsession_idle_minutes = 30\n").unwrap();
    let output = program(folder.path())
        .args([
            "config",
            "--log-format",
            "json",
            "--config",
            file.to_str().unwrap(),
        ])
        .env(
            "RACCORDO_MASTER_KEY",
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        )
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    let line = |name: &str| {
        shown
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")))
            .unwrap()
            .to_owned()
    };
    assert!(
        line("log").contains("warn") && line("log").contains("raccordo.toml"),
        "{shown}"
    );
    assert!(line("log_format").contains("command line"), "{shown}");
    assert!(line("addr").contains("environment"), "{shown}");
    assert!(
        line("master_key").contains("(set)") && !shown.contains("00112233"),
        "{shown}"
    );
}

#[test]
fn people_are_added_listed_and_given_passwords_at_the_command_line() {
    let folder = TempDir::new().unwrap();
    let link = run(folder.path(), &["admin", "link"], "");
    assert!(text(&link.stdout).contains("/first-start?token="));
    let made = run(
        folder.path(),
        &["admin", "create", "anna"],
        &format!("{PASSWORD}\n"),
    );
    assert!(made.status.success(), "{}", text(&made.stderr));
    let again = run(folder.path(), &["admin", "create", "Anna"], PASSWORD);
    assert!(
        !again.status.success() && text(&again.stderr).contains("admin password"),
        "{}",
        text(&again.stderr)
    );
    let short = run(folder.path(), &["admin", "create", "bruno"], "short");
    assert!(!short.status.success() && text(&short.stderr).contains("12 characters"));
    assert_eq!(
        text(&run(folder.path(), &["admin", "list"], "").stdout).trim(),
        "anna"
    );
    assert!(
        run(
            folder.path(),
            &["admin", "password", "anna"],
            "altre parole qualsiasi"
        )
        .status
        .success()
    );
    assert!(
        !run(folder.path(), &["admin", "password", "carla"], PASSWORD)
            .status
            .success()
    );
    assert!(
        !run(folder.path(), &["admin", "link"], "").status.success(),
        "there is somebody already"
    );
}

#[test]
fn the_doctor_finds_what_is_wrong_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let fresh = run(&data, &["doctor"], "");
    assert!(
        text(&fresh.stdout).contains("will be made"),
        "{}",
        text(&fresh.stdout)
    );
    assert!(!data.exists(), "it only looks");
    assert!(
        run(&data, &["admin", "create", "anna"], PASSWORD)
            .status
            .success()
    );
    let fine = text(&run(&data, &["doctor"], "").stdout);
    assert!(
        fine.contains(" network: ")
            && fine.contains("ok   database")
            && fine.contains("ok   master key")
            && fine.contains("ok   users"),
        "{fine}"
    );
    std::fs::rename(data.join("master.key"), data.join("elsewhere")).unwrap();
    let keyless = run(&data, &["doctor"], "");
    assert!(!keyless.status.success());
    assert!(
        text(&keyless.stdout).contains("BAD  master key"),
        "{}",
        text(&keyless.stdout)
    );
    assert!(
        !data.join("master.key").exists(),
        "a missing key is never replaced"
    );
    std::fs::write(
        data.join("raccordo.db"),
        b"this is no database, whatever its name says",
    )
    .unwrap();
    let damaged = run(&data, &["doctor"], "");
    assert!(
        text(&damaged.stdout).contains("BAD  database"),
        "{}",
        text(&damaged.stdout)
    );
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("raccordo.db");
    let content = vec![b'x'; 10_000];
    std::fs::write(&path, &content).unwrap();
    let output = run(folder.path(), &["serve"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("restore a backup"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(std::fs::read(&path).unwrap(), content);
}

#[test]
fn an_address_in_use_is_named_before_anything_is_touched() {
    let folder = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let data = folder.path().join("new");
    let output = program(&data)
        .arg("serve")
        .env("RACCORDO_ADDR", taken.local_addr().unwrap().to_string())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("RACCORDO_ADDR"),
        "{}",
        text(&output.stderr)
    );
    assert!(!data.exists());
}

#[test]
fn the_first_start_prints_its_link_makes_its_key_and_stops_in_order() {
    let folder = TempDir::new().unwrap();
    let running = Running::start(folder.path(), &[]);
    let printed = running.printed.join("\n");
    assert!(
        printed.contains(&format!("ready at http://127.0.0.1:{}", running.port)),
        "{printed}"
    );
    let link = printed
        .split("/first-start?token=")
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    assert!(
        running
            .get(&format!("/first-start?token={link}"), "")
            .starts_with("HTTP/1.1 200")
    );
    assert!(running.get("/health/ready", "").starts_with("HTTP/1.1 200"));
    assert!(running.stop(), "a clean end");
    for name in ["master.key", "raccordo.db"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("Back it up"), "{log}");
    assert!(
        !log.contains(&link),
        "the link is for the terminal, not for the log"
    );
}

#[test]
fn a_log_at_trace_level_holds_no_secret() {
    let folder = TempDir::new().unwrap();
    assert!(
        run(folder.path(), &["admin", "create", "anna"], PASSWORD)
            .status
            .success()
    );
    let variables = [
        ("RACCORDO_LOG", "trace"),
        ("RACCORDO_LOG_FORMAT", "json"),
        ("HAS_USERS", ""),
    ];
    let running = Running::start(folder.path(), &variables);
    let answer = running.post(
        "/sign-in",
        "",
        &[("name", "anna"), ("password", PASSWORD), ("next", "")],
    );
    let cookie = answer
        .split("set-cookie: ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let token = cookie.split_once('=').unwrap().1.to_owned();
    let secrets = [
        "planted-secret-activecampaign-0123456789",
        "123456789:planted_secret_telegram_0123456789",
    ];
    let forms: [&[(&str, &str)]; 2] = [
        &[
            ("platform", "activecampaign"),
            ("description", "A"),
            ("api_url", "https://a.api-us1.com"),
            ("api_key", secrets[0]),
        ],
        &[
            ("platform", "telegram"),
            ("description", "T"),
            ("bot_token", secrets[1]),
            ("bot_username", "negozio_bot"),
            ("api_base_url", "https://api.telegram.org"),
            ("cart_delay_hours", "3"),
            ("link_method", "login_widget"),
        ],
    ];
    for form in forms {
        assert!(
            running
                .post("/accounts/new", &cookie, form)
                .starts_with("HTTP/1.1 303")
        );
        let wrong: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, if *name == "description" { "" } else { *value }))
            .collect();
        assert!(
            running
                .post("/accounts/new", &cookie, &wrong)
                .starts_with("HTTP/1.1 422")
        );
    }
    assert!(running.get("/accounts", &cookie).starts_with("HTTP/1.1 200"));
    assert!(
        running
            .get("/first-start?token=planted-token", "")
            .starts_with("HTTP/1.1 200")
    );
    assert!(running.stop());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "it is verbose");
    let key = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
    for secret in [
        secrets[0],
        "planted_secret_telegram",
        PASSWORD,
        "tre+parole",
        token.as_str(),
        key.trim(),
        "planted-token",
    ] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

#[test]
fn a_database_server_takes_the_place_of_the_file_by_its_url_alone() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::create());
    let (folder, url) = (TempDir::new().unwrap(), database.url());
    let variables = [
        ("RACCORDO_DATABASE_URL", url.as_str()),
        (
            "RACCORDO_MASTER_KEY",
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        ),
    ];
    let processes = [
        Running::start(folder.path(), &variables),
        Running::start(folder.path(), &variables),
    ];
    for running in processes {
        let printed = running.printed.join("\n");
        assert!(printed.contains(database.name()), "{printed}");
        assert!(running.get("/health/ready", "").starts_with("HTTP/1.1 200"));
        assert!(running.stop(), "a clean end");
    }
    assert!(!folder.path().join("raccordo.db").exists());
    let doctor = program(folder.path())
        .arg("doctor")
        .envs(variables)
        .output()
        .unwrap();
    let told = text(&doctor.stdout);
    assert!(told.contains("PostgreSQL 1"), "{told}");
    // The server drops it on a runtime of its own.
    drop(database);
}
