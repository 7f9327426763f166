//! All rounds on one database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use domain::{DeliveryState, Platform, Timestamp};
use sandbox::{CLERK_HOST, Fault, Kind as Thing};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Options;
use super::clock::Clock;
use super::deck::{Deck, Means, Trouble};
use super::disk::Disk;
use super::ledger::Ledger;
use super::load::{self, Happenings};
use super::server::Control;
use super::tally::{Allowed, Tally, or_nothing};
use crate::chance::Chance;
use crate::place::{Kind, Place};
use crate::process::Process;
use crate::stand::{Account, Api, Books, Kept, Stand};

/// Connections that send events.
const CONNECTIONS: u64 = 8;
/// Panels on one database server; an embedded database has one.
const PANELS: usize = 2;
/// The longest part of a round before its trouble, and after it until the kill, in milliseconds.
const BEFORE_MS_MAX: usize = 400;
const AFTER_MS_MAX: usize = 1_200;
/// How often the progress is told, in rounds.
const TOLD_EVERY: u32 = 10;
/// How long the last events may take to be accepted, and everything to be delivered: longer than a lease.
const PATIENCE: Duration = Duration::from_mins(5);
/// Seconds after which every lease is over that SQLite's panel took when its clock was ahead, and no cart is stale yet. On
/// PostgreSQL the server's clock tells, which nobody moves.
const LATER_S: i64 = 36 * 3_600;
/// How long nothing may change before what waits is made due again.
const STILL: Duration = Duration::from_secs(8);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// A panel, or several, in trouble.
pub(crate) struct Session {
    // Before the panels: what drops first must not call what is gone.
    senders: JoinSet<Result<()>>,
    panels: Vec<Option<Process>>,
    stand: Stand,
    accounts: Vec<Account>,
    ledger: Arc<Ledger>,
    addresses: watch::Sender<Vec<Api>>,
    deck: Deck,
    clock: Option<Clock>,
    control: Control,
    events: u32,
    troubles: BTreeMap<String, u32>,
    allowed: Allowed,
    words: Vec<&'static str>,
    // After the database that lies on it.
    disk: Option<Disk>,
}

impl Session {
    /// Makes the database, the accounts, and what disturbs them.
    pub(crate) async fn begin(options: &Options, kind: Kind) -> Result<Self> {
        let disk = match kind {
            Kind::Sqlite => Disk::make(options.places.make_folder()?),
            Kind::Postgres => None,
        };
        let place = match &disk {
            Some(disk) => Place::Folder(tempfile::tempdir_in(disk.path())?),
            None => options.places.make(kind)?,
        };
        let stand = Stand::make(&options.raccordo, &options.places, place).await?;
        let clock = Clock::make(stand.home())?;
        let mut means = Vec::new();
        if kind == Kind::Postgres {
            means.push(Means::Server);
            means.extend(options.control.is_there().then_some(Means::Control));
        }
        means.extend(disk.is_some().then_some(Means::Disk));
        means.extend(clock.is_some().then_some(Means::Clock));
        let words = not_possible(kind, &means);
        let mut session = Self {
            senders: JoinSet::new(),
            panels: (0..if kind == Kind::Postgres { PANELS } else { 1 })
                .map(|_| None)
                .collect(),
            stand,
            accounts: Vec::new(),
            ledger: Arc::default(),
            addresses: watch::Sender::new(Vec::new()),
            deck: Deck::new(options.seed, means),
            clock,
            control: options.control.clone(),
            events: options.events,
            troubles: BTreeMap::new(),
            allowed: Allowed::default(),
            words,
            disk,
        };
        session.start().await?;
        let api = session.api();
        for kept in [
            Kept::ActiveCampaign,
            Kept::Clerk {
                language: "it",
                base: None,
            },
        ] {
            let account = session.stand.add(&api, kept).await?;
            session.accounts.push(account);
        }
        let happenings = Arc::new(Happenings::new(now()));
        for number in 0..CONNECTIONS {
            session.senders.spawn(load::send(
                Arc::clone(&session.ledger),
                Arc::clone(&happenings),
                session.addresses.subscribe(),
                Chance::of(options.seed.wrapping_mul(31).wrapping_add(number)),
            ));
        }
        Ok(session)
    }

