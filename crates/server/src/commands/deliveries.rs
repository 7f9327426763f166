//! `raccordo deliveries`.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use domain::{AccountId, DeliveryFilter, DeliveryId, DeliveryState, EventKind, FaultClass, SkipReason};
use persistence::DeliveryChange;
use service::{BulkChange, LogRange, Raccordo, STEP_MAX};

use super::{events, print};
use crate::acting;
use crate::json::{Delivery, DeliveryDetail};

/// Deliveries of events to accounts.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Deliveries {
    /// Print JSON, in the shapes of the API
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum What {
    /// List them, the newest event first
    List {
        #[command(flatten)]
        filter: Filter,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one with its attempts and its event
    Show {
        /// Its name, EVENT.ACCOUNT
        id: DeliveryId,
    },
    /// Make some due at once, with their attempts counted anew
    Retry(Chosen),
    /// Skip some that wait
    Skip(Chosen),
}

/// Some deliveries: named, or all of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
struct Chosen {
    /// Their names, EVENT.ACCOUNT
    #[arg(required_unless_present = "all", conflicts_with_all = ["all", "Filter"])]
    ids: Vec<DeliveryId>,
    /// All that the filter finds; what changes meanwhile is left alone
    #[arg(long, requires = "state")]
    all: bool,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
struct Filter {
    /// Only to this account
    #[arg(long)]
    account: Option<AccountId>,
    /// Only those that stand here, such as waiting or refused
    #[arg(long, value_parser = state)]
    state: Option<DeliveryState>,
    /// Only of this event type, such as raccordo.order.placed.v1
    #[arg(long = "type", value_parser = events::kind)]
    kind: Option<EventKind>,
    /// Only those whose last attempt failed like this, such as credentials
    #[arg(long, value_parser = class)]
    class: Option<FaultClass>,
    /// Only about the thing with this id
    #[arg(long)]
    entity: Option<String>,
}

impl From<Filter> for DeliveryFilter {
    fn from(filter: Filter) -> Self {
        Self {
            account: filter.account,
            state: filter.state,
            kind: filter.kind,
            class: filter.class,
            entity: filter.entity.unwrap_or_default(),
            ..Self::default()
        }
    }
}

fn state(text: &str) -> Result<DeliveryState, String> {
    let codes = DeliveryState::ALL.map(DeliveryState::code);
    DeliveryState::from_code(text).ok_or_else(|| format!("the states are {}", codes.join(", ")))
}

fn class(text: &str) -> Result<FaultClass, String> {
    let codes = FaultClass::ALL.map(FaultClass::code);
    FaultClass::from_code(text).ok_or_else(|| format!("the classes are {}", codes.join(", ")))
}

impl Deliveries {
    pub(super) async fn run(self, raccordo: &Raccordo) -> anyhow::Result<()> {
        let json = self.json;
        match self.what {
            What::List { filter, limit } => list(raccordo, &filter.into(), limit, json).await,
            What::Show { id } => show(raccordo, id, json).await,
            What::Retry(chosen) => change(raccordo, chosen, DeliveryChange::RetryNow, json).await,
            What::Skip(chosen) => {
                change(raccordo, chosen, DeliveryChange::Skip(SkipReason::ByHand), json).await
            }
        }
    }
}

async fn list(raccordo: &Raccordo, filter: &DeliveryFilter, limit: u32, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let rows = raccordo
        .read_deliveries(site, filter, LogRange::default(), None, limit)
        .await?;
    let time = raccordo.queue_time().await?;
    let deliveries: Vec<Delivery> = rows.iter().map(|row| Delivery::new(row, time)).collect();
    if json {
        return print::json(&deliveries);
    }
    table(&deliveries);
    Ok(())
}

/// Deliveries as rows.
pub(super) fn table(deliveries: &[Delivery]) {
    let rows: Vec<[String; 6]> = deliveries
        .iter()
        .map(|delivery| {
            [
                delivery.id.clone(),
                delivery.received_at.into(),
                delivery.platform.to_owned(),
                format!("{} {}", delivery.entity.entity_type, delivery.entity.id),
                delivery.state.code().to_owned(),
                format!("{}/{}", delivery.attempts, delivery.attempts_max),
            ]
        })
        .collect();
    print::table(
        ["DELIVERY", "RECEIVED", "PLATFORM", "ENTITY", "STATE", "ATTEMPTS"],
        &rows,
    );
}

async fn show(raccordo: &Raccordo, id: DeliveryId, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let detail = raccordo
        .find_delivery(site, id)
        .await?
        .with_context(|| format!("there is no delivery {id}; `raccordo deliveries list` shows the latest"))?;
    let detail = DeliveryDetail::new(detail, raccordo.queue_time().await?);
    if json {
        return print::json(&detail);
    }
    let DeliveryDetail {
        delivery, attempts, ..
    } = detail;
    print::pairs(&[
        ("delivery", delivery.id),
        ("type", delivery.kind.to_owned()),
        ("entity", delivery.entity.id),
        ("platform", delivery.platform.to_owned()),
        ("account", detail.account_description.unwrap_or_default()),
        ("state", delivery.state.code().to_owned()),
        (
            "skipped",
            delivery
                .skipped
                .map_or_else(String::new, |rule| rule.text.to_owned()),
        ),
        ("due at", delivery.due_at.map_or_else(String::new, Into::into)),
    ]);
    for attempt in attempts {
        let outcome = match attempt.fault {
            Some(fault) => format!("{}: {}", fault.class.code(), fault.cause),
            None if attempt.delivered => "delivered".to_owned(),
            None => "failed".to_owned(),
        };
        println!(
            "{}. {}, {} ms: {outcome}",
            attempt.number,
            String::from(attempt.started_at),
            attempt.ms
        );
    }
    Ok(())
}

async fn change(
    raccordo: &Raccordo,
    chosen: Chosen,
    change: DeliveryChange,
    json: bool,
) -> anyhow::Result<()> {
    let named = chosen.ids.len();
    let changed = if chosen.all {
        change_all(raccordo, &chosen.filter.into(), change).await?
    } else {
        change_named(raccordo, chosen.ids, change).await?
    };
    if json {
        print::json(&serde_json::json!({ "changed": changed }))?;
    }
    if usize::try_from(changed).unwrap_or(usize::MAX) < named {
        bail!("{changed} of {named} were changed: the others do not exist, or their state does not allow it");
    }
    if !json {
        println!("{changed} changed.");
    }
    Ok(())
}

/// Changes all that a filter finds, step by step. What changes after the beginning is left alone: what fails again at once would be
/// retried for ever.
async fn change_all(
    raccordo: &Raccordo,
    filter: &DeliveryFilter,
    change: DeliveryChange,
) -> anyhow::Result<u64> {
    let site = raccordo.shown_site().await?.id;
    let mut bulk = BulkChange {
        change,
        mark: raccordo.now(),
        from: None,
        limit: STEP_MAX,
    };
    let mut changed = 0;
    loop {
        let step = raccordo
            .change_deliveries(&acting::operator(), site, filter, LogRange::default(), bulk)
            .await?;
        changed += step.count;
        if step.next.is_none() {
            return Ok(changed);
        }
        bulk.from = step.next;
    }
}

async fn change_named(
    raccordo: &Raccordo,
    ids: Vec<DeliveryId>,
    change: DeliveryChange,
) -> anyhow::Result<u64> {
    let site = raccordo.shown_site().await?.id;
    let mut changed = 0;
    for id in ids {
        if raccordo
            .change_delivery(&acting::operator(), site, id, change)
            .await?
        {
            changed += 1;
        }
    }
    Ok(changed)
}
