//! Lists of deliveries, each read along an index, whatever the number of rows.

use std::collections::BTreeSet;

use domain::{AccountId, EventId};
use domain::{DeliveryId, DeliveryState, EventKind, FaultClass, SiteId, Timestamp};
use persistence::row::{DeliveryColumns, DeliveryRange};
use persistence::{DeliveryPlace, DeliveryQuery, DeliveryRow, StoreError};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row, Sqlite};
use uuid::Uuid;

use crate::cells::Cells;
use crate::error::store_error;
use crate::stage;

/// What [`read`] reads, of `deliveries` with its event and account.
pub(crate) const COLUMNS: &str = "deliveries.account_id, deliveries.event_id, accounts.site_id, accounts.platform,
    events.kind, events.entity_id, deliveries.stage, deliveries.reason, deliveries.class, deliveries.attempts,
    events.received_at, deliveries.due_at, deliveries.leased_until, deliveries.updated_at, deliveries.last_ms";

/// What a list is read along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Along {
    /// The events about one thing, or of one kind.
    Events,
    /// Each account's failures of one class.
    Failures,
    /// Each account's deliveries of one class.
    Class,
    /// Each account's deliveries of each stage.
    Stages,
    /// Each account's deliveries.
    Accounts,
}

/// A part of the deliveries, and the order in which it is read.
pub(crate) struct Part<'a> {
    query: &'a DeliveryQuery,
    range: DeliveryRange,
    stages: Option<Vec<i64>>,
    along: Along,
    is_rising: bool,
    /// What else must be true of `found`, in SQL; `?11` is the time in it.
    condition: &'static str,
    now: Timestamp,
}

impl<'a> Part<'a> {
    /// What `query` reads from `place`; `None` where that is nothing.
    pub(crate) fn of(query: &'a DeliveryQuery, place: DeliveryPlace) -> Option<Self> {
        let stages = query.states.as_ref().map(|states| stages_of(states));
        Some(Self {
            query,
            range: DeliveryRange::of(query, place)?,
            along: along(query, stages.as_deref()),
            stages,
            is_rising: matches!(place, DeliveryPlace::NewerThan(_)),
            condition: "",
            now: Timestamp::from_ms(0),
        })
    }

    /// What of `query` is at one of `stages` and fulfils `condition` at `now`, the oldest event first.
    pub(crate) fn to_change(
        query: &'a DeliveryQuery,
        stages: &[i64],
        condition: &'static str,
        now: Timestamp,
    ) -> Option<Self> {
        let mut part = Self::of(query, DeliveryPlace::Newest)?;
        let mut stages = stages.to_vec();
        if let Some(wanted) = &part.stages {
            stages.retain(|stage| wanted.contains(stage));
        }
        if stages.is_empty() {
            return None;
        }
        // Along the stages, what a step has changed is not met again by the next.
        if part.along != Along::Events || query.entity_id.is_none() {
            part.along = Along::Stages;
        }
        part.stages = Some(stages);
        part.is_rising = true;
        part.condition = condition;
        part.now = now;
        Some(part)
    }