    /// One round: a trouble somewhere in the middle, a kill at the end.
    pub(crate) async fn round(&mut self, number: u32) -> Result<()> {
        self.start().await?;
        self.recover().await?;
        self.ledger.allow(self.events);
        self.pass(BEFORE_MS_MAX).await?;
        let trouble = self.deck.deal();
        *self.troubles.entry(name(trouble)).or_default() += 1;
        let written = self.clerk_writes();
        self.begin_trouble(trouble)?;
        self.pass(AFTER_MS_MAX).await?;
        self.kill()?;
        self.end_trouble(trouble)?;
        self.note_in_flight().await?;
        if withholds_answers(trouble) {
            // What was carried out in silence may be sent again.
            self.allowed.unanswered += self.clerk_writes() - written;
        }
        if number.is_multiple_of(TOLD_EVERY) {
            let counts = self.ledger.counts();
            eprintln!("  round {number}: {} events accepted", counts.accepted);
        }
        Ok(())
    }

    /// What was done to the panels, and what could not be.
    pub(crate) fn told(&self) -> [(&'static str, String); 2] {
        let troubles: Vec<String> = self
            .troubles
            .iter()
            .map(|(trouble, times)| format!("{trouble} {times}×"))
            .collect();
        [
            ("Troubles beside", troubles.join(", ")),
            ("Not possible here", or_nothing(&self.words.join("; "))),
        ]
    }

    /// Ends all troubles, lets everything be delivered, and counts.
    pub(crate) async fn end(mut self) -> Result<Tally> {
        if let Some(clock) = &self.clock {
            clock.set(0)?;
        }
        self.finish().await?;
        let books = Books::open(&self.stand.place).await?;
        // A platform that could not tell its trouble from a bad request has refused good ones: a person has them sent again.
        let failed = [DeliveryState::Refused, DeliveryState::GivenUp];
        let by_hand = books.retry(&failed, now()).await?;
        books.close().await;
        self.start().await?;
        self.recover().await?;
        let until = Instant::now() + PATIENCE;
        while !self.ledger.is_done() {
            self.look_after_senders()?;
            if Instant::now() > until {
                bail!("the last events are not accepted");
            }
            sleep(LOOK).await;
        }
        while self.deliver().await? > 0 && Instant::now() < until {
            self.finish().await?;
            // A lease that SQLite's panel took while its clock was ahead lasts until then.
            if let Some(clock) = &self.clock {
                clock.set(LATER_S)?;
            }
            let books = Books::open(&self.stand.place).await?;
            books.retry(&[DeliveryState::Waiting], now()).await?;
            books.close().await;
            self.start().await?;
            self.recover().await?;
        }
        self.finish().await?;
        let books = Books::open(&self.stand.place).await?;
        let tally = Tally::take(
            &books,
            &self.ledger,
            &self.stand.sandbox.sink(),
            self.allowed,
            by_hand,
        )
        .await?;
        books.close().await;
        Ok(tally)
    }

    /// Waits until nothing waits any more, or nothing changes; answers how many still wait, at least.
    async fn deliver(&mut self) -> Result<usize> {
        let (mut before, mut since) = (u64::MAX, Instant::now());
        loop {
            let waiting = self.waiting().await?;
            let calls = self.stand.sandbox.calls();
            if waiting == 0 {
                return Ok(0);
            }
            if calls != before {
                (before, since) = (calls, Instant::now());
            }
            if since.elapsed() > STILL {
                return Ok(waiting);
            }
            sleep(LOOK).await;
        }
    }

    /// How many of the first page wait.
    async fn waiting(&self) -> Result<usize> {
        let answer = self
            .api()
            .get("/deliveries?state=waiting&limit=50")
            .await?
            .expect(200)?;
        let page: Value = serde_json::from_slice(&answer.body)?;
        Ok(page["items"].as_array().map_or(0, Vec::len))
    }

    /// A while of at most `ms_max`.
    async fn pass(&mut self, ms_max: usize) -> Result<()> {
        let ms = u64::try_from(50 + self.deck.below(ms_max))?;
        sleep(Duration::from_millis(ms)).await;
        self.look_after_senders()
    }

    /// A sender ends only with an error: of a good event that was refused.
    fn look_after_senders(&mut self) -> Result<()> {
        match self.senders.try_join_next() {
            Some(ended) => ended?,
            None => Ok(()),
        }
    }

    /// Starts every panel that does not run.
    async fn start(&mut self) -> Result<()> {
        let variables = self.clock.as_ref().map(Clock::variables).unwrap_or_default();
        for panel in self.panels.iter_mut().filter(|panel| panel.is_none()) {
            *panel = Some(self.stand.serve_with(&variables)?);
        }
        for panel in self.panels.iter_mut().flatten() {
            panel.becomes_ready().await?;
        }
        let running = self.panels.iter().flatten();
        let addresses = running.map(|panel| self.stand.api(panel)).collect();
        self.addresses.send_replace(addresses);
        Ok(())
    }

    fn api(&self) -> Api {
        self.addresses.borrow()[0].clone()
    }

    /// What an operator does: the platforms work again, and the queues that were held go on.
    async fn recover(&mut self) -> Result<()> {
        for platform in [Platform::ActiveCampaign, Platform::Clerk] {
            self.stand.sandbox.set_fault(platform, None);
        }
        let api = self.api();
        for account in &self.accounts {
            account.resume(&api).await?;
        }
        Ok(())
    }

    /// Kills one panel, or all.
    fn kill(&mut self) -> Result<()> {
        let all = self.deck.below(3) == 0;
        let one = self.deck.below(self.panels.len());
        for (place, panel) in self.panels.iter_mut().enumerate() {
            if let Some(mut running) = panel.take_if(|_| all || place == one) {
                if let Some(status) = running.ended()? {
                    bail!("a panel ended by itself ({status}):\n{}", self.stand.last_words());
                }
                running.kill()?;
                self.allowed.kills += 1;
            }
        }
        Ok(())
    }

    /// What may be sent again to Clerk.io, which cannot be asked.
    async fn note_in_flight(&mut self) -> Result<()> {
        let books = Books::open(&self.stand.place).await?;
        let claims = books.claims().await?;
        books.close().await;
        let of_clerk = claims
            .into_iter()
            .filter(|(row, _)| row.platform == Platform::Clerk);
        self.allowed
            .in_flight
            .extend(of_clerk.map(|(row, until)| (row.id, until)));
        Ok(())
    }

    async fn finish(&mut self) -> Result<()> {
        for panel in &mut self.panels {
            if let Some(running) = panel.take() {
                running.finish().await?;
            }
        }
        Ok(())
    }

    fn begin_trouble(&mut self, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Nothing => {}
            Trouble::Platform(platform, fault) => self.stand.sandbox.set_fault(platform, Some(fault)),
            Trouble::CutOff => self.cut_off()?,
            Trouble::Restart => {
                self.control.stop()?;
                self.control.start()?;
            }
            Trouble::Away => self.control.stop()?,
            Trouble::FullDisk => {
                if let Some(disk) = &self.disk {
                    disk.fill()?;
                }
            }
            Trouble::Clock(ahead_s) => {
                if let Some(clock) = &self.clock {
                    clock.set(ahead_s)?;
                }
            }
        }
        Ok(())
    }

