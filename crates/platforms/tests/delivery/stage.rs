//! A sandbox, the way to it, an account, and what is remembered of it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::platform::{Platform, Settings};
use domain::{Context, EventKind, FaultClass, SecretValue, SkipReason, Timestamp, Values};
use events::Payload;
use platforms::{
    AtOnce, Delivery, DeliveryReport, Memory, MemoryError, Note, Options, Pace, Parcel, Plan, Platforms,
    Remote, Secrets, Shop,
};
use sandbox::{Count, Fault, Kind, Sandbox};
use serde_json::Value;

/// When every event takes place.
pub(crate) const THEN: Timestamp = Timestamp::from_ms(1_790_000_000_000);
/// An hour later, when it is delivered.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_790_003_600_000);

pub(crate) struct Stage {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) platforms: Platforms,
    pub(crate) memory: Book,
    pub(crate) shop: Shop,
    pub(crate) settings: Settings,
    pub(crate) secrets: Secrets,
}

impl Stage {
    pub(crate) async fn activecampaign() -> Self {
        Self::with(Platform::ActiveCampaign, &[]).await
    }

    pub(crate) async fn clerk() -> Self {
        Self::with(Platform::Clerk, &[]).await
    }

    /// With the sample account of `platform`, and other `values` in it; an empty one takes the sample's away.
    pub(crate) async fn with(platform: Platform, values: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None)
            .await
            .unwrap();
        sandbox.set_now(Some(NOW));
        let addr = sandbox.addr();
        Self::at(sandbox, addr, platform, values)
    }

    /// The same, with the sandbox behind another address.
    pub(crate) fn at(
        sandbox: Sandbox,
        addr: SocketAddr,
        platform: Platform,
        values: &[(&str, &str)],
    ) -> Self {
        let options = Options {
            allowed_hosts: Vec::new(),
            witnesses: Vec::new(),
            sandbox: Some(platforms::Sandbox {
                addr,
                certificate_pem: sandbox.certificate_pem().to_owned(),
            }),
            connect_timeout: Options::CONNECT_TIMEOUT,
            call_timeout: Options::CALL_TIMEOUT,
            test_timeout: Options::TEST_TIMEOUT,
        };
        let samples = sandbox::sample_accounts();
        let sample = samples.iter().find(|sample| sample.platform == platform).unwrap();
        let mut secrets = Secrets::new();
        for (field, value) in &sample.secrets {
            secrets.insert(field, SecretValue::new(value.clone()));
        }
        Self {
            sandbox: Arc::new(sandbox),
            platforms: Platforms::new(options).unwrap(),
            memory: Book::default(),
            shop: shop(),
            settings: settings(platform, values),
            secrets,
        }
    }

    /// Takes other settings.
    pub(crate) fn set(&mut self, values: &[(&str, &str)]) {
        self.settings = settings(self.settings.platform(), values);
    }

    pub(crate) const fn remote(&self) -> Remote<'_> {
        Remote {
            settings: &self.settings,
            secrets: &self.secrets,
        }
    }

    /// The first attempt at an event.
    pub(crate) async fn deliver(&self, kind: EventKind, payload: &Payload) -> DeliveryReport {
        self.attempt(&parcel(kind, payload), &AtOnce).await
    }

    /// The first attempt at an event that took place `seconds` after the others, or before them when negative.
    pub(crate) async fn deliver_at(
        &self,
        seconds: i64,
        kind: EventKind,
        payload: &Payload,
    ) -> DeliveryReport {
        let parcel = Parcel {
            occurred_at: THEN.plus_seconds(seconds),
            ..parcel(kind, payload)
        };
        self.attempt(&parcel, &AtOnce).await
    }

    /// An attempt after one that may have been carried out.
    pub(crate) async fn deliver_again(&self, kind: EventKind, payload: &Payload) -> DeliveryReport {
        let parcel = Parcel {
            is_doubtful: true,
            ..parcel(kind, payload)
        };
        self.attempt(&parcel, &AtOnce).await
    }

    pub(crate) async fn attempt(&self, parcel: &Parcel<'_>, pace: &dyn Pace) -> DeliveryReport {
        let report = self
            .platforms
            .deliver(&self.remote(), &self.shop, parcel, &self.memory, pace)
            .await;
        self.memory.write(&report.notes);
        report
    }

    pub(crate) async fn explain(&self, kind: EventKind, payload: &Payload) -> Plan {
        let parcel = parcel(kind, payload);
        self.platforms
            .explain(&self.remote(), &self.shop, &parcel, &self.memory)
            .await
    }

    /// Method and path of the requests since `from`.
    pub(crate) fn requests_since(&self, from: usize) -> Vec<String> {
        let received = self.sandbox.received();
        received
            .iter()
            .skip(from)
            .map(|request| {
                let path = request.path.split('?').next().unwrap();
                let path = path.trim_start_matches("/api/3").trim_start_matches("/v2");
                format!("{} {path}", request.method)
            })
            .collect()
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests_since(0)
    }

    /// How many requests have come in.
    pub(crate) fn mark(&self) -> usize {
        self.sandbox.received().len()
    }

    /// The body of the last request to `path`.
    pub(crate) fn last_body(&self, path: &str) -> Value {
        let received = self.sandbox.received();
        let request = received
            .iter()
            .rev()
            .find(|request| request.method != "GET" && request.path.ends_with(path));
        serde_json::from_str(&request.unwrap().body).unwrap()
    }

    pub(crate) fn count(&self, kind: Kind, id: &str) -> Count {
        self.sandbox.sink().count(self.host(), kind, id)
    }

    pub(crate) fn counts(&self, kind: Kind) -> BTreeMap<String, Count> {
        self.sandbox.sink().counts(self.host(), kind)
    }

    const fn host(&self) -> &'static str {
        match self.settings {
            Settings::Clerk(_) => sandbox::CLERK_HOST,
            _ => sandbox::ACTIVECAMPAIGN_HOST,
        }
    }

    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        self.sandbox.set_fault(self.settings.platform(), fault);
    }
}

