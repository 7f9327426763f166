//! `raccordo events`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use domain::{EventAge, EventAgeError, EventId, EventKind};
use persistence::EventQuery;
use service::{EventPurge, Raccordo};

use super::print;
use crate::acting;
use crate::http::api::take;
use crate::json::{Event, EventDetail, Explained};

/// The most bytes that are read.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How long old events are deleted before it is told how far it is.
const PURGE_STEP: Duration = Duration::from_secs(2);

/// Events of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Events {
    /// Print JSON, in the shapes of the API
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum What {
    /// Take in the CloudEvents of a file: one, or a batch of up to 1,000
    Send {
        /// The file; - for the standard input
        file: PathBuf,
    },
    /// List them, newest first
    List {
        /// Only of this type, such as raccordo.order.placed.v1
        #[arg(long = "type", value_parser = kind)]
        kind: Option<EventKind>,
        /// Only about the thing with this id
        #[arg(long)]
        entity: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one with its payload and its deliveries
    Show {
        /// Its id here
        id: EventId,
    },
    /// Delete old ones for ever, with their deliveries, but for those of which a delivery waits; without --yes only tell how many
    Purge {
        /// How old they are at least, in days, such as 90d
        #[arg(long, value_parser = age)]
        older_than: EventAge,
        /// Delete them
        #[arg(long)]
        yes: bool,
    },
    /// Explain what would be sent for one now, account by account; nothing is sent
    Explain {
        /// Its id here
        id: EventId,
    },
}

/// Reads a CloudEvents type.
pub(super) fn kind(text: &str) -> Result<EventKind, String> {
    EventKind::from_type_name(text).ok_or_else(|| {
        let names: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.type_name()).collect();
        format!("the types are {}", names.join(", "))
    })
}

/// Reads an age in days.
fn age(text: &str) -> Result<EventAge, EventAgeError> {
    text.strip_suffix('d').unwrap_or(text).parse()
}