    const fn order(&self) -> &'static str {
        if self.is_rising { "asc" } else { "desc" }
    }

    /// The tables before `found`.
    const fn groups(&self) -> &'static str {
        match self.along {
            // The events about one thing are few: their kinds are looked at one by one.
            Along::Events if self.query.entity_id.is_some() => {
                "events as event indexed by events_entity_idx cross join accounts as account"
            }
            Along::Events => "events as event indexed by events_kind_idx cross join accounts as account",
            Along::Failures | Along::Stages => "accounts as account cross join json_each(?5) as wanted",
            Along::Class | Along::Accounts => "accounts as account",
        }
    }

    /// `found`, read along an index. The planner does not know how many rows there are, and would take the primary key.
    const fn found(&self) -> &'static str {
        match self.along {
            Along::Events | Along::Accounts => "deliveries as found",
            Along::Failures => "deliveries as found indexed by deliveries_failure_idx",
            Along::Class => "deliveries as found indexed by deliveries_class_idx",
            Along::Stages => "deliveries as found indexed by deliveries_stage_idx",
        }
    }

    /// What a group must fulfil.
    fn group_conditions(&self) -> String {
        let mut wanted = "account.site_id = ?1".to_owned();
        let mut and = |condition: &str| {
            wanted.push_str(" and ");
            wanted.push_str(condition);
        };
        if self.query.account.is_some() {
            and("account.id = ?4");
        }
        if self.along == Along::Events {
            and("event.site_id = ?1 and event.id between ?2 and ?3");
            if self.query.entity_id.is_some() {
                and("event.entity_id = ?8");
            }
            if self.query.kind.is_some() {
                and("event.kind = ?7");
            }
        }
        wanted
    }

    /// What `found` must fulfil within its group.
    fn conditions(&self) -> String {
        let mut wanted = "found.account_id = account.id".to_owned();
        let mut and = |condition: &str| {
            wanted.push_str(" and ");
            wanted.push_str(condition);
        };
        match self.along {
            // With the plus, the range of the events is not taken for a better way to the deliveries than their key.
            Along::Events => and("found.event_id = +event.id"),
            Along::Failures => and("found.stage = wanted.value and found.stage >= 12 and found.class = ?6"),
            Along::Stages => and("found.stage = wanted.value"),
            Along::Class => and("found.class = ?6"),
            Along::Accounts => {}
        }
        if self.along != Along::Events {
            and("found.event_id between ?2 and ?3");
            if self.query.kind.is_some() {
                and(
                    "exists (select 1 from events where site_id = ?1 and id = +found.event_id and kind = ?7)",
                );
            }
        }
        if self.range.below.is_some() {
            and("(+found.event_id, found.account_id) < (?9, ?10)");
        }
        if self.range.above.is_some() {
            and("(+found.event_id, found.account_id) > (?9, ?10)");
        }
        let is_staged = matches!(self.along, Along::Failures | Along::Stages);
        let is_classed = matches!(self.along, Along::Failures | Along::Class);
        for condition in self.changeable(is_staged, is_classed) {
            and(condition);
        }
        wanted
    }

    /// What a delivery of the part must fulfil that may change with time.
    fn changeable(&self, is_staged: bool, is_classed: bool) -> impl Iterator<Item = &'static str> {
        [
            (self.stages.is_some() && !is_staged)
                .then_some("found.stage in (select value from json_each(?5))"),
            (self.query.class.is_some() && !is_classed).then_some("found.class = ?6"),
            self.query.updated_before.map(|_| "found.updated_at < ?12"),
            (!self.condition.is_empty()).then_some(self.condition),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether what was `found` of the part before still belongs to it.
    pub(crate) fn still(&self) -> String {
        let conditions: Vec<&str> = self.changeable(false, false).collect();
        conditions.join(" and ")
    }

    /// The first `limit` in the order, as `account_id` and `event_id`.
    pub(crate) fn ids(&self, limit: u32) -> String {
        let (groups, along, order) = (self.groups(), self.found(), self.order());
        let (group, found) = (self.group_conditions(), self.conditions());
        if self.along == Along::Events {
            return format!(
                "select found.account_id, found.event_id from {groups} cross join {along}
                 where {group} and {found} order by event.id {order}, account.id {order} limit {limit}"
            );
        }
        // No page holds more of a group than its first `limit`.
        format!(
            "select first.account_id, first.event_id from {groups} cross join deliveries as first
             where {group} and first.account_id = account.id and first.event_id in (
                 select found.event_id from {along} where {found}
                 order by found.event_id {order} limit {limit}
             )
             order by first.event_id {order}, first.account_id {order} limit {limit}"
        )
    }

    /// The rows of the first `limit` in the order.
    pub(crate) fn rows(&self, limit: u32) -> String {
        let (ids, order) = (self.ids(limit), self.order());
        format!(
            "select {COLUMNS} from ({ids}) as page
             cross join deliveries on deliveries.account_id = page.account_id and deliveries.event_id = page.event_id
             cross join accounts on accounts.id = page.account_id
             cross join events on events.site_id = ?1 and events.id = page.event_id
             order by page.event_id {order}, page.account_id {order}"
        )
    }

    /// How many there are, at most `at_most`.
    pub(crate) fn count(&self, at_most: u32) -> String {
        let (groups, along) = (self.groups(), self.found());
        let (group, found) = (self.group_conditions(), self.conditions());
        format!(
            "select count(*) from (
                 select 1 from {groups} cross join {along} where {group} and {found} limit {at_most}
             )"
        )
    }

    /// A query of `statement` with everything bound; what it does not look for may be bound all the same.
    pub(crate) fn query(&self, statement: String) -> sqlx::query::Query<'_, Sqlite, SqliteArguments> {
        let edge = self.range.below.or(self.range.above);
        sqlx::query(AssertSqlSafe(statement))
            .bind(self.query.site.uuid())
            .bind(self.range.first)
            .bind(self.range.last)
            .bind(self.query.account.map(AccountId::uuid))
            .bind(self.stages.as_ref().map(Json))
            .bind(self.query.class.map(FaultClass::code))
            .bind(self.query.kind.map(EventKind::code))
            .bind(self.query.entity_id.as_deref())
            .bind(edge.map(|(event, _)| event))
            .bind(edge.map(|(_, account)| account))
            .bind(self.now.ms())
            .bind(self.query.updated_before.map(Timestamp::ms))
    }
}

