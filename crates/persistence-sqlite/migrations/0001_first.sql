-- Ids are UUIDs in 16 bytes, times Unix milliseconds, JSON is text. The tables read like those of
-- persistence-postgres: whatever changes here changes there.

create table sites (
    id blob not null constraint sites_pkey primary key constraint sites_id_check check (length(id) = 16),
    name text not null,
    url text not null,
    languages text not null constraint sites_languages_check check (json_type(languages) = 'array'),
    currencies text not null constraint sites_currencies_check check (json_type(currencies) = 'array'),
    time_zone text not null,
    created_at integer not null
) strict;

create table accounts (
    id blob not null constraint accounts_pkey primary key constraint accounts_id_check check (length(id) = 16),
    site_id blob not null constraint accounts_site_id_fkey references sites (id),
    platform text not null constraint accounts_platform_check
        check (platform in ('activecampaign', 'clerk', 'wa_smart_business', 'telegram')),
    active integer not null constraint accounts_active_check check (active in (0, 1)),
    version integer not null constraint accounts_version_check check (version >= 1),
    created_at integer not null,
    updated_at integer not null,
    updated_by text not null,
    slot text,
    default_slot text,
    description text not null,
    description_key text not null,
    search_text text not null,
    -- Last, because it is long: what stands before it is read without it.
    settings text not null constraint accounts_settings_check check (json_type(settings) = 'object')
) strict;

-- Two active accounts of a site never share a place.
create unique index accounts_active_slot_key on accounts (site_id, slot) where active = 1;
create unique index accounts_active_default_slot_key on accounts (site_id, default_slot)
    where active = 1 and default_slot is not null;
-- The orders of the list that many sites read. The others sort what the site has.
create index accounts_site_description_idx on accounts (site_id, description_key, id);
create index accounts_site_updated_idx on accounts (site_id, updated_at, id);

create table account_secrets (
    account_id blob not null constraint account_secrets_account_id_fkey references accounts (id) on delete cascade,
    field text not null,
    host text not null,
    key_id text not null,
    set_at integer not null,
    set_by text not null,
    sealed blob not null,
    constraint account_secrets_pkey primary key (account_id, field)
) strict, without rowid;

create table account_changes (
    account_id blob not null constraint account_changes_account_id_fkey references accounts (id) on delete cascade,
    version integer not null constraint account_changes_version_check check (version >= 1),
    kind text not null constraint account_changes_kind_check
        check (kind in ('created', 'edited', 'activated', 'deactivated')),
    changed_at integer not null,
    changed_by text not null,
    fields text not null constraint account_changes_fields_check check (json_type(fields) = 'array'),
    secrets text not null constraint account_changes_secrets_check check (json_type(secrets) = 'array'),
    constraint account_changes_pkey primary key (account_id, version)
) strict, without rowid;

create table users (
    id blob not null constraint users_pkey primary key constraint users_id_check check (length(id) = 16),
    name text not null constraint users_name_key unique,
    password_hash text not null,
    created_at integer not null
) strict;

-- At most one row.
create table first_start_links (
    id integer not null constraint first_start_links_pkey primary key constraint first_start_links_id_check check (id = 1),
    token_hash blob not null,
    expires_at integer not null
) strict;

create table sessions (
    token_hash blob not null constraint sessions_pkey primary key,
    user_id blob not null constraint sessions_user_id_fkey references users (id) on delete cascade,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null
) strict, without rowid;

create index sessions_user_id_idx on sessions (user_id);

-- `form` is JSON but not checked as such: it holds whatever was typed.
create table drafts (
    token_hash blob not null constraint drafts_pkey primary key,
    user_id blob not null constraint drafts_user_id_fkey references users (id) on delete cascade,
    form text not null,
    created_at integer not null
) strict, without rowid;

create index drafts_user_id_idx on drafts (user_id);

create table sign_in_attempts (
    subject text not null constraint sign_in_attempts_pkey primary key,
    failures integer not null,
    attempted_at integer not null,
    previous_at integer
) strict, without rowid;

create table vault_keys (
    id text not null constraint vault_keys_pkey primary key,
    created_at integer not null
) strict, without rowid;
