//! Lists of deliveries, each read along an index, whatever the number of rows.

use domain::{AccountId, DeliveryId, DeliveryState, EventId, SiteId, Timestamp};
use persistence::row::{DeliveryColumns, DeliveryRange, delivery_state};
use persistence::{DeliveryPlace, DeliveryQuery, DeliveryRow, QueueTime, StoreError, lease_ahead_max_ms};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::error::store_error;

/// What [`read`] reads, of `deliveries` with its event and account.
pub(crate) const COLUMNS: &str = "deliveries.account_id, deliveries.event_id, accounts.site_id, accounts.platform,
    events.kind, events.entity_id, deliveries.state, deliveries.reason, deliveries.class, deliveries.attempts,
    events.received_at, deliveries.due_at, deliveries.leased_until, deliveries.updated_at, deliveries.last_ms";

/// What a list is read along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Along {
    /// The events about one thing.
    Entity,
    /// The events of one kind.
    Kind,
    /// Each account's deliveries of one class in each state.
    Class,
    /// Each account's deliveries in each state.
    State,
    /// Each account's deliveries that may be made due before their time.
    Later,
}

impl Along {
    /// The bytes of the event's id as the index writes them: no other one offers this order.
    const fn order(self) -> &'static str {
        match self {
            Self::Entity => "uuid_send(events.id)",
            Self::Kind => "(uuid_send(events.id) || ''::bytea)",
            Self::Class => "(uuid_send(event_id) || ''::bytea)",
            Self::State => "uuid_send(event_id)",
            Self::Later => "(''::bytea || (''::bytea || uuid_send(event_id)))",
        }
    }
}

/// What else is asked of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing.
    Any,
    /// It has ended, or is not under way and not both untried and due.
    ToRetry(QueueTime),
    /// It is not under way.
    ToSkip(QueueTime),
}

/// A part of the deliveries, and the order in which it is read.
pub(crate) struct Part<'a> {
    query: &'a DeliveryQuery,
    range: DeliveryRange,
    /// The codes of the states, each once.
    states: Vec<&'static str>,
    wanted: Wanted,
    is_rising: bool,
}

impl<'a> Part<'a> {
    /// What `query` reads from `place`; `None` where that is nothing.
    pub(crate) fn of(query: &'a DeliveryQuery, place: DeliveryPlace) -> Option<Self> {
        let is_listed =
            |state: &DeliveryState| query.states.as_ref().is_none_or(|states| states.contains(state));
        let states = DeliveryState::ALL.into_iter().filter(is_listed);
        Some(Self {
            query,
            range: DeliveryRange::of(query, place)?,
            states: states.map(DeliveryState::code).collect(),
            wanted: Wanted::Any,
            is_rising: matches!(place, DeliveryPlace::NewerThan(_)),
        })
    }

    /// What of `query` is `wanted` in one of `states`, the oldest event first.
    pub(crate) fn to_change(
        query: &'a DeliveryQuery,
        states: &[DeliveryState],
        wanted: Wanted,
    ) -> Option<Self> {
        let mut part = Self::of(query, DeliveryPlace::Newest)?;
        part.states
            .retain(|code| states.iter().any(|state| state.code() == *code));
        part.wanted = wanted;
        part.is_rising = true;
        (!part.states.is_empty()).then_some(part)
    }