fn settings(platform: Platform, values: &[(&str, &str)]) -> Settings {
    let samples = sandbox::sample_accounts();
    let sample = samples.iter().find(|sample| sample.platform == platform).unwrap();
    let mut all: Values = sample
        .values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    for (name, value) in values {
        if value.is_empty() {
            all.remove(*name);
        } else {
            all.insert((*name).to_owned(), (*value).to_owned());
        }
    }
    Settings::parse(platform, &all, Context::Stored).unwrap()
}

/// A shop that no account of the sandbox knows.
pub(crate) fn shop() -> Shop {
    Shop {
        name: "Bottega".into(),
        url: "https://bottega.example".into(),
        language: "it".parse().unwrap(),
        other_languages: std::collections::BTreeSet::new(),
    }
}

pub(crate) const fn parcel(kind: EventKind, payload: &Payload) -> Parcel<'_> {
    Parcel {
        kind,
        occurred_at: THEN,
        payload,
        is_doubtful: false,
        now: NOW,
    }
}

/// Sees to it that the attempt ended well.
#[track_caller]
pub(crate) fn assert_done(report: &DeliveryReport) {
    assert!(matches!(report.delivery, Delivery::Done(_)), "{report:#?}");
}

#[track_caller]
pub(crate) fn assert_skipped(report: &DeliveryReport, reason: SkipReason) {
    assert!(
        matches!(report.delivery, Delivery::Skipped(found) if found == reason),
        "{reason:?}: {report:#?}"
    );
    assert!(report.exchanges.is_empty(), "nothing is sent");
}

pub(crate) const fn class(report: &DeliveryReport) -> Option<FaultClass> {
    report.delivery.class()
}

/// What is remembered, in this process.
#[derive(Default)]
pub(crate) struct Book {
    /// Of its fingerprints.
    pub(crate) key: u64,
    words: Mutex<BTreeMap<String, String>>,
    is_broken: Mutex<bool>,
}

impl Book {
    /// From now on nothing can be read or written.
    pub(crate) fn tear(&self) {
        *self.is_broken.lock().unwrap() = true;
    }

    /// The words without the place that they begin with.
    pub(crate) fn keys(&self) -> Vec<String> {
        let words = self.words.lock().unwrap();
        words
            .keys()
            .map(|key| key.split_once(' ').unwrap().1.to_owned())
            .collect()
    }

    pub(crate) fn content(&self) -> BTreeMap<String, String> {
        self.words.lock().unwrap().clone()
    }

    /// Puts `value` in the place of all that is remembered under a key that ends with `end`.
    pub(crate) fn spoil(&self, end: &str, value: &str) {
        for (key, known) in self.words.lock().unwrap().iter_mut() {
            if key.ends_with(end) {
                value.clone_into(known);
            }
        }
    }

    pub(crate) fn write(&self, notes: &[Note]) {
        let mut words = self.words.lock().unwrap();
        for note in notes {
            match &note.value {
                Some(value) => words.insert(note.key.clone(), value.clone()),
                None => words.remove(&note.key),
            };
        }
    }

    fn check(&self) -> Result<(), MemoryError> {
        if *self.is_broken.lock().unwrap() {
            Err(MemoryError("torn".into()))
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Memory for Book {
    async fn recall(&self, keys: &[String]) -> Result<Vec<Option<String>>, MemoryError> {
        self.check()?;
        let words = self.words.lock().unwrap();
        Ok(keys.iter().map(|key| words.get(key).cloned()).collect())
    }

    async fn remember(&self, notes: &[Note]) -> Result<(), MemoryError> {
        self.check()?;
        self.write(notes);
        Ok(())
    }

    fn fingerprint(&self, words: &str) -> Result<[u8; 32], MemoryError> {
        self.check()?;
        let mut hash = DefaultHasher::new();
        self.key.hash(&mut hash);
        words.hash(&mut hash);
        let mut fingerprint = [0; 32];
        fingerprint[..8].copy_from_slice(&hash.finish().to_be_bytes());
        Ok(fingerprint)
    }
}

/// Switches a fault on for one call of an attempt.
pub(crate) struct Trip {
    sandbox: Arc<Sandbox>,
    platform: Platform,
    fault: Fault,
    /// From 1.
    at: usize,
    turns: Mutex<usize>,
}

impl Trip {
    pub(crate) fn new(stage: &Stage, fault: Fault, at: usize) -> Self {
        Self {
            sandbox: Arc::clone(&stage.sandbox),
            platform: stage.settings.platform(),
            fault,
            at,
            turns: Mutex::new(0),
        }
    }

    pub(crate) fn turns(&self) -> usize {
        *self.turns.lock().unwrap()
    }
}

#[async_trait]
impl Pace for Trip {
    async fn turn(&self) {
        let mut turns = self.turns.lock().unwrap();
        *turns += 1;
        let fault = (*turns == self.at).then_some(self.fault);
        self.sandbox.set_fault(self.platform, fault);
    }
}
