-- The tables read like those of persistence-postgres, but for what only one writer needs: whatever changes here changes
-- there.

-- Ids are UUIDs of version 7: later events have larger ones, and rows are added at the end.
create table events (
    site_id blob not null constraint events_site_id_fkey references sites (id),
    id blob not null constraint events_id_check check (length(id) = 16),
    source text not null,
    external_id text not null,
    kind text not null,
    entity_id text not null,
    occurred_at integer not null,
    received_at integer not null,
    -- Last, because it is long: what stands before it is read without it.
    sealed blob not null,
    constraint events_pkey primary key (site_id, id),
    constraint events_source_key unique (site_id, source, external_id)
) strict;

create index events_entity_idx on events (site_id, entity_id, id);
create index events_kind_idx on events (site_id, kind, id);

-- One for each event and account. A stage is where it stands, finer than the state that people see:
--   0 ready, 1 ready again after an attempt, 2 behind another of its lane, 3 under way, 4 handed out before and due later,
--   5 never handed out and due later; all of these are waiting
--   10 delivered, 11 skipped, 12 refused, 13 given up, 14 unknown
-- Of 0 to 4, the open ones, the first of a lane is never at stage 2.
create table deliveries (
    account_id blob not null constraint deliveries_account_id_fkey references accounts (id) on delete cascade,
    event_id blob not null,
    stage integer not null constraint deliveries_stage_check check (stage between 0 and 5 or stage between 10 and 14),
    lane blob not null constraint deliveries_lane_check check (length(lane) = 16),
    fence integer not null default 0,
    attempts integer not null default 0,
    doubtful integer not null default 0 constraint deliveries_doubtful_check check (doubtful in (0, 1)),
    due_at integer not null,
    -- Stays after its end until the next claim, so that a late finish is still taken.
    leased_until integer,
    updated_at integer not null,
    last_ms integer,
    reason text constraint deliveries_reason_check check ((reason is not null) = (stage = 11)),
    class text,
    constraint deliveries_pkey primary key (account_id, event_id)
) strict, without rowid;

-- The queue of an account in the order of events, and its lists.
create index deliveries_stage_idx on deliveries (account_id, stage, event_id);
-- Who is before whom. The deliveries of one event lie side by side: few pages are written.
create index deliveries_lane_idx on deliveries (lane, account_id, event_id) where stage <= 4;
-- What becomes claimable with time: leases that end, and what is due later.
create index deliveries_time_idx on deliveries (account_id, coalesce(leased_until, due_at), stage)
    where stage between 3 and 5;
create index deliveries_class_idx on deliveries (account_id, class, event_id) where class is not null;
create index deliveries_failure_idx on deliveries (account_id, stage, class, event_id, updated_at) where stage >= 12;

create table delivery_attempts (
    number integer not null constraint delivery_attempts_pkey primary key,
    account_id blob not null constraint delivery_attempts_account_id_fkey references accounts (id) on delete cascade,
    event_id blob not null,
    started_at integer not null,
    ms integer not null,
    outcome text not null,
    fault text constraint delivery_attempts_fault_check check (json_valid(fault)),
    sealed blob not null
) strict;

create index delivery_attempts_delivery_idx on delivery_attempts (account_id, event_id);

create table delivery_hours (
    account_id blob not null constraint delivery_hours_account_id_fkey references accounts (id) on delete cascade,
    hour integer not null,
    delivered integer not null,
    failed integer not null,
    retried integer not null,
    skipped integer not null,
    -- The last success within the hour.
    delivered_at integer,
    constraint delivery_hours_pkey primary key (account_id, hour)
) strict, without rowid;

create table delivery_holds (
    account_id blob not null constraint delivery_holds_pkey primary key
        constraint delivery_holds_account_id_fkey references accounts (id) on delete cascade,
    reason text not null,
    since integer not null,
    until integer
) strict, without rowid;

-- What is remembered of the other side of an account, under a keyed hash.
create table delivery_memories (
    account_id blob not null constraint delivery_memories_account_id_fkey references accounts (id) on delete cascade,
    key blob not null,
    value text not null,
    constraint delivery_memories_pkey primary key (account_id, key)
) strict, without rowid;

create table tokens (
    id blob not null constraint tokens_pkey primary key constraint tokens_id_check check (length(id) = 16),
    site_id blob not null constraint tokens_site_id_fkey references sites (id),
    token_hash blob not null constraint tokens_hash_key unique,
    name text not null,
    scopes text not null constraint tokens_scopes_check check (json_type(scopes) = 'array'),
    prefix text not null,
    created_by text not null,
    created_at integer not null,
    used_at integer,
    revoked_at integer
) strict;

create index tokens_site_idx on tokens (site_id, id);