    const fn order(&self) -> &'static str {
        if self.is_rising { " asc" } else { " desc" }
    }

    /// What narrows the list the most.
    fn along(&self) -> Along {
        let is_failure = |code: &&str| DeliveryState::from_code(code).is_some_and(DeliveryState::is_failure);
        let is_of_failures = || self.states.iter().all(is_failure);
        if self.query.entity_id.is_some() {
            Along::Entity
        } else if self.wanted != Wanted::Any {
            // What a step has changed is not met again by the next.
            Along::State
        } else if self.query.class.is_some() {
            Along::Class
        } else if self.query.kind.is_some() && !is_of_failures() {
            // Of a kind there may be few among many that ended well.
            Along::Kind
        } else {
            Along::State
        }
    }

    /// Whether what waits and is to be tried again is read apart: among all that wait there may be few that are not due.
    fn is_split(&self, along: Along) -> bool {
        along == Along::State
            && matches!(self.wanted, Wanted::ToRetry(_))
            && self.states.contains(&DeliveryState::Waiting.code())
    }

    /// Adds the ids of the first `limit`, as `event_id` and `account_id`.
    pub(crate) fn push_ids(&self, statement: &mut QueryBuilder<Postgres>, limit: u32) {
        let along = self.along();
        if !self.is_split(along) {
            self.push_ids_along(statement, along, limit);
            return;
        }
        statement.push("select * from ((");
        self.push_ids_along(statement, Along::State, limit);
        statement.push(") union all (");
        self.push_ids_along(statement, Along::Later, limit);
        let order = self.order();
        statement.push(format!(
            ")) as found order by event_id{order}, account_id{order} limit {limit}"
        ));
    }

    fn push_ids_along(&self, statement: &mut QueryBuilder<Postgres>, along: Along, limit: u32) {
        let order = self.order();
        if matches!(along, Along::Entity | Along::Kind) {
            statement.push("select found.event_id, found.account_id from ");
            self.push_events(statement, along);
            statement.push(format!(
                " order by {by}{order}, found.account_id{order} limit {limit}",
                by = along.order()
            ));
            return;
        }
        // None of the page is of other groups than those `limit` whose first comes first, and of none of them is it
        // further back than `limit`.
        statement.push("select found.event_id, found.account_id from (select wanted.* from ");
        self.push_groups(statement, along);
        statement.push(" cross join lateral (");
        self.push_found(statement, along, 1);
        statement.push(format!(
            ") as head order by head.event_id{order}, wanted.account_id{order} limit {limit}
             ) as wanted cross join lateral ("
        ));
        self.push_found(statement, along, limit);
        statement.push(format!(
            ") as found order by found.event_id{order}, found.account_id{order} limit {limit}"
        ));
    }

    /// Adds a query of how many there are, at most `at_most`.
    pub(crate) fn push_count(&self, statement: &mut QueryBuilder<Postgres>, at_most: u32) {
        let along = self.along();
        statement.push("select count(*) from ((");
        self.push_counted(statement, along, at_most);
        if self.is_split(along) {
            statement.push(") union all (");
            self.push_counted(statement, Along::Later, at_most);
        }
        statement.push(format!(") limit {at_most}) as counted"));
    }

    fn push_counted(&self, statement: &mut QueryBuilder<Postgres>, along: Along, at_most: u32) {
        statement.push("select 1 from ");
        if matches!(along, Along::Entity | Along::Kind) {
            self.push_events(statement, along);
        } else {
            self.push_groups(statement, along);
            statement.push(" cross join lateral (");
            self.push_found(statement, along, at_most);
            statement.push(") as found");
        }
    }

    /// Adds the events with what is `found` of each.
    fn push_events(&self, statement: &mut QueryBuilder<Postgres>, along: Along) {
        statement
            .push("events cross join lateral (select event_id, account_id from deliveries where event_id = events.id");
        statement
            .push(" and (select site_id from accounts where id = account_id) = ")
            .push_bind(self.query.site.uuid());
        if let Some(account) = self.query.account {
            statement.push(" and account_id = ").push_bind(account.uuid());
        }
        statement
            .push(" and state = any(")
            .push_bind(self.states.clone())
            .push(")");
        if let Some(class) = self.query.class {
            statement.push(" and class = ").push_bind(class.code());
        }
        self.push_edge(statement);
        self.push_wanted(statement);
        statement
            .push(" order by account_id) as found where events.site_id = ")
            .push_bind(self.query.site.uuid());
        if let Some(entity_id) = &self.query.entity_id {
            statement
                .push(" and events.entity_id = ")
                .push_bind(entity_id.clone());
        }
        if let Some(kind) = self.query.kind {
            statement.push(" and events.kind = ").push_bind(kind.code());
        }
        self.push_between(statement, along);
    }

    /// Adds the accounts and states that are `wanted`.
    fn push_groups(&self, statement: &mut QueryBuilder<Postgres>, along: Along) {
        statement.push("(select id as account_id, state from accounts cross join unnest(");
        let is_waiting = |code: &&str| *code == DeliveryState::Waiting.code();
        let is_split = matches!(self.wanted, Wanted::ToRetry(_));
        let states = self.states.iter().copied();
        let states: Vec<&str> = match along {
            Along::Later => states.filter(is_waiting).collect(),
            _ if is_split => states.filter(|code| !is_waiting(code)).collect(),
            _ => states.collect(),
        };
        statement
            .push_bind(states)
            .push("::text[]) as states (state) where site_id = ")
            .push_bind(self.query.site.uuid());
        if let Some(account) = self.query.account {
            statement.push(" and id = ").push_bind(account.uuid());
        }
        statement.push(") as wanted");
    }

    /// Adds the first `limit` of a group.
    fn push_found(&self, statement: &mut QueryBuilder<Postgres>, along: Along, limit: u32) {
        statement.push("select event_id, account_id from deliveries where account_id = wanted.account_id");
        statement.push(match along {
            // The states of these are all one.
            Along::Later => " and queue in ('wait', 'retry', 'behind') and state = wanted.state",
            _ => " and state = wanted.state",
        });
        if let Some(class) = self.query.class {
            statement.push(" and class = ").push_bind(class.code());
        }
        if let Some(kind) = self.query.kind {
            statement
                .push(" and (select kind from events where site_id = ")
                .push_bind(self.query.site.uuid())
                .push(" and id = event_id) = ")
                .push_bind(kind.code());
        }
        self.push_between(statement, along);
        self.push_edge(statement);
        // What has ended is wanted as it is.
        if along == Along::Later || !matches!(self.wanted, Wanted::ToRetry(_)) {
            self.push_wanted(statement);
        } else {
            self.push_unchanged(statement);
        }
        statement.push(format!(
            " order by {}{} limit {limit}",
            along.order(),
            self.order()
        ));
    }

    fn push_between(&self, statement: &mut QueryBuilder<Postgres>, along: Along) {
        statement
            .push(format!(" and {} between uuid_send(", along.order()))
            .push_bind(self.range.first)
            .push(") and uuid_send(")
            .push_bind(self.range.last)
            .push(")");
    }

    fn push_edge(&self, statement: &mut QueryBuilder<Postgres>) {
        for (edge, is) in [(self.range.below, "<"), (self.range.above, ">")] {
            if let Some((event, account)) = edge {
                statement
                    .push(format!(" and (event_id, account_id) {is} ("))
                    .push_bind(event)
                    .push(", ")
                    .push_bind(account)
                    .push(")");
            }
        }
    }

    fn push_unchanged(&self, statement: &mut QueryBuilder<Postgres>) {
        if let Some(updated_before) = self.query.updated_before {
            statement
                .push(" and updated_at < ")
                .push_bind(updated_before.ms());
        }
    }

    /// Adds whether a row of `deliveries` that was found before still belongs to the part.
    pub(crate) fn push_still(&self, statement: &mut QueryBuilder<Postgres>) {
        statement
            .push(" and state = any(")
            .push_bind(self.states.clone())
            .push(")");
        if let Some(class) = self.query.class {
            statement.push(" and class = ").push_bind(class.code());
        }
        self.push_wanted(statement);
    }

    /// Adds what else is wanted of a row of `deliveries`, the states included that it is wanted in.
    pub(crate) fn push_wanted(&self, statement: &mut QueryBuilder<Postgres>) {
        self.push_unchanged(statement);
        let free = |statement: &mut QueryBuilder<Postgres>, now: Timestamp| {
            statement
                .push("(leased_until is null or leased_until not between 1 + ")
                .push_bind(now.ms())
                .push(" and ")
                .push_bind(now.ms().saturating_add(lease_ahead_max_ms!()))
                .push(")");
        };
        match self.wanted {
            Wanted::Any => {}
            Wanted::ToRetry(time) => {
                statement
                    .push(" and (queue is null or queue <> 'first' and (attempts > 0 or due_at > ")
                    .push_bind(time.due.ms())
                    .push(") and ");
                free(statement, time.leases);
                statement.push(")");
            }
            Wanted::ToSkip(time) => {
                statement.push(" and num_nulls(queue) = 0 and ");
                free(statement, time.leases);
            }
        }
    }
}

