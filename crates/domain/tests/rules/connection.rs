//! Health: what a test says of an account, and what it does not.

use domain::{
    AccountCheck, AccountId, AddressRefusal, CertificateFault, Contact, Effect, Fact, FactKind, Fault,
    FaultClass, Health, Language, Permission, Platform, RemoteThing, SecretUse, Step, StepKind, StepState,
    TestReport, Timestamp, Verdict, Version,
};

fn report(fault: Option<Fault>, at: i64) -> TestReport {
    TestReport {
        at: Timestamp::from_ms(at),
        ms: 12,
        steps: vec![Step {
            kind: StepKind::Address,
            state: StepState::Passed,
            ms: 0,
        }],
        identity: Vec::new(),
        fault,
        exchanges: Vec::new(),
    }
}

fn host() -> String {
    "shop.example.com".to_owned()
}

/// One of each.
fn faults() -> Vec<Fault> {
    vec![
        Fault::AddressRefused {
            why: AddressRefusal::Private,
            host: host(),
        },
        Fault::AddressRefused {
            why: AddressRefusal::PlainHttp,
            host: host(),
        },
        Fault::NameUnknown { host: host() },
        Fault::NameServiceSilent { host: host() },
        Fault::NetworkUnreachable { host: host() },
        Fault::ConnectionRefused { host: host() },
        Fault::ConnectTimedOut { host: host() },
        Fault::Certificate {
            why: CertificateFault::Expired,
            host: host(),
        },
        Fault::Certificate {
            why: CertificateFault::WrongName,
            host: host(),
        },
        Fault::Certificate {
            why: CertificateFault::UnknownIssuer,
            host: host(),
        },
        Fault::Certificate {
            why: CertificateFault::Other,
            host: host(),
        },
        Fault::TlsFailed { host: host() },
        Fault::CredentialsRejected { code: 401 },
        Fault::PermissionMissing {
            what: Permission::ReadLists,
        },
        Fault::PermissionMissing {
            what: Permission::Other,
        },
        Fault::IdentityDiffers {
            expected: "@one_bot".to_owned(),
            found: "@other_bot".to_owned(),
        },
        Fault::NotFound {
            what: RemoteThing::Chat,
        },
        Fault::NotFound {
            what: RemoteThing::Number,
        },
        Fault::ChatMoved {
            to: "-1001".to_owned(),
        },
        Fault::NotThisApi { status: 404 },
        Fault::Redirected { to: host() },
        Fault::AccountBlocked { code: 368 },
        Fault::RateLimited { wait_s: Some(7) },
        Fault::RateLimited { wait_s: None },
        Fault::PlatformDown { status: 503 },
        Fault::NoAnswer,
        Fault::ConnectionLost,
        Fault::Malformed,
        Fault::TooLarge,
        Fault::Refused {
            code: 400,
            message: "text must not be empty".to_owned(),
        },
        Fault::TimeUp,
    ]
}

#[test]
fn every_fault_says_what_happened_and_what_to_do_in_both_languages() {
    for fault in faults() {
        for platform in Platform::ALL {
            let cause = |language| fault.cause(platform, language);
            let remedy = fault.remedy(platform);
            assert_ne!(cause(Language::It), cause(Language::En), "{fault:?}");
            assert_ne!(remedy.it, remedy.en, "{fault:?}");
            for sentence in [
                cause(Language::It),
                cause(Language::En),
                remedy.it.to_owned(),
                remedy.en.to_owned(),
            ] {
                let ends = sentence.ends_with('.')
                    || matches!(fault, Fault::Refused { .. })
                    || sentence.ends_with("ALLOWED_HOSTS.");
                assert!(ends, "{sentence}");
                assert!(
                    sentence
                        .chars()
                        .next()
                        .is_some_and(|first| first.is_uppercase() || sentence.starts_with(&host())),
                    "{sentence}"
                );
            }
        }
    }
}

#[test]
fn a_lost_answer_is_a_failure_after_reading_and_an_unknown_outcome_after_writing() {
    for fault in [
        Fault::NoAnswer,
        Fault::ConnectionLost,
        Fault::Malformed,
        Fault::TooLarge,
        Fault::TimeUp,
    ] {
        assert_eq!(fault.class(Effect::Reads), FaultClass::Temporary, "{fault:?}");
        assert_eq!(fault.class(Effect::Writes), FaultClass::Unknown, "{fault:?}");
    }
    for fault in faults()
        .into_iter()
        .filter(|fault| fault.class(Effect::Reads) != FaultClass::Temporary)
    {
        assert_eq!(
            fault.class(Effect::Reads),
            fault.class(Effect::Writes),
            "{fault:?}"
        );
    }
}