    fn end_trouble(&mut self, trouble: Trouble) -> Result<()> {
        match trouble {
            Trouble::Away => self.control.start(),
            Trouble::FullDisk => self.disk.as_ref().map_or(Ok(()), Disk::free),
            // A fault stays until the panel runs again; so does the clock, until it jumps again.
            _ => Ok(()),
        }
    }

    fn cut_off(&self) -> Result<()> {
        if let Place::Server(database) = &self.stand.place {
            database.ask(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()",
            )?;
        }
        Ok(())
    }

    /// How often Clerk.io has written anything.
    fn clerk_writes(&self) -> u64 {
        let sink = self.stand.sandbox.sink();
        [Thing::Order, Thing::Sale, Thing::Customer, Thing::Product]
            .into_iter()
            .flat_map(|thing| sink.counts(CLERK_HOST, thing).into_values())
            .map(|count| u64::from(count.created) + u64::from(count.updated))
            .sum()
    }
}

/// Whether Clerk.io does what it is asked to, and does not say so.
const fn withholds_answers(trouble: Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Platform(
            Platform::Clerk,
            Fault::Slow | Fault::CloseAfter | Fault::Malformed | Fault::Oversized
        )
    )
}

fn name(trouble: Trouble) -> String {
    match trouble {
        Trouble::Nothing => "nothing else".to_owned(),
        Trouble::Platform(platform, fault) => format!("{} {}", platform.code(), fault.code()),
        Trouble::CutOff => "connections to the database cut".to_owned(),
        Trouble::Restart => "database restarted".to_owned(),
        Trouble::Away => "database away".to_owned(),
        Trouble::FullDisk => "disk full".to_owned(),
        Trouble::Clock(ahead_s) => format!("clock {ahead_s:+} s"),
    }
}

/// What could not be tried.
fn not_possible(kind: Kind, means: &[Means]) -> Vec<&'static str> {
    let mut words = Vec::new();
    if kind == Kind::Postgres && !means.contains(&Means::Control) {
        words.push("the database was not restarted: nobody said how (--pg-ctl, --pg-data)");
    }
    if kind == Kind::Sqlite && !means.contains(&Means::Disk) {
        words.push("the disk was not filled: only root may mount a small one");
    }
    if !means.contains(&Means::Clock) {
        words.push("the clock did not jump: libfaketime is not installed");
    }
    words
}

#[expect(
    clippy::disallowed_methods,
    reason = "nobody hands a clock to whoever plays the operator from outside"
)]
fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
