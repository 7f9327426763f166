//! Sends the ledger's events, whatever happens to the panels.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::ledger::Ledger;
use super::past::Past;
use crate::chance::Chance;
use crate::http::Connection;
use crate::stand::{Api, Shop};

/// Most events of a request.
const BATCH_MAX: u64 = 20;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause after anything that did not work, or where there is nothing to send.
const PAUSE: Duration = Duration::from_millis(10);
/// One in so many good answers is never read.
const FORGOTTEN: u64 = 20;
/// Customers and products: few enough that their events meet.
const CUSTOMERS: u32 = 400;
const PRODUCTS: u32 = 40;

/// Numbers after which the day before begins anew, with other customers.
const TURN: u32 = 60;
/// The first customer with a cart, and the first who leaves: more than any other number.
const FIRST_WITH_CART: u32 = 1_000_000;
const FIRST_LEAVING: u32 = 2_000_000;

/// What an event is about, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// An order of a visitor whom nobody tracks.
    Order,
    /// An order of a tracked visitor.
    Sale,
    /// A customer.
    Customer,
    /// A product.
    Product,
    /// A consent to the newsletter.
    Consent,
    /// A cart that was left.
    Cart,
    /// The order of such a cart.
    OrderedCart,
    /// A customer who is about to leave.
    Leaving,
    /// The same, when he has left.
    Left,
}

impl About {
    /// What event `number` is about. Each turn has a cart that changes three times, and a customer who leaves; every second
    /// cart is ordered.
    pub(crate) const fn of(number: u32) -> Self {
        match number % TURN {
            3 | 23 | 43 => Self::Cart,
            33 if (number / TURN).is_multiple_of(2) => Self::OrderedCart,
            7 => Self::Leaving,
            47 => Self::Left,
            place => match place % 10 {
                0..=4 => Self::Order,
                5 | 6 => Self::Sale,
                7 => Self::Customer,
                8 => Self::Product,
                _ => Self::Consent,
            },
        }
    }

    /// The customer of event `number`.
    pub(crate) const fn customer(number: u32) -> u32 {
        match Self::of(number) {
            Self::Cart | Self::OrderedCart => FIRST_WITH_CART + number / TURN,
            Self::Leaving | Self::Left => FIRST_LEAVING + number / TURN,
            _ => number % CUSTOMERS,
        }
    }

    /// Whether it is an order.
    pub(crate) const fn is_order(self) -> bool {
        matches!(self, Self::Order | Self::Sale | Self::OrderedCart)
    }
}

/// What happens in the shop.
pub(crate) struct Happenings {
    shop: Shop,
    past: Past,
}

impl Happenings {
    /// Of today, and of the day before.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            shop: Shop::new(),
            past: Past::before(now),
        }
    }
}

/// One connection, for as long as the task lives; ends with an error only.
pub(crate) async fn send(
    ledger: Arc<Ledger>,
    happenings: Arc<Happenings>,
    panels: watch::Receiver<Vec<Api>>,
    mut chance: Chance,
) -> Result<()> {
    let mut connection: Option<(Api, Connection)> = None;
    loop {
        let batch = if chance.below(2) == 0 {
            1
        } else {
            1 + chance.below(BATCH_MAX)
        };
        let numbers = ledger.take(usize::try_from(batch)?);
        if numbers.is_empty() {
            sleep(PAUSE).await;
            continue;
        }
        if connection.is_none() {
            connection = connect(&panels, &mut chance).await;
        }
        let Some((api, open)) = &mut connection else {
            ledger.answered("no connection");
            ledger.give_back(&numbers);
            sleep(PAUSE).await;
            continue;
        };
        let request = api.events(&write(&happenings, &numbers));
        let answer = timeout(PATIENCE, open.send(&request)).await;
        ledger.answered(&match &answer {
            Ok(Ok(answer)) => answer.status.to_string(),
            Ok(Err(_)) => "connection lost".to_owned(),
            Err(_) => "no answer in time".to_owned(),
        });
        match answer {
            // A shop that has crashed meanwhile knows of no answer: it sends all of it again.
            Ok(Ok(answer)) if answer.status == 202 && chance.below(FORGOTTEN) == 0 => {
                ledger.give_back(&numbers);
                connection = None;
            }
            Ok(Ok(answer)) if answer.status == 202 => note(&ledger, &numbers, answer.body)?,
            Ok(Ok(answer)) if matches!(answer.status, 429 | 500..=599) => {
                ledger.give_back(&numbers);
                sleep(PAUSE).await;
            }
            Ok(Ok(answer)) => bail!(
                "events are answered with {}: {}",
                answer.status,
                String::from_utf8_lossy(answer.body)
            ),
            // Whether they were taken is unknown: they are sent again.
            Ok(Err(_)) | Err(_) => {
                ledger.give_back(&numbers);
                connection = None;
            }
        }
    }
}

async fn connect(panels: &watch::Receiver<Vec<Api>>, chance: &mut Chance) -> Option<(Api, Connection)> {
    let api = {
        let panels = panels.borrow();
        let place = chance.below(u64::try_from(panels.len()).ok()?);
        panels.get(usize::try_from(place).ok()?)?.clone()
    };
    let connection = Connection::open(api.addr).await.ok()?;
    Some((api, connection))
}

fn write(Happenings { shop, past }: &Happenings, numbers: &[u32]) -> String {
    let mut body = String::new();
    let is_batch = numbers.len() > 1;
    for (place, number) in numbers.iter().enumerate() {
        body.push_str(match (is_batch, place) {
            (false, _) => "",
            (true, 0) => "[",
            (true, _) => ",",
        });
        let customer = About::customer(*number);
        match About::of(*number) {
            About::Order => shop.order(*number, customer, "it", &mut body),
            About::Sale => shop.sale(*number, customer, "it", &mut body),
            About::Customer => shop.customer(*number, customer, "it", &mut body),
            About::Consent => shop.consent(*number, customer, "it", &mut body),
            About::Product => shop.product(*number, number % PRODUCTS, &mut body),
            About::Cart => past.cart(*number, customer, &mut body),
            About::OrderedCart => past.order(*number, customer, &mut body),
            About::Leaving => past.profile(*number, customer, &mut body),
            About::Left => past.farewell(*number, customer, &mut body),
        }
    }
    if is_batch {
        body.push(']');
    }
    body
}

/// Notes what was accepted. A good event must never be refused.
fn note(ledger: &Ledger, numbers: &[u32], body: &[u8]) -> Result<()> {
    let answer: Value = serde_json::from_slice(body)?;
    let results = answer["results"]
        .as_array()
        .context("an answer without results")?;
    if results.len() != numbers.len() {
        bail!(
            "{} events are answered with {} results",
            numbers.len(),
            results.len()
        );
    }
    for (number, result) in numbers.iter().zip(results) {
        match result["status"].as_str() {
            Some("accepted") => ledger.accept(*number, false),
            Some("known") => ledger.accept(*number, true),
            _ => bail!("event {number} is answered with {result}"),
        }
    }
    Ok(())
}
