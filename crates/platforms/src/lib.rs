//! The connectors: what each platform is asked, one HTTP client for all of them, and the rules of where it may go.
//!
//! Adding a platform: one module beside its siblings and one arm in `connector::of`. A secret leaves this crate only
//! towards its platform: whatever is told of a call passes the redactor first.

mod activecampaign;
mod clerk;
mod clients;
mod connector;
mod deletion;
mod deliver;
mod errand;
mod failure;
mod http;
mod parcel;
mod recall;
mod redact;
mod remote;
mod session;
mod telegram;
mod trail;
mod whatsapp;
mod witness;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::platform::{Platform, Settings};
use domain::{
    Effect, Fact, Fault, Host, Lookup, RemoteValue, Step, StepKind, TEST_MS_MAX, TestReport, Timestamp,
};
use tokio::time::{Instant, timeout};

pub use failure::{CallError, Failure, SetupError};
pub use http::{AllowedHost, AllowedHostError, NameError, Resolver, SystemResolver};
pub use parcel::{
    AtOnce, Delivery, DeliveryReport, Memory, MemoryError, Note, Pace, Parcel, Plan, PlannedCall, Shop,
};
pub use remote::{Remote, Secrets};
pub use witness::{Witness, WitnessError};

use clients::Clients;
use connector::{Connector, Setback};
use http::{Client, Destination, Trust};
use redact::Redactor;
use session::{Record, Session, Way};
use trail::{Trail, ms_since};

/// How the platforms are called.
#[derive(Debug, Clone)]
pub struct Options {
    /// Private addresses and plain `http` that are allowed all the same.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Hosts that tell whether the Internet can be reached, from different networks; none if nobody is to be asked.
    pub witnesses: Vec<Witness>,
    /// The fake platforms, if they run.
    pub sandbox: Option<Sandbox>,
    /// The longest that connecting may take, TLS included; also the longest that a name may be looked up.
    pub connect_timeout: Duration,
    /// The longest that one call may take, from connecting to the last byte of the answer.
    pub call_timeout: Duration,
    /// The longest that a test, a lookup or a test message may take as a whole.
    pub test_timeout: Duration,
}

impl Options {
    /// The usual limit on connecting.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// The usual limit on one call.
    pub const CALL_TIMEOUT: Duration = Duration::from_secs(8);
    /// The usual limit on a test: [`TEST_MS_MAX`].
    pub const TEST_TIMEOUT: Duration = Duration::from_millis(TEST_MS_MAX as u64);
}

/// Where hosts ending in [`domain::SANDBOX_SUFFIX`] really are, and whom to trust for them.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// Their encrypted side.
    pub addr: SocketAddr,
    /// The certificate that signs theirs, as PEM. It counts for those hosts only.
    pub certificate_pem: String,
}

/// The way to all platforms.
pub struct Platforms {
    options: Options,
    resolver: Arc<dyn Resolver>,
    trust: Trust,
    clients: Clients,
}

