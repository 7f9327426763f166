//! What an account keeps: its samples, and what was written since the sandbox started.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;

use super::connections::Connection;
use super::contacts::Contact;
use super::customers::Customer;
use super::orders::Order;
use super::subscriptions::Subscription;
use super::table::Table;
use super::tags::{ContactTag, Tag};
use crate::sample::TAGS;
use crate::sink::{Kind, Sink, Write};

/// The accounts, by the name before `.activecampaign.sandbox.test`. Each comes into being with its first call.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<HashMap<String, Account>>);

impl Accounts {
    /// Lets `work` use one account; nobody else uses any in the meantime.
    pub(super) fn with<T>(&self, name: &str, work: impl FnOnce(&mut Account) -> T) -> T {
        // A row is put whole or not at all: a poisoned lock is as good as any.
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts
            .entry(name.to_owned())
            .or_insert_with(|| Account::new(name));
        work(account)
    }
}

/// One account.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) contacts: Table<Contact>,
    pub(super) subscriptions: Table<Subscription>,
    pub(super) tags: Table<Tag>,
    pub(super) contact_tags: Table<ContactTag>,
    pub(super) connections: Table<Connection>,
    pub(super) customers: Table<Customer>,
    pub(super) orders: Table<Order>,
}

impl Account {
    fn new(name: &str) -> Self {
        let mut account = Self::default();
        for tag in TAGS {
            account.tags.insert(Tag::contact(tag));
        }
        account.connections.insert(Connection::sample(name));
        account
    }
}

/// Who writes, when, and where it is counted.
pub(super) struct Writer<'a> {
    /// The account's name.
    pub(super) account: &'a str,
    /// The account's host.
    pub(super) host: &'a str,
    /// Now.
    pub(super) now: Timestamp,
    pub(super) sink: &'a Sink,
}

impl Writer<'_> {
    pub(super) fn record(&self, kind: Kind, id: &str, write: Write) {
        self.sink.record(self.host, kind, id, write);
    }
}
