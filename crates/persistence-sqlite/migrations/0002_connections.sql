-- The tables read like those of persistence-postgres: whatever changes here changes there.

alter table accounts add column settings_version integer not null default 1
    constraint accounts_settings_version_check check (settings_version >= 1);
update accounts set settings_version = version;
-- When the next scheduled check is due.
alter table accounts add column check_at integer not null default 0;

create index accounts_active_check_idx on accounts (check_at, id, site_id) where active = 1;
-- A site has few active accounts: what is counted among them needs nothing else of their rows.
create index accounts_active_site_idx on accounts (site_id, id, settings_version) where active = 1;

create table account_checks (
    account_id blob not null constraint account_checks_pkey primary key
        constraint account_checks_account_id_fkey references accounts (id) on delete cascade,
    settings_version integer not null constraint account_checks_settings_version_check check (settings_version >= 1),
    verdict text not null constraint account_checks_verdict_check
        check (verdict in ('works', 'failing', 'credentials_rejected')),
    since integer not null,
    checked_at integer not null,
    without_contact integer not null constraint account_checks_without_contact_check check (without_contact in (0, 1)),
    host text not null,
    fault text constraint account_checks_fault_check check (json_valid(fault)),
    -- Last, because it is long: what stands before it is read without it.
    report text not null constraint account_checks_report_check check (json_type(report) = 'object')
) strict;

-- Entries outlive their accounts. Ids are UUIDs of version 7, so that they hold the time and sort by it. The rows are too
-- wide for a table without rowid (<https://www.sqlite.org/withoutrowid.html>).
create table log (
    site_id blob not null constraint log_site_id_fkey references sites (id),
    id blob not null constraint log_id_check check (length(id) = 16),
    account_id blob,
    kind text not null,
    platform text,
    done_by text,
    account_description text,
    message text not null constraint log_message_check check (json_type(message) = 'object'),
    constraint log_pkey primary key (site_id, id),
    constraint log_account_check check ((account_id is null) = (account_description is null)
        and (account_id is null) = (platform is null))
) strict;

-- Entries of a kind, and those of a kind about an account, in the order of time. Whoever wants several kinds or accounts
-- merges the heads of as many ranges.
create index log_kind_idx on log (site_id, kind, id);
create index log_account_idx on log (site_id, account_id, kind, id) where account_id is not null;

-- The accounts that the log tells of, under their latest description.
create table log_accounts (
    site_id blob not null,
    account_id blob not null,
    platform text not null,
    description text not null,
    description_key text not null,
    constraint log_accounts_pkey primary key (site_id, account_id)
) strict, without rowid;