impl Platforms {
    /// Prepares the calls. The certificates that the system trusts are read at the first call to a real host.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        Self::with_resolver(options, Arc::new(SystemResolver))
    }

    /// The same with another name service.
    pub fn with_resolver(options: Options, resolver: Arc<dyn Resolver>) -> Result<Self, SetupError> {
        let certificate = options
            .sandbox
            .as_ref()
            .map(|sandbox| sandbox.certificate_pem.as_str());
        let trust = Trust::new(certificate)?;
        Ok(Self {
            options,
            resolver,
            trust,
            clients: Clients::default(),
        })
    }

    /// Whether the operator allows `host` by name or address: one of the own network, which has no public limits.
    pub fn is_own_host(&self, host: &Host) -> bool {
        let allowed = &self.options.allowed_hosts;
        allowed.iter().any(|allowed| allowed.is_host(host.as_str()))
    }

    /// Tests a connection without changing anything on the other side. Each step is told to `watch` as it ends, in
    /// the order of [`StepKind::ALL`], skipped ones too. It takes [`Options::test_timeout`] at most; then the step
    /// under way fails with [`Fault::TimeUp`].
    pub async fn verify(
        &self,
        remote: &Remote<'_>,
        clock: &(dyn Fn() -> Timestamp + Send + Sync),
        watch: &(dyn Fn(Step) + Send + Sync),
    ) -> TestReport {
        let started = Instant::now();
        let mut trail = Trail::start(watch);
        let mut record = Record::default();
        let steps = self.take_steps(remote, &mut trail, &mut record);
        let outcome = timeout(self.options.test_timeout, steps)
            .await
            .unwrap_or(Err(Fault::TimeUp));
        TestReport {
            at: clock(),
            ms: ms_since(started),
            steps: trail.finish(outcome.is_err()),
            identity: record.facts,
            fault: outcome.err(),
            exchanges: record.exchanges,
        }
    }

    async fn take_steps(
        &self,
        remote: &Remote<'_>,
        trail: &mut Trail<'_>,
        record: &mut Record,
    ) -> Result<(), Fault> {
        let connector = connector::of(remote);
        trail.begin(StepKind::Address);
        let destination = Destination::of(connector.base(), &self.options)?;
        trail.pass();
        trail.begin(StepKind::Dns);
        let found = destination
            .look_up(self.resolver.as_ref(), self.options.connect_timeout)
            .await?;
        trail.pass();
        trail.begin(StepKind::Tls);
        let client = Client::new(found, &self.trust, &self.options).await?;
        client.shake_hands().await?;
        trail.pass();
        trail.begin(StepKind::Credentials);
        let redactor = redactor(connector.as_ref(), remote);
        let way = Way::Own(Arc::new(client));
        let mut session = Session::new(way, redactor, connector.base(), record);
        connector.verify(&mut session, trail).await
    }

    /// The values that a platform offers for a field. Nothing changes on the other side.
    pub async fn look_up(&self, remote: &Remote<'_>, lookup: Lookup) -> Result<Vec<RemoteValue>, CallError> {
        let connector = connector::of(remote);
        let mut record = Record::default();
        let work = async {
            let mut session = self.open(connector.as_ref(), remote, &mut record).await?;
            connector.look_up(&mut session, lookup).await
        };
        let outcome = timeout(self.options.test_timeout, work).await;
        settle(outcome, Effect::Reads, record)
    }

    /// Sends a message that calls itself a test, where a platform offers that, and tells where it went. After a lost
    /// answer nobody knows whether it arrived: such a failure has [`Effect::Writes`].
    pub async fn send_test_message(&self, remote: &Remote<'_>, text: &str) -> Result<Vec<Fact>, CallError> {
        if !offers_test_message(remote.settings) {
            return Err(CallError::NotOffered);
        }
        let connector = connector::of(remote);
        let mut record = Record::default();
        let work = async {
            let mut session = self.open(connector.as_ref(), remote, &mut record).await?;
            connector.send_test_message(&mut session, text).await
        };
        let outcome = timeout(self.options.test_timeout, work).await;
        settle(outcome, Effect::Writes, record)
    }

    async fn open<'r>(
        &self,
        connector: &dyn Connector,
        remote: &Remote<'_>,
        record: &'r mut Record,
    ) -> Result<Session<'r>, Fault> {
        let found = Destination::of(connector.base(), &self.options)?
            .look_up(self.resolver.as_ref(), self.options.connect_timeout)
            .await?;
        let client = Client::new(found, &self.trust, &self.options).await?;
        Ok(Session::new(
            Way::Own(Arc::new(client)),
            redactor(connector, remote),
            connector.base(),
            record,
        ))
    }
}

/// What `platform` can be asked for. WhatsApp's numbers are Meta's alone: its other transport answers
/// [`CallError::NotOffered`].
pub const fn lookups(platform: Platform) -> &'static [Lookup] {
    match platform {
        Platform::ActiveCampaign => &[Lookup::Lists, Lookup::Tags, Lookup::Fields],
        Platform::Clerk => &[],
        Platform::WaSmartBusiness => &[Lookup::Numbers, Lookup::Templates],
        Platform::Telegram => &[Lookup::Chats],
    }
}

/// Whether a test message can be sent: there is a chat of the staff.
pub const fn offers_test_message(settings: &Settings) -> bool {
    match settings {
        Settings::Telegram(telegram) => telegram.staff_chat_id.is_some(),
        Settings::ActiveCampaign(_) | Settings::Clerk(_) | Settings::WaSmartBusiness(_) => false,
    }
}

fn redactor(connector: &dyn Connector, remote: &Remote<'_>) -> Arc<Redactor> {
    remote.secrets.redactor(&connector.words())
}

fn settle<T>(
    outcome: Result<Result<T, Setback>, tokio::time::error::Elapsed>,
    effect: Effect,
    record: Record,
) -> Result<T, CallError> {
    let fault = match outcome {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(Setback::NotOffered)) => return Err(CallError::NotOffered),
        Ok(Err(Setback::Fault(fault))) => fault,
        Err(_) => Fault::TimeUp,
    };
    Err(CallError::Failed(Box::new(Failure {
        fault,
        effect,
        exchanges: record.exchanges,
    })))
}