/// The stages of `states`, each once.
fn stages_of(states: &[DeliveryState]) -> Vec<i64> {
    let each_once: BTreeSet<i64> = states
        .iter()
        .flat_map(|state| stage::of(*state))
        .copied()
        .collect();
    Vec::from_iter(each_once)
}

/// What narrows a list the most.
fn along(query: &DeliveryQuery, stages: Option<&[i64]>) -> Along {
    let is_failures = |stages: &[i64]| stages.iter().all(|stage| stage::is_failure(*stage));
    match (query.class, stages) {
        _ if query.entity_id.is_some() => Along::Events,
        (Some(_), Some(stages)) if is_failures(stages) => Along::Failures,
        (Some(_), _) => Along::Class,
        // Of a kind there may be few among many that ended well.
        (None, Some(stages)) if query.kind.is_none() || is_failures(stages) => Along::Stages,
        _ if query.kind.is_some() => Along::Events,
        _ => Along::Accounts,
    }
}

/// The delivery that a row is of.
pub(crate) fn read_id(row: &SqliteRow) -> Result<DeliveryId, StoreError> {
    let id = |column| row.try_get::<Uuid, _>(column).map_err(store_error);
    Ok(DeliveryId {
        event: EventId::new(id("event_id")?),
        account: AccountId::new(id("account_id")?),
    })
}

/// The delivery of a row that has [`COLUMNS`].
pub(crate) fn read(row: &SqliteRow) -> Result<DeliveryRow, StoreError> {
    let id = read_id(row)?;
    let cells = Cells {
        row,
        table: "deliveries",
        key: id,
    };
    let columns = DeliveryColumns {
        id,
        site: SiteId::new(cells.get("site_id")?),
        platform: cells.get("platform")?,
        kind: cells.get("kind")?,
        entity_id: cells.get("entity_id")?,
        state: stage::state(cells.get("stage")?, id)?,
        reason: cells.get("reason")?,
        class: cells.get("class")?,
        attempts: cells.get("attempts")?,
        received_at: cells.get("received_at")?,
        due_at: cells.get("due_at")?,
        leased_until: cells.get("leased_until")?,
        updated_at: cells.get("updated_at")?,
        last_ms: cells.get("last_ms")?,
    };
    Ok(columns.into_row()?)
}

/// A page.
pub(crate) async fn list(
    conn: &mut SqliteConnection,
    query: &DeliveryQuery,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let Some(part) = Part::of(query, query.place) else {
        return Ok(Vec::new());
    };
    let rows = part
        .query(part.rows(query.limit))
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
    conn: &mut SqliteConnection,
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
    conn: &mut SqliteConnection,
    part: &Part<'_>,
    at_most: u32,
) -> Result<u64, StoreError> {
    let row = part
        .query(part.count(at_most))
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    let count: i64 = row.try_get(0).map_err(store_error)?;
    Ok(persistence::row::count(count, "deliveries", "event_id")?)
}
