//! Running other programs: with a line of progress, with their output shown, or for their answer.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal as _, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How often a running program is looked at.
const TICK: Duration = Duration::from_millis(100);
/// Without a terminal, a sign of life is printed this often.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// Lines of output kept to be shown when a program fails.
const LINES_KEPT_MAX: usize = 4_000;
/// Columns of the progress line: wider ones would wrap and scroll.
const PROGRESS_COLUMNS: usize = 78;

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Turns Ctrl-C and `kill` into an ordinary failure, so that what was started is stopped and removed.
pub(crate) fn listen_for_signals() -> Result<()> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&INTERRUPTED)).context("listening for Ctrl-C")?;
    }
    Ok(())
}

/// Whether the user wants us to stop.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Runs a program to its end behind one line of progress; its output appears only when it fails.
pub(crate) fn quiet(label: &str, command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let (sender, lines) = mpsc::channel();
    read_lines(child.stdout.take(), sender.clone());
    read_lines(child.stderr.take(), sender);

    let mut progress = Progress::new(label);
    let mut kept = VecDeque::new();
    let status = loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                progress.doing = plain(&line);
                kept.push_back(line);
                if kept.len() > LINES_KEPT_MAX {
                    kept.pop_front();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break wait(&mut child)?,
        }
        progress.show();
        if interrupted() {
            terminate(&mut child);
            progress.finish("✗");
            bail!("interrupted");
        }
    };
    if status.success() {
        progress.finish("▸");
        return Ok(());
    }
    progress.finish("✗");
    for line in kept {
        eprintln!("{line}");
    }
    bail!("{name} failed ({status})")
}

/// Runs a program to its end, showing what it prints.
pub(crate) fn loud(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let status = wait(&mut child)?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Runs a short program and returns what it printed on standard output, without the last newline.
pub(crate) fn answer(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!(
            "{name} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let text = String::from_utf8(output.stdout).with_context(|| format!("{name} printed no UTF-8"))?;
    Ok(text.trim_end().to_owned())
}

/// Waits for a program; stops it when the user wants us to stop.
fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().context("waiting for a program")? {
            return Ok(status);
        }
        if interrupted() {
            terminate(child);
            bail!("interrupted");
        }
        thread::sleep(TICK);
    }
}

/// Asks a program to end, and makes it end when it takes longer than three seconds.
pub(crate) fn terminate(child: &mut Child) {
    let asked = Command::new("kill")
        .arg("-TERM")
        .arg(child.id().to_string())
        .stderr(Stdio::null())
        .status();
    let deadline = Instant::now() + Duration::from_secs(3);
    while asked.is_ok() && Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(TICK / 2);
    }
    // A program that has already ended cannot be killed: nothing is left to do then.
    let _ended = child.kill().and_then(|()| child.wait());
}

/// The first of these programs that is on the `PATH`.
pub(crate) fn which(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
}

/// Seconds for people.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(10) {
        format!("{:.1} s", duration.as_secs_f32())
    } else {
        format!("{} s", duration.as_secs())
    }
}

fn name_of(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    if let Some(short) = words[0].rsplit('/').next().map(str::to_owned) {
        words[0] = short;
    }
    format!("`{}`", words.join(" "))
}

fn read_lines(stream: Option<impl Read + Send + 'static>, sender: Sender<String>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
}

/// The text without terminal colours.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            for escaped in characters.by_ref() {
                if escaped.is_ascii_alphabetic() {
                    break;
                }
            }
        } else if !character.is_control() {
            text.push(character);
        }
    }
    text.trim().to_owned()
}

/// One line that says what is being done, and for how long already.
struct Progress<'a> {
    label: &'a str,
    doing: String,
    started: Instant,
    shown: Duration,
    terminal: bool,
}

impl<'a> Progress<'a> {
    fn new(label: &'a str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            label,
            doing: String::new(),
            started: Instant::now(),
            shown: Duration::ZERO,
            terminal,
        }
    }

    fn show(&mut self) {
        let elapsed = self.started.elapsed();
        if self.terminal && elapsed >= self.shown + TICK {
            self.shown = elapsed;
            let line = format!("▸ {} …  {} s  {}", self.label, elapsed.as_secs(), self.doing);
            let line: String = line.chars().take(PROGRESS_COLUMNS).collect();
            eprint!("\r\u{1b}[2K{line}");
            // A terminal that cannot be written to is no reason to stop the build.
            let _flushed = std::io::stderr().flush();
        } else if !self.terminal && elapsed >= self.shown + SIGN_OF_LIFE {
            self.shown = elapsed;
            eprintln!("  {} …  {} s  {}", self.label, elapsed.as_secs(), self.doing);
        }
    }

    fn finish(&self, mark: &str) {
        let clear = if self.terminal { "\r\u{1b}[2K" } else { "" };
        eprintln!(
            "{clear}{mark} {}  {}",
            self.label,
            seconds(self.started.elapsed())
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    #[test]
    fn colours_are_removed_from_the_progress_line() {
        assert_eq!(
            plain("\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m domain v0.1.0"),
            "Compiling domain v0.1.0"
        );
    }

    #[test]
    fn the_answer_of_a_program_comes_without_its_newline() {
        assert_eq!(answer(Command::new("echo").arg("yes")).unwrap(), "yes");
    }

    #[test]
    fn a_program_that_fails_is_named_with_its_arguments() {
        let error = quiet("trying", Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().starts_with("`sh -c exit 3` failed"), "{error}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_not_found() {
        assert_eq!(which(&["raccordo-no-such-program"]), None);
    }
}
