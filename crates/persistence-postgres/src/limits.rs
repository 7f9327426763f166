//! The store with a limit on every call: where the network is cut off, nothing would ever answer.

use std::time::Duration;

use async_trait::async_trait;
use domain::{
    Account, AccountChange, AccountCheck, AccountFilter, AccountId, Contact, DeliveryId, EventId, LogAccount,
    LogEntry, LogId, Site, SiteId, Slot, Timestamp, TokenId, User, UserId, UserName, Version,
};
use persistence::{
    Acceptance, AccountPage, AccountWrite, Accounts, Admission, Attempts, Backlog, Changed, Checks, Claimed,
    Deliveries, DeliveryChange, DeliveryQuery, DeliveryRow, Draft, DueAccount, EventQuery, Events,
    FailureGroup, Finish, Health, Hold, HoldExpectation, HourCount, Keys, Log, LogQuery, Memory, Moment,
    NewEvent, Paces, Purgeable, Purged, QueueTime, RemoteKey, SealedSecret, Session, Sessions, Sites,
    StoreError, StoredAttempt, StoredEvent, StoredToken, Tokens, Users, Weight,
};

use crate::{Pooled, PostgresOptions};

/// The limit on a call that deletes accounts: whatever was ever delivered to them goes with them.
const REMOVAL_TIMEOUT: Duration = Duration::from_mins(10);

/// Nothing came back in time.
#[derive(Debug, thiserror::Error)]
#[error("the server did not answer within {} ms", .0.as_millis())]
struct NoAnswer(Duration);

/// What `call` comes to within `limit`. What was asked of the server may have been done all the same.
pub(crate) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(limit, call)
        .await
        .unwrap_or_else(|_| Err(StoreError::Unreachable(Box::new(NoAnswer(limit)))))
}

/// The store on one `PostgreSQL` database.
pub struct PostgresStore {
    pooled: Pooled,
    call_timeout: Duration,
}

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://user:password@host/database`, with the parameters of `libpq`) and
    /// brings its tables up to date. The database must exist and be in UTF-8.
    pub async fn connect(url: &str, options: &PostgresOptions) -> Result<Self, StoreError> {
        Ok(Self {
            pooled: Pooled::connect(url, options).await?,
            call_timeout: options.call_timeout,
        })
    }
}

/// Writes out each port with the limit on its calls; what stands after `+` is as it is.
macro_rules! limited {
    ($($port:ident {
        $($call:ident($($name:ident: $type:ty),*) -> $answer:ty;)*
        $(+ $($own:tt)*)?
    })*) => {$(
        #[async_trait]
        impl $port for PostgresStore {
            $(async fn $call(&self, $($name: $type),*) -> Result<$answer, StoreError> {
                within(self.call_timeout, self.pooled.$call($($name),*)).await
            })*

            $($($own)*)?
        }
    )*};
}