/// The delivery of a row that has [`COLUMNS`].
pub(crate) fn read(row: &PgRow) -> Result<DeliveryRow, StoreError> {
    let get = |error| store_error(error);
    let uuid = |column| row.try_get::<Uuid, _>(column).map_err(store_error);
    let id = DeliveryId {
        event: EventId::new(uuid("event_id")?),
        account: AccountId::new(uuid("account_id")?),
    };
    let columns = DeliveryColumns {
        id,
        site: SiteId::new(uuid("site_id")?),
        platform: row.try_get("platform").map_err(get)?,
        kind: row.try_get("kind").map_err(get)?,
        entity_id: row.try_get("entity_id").map_err(get)?,
        state: delivery_state(row.try_get("state").map_err(get)?, id)?,
        reason: row.try_get("reason").map_err(get)?,
        class: row.try_get("class").map_err(get)?,
        attempts: row.try_get("attempts").map_err(get)?,
        received_at: row.try_get("received_at").map_err(get)?,
        due_at: row.try_get("due_at").map_err(get)?,
        leased_until: row.try_get("leased_until").map_err(get)?,
        updated_at: row.try_get("updated_at").map_err(get)?,
        last_ms: row.try_get("last_ms").map_err(get)?,
    };
    Ok(columns.into_row()?)
}

