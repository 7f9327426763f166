//! Clients that are kept: deliveries to one host share its connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{ApiUrl, Fault};
use tokio::time::Instant;

use crate::Platforms;
use crate::http::{Client, Destination, Found};

/// Most clients that are kept.
const KEPT_MAX: usize = 256;
/// How long a look-up counts, and the check of where it led.
const CHECK_TTL: Duration = Duration::from_mins(1);

/// Clients by the addresses of the accounts' settings.
#[derive(Default)]
pub(crate) struct Clients(Mutex<HashMap<String, Kept>>);

struct Kept {
    client: Arc<Client>,
    checked_at: Instant,
}

impl Clients {
    // An entry is put whole: a poisoned lock is as good as any.
    fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client whose look-up still counts.
    fn checked(&self, base: &str) -> Option<Arc<Client>> {
        let kept = self.kept();
        let found = kept.get(base)?;
        (found.checked_at.elapsed() < CHECK_TTL).then(|| Arc::clone(&found.client))
    }

    /// The client that goes where a new look-up leads: its connections may be used on.
    fn confirm(&self, base: &str, found: &Found) -> Option<Arc<Client>> {
        let mut kept = self.kept();
        let known = kept.get_mut(base)?;
        known.client.goes_to(found).then(|| {
            known.checked_at = Instant::now();
            Arc::clone(&known.client)
        })
    }

    fn put(&self, base: &str, client: &Arc<Client>) {
        let mut kept = self.kept();
        if kept.len() >= KEPT_MAX && !kept.contains_key(base) {
            let oldest = kept.iter().min_by_key(|(_, kept)| kept.checked_at);
            if let Some(base) = oldest.map(|(base, _)| base.clone()) {
                kept.remove(&base);
            }
        }
        let checked_at = Instant::now();
        let client = Arc::clone(client);
        kept.insert(base.to_owned(), Kept { client, checked_at });
    }
}

impl Platforms {
    /// The client for an address, kept from earlier calls if there is one. Its name is looked up and checked anew after
    /// [`CHECK_TTL`]; a look-up that fails is not kept.
    pub(crate) async fn kept_client(&self, base: Option<&ApiUrl>) -> Result<Arc<Client>, Fault> {
        let name = base.map_or("", ApiUrl::as_str);
        if let Some(client) = self.clients.checked(name) {
            return Ok(client);
        }
        let found = Destination::of(base, &self.options)?
            .look_up(self.resolver.as_ref(), self.options.connect_timeout)
            .await?;
        if let Some(client) = self.clients.confirm(name, &found) {
            return Ok(client);
        }
        let client = Client::new(found.clone(), &self.trust, &self.options).await?;
        // Others may have looked it up in the meantime.
        if let Some(client) = self.clients.confirm(name, &found) {
            return Ok(client);
        }
        let client = Arc::new(client);
        self.clients.put(name, &client);
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::net::IpAddr;

    use async_trait::async_trait;
    use domain::{AddressRefusal, AddressRule};

    use super::*;
    use crate::{AllowedHost, NameError, Options, Resolver};

    /// A name service whose answers change.
    struct Changing {
        answer: Mutex<Result<Vec<IpAddr>, NameError>>,
        asked: Mutex<u32>,
    }

    impl Changing {
        fn say(&self, answer: Result<&str, NameError>) {
            let addresses = |text: &str| text.split(' ').map(|address| address.parse().unwrap()).collect();
            *self.answer.lock().unwrap() = answer.map(addresses);
        }
    }

    #[async_trait]
    impl Resolver for Changing {
        async fn addresses(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
            *self.asked.lock().unwrap() += 1;
            self.answer.lock().unwrap().clone()
        }
    }

    fn stage() -> (Platforms, Arc<Changing>) {
        let resolver = Arc::new(Changing {
            answer: Mutex::new(Err(NameError::Silent)),
            asked: Mutex::new(0),
        });
        let options = Options {
            allowed_hosts: vec![AllowedHost::Name("shop.test".into())],
            witnesses: Vec::new(),
            sandbox: None,
            connect_timeout: Options::CONNECT_TIMEOUT,
            call_timeout: Options::CALL_TIMEOUT,
            test_timeout: Options::TEST_TIMEOUT,
        };
        let platforms = Platforms::with_resolver(options, Arc::clone(&resolver) as Arc<dyn Resolver>);
        (platforms.unwrap(), resolver)
    }

    fn base(path: &str) -> ApiUrl {
        let rule = AddressRule {
            http_allowed: true,
            expand: None,
            strip_suffix: None,
        };
        ApiUrl::parse(&format!("http://shop.test/{path}"), &rule).unwrap()
    }

    /// As if the last look-up of every client were a minute ago.
    fn wait(platforms: &Platforms) {
        for kept in platforms.clients.kept().values_mut() {
            kept.checked_at = kept.checked_at.checked_sub(CHECK_TTL).unwrap();
        }
    }

    #[tokio::test]
    async fn a_client_is_kept_and_its_name_is_checked_anew_after_a_minute() {
        let (platforms, resolver) = stage();
        let base = base("");
        resolver.say(Ok("127.0.0.1 127.0.0.2"));
        let first = platforms.kept_client(Some(&base)).await.unwrap();
        let second = platforms.kept_client(Some(&base)).await.unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(*resolver.asked.lock().unwrap(), 1);
        wait(&platforms);
        resolver.say(Ok("127.0.0.2 127.0.0.1"));
        let same = platforms.kept_client(Some(&base)).await.unwrap();
        assert!(Arc::ptr_eq(&first, &same), "the same addresses in another order");
        assert_eq!(*resolver.asked.lock().unwrap(), 2);
        wait(&platforms);
        resolver.say(Ok("127.0.0.3"));
        let moved = platforms.kept_client(Some(&base)).await.unwrap();
        assert!(!Arc::ptr_eq(&first, &moved));
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_forbidden_address_later_is_refused() {
        let (platforms, resolver) = stage();
        let base = base("");
        resolver.say(Ok("127.0.0.1"));
        platforms.kept_client(Some(&base)).await.unwrap();
        wait(&platforms);
        resolver.say(Ok("169.254.169.254"));
        let refused = platforms.kept_client(Some(&base)).await.err();
        let why = AddressRefusal::LinkLocal;
        let host = "shop.test".to_owned();
        assert_eq!(refused, Some(Fault::AddressRefused { why, host }));
    }

    #[tokio::test]
    async fn a_look_up_that_fails_is_not_kept() {
        let (platforms, resolver) = stage();
        let base = base("");
        let host = || "shop.test".to_owned();
        resolver.say(Err(NameError::Silent));
        let failed = platforms.kept_client(Some(&base)).await.err();
        assert_eq!(failed, Some(Fault::NameServiceSilent { host: host() }));
        resolver.say(Ok("127.0.0.1"));
        assert!(platforms.kept_client(Some(&base)).await.is_ok());
    }

    #[tokio::test]
    async fn no_more_than_a_few_hundred_are_kept() {
        let (platforms, resolver) = stage();
        resolver.say(Ok("127.0.0.1"));
        for number in 0..KEPT_MAX + 10 {
            let base = base(&number.to_string());
            platforms.kept_client(Some(&base)).await.unwrap();
        }
        assert_eq!(platforms.clients.kept().len(), KEPT_MAX);
    }
}
