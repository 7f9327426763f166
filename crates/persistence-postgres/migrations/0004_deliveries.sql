-- The tables read like those of persistence-sqlite: whatever changes here changes there.
--
-- What is written for every event has no foreign keys: the server would look each of them up row by row, and lock the
-- site's and the account's row for each. Events are taken in for sites and accounts that are there, in one statement that
-- says so, and whoever removes an account removes what is its own. For the same reason as in the log, indices of bytes of
-- an id offer an order that no other index offers.

-- `sealed` does not compress.
create table events (
    site_id uuid not null,
    id uuid not null,
    source text collate "C" not null,
    external_id text collate "C" not null,
    kind text collate "C" not null,
    entity_id text collate "C" not null,
    occurred_at bigint not null,
    received_at bigint not null,
    -- Last, because it is long: what stands before it is read without it.
    sealed bytea not null,
    constraint events_pkey primary key (site_id, id)
) with (toast_tuple_target = 8160);
alter table events alter column sealed set storage external;

-- An event is taken in once.
create unique index events_source_key on events (site_id, source, external_id);
create index events_entity_idx on events (site_id, entity_id, uuid_send(id));
create index events_kind_idx on events (site_id, kind, (uuid_send(id) || ''::bytea));

-- `queue` says where a waiting delivery is looked for: among those `first` attempts that are due as soon as they come in,
-- those that `wait` for the time of theirs, and those that are to `retry`. What is `behind` another delivery of its lane
-- is not looked for before that one ends. A lease does not move it, and stays after its end until the next claim, so that
-- a late finish is still taken.
create table deliveries (
    event_id uuid not null,
    account_id uuid not null,
    received_at bigint not null,
    due_at bigint not null,
    updated_at bigint not null,
    leased_until bigint,
    -- Counts the claims: the latest one alone may end.
    fence bigint not null default 0,
    attempts bigint not null default 0,
    last_ms bigint,
    is_doubtful boolean not null default false,
    state text collate "C" not null constraint deliveries_state_check
        check (state in ('waiting', 'delivered', 'refused', 'given_up', 'skipped', 'unknown')),
    queue text collate "C" constraint deliveries_queue_check check (queue in ('first', 'wait', 'retry', 'behind')),
    reason text collate "C",
    class text collate "C",
    lane bytea not null constraint deliveries_lane_check check (length(lane) = 16),
    constraint deliveries_pkey primary key (event_id, account_id),
    constraint deliveries_waiting_check check ((state = 'waiting') = (queue is not null)),
    constraint deliveries_reason_check check ((state = 'skipped') = (reason is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.02);

-- The lists: deliveries of an account in a state, in the order of their events. Whoever wants several accounts or states
-- merges the heads of as many ranges.
create index deliveries_state_idx on deliveries (account_id, state, uuid_send(event_id));
create index deliveries_class_idx on deliveries (account_id, class, state, (uuid_send(event_id) || ''::bytea))
    where class is not null;
-- The queues.
create index deliveries_first_idx on deliveries (account_id, (''::bytea || uuid_send(event_id))) where queue = 'first';
create index deliveries_due_idx on deliveries (account_id, queue, due_at) where queue in ('wait', 'retry');
create index deliveries_lane_idx on deliveries (account_id, lane, (''::bytea || uuid_send(event_id) || ''::bytea))
    where queue is not null;
create index deliveries_lease_idx on deliveries (account_id, leased_until) where leased_until is not null;
-- What may be made due before its time.
create index deliveries_later_idx on deliveries (account_id, (''::bytea || (''::bytea || uuid_send(event_id))))
    where queue in ('wait', 'retry', 'behind');

create table delivery_attempts (
    account_id uuid not null,
    event_id uuid not null,
    -- The claim that made it. Attempts are numbered in this order.
    fence bigint not null,
    started_at bigint not null,
    ms bigint not null,
    outcome text collate "C" not null,
    -- `json`, like the messages of the log.
    fault json,
    sealed bytea not null,
    constraint delivery_attempts_pkey primary key (account_id, event_id, fence)
) with (toast_tuple_target = 8160);
alter table delivery_attempts alter column sealed set storage external;

create table delivery_hours (
    account_id uuid not null,
    hour bigint not null,
    delivered bigint not null,
    failed bigint not null,
    retried bigint not null,
    skipped bigint not null,
    -- The last success of the hour.
    delivered_at bigint,
    constraint delivery_hours_pkey primary key (account_id, hour)
) with (fillfactor = 50);

create table delivery_holds (
    account_id uuid not null constraint delivery_holds_pkey primary key
        constraint delivery_holds_account_id_fkey references accounts (id) on delete cascade,
    reason text collate "C" not null constraint delivery_holds_reason_check
        check (reason in ('credentials', 'off', 'paused', 'locked')),
    since bigint not null,
    until bigint
);

-- `value` is bytes, because it is whatever the other side calls its things.
create table delivery_memories (
    account_id uuid not null constraint delivery_memories_account_id_fkey references accounts (id) on delete cascade,
    key bytea not null,
    value bytea not null,
    constraint delivery_memories_pkey primary key (account_id, key)
);

create table tokens (
    id uuid not null constraint tokens_pkey primary key,
    site_id uuid not null constraint tokens_site_id_fkey references sites (id),
    token_hash bytea not null constraint tokens_hash_key unique,
    name text not null,
    scopes jsonb not null constraint tokens_scopes_check check (jsonb_typeof(scopes) = 'array'),
    prefix text not null,
    created_by text not null,
    created_at bigint not null,
    used_at bigint,
    revoked_at bigint
);

create index tokens_site_idx on tokens (site_id, id);
