//! A sandbox, the way to it, and accounts that work there.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use domain::platform::{Platform, Settings};
use domain::{Context, Fault, SecretValue, Step, StepState, TestReport, Timestamp, Values};
use platforms::{CallError, Failure, Options, Platforms, Remote, Secrets};
use sandbox::Sandbox;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that any test of this program has logged.
static LOG: OnceLock<Log> = OnceLock::new();

/// When every test takes place.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_790_000_000_000);

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) platforms: Platforms,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with_limits(Options::CALL_TIMEOUT, Options::TEST_TIMEOUT).await
    }

    pub(crate) async fn with_limits(call_timeout: Duration, test_timeout: Duration) -> Self {
        Log::start();
        let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None)
            .await
            .unwrap();
        let options = Options {
            call_timeout,
            test_timeout,
            ..options(&sandbox)
        };
        Self {
            platforms: Platforms::new(options).unwrap(),
            sandbox,
        }
    }

    pub(crate) async fn verify(&self, account: &Account) -> TestReport {
        let told = Mutex::new(Vec::new());
        let watch = |step: Step| told.lock().unwrap().push(step);
        let report = self.platforms.verify(&account.remote(), &|| NOW, &watch).await;
        assert_eq!(
            told.into_inner().unwrap(),
            report.steps,
            "what is told is what is reported"
        );
        assert_eq!(report.at, NOW);
        report
    }

    /// Tests `account` under every fault that leaves time: each leads to the step and the fault that `expected` tells,
    /// or to nothing.
    pub(crate) async fn every_fault(
        &self,
        account: &Account,
        works: &str,
        expected: impl Fn(sandbox::Fault) -> Option<(&'static str, Fault)>,
    ) {
        let platform = account.settings.platform();
        for fault in sandbox::Fault::ALL {
            if fault == sandbox::Fault::Slow {
                continue;
            }
            self.sandbox.set_fault(platform, Some(fault));
            let report = self.verify(account).await;
            let (steps, expected) = match expected(fault) {
                Some((steps, expected)) => (steps, Some(expected)),
                None => (works, None),
            };
            assert_eq!(report.fault, expected, "{fault}: {report:#?}");
            assert_eq!(marks(&report), steps, "{fault}");
        }
        self.sandbox.set_fault(platform, None);
        assert!(self.verify(account).await.works(), "once all is well again");
    }

    /// Method and address of every request that came in.
    pub(crate) fn requests(&self) -> Vec<String> {
        let received = self.sandbox.received();
        received
            .iter()
            .map(|request| format!("{} {}", request.method, request.path))
            .collect()
    }
}

/// The usual limits, and the way to `sandbox`.
pub(crate) fn options(sandbox: &Sandbox) -> Options {
    Options {
        allowed_hosts: Vec::new(),
        witnesses: Vec::new(),
        sandbox: Some(platforms::Sandbox {
            addr: sandbox.addr(),
            certificate_pem: sandbox.certificate_pem().to_owned(),
        }),
        connect_timeout: Options::CONNECT_TIMEOUT,
        call_timeout: Options::CALL_TIMEOUT,
        test_timeout: Options::TEST_TIMEOUT,
    }
}

/// An account of the sandbox.
pub(crate) struct Account {
    pub(crate) settings: Settings,
    pub(crate) secrets: Secrets,
}

impl Account {
    /// The sample of `platform`; of WhatsApp's the one by the gateway.
    pub(crate) fn of(platform: Platform) -> Self {
        Self::with(platform, &[])
    }

    /// The sample with other values.
    pub(crate) fn with(platform: Platform, values: &[(&str, &str)]) -> Self {
        let samples = sandbox::sample_accounts();
        let is_meta = values.contains(&("transport", "meta_cloud_api"));
        let sample = samples
            .iter()
            .filter(|sample| sample.platform == platform)
            .nth(usize::from(is_meta))
            .unwrap();
        let mut all: Values = sample
            .values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        for (name, value) in values {
            all.insert((*name).to_owned(), (*value).to_owned());
        }
        let mut secrets = Secrets::new();
        for (field, value) in &sample.secrets {
            secrets.insert(field, SecretValue::new(value.clone()));
        }
        Self {
            settings: Settings::parse(platform, &all, Context::Stored).unwrap(),
            secrets,
        }
    }

    /// WhatsApp's sample by Meta, with other values.
    pub(crate) fn meta(values: &[(&str, &str)]) -> Self {
        let mut all = vec![("transport", "meta_cloud_api")];
        all.extend(values);
        Self::with(Platform::WaSmartBusiness, &all)
    }

    /// One of each kind.
    pub(crate) fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Platform::ALL.into_iter().map(Self::of).collect();
        all.push(Self::meta(&[]));
        all
    }

    pub(crate) const fn remote(&self) -> Remote<'_> {
        Remote {
            settings: &self.settings,
            secrets: &self.secrets,
        }
    }
}

/// A report's steps: `+` passed, `x` failed, `-` skipped.
pub(crate) fn marks(report: &TestReport) -> String {
    let mark = |step: &Step| match step.state {
        StepState::Passed => '+',
        StepState::Failed => 'x',
        StepState::Skipped => '-',
    };
    report.steps.iter().map(mark).collect()
}

/// A report's facts as `kind: value`, kinds by their English labels.
pub(crate) fn facts(facts: &[domain::Fact]) -> Vec<String> {
    facts
        .iter()
        .map(|fact| format!("{}: {}", fact.kind.label().en, fact.value))
        .collect()
}

/// A report's calls as `method address status`.
pub(crate) fn exchanges(report: &TestReport) -> Vec<String> {
    report
        .exchanges
        .iter()
        .map(|exchange| {
            let status = exchange
                .status
                .map_or_else(String::new, |status| status.to_string());
            format!("{} {} {status}", exchange.method, exchange.url)
        })
        .collect()
}

/// Why a lookup or a message failed.
pub(crate) fn failure<T>(result: Result<T, CallError>) -> Failure {
    match result {
        Err(CallError::Failed(failure)) => *failure,
        Err(CallError::NotOffered) => panic!("it is offered"),
        Ok(_) => panic!("it must fail"),
    }
}

/// Everything that is logged, at the most talkative level.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn start() {
        LOG.get_or_init(|| {
            let log = Self::default();
            tracing_subscriber::fmt()
                .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
                .with_ansi(false)
                .with_writer(log.clone())
                .init();
            log
        });
    }

    pub(crate) fn text() -> String {
        let bytes = LOG.get().unwrap().0.lock().unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
