//! The log: structured lines on the standard error.

use std::panic;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// At the finest levels this library writes whole addresses, and the token of a link may be in one.
const WITH_ADDRESSES: &str = "tower_http=info";

/// Starts the log, panics included.
pub(crate) fn start(config: &Config) {
    let mut filter = EnvFilter::new(&config.log);
    if let Ok(directive) = WITH_ADDRESSES.parse() {
        filter = filter.add_directive(directive);
    }
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Only tests run twice in one process, and they do not come this way.
    let _ = match config.log_format {
        LogFormat::Text => log.with_ansi(false).try_init(),
        LogFormat::Json => log.json().with_span_list(false).try_init(),
    };
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // The message of a panic is ours: no panic formats what a user has typed.
        let message = panic.payload_as_str().unwrap_or_default();
        tracing::error!(place, message, "a panic: this is a fault of the program");
    }));
}