#[test]
fn only_an_answer_about_credentials_marks_them_bad() {
    for fault in faults() {
        let after = Verdict::after(None, &report(Some(fault.clone()), 0));
        let rejected = matches!(fault, Fault::CredentialsRejected { .. });
        assert_eq!(after == Verdict::CredentialsRejected, rejected, "{fault:?}");
    }
}

#[test]
fn silence_and_faults_of_the_platform_leave_rejected_credentials_rejected() {
    for fault in faults() {
        let after = Verdict::after(
            Some(Verdict::CredentialsRejected),
            &report(Some(fault.clone()), 0),
        );
        let says_nothing = !fault.is_past_credentials();
        assert_eq!(after == Verdict::CredentialsRejected, says_nothing, "{fault:?}");
    }
    assert_eq!(
        Verdict::after(Some(Verdict::CredentialsRejected), &report(None, 0)),
        Verdict::Works
    );
}

#[test]
fn an_account_that_is_asked_to_wait_still_works() {
    let wait = report(Some(Fault::RateLimited { wait_s: None }), 0);
    assert_eq!(Verdict::after(Some(Verdict::Works), &wait), Verdict::Works);
    assert_eq!(Verdict::after(Some(Verdict::Failing), &wait), Verdict::Failing);
    assert_eq!(Verdict::after(None, &wait), Verdict::Failing);
}

#[test]
fn a_verdict_keeps_the_time_since_when_it_holds_and_other_settings_start_anew() {
    let id: AccountId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    let down = || report(Some(Fault::NoAnswer), 0);
    let first = AccountCheck::after(
        None,
        id,
        Version::FIRST,
        TestReport {
            at: Timestamp::from_ms(10),
            ..down()
        },
    );
    let second = AccountCheck::after(
        Some(&first),
        id,
        Version::FIRST,
        TestReport {
            at: Timestamp::from_ms(20),
            ..down()
        },
    );
    assert_eq!(second.since.ms(), 10);
    assert_eq!(second.report.at.ms(), 20);
    let changed = AccountCheck::after(
        Some(&second),
        id,
        Version::FIRST.next(),
        TestReport {
            at: Timestamp::from_ms(30),
            ..down()
        },
    );
    assert_eq!(changed.since.ms(), 30);
    let rejected = AccountCheck::after(
        None,
        id,
        Version::FIRST,
        report(Some(Fault::CredentialsRejected { code: 401 }), 0),
    );
    let other_key = AccountCheck::after(Some(&rejected), id, Version::FIRST.next(), down());
    assert_eq!(
        other_key.verdict,
        Verdict::Failing,
        "nothing is known of the new credentials"
    );
}

#[test]
fn health_is_about_the_present_settings_and_a_lock_comes_first() {
    let now = Version::FIRST.next();
    assert_eq!(Health::of(now, None, None), Health::NeverTested);
    assert_eq!(
        Health::of(now, Some((Version::FIRST, Verdict::Works)), None),
        Health::NeverTested
    );
    assert_eq!(Health::of(now, Some((now, Verdict::Works)), None), Health::Works);
    assert_eq!(
        Health::of(now, Some((now, Verdict::Works)), Some(SecretUse::KeyMissing)),
        Health::Locked
    );
    let proven: Vec<Health> = [
        Health::NeverTested,
        Health::Works,
        Health::Failing,
        Health::CredentialsRejected,
        Health::Locked,
    ]
    .into_iter()
    .filter(|health| health.is_proven())
    .collect();
    assert_eq!(proven, [Health::Works]);
}

#[test]
fn the_own_network_is_suspected_when_nobody_is_reached_on_two_hosts() {
    let contact = |tested, without, hosts| Contact {
        tested,
        without,
        hosts,
    };
    assert!(contact(3, 3, 2).suspects_own_network());
    assert!(!contact(3, 2, 2).suspects_own_network(), "somebody was reached");
    assert!(
        !contact(2, 2, 1).suspects_own_network(),
        "the one host may be down"
    );
    assert!(!contact(0, 0, 0).suspects_own_network());
}

#[test]
fn remote_words_are_cut_and_lose_their_control_characters() {
    let fact = Fact::new(FactKind::Chat, &format!(" Ordini\u{7}\n{} ", "x".repeat(500)));
    assert!(fact.value.starts_with("Ordinix"));
    assert_eq!(fact.value.chars().count(), Fact::CHARS_MAX);
}