/// The statement of a page.
fn page_statement(part: &Part<'_>) -> QueryBuilder<Postgres> {
    let order = part.order();
    let mut statement = QueryBuilder::new(format!("select {COLUMNS} from ("));
    part.push_ids(&mut statement, part.query.limit);
    statement.push(format!(
        ") as page
         cross join lateral (
             select * from deliveries where event_id = page.event_id and account_id = page.account_id limit 1
         ) as deliveries
         join accounts on accounts.id = page.account_id
         cross join lateral (
             select * from events where site_id = accounts.site_id and id = page.event_id limit 1
         ) as events
         order by page.event_id{order}, page.account_id{order}"
    ));
    statement
}

/// A page.
pub(crate) async fn list(
    conn: &mut PgConnection,
    query: &DeliveryQuery,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let Some(part) = Part::of(query, query.place) else {
        return Ok(Vec::new());
    };
    let rows = page_statement(&part)
        .build()
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let mut page: Vec<DeliveryRow> = rows.iter().map(read).collect::<Result<_, _>>()?;
    if part.is_rising {
        page.reverse();
    }
    Ok(page)
}

/// How many there are, whatever the place.
pub(crate) async fn count(
    conn: &mut PgConnection,
    query: &DeliveryQuery,
    at_most: u32,
) -> Result<u64, StoreError> {
    match Part::of(query, DeliveryPlace::Newest) {
        Some(part) => count_of(conn, &part, at_most).await,
        None => Ok(0),
    }
}

/// How many of a part there are.
pub(crate) async fn count_of(
    conn: &mut PgConnection,
    part: &Part<'_>,
    at_most: u32,
) -> Result<u64, StoreError> {
    let mut statement = QueryBuilder::new("");
    part.push_count(&mut statement, at_most);
    let count: i64 = statement
        .build_query_scalar()
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    Ok(persistence::row::count(count, "deliveries", "event_id")?)
}
