//! The accounts of the measured databases, made by the domain's own rules.

use anyhow::{Result, anyhow};
use domain::{
    Account, AccountChange, AccountDraft, AccountId, ChangeKind, Platform, SecretChange, SecretState, Site,
    SiteId, SiteLists, Submission, Timestamp, Version,
};
use persistence::{AccountWrite, SealedSecret};
use uuid::Builder;

/// Who made the accounts of the other sites.
const BY: &str = "anna";
/// The day on which every form is filled in.
const TODAY: &str = "2026-11-23";
/// The nonce before a sealed secret, and the mark of its integrity after it, in bytes.
const SEAL_BYTES: usize = 24 + 16;
/// A search that finds half of the accounts: more than a page.
pub(crate) const SEARCH: &str = "milano";

/// The account with this number, as a person would fill in its form: the platform and the pairs.
pub(crate) fn form(number: usize) -> (Platform, Vec<(&'static str, String)>) {
    const TOWNS: [&str; 8] = [
        "Milano", "Roma", "Milano", "Torino", "Milano", "Bologna", "Milano", "Lecce",
    ];
    const PURPOSES: [&str; 5] = [
        "Newsletter",
        "Ricerca",
        "Ordini",
        "Carrelli",
        "Assistenza clienti",
    ];
    let platform = Platform::ALL[number % Platform::ALL.len()];
    let (town, purpose) = (TOWNS[number / 4 % TOWNS.len()], PURPOSES[number % PURPOSES.len()]);
    let mut pairs = vec![("description", format!("{purpose} negozio di {town} {number:05}"))];
    let own: &[(&'static str, &str)] = match platform {
        Platform::ActiveCampaign => &[
            ("api_key", "0123456789abcdef0123456789abcdef"),
            ("orders_enabled", "on"),
        ],
        Platform::Clerk => &[
            ("public_key", "abcdefghijklmnopqrstuvwxyz012345"),
            ("private_key", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123"),
            ("api_base_url", "https://api.clerk.io/v2"),
            ("currency", "EUR"),
            ("visitor_mode", "auto"),
        ],
        Platform::WaSmartBusiness => &[
            ("transport", "wa_smart_business"),
            ("access_token", "EAAG_0123456789.abcdef|x"),
            ("cart_delay_hours", "3"),
        ],
        Platform::Telegram => &[
            ("bot_token", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
            ("api_base_url", "https://api.telegram.org"),
            ("cart_delay_hours", "24"),
            ("link_method", "deep_link"),
        ],
    };
    pairs.extend(own.iter().map(|(name, value)| (*name, (*value).to_owned())));
    pairs.push(match platform {
        Platform::ActiveCampaign => ("api_url", format!("https://negozio{number}.api-us1.com")),
        Platform::Clerk => ("language", ["it", "en"][number / 4 % 2].to_owned()),
        Platform::WaSmartBusiness => ("gateway_url", format!("https://gateway{number}.example.com/wa")),
        Platform::Telegram => ("bot_username", format!("negozio{number}_bot")),
    });
    (platform, pairs)
}

/// Another site.
pub(crate) fn site(number: usize, made_ms: u64) -> Result<Site> {
    Ok(Site {
        id: SiteId::new(uuid(number, made_ms)),
        name: format!("Negozio {number}").parse()?,
        url: format!("https://www{number}.example.com").parse()?,
        lists: SiteLists::parse("it, en", "EUR")?,
        time_zone: "Europe/Rome".parse()?,
    })
}

/// The write of an account of another site, exactly as the panel makes it. Only the sealed bytes are not really sealed:
/// nobody opens them.
pub(crate) fn created(site: &Site, number: usize, made_ms: u64, key_id: &str) -> Result<AccountWrite> {
    let (platform, pairs) = form(number);
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    let AccountDraft {
        description,
        settings,
        secrets,
    } = Submission::from_pairs(platform, pairs, &site.lists, true)
        .check(&site.lists, TODAY, &[])
        .map_err(|errors| anyhow!("the form of account {number} has errors: {errors:?}"))?;
    let made_at = Timestamp::from_ms(i64::try_from(made_ms)?);
    let host = settings.host();
    let sealed = secrets.iter().filter_map(|secret| {
        let state = SecretState {
            field: secret.field.to_owned(),
            host: host.clone(),
            key_id: key_id.to_owned(),
            set_at: made_at,
            set_by: BY.to_owned(),
        };
        let bytes = secret.value.as_ref()?.expose().len() + SEAL_BYTES;
        Some(SealedSecret {
            state,
            sealed: vec![0x5a; bytes],
        })
    });
    let secrets: Vec<SealedSecret> = sealed.collect();
    let account = Account {
        id: AccountId::new(uuid(number, made_ms)),
        site_id: site.id,
        description,
        settings,
        active: false,
        version: Version::FIRST,
        settings_version: Version::FIRST,
        created_at: made_at,
        updated_at: made_at,
        updated_by: BY.to_owned(),
        secrets: Vec::new(),
    };
    let noted = |secret: &SealedSecret| SecretChange {
        field: secret.state.field.clone(),
        removed: false,
    };
    let change = AccountChange {
        account_id: account.id,
        version: account.version,
        kind: ChangeKind::Created,
        at: made_at,
        by: BY.to_owned(),
        fields: AccountChange::fields_between(None, &account),
        secrets: secrets.iter().map(noted).collect(),
    };
    Ok(AccountWrite::Insert {
        account: Box::new(account),
        secrets,
        change,
    })
}

/// A version 7 id. What is random in the panel's own ids is made of the number here, spread over all bits.
fn uuid(number: usize, made_ms: u64) -> uuid::Uuid {
    let spread = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let mut random = [0; 10];
    random.copy_from_slice(&spread.to_be_bytes()[..10]);
    Builder::from_unix_timestamp_millis(made_ms, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_platforms_form_can_be_saved_and_no_id_comes_twice() {
        let site = site(1, 1_795_435_200_000).unwrap();
        let ids: BTreeSet<AccountId> = (0..1000)
            .map(
                |number| match created(&site, number, 1_795_435_200_000, "key").unwrap() {
                    AccountWrite::Insert { account, secrets, .. } => {
                        assert_eq!(secrets.len(), 1, "{}", account.description);
                        account.id
                    }
                    write => panic!("{write:?}"),
                },
            )
            .collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn the_search_fills_more_than_a_page() {
        let found = (0..200)
            .filter(|number| form(*number).1[0].1.to_lowercase().contains(SEARCH))
            .count();
        assert_eq!(found, 100);
    }
}