impl Events {
    pub(super) async fn run(self, raccordo: &Raccordo) -> anyhow::Result<()> {
        match self.what {
            What::Send { file } => send(raccordo, &read(&file)?, self.json).await,
            What::List { kind, entity, limit } => {
                let query = EventQuery {
                    site: raccordo.shown_site().await?.id,
                    kind,
                    entity_id: entity,
                    older_than: None,
                    limit,
                };
                list(raccordo, &query, self.json).await
            }
            What::Show { id } => show(raccordo, id, self.json).await,
            What::Purge { older_than, yes } => purge(raccordo, older_than, yes, self.json).await,
            What::Explain { id } => explain(raccordo, id, self.json).await,
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let name = file.display();
    if file == Path::new("-") {
        return whole(std::io::stdin().lock()).context("reading the standard input");
    }
    let file = std::fs::File::open(file).with_context(|| format!("opening {name}"))?;
    whole(file).with_context(|| format!("reading {name}"))
}

fn whole(source: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    source.take(BYTES_MAX + 1).read_to_end(&mut content)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        bail!("there are more than {BYTES_MAX} bytes; send the events in several files");
    }
    Ok(content)
}

async fn send(raccordo: &Raccordo, content: &[u8], json: bool) -> anyhow::Result<()> {
    let read = if content.trim_ascii_start().starts_with(b"[") {
        events::read_batch(content).context("reading the batch")?
    } else {
        vec![events::read(content)]
    };
    let site = raccordo.shown_site().await?.id;
    let sent = take(raccordo, site, read).await?;
    if json {
        print::json(&sent)?;
    } else {
        for result in &sent.results {
            let id = result.id.as_deref().unwrap_or("?");
            let told = match result.event {
                Some(event) => event.to_string(),
                None => result.reason(),
            };
            println!("{id}: {} {told}", result.status);
        }
    }
    let refused = sent.results.iter().filter(|result| result.is_refused()).count();
    if refused > 0 {
        bail!("{refused} of {} events were refused", sent.results.len());
    }
    Ok(())
}

async fn list(raccordo: &Raccordo, query: &EventQuery, json: bool) -> anyhow::Result<()> {
    let events = raccordo.list_events(query).await?;
    if json {
        let events: Vec<Event> = events.iter().map(Event::from).collect();
        return print::json(&events);
    }
    let rows: Vec<[String; 5]> = events
        .iter()
        .map(|event| {
            [
                event.id.to_string(),
                print::at(event.received_at),
                event.kind.code().to_owned(),
                event.entity_id.clone(),
                event.external_id.clone(),
            ]
        })
        .collect();
    print::table(["ID", "RECEIVED", "KIND", "ENTITY", "EXTERNAL ID"], &rows);
    Ok(())
}

async fn show(raccordo: &Raccordo, id: EventId, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let detail = raccordo
        .find_event(site, id)
        .await?
        .with_context(|| missing(id))?;
    let detail = EventDetail::new(detail, raccordo.queue_time().await?);
    if json {
        return print::json(&detail);
    }
    print::pairs(&[
        ("id", detail.event.id.to_string()),
        ("type", detail.event.kind.to_owned()),
        ("source", detail.event.source),
        ("external id", detail.event.external_id),
        ("entity", detail.event.entity.id),
        ("occurred at", detail.event.occurred_at.into()),
        ("received at", detail.event.received_at.into()),
        (
            "data",
            detail
                .data
                .map_or_else(|| "cannot be opened".to_owned(), |data| data.get().to_owned()),
        ),
    ]);
    println!();
    super::deliveries::table(&detail.deliveries);
    Ok(())
}

fn missing(id: EventId) -> String {
    format!("there is no event {id}; `raccordo events list` shows the latest")
}

/// Deletes old events, or tells how many there are. Ends between two steps when it is stopped.
async fn purge(raccordo: &Raccordo, age: EventAge, is_meant: bool, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let mut purge = EventPurge::all_before(age.before(raccordo.now()));
    let counted = raccordo.count_purgeable(site, purge).await?;
    if !is_meant {
        if json {
            return print::json(&serde_json::json!({
                "deletable": counted.removable,
                "waiting": counted.waiting,
                "more": counted.is_more,
            }));
        }
        let more = if counted.is_more {
            " of the oldest, and there are more"
        } else {
            ""
        };
        println!(
            "{} would be deleted, {} kept because a delivery waits{more}. Nothing was deleted; --yes does it.",
            counted.removable, counted.waiting
        );
        return Ok(());
    }
    let mut deleted = 0;
    loop {
        let purged = raccordo
            .purge_events(Some(&acting::operator()), site, purge, PURGE_STEP)
            .await?;
        deleted += purged.removed;
        purge.after = purged.next;
        if purge.after.is_none() {
            break;
        }
        eprintln!("{deleted} of {} deleted so far.", counted.removable);
    }
    if json {
        return print::json(&serde_json::json!({ "deleted": deleted }));
    }
    println!("{deleted} deleted.");
    Ok(())
}

async fn explain(raccordo: &Raccordo, id: EventId, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let explained = raccordo.explain(site, id).await?.with_context(|| missing(id))?;
    let explained: Vec<Explained> = explained.into_iter().map(Explained::from).collect();
    if json {
        return print::json(&explained);
    }
    if explained.is_empty() {
        println!("It reaches no active account.");
    }
    for account in explained {
        println!(
            "{} “{}” ({})",
            account.platform, account.description, account.account
        );
        for call in account.calls {
            println!("  {} {}", call.method, call.url);
            for line in call.body.lines() {
                println!("    {line}");
            }
        }
        if let Some(rule) = account.skipped {
            println!("  Nothing is sent: {}", rule.text);
        }
        if let Some(problem) = account.problem {
            println!("  It cannot be told: {problem}.");
        }
    }
    Ok(())
}
