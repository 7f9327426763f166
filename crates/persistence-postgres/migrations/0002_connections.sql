-- The tables read like those of persistence-sqlite: whatever changes here changes there.

alter table accounts add column settings_version bigint not null default 1
    constraint accounts_settings_version_check check (settings_version >= 1);
update accounts set settings_version = version;
-- When the next scheduled check is due.
alter table accounts add column check_at bigint not null default 0;

create index accounts_active_check_idx on accounts (check_at, id, site_id) where active;
-- A site has few active accounts: what is counted among them needs nothing else of their rows.
create index accounts_active_site_idx on accounts (site_id, id, settings_version) where active;

-- `fault` and `report` are `json`, like the messages of the log: they hold what platforms say, and `jsonb` takes no NUL.
create table account_checks (
    account_id uuid not null constraint account_checks_pkey primary key
        constraint account_checks_account_id_fkey references accounts (id) on delete cascade,
    settings_version bigint not null constraint account_checks_settings_version_check check (settings_version >= 1),
    verdict text collate "C" not null constraint account_checks_verdict_check
        check (verdict in ('works', 'failing', 'credentials_rejected')),
    since bigint not null,
    checked_at bigint not null,
    without_contact boolean not null,
    host text collate "C" not null,
    fault json,
    -- Last, because it is long: what stands before it is read without it.
    report json not null constraint account_checks_report_check check (json_typeof(report) = 'object')
);

-- Entries outlive their accounts. Ids are UUIDs of version 7, so that they hold the time and sort by it.
create table log (
    site_id uuid not null constraint log_site_id_fkey references sites (id),
    id uuid not null,
    account_id uuid,
    kind text collate "C" not null,
    platform text collate "C",
    done_by text,
    account_description text,
    message json not null constraint log_message_check check (json_typeof(message) = 'object'),
    constraint log_pkey primary key (site_id, id),
    constraint log_account_check check ((account_id is null) = (account_description is null)
        and (account_id is null) = (platform is null))
);

-- Entries of a kind, and those of a kind about an account, in the order of time. Whoever wants several kinds or accounts
-- merges the heads of as many ranges. The bytes of an id sort like the id, but each index writes them in a way of its own,
-- so that no other one offers its order: else the server may take another to be the cheaper way, which for a kind or an
-- account that never occurs leads through the whole site.
create index log_kind_idx on log (site_id, kind, uuid_send(id));
create index log_account_idx on log (site_id, account_id, kind, (uuid_send(id) || ''::bytea))
    where account_id is not null;

-- The accounts that the log tells of, under their latest description.
create table log_accounts (
    site_id uuid not null,
    account_id uuid not null,
    platform text collate "C" not null,
    description text not null,
    description_key text collate "C" not null,
    constraint log_accounts_pkey primary key (site_id, account_id)
);