limited! {
    Accounts {
        find_account(site: SiteId, id: AccountId) -> Option<Account>;
        list_accounts(site: SiteId, filter: &AccountFilter) -> AccountPage;
        list_slot_holders(site: SiteId, slots: &[Slot]) -> Vec<Account>;
        list_secrets(site: SiteId, id: AccountId) -> Vec<SealedSecret>;
        list_changes(site: SiteId, id: AccountId, since: Option<Version>) -> Vec<AccountChange>;

        + async fn write_accounts(
            &self,
            site: SiteId,
            writes: Vec<AccountWrite>,
            entries: Vec<LogEntry>,
        ) -> Result<(), StoreError> {
            let removes = writes.iter().any(|write| matches!(write, AccountWrite::Remove { .. }));
            let limit = if removes { self.call_timeout.max(REMOVAL_TIMEOUT) } else { self.call_timeout };
            within(limit, self.pooled.write_accounts(site, writes, entries)).await
        }
    }
    Checks {
        find_check(site: SiteId, id: AccountId) -> Option<AccountCheck>;
        record_check(site: SiteId, check: &AccountCheck, host: &str, entries: Vec<LogEntry>) -> bool;
        claim_due_checks(now: Timestamp, next: Timestamp, limit: u32) -> Vec<(SiteId, AccountId)>;
        count_contact(site: SiteId) -> Contact;
    }
    Log {
        append_log(entries: Vec<LogEntry>) -> ();
        list_log(query: &LogQuery) -> Vec<LogEntry>;
        explain_log(query: &LogQuery) -> String;
        list_log_accounts(site: SiteId, text: &str, limit: u32) -> Vec<LogAccount>;
        purge_log(site: SiteId, before: LogId, limit: u32) -> u64;
    }
    Events {
        accept_events(site: SiteId, events: Vec<NewEvent>) -> Vec<Acceptance>;
        find_event(site: SiteId, id: EventId) -> Option<StoredEvent>;
        last_event_id(site: SiteId) -> Option<EventId>;
        list_events(query: &EventQuery) -> Vec<StoredEvent>;
        purge_events(site: SiteId, after: Option<EventId>, before: EventId, limit: u32) -> Purged;
        count_purgeable(site: SiteId, after: Option<EventId>, before: EventId, at_most: u32) -> Purgeable;
    }
    Deliveries {
        queue_time(now: Timestamp) -> QueueTime;
        list_due_accounts(time: QueueTime) -> Vec<DueAccount>;
        next_due_at(now: Timestamp) -> Option<Timestamp>;
        claim_deliveries(
            account: AccountId,
            time: QueueTime,
            lease_until: Timestamp,
            firsts: u32,
            retries: u32
        ) -> Vec<Claimed>;
        is_superseded(site: SiteId, id: DeliveryId) -> bool;
        finish_deliveries(finishes: Vec<Finish>) -> Vec<bool>;
        list_deliveries(query: &DeliveryQuery) -> Vec<DeliveryRow>;
        count_deliveries(query: &DeliveryQuery, at_most: u32) -> u64;
        find_delivery(site: SiteId, id: DeliveryId) -> Option<(DeliveryRow, Vec<StoredAttempt>)>;
        list_deliveries_of(site: SiteId, event: EventId) -> Vec<DeliveryRow>;
        change_deliveries(query: &DeliveryQuery, change: DeliveryChange, time: QueueTime) -> Changed;
        count_changes(query: &DeliveryQuery, change: DeliveryChange, time: QueueTime, at_most: u32) -> u64;
        backlog(site: SiteId, account: AccountId, now: Timestamp) -> Backlog;
        whole_backlog(site: SiteId, account: AccountId, now: Timestamp) -> Backlog;
        weigh_backlog(site: SiteId, account: AccountId, now: Timestamp) -> Vec<Weight>;
        list_hours(account: AccountId, since: Timestamp) -> Vec<HourCount>;
        list_failure_groups(site: SiteId, limit: u32) -> Vec<FailureGroup>;
        find_hold(account: AccountId) -> Option<Hold>;
        set_hold(
            account: AccountId,
            expected: HoldExpectation,
            hold: Option<Hold>,
            entries: Vec<LogEntry>
        ) -> bool;
        recall(account: AccountId, keys: Vec<Vec<u8>>) -> Vec<Option<String>>;
        remember(account: AccountId, memories: Vec<Memory>) -> ();

        + async fn await_work(&self, at_most: Duration) {
            self.pooled.await_work(at_most).await;
        }
    }
    Paces {
        take_turns(remote: RemoteKey, count: u32, gap: Duration) -> Moment;
        rest(remote: RemoteKey, wait: Duration) -> ();
        find_rest(remote: RemoteKey) -> Option<Moment>;
        remove_paces(before: Timestamp) -> u64;
    }
    Tokens {
        insert_token(token: &StoredToken, token_hash: [u8; 32], entries: Vec<LogEntry>) -> ();
        find_token(token_hash: [u8; 32]) -> Option<StoredToken>;
        list_tokens(site: SiteId) -> Vec<StoredToken>;
        touch_token(id: TokenId, used_at: Timestamp) -> ();
        revoke_token(site: SiteId, id: TokenId, revoked_at: Timestamp, entries: Vec<LogEntry>) -> bool;
    }
    Sites {
        list_sites() -> Vec<Site>;
        insert_site(site: &Site, created_at: Timestamp, only_if_first: bool) -> bool;
        update_site(site: &Site) -> ();
    }
    Users {
        count_users() -> u64;
        find_user(name: &UserName) -> Option<(User, String)>;
        list_users() -> Vec<(User, Timestamp)>;
        insert_user(user: &User, password_hash: &str, created_at: Timestamp, admission: Admission) -> ();
        update_password(id: UserId, password_hash: &str) -> bool;
        replace_first_start_link(token_hash: [u8; 32], expires_at: Timestamp) -> ();
        has_first_start_link(token_hash: [u8; 32], at: Timestamp) -> bool;
    }
    Sessions {
        insert_session(token_hash: [u8; 32], session: &Session) -> ();
        find_session(token_hash: [u8; 32]) -> Option<Session>;
        touch_session(token_hash: [u8; 32], seen_at: Timestamp) -> ();
        remove_session(token_hash: [u8; 32]) -> ();
        remove_stale(before: Timestamp) -> u64;
        insert_draft(token_hash: [u8; 32], user: UserId, draft: &Draft, created_at: Timestamp) -> ();
        take_draft(token_hash: [u8; 32], user: UserId) -> Option<Draft>;
        find_attempts(subject: &str) -> Option<Attempts>;
        count_attempt(subject: &str, at: Timestamp, forget_before: Timestamp) -> Attempts;
        remove_attempts(subject: &str) -> ();
    }
    Keys {
        list_key_ids() -> Vec<String>;
        insert_first_key_id(key_id: &str, created_at: Timestamp) -> bool;
    }
    Health {
        ping() -> ();
        describe() -> String;

        + async fn close(&self) {
            self.pooled.close().await;
        }
    }
}
