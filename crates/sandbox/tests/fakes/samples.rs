//! The sample accounts.

use domain::{Host, Platform, SiteLists, Submission};
use sandbox::{BOT_TOKEN, sample_accounts};

const TODAY: &str = "2026-11-23";

#[test]
fn every_sample_passes_the_rules_of_its_form() {
    let lists = SiteLists::parse("it, en", "EUR").unwrap();
    for sample in sample_accounts() {
        let pairs = sample
            .values
            .iter()
            .chain(&sample.secrets)
            .map(|(name, value)| (*name, value.as_str()))
            .chain([("description", sample.description.it)]);
        let submission = Submission::from_pairs(sample.platform, pairs, &lists, false);
        let draft = submission.check(&lists, TODAY, &[]).unwrap();
        assert!(draft.settings.host().is_sandbox(), "{}", draft.settings.host());
        assert_eq!(draft.secrets.len(), sample.secrets.len());
        for (name, value) in &sample.values {
            assert_eq!(draft.settings.values().get(*name), Some(value), "{name}");
        }
    }
}

#[test]
fn every_platform_has_a_sample_and_every_sample_a_host_of_its_own() {
    let samples = sample_accounts();
    for platform in Platform::ALL {
        assert!(
            samples.iter().any(|sample| sample.platform == platform),
            "{platform}"
        );
    }
    let mut hosts: Vec<Host> = Vec::new();
    for sample in &samples {
        let address = sample
            .values
            .iter()
            .find(|(_, value)| value.starts_with("https://"))
            .unwrap();
        let host = address
            .1
            .trim_start_matches("https://")
            .split('/')
            .next()
            .unwrap();
        hosts.push(Host::stored(host.to_owned()));
    }
    hosts.dedup();
    assert_eq!(hosts.len(), samples.len());
}

#[test]
fn the_credentials_are_plainly_fake() {
    for sample in sample_accounts() {
        let (name, secret) = &sample.secrets[0];
        assert!(secret.contains("SANDBOX"), "{name}");
    }
    assert!(BOT_TOKEN.starts_with(&format!("{}:", sandbox::BOT_ID)));
}
