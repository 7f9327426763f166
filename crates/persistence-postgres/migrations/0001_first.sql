-- Times are Unix milliseconds. Text that is compared or sorted is so by its bytes, whatever the language of the
-- database. The tables read like those of persistence-sqlite: whatever changes here changes there.

create table sites (
    id uuid not null constraint sites_pkey primary key,
    name text not null,
    url text not null,
    languages jsonb not null constraint sites_languages_check check (jsonb_typeof(languages) = 'array'),
    currencies jsonb not null constraint sites_currencies_check check (jsonb_typeof(currencies) = 'array'),
    time_zone text not null,
    created_at bigint not null
);

create table accounts (
    id uuid not null constraint accounts_pkey primary key,
    site_id uuid not null constraint accounts_site_id_fkey references sites (id),
    platform text collate "C" not null constraint accounts_platform_check
        check (platform in ('activecampaign', 'clerk', 'wa_smart_business', 'telegram')),
    active boolean not null,
    version bigint not null constraint accounts_version_check check (version >= 1),
    created_at bigint not null,
    updated_at bigint not null,
    updated_by text not null,
    slot text collate "C",
    default_slot text collate "C",
    description text not null,
    description_key text collate "C" not null,
    search_text text collate "C" not null,
    -- Last, because it is long: what stands before it is read without it.
    settings jsonb not null constraint accounts_settings_check check (jsonb_typeof(settings) = 'object')
);

-- Two active accounts of a site never share a place.
create unique index accounts_active_slot_key on accounts (site_id, slot) where active;
create unique index accounts_active_default_slot_key on accounts (site_id, default_slot)
    where active and default_slot is not null;
-- The orders of the list that many sites read. The others sort what the site has.
create index accounts_site_description_idx on accounts (site_id, description_key, id);
create index accounts_site_updated_idx on accounts (site_id, updated_at, id);

create table account_secrets (
    account_id uuid not null constraint account_secrets_account_id_fkey references accounts (id) on delete cascade,
    field text collate "C" not null,
    host text not null,
    key_id text not null,
    set_at bigint not null,
    set_by text not null,
    sealed bytea not null,
    constraint account_secrets_pkey primary key (account_id, field)
);

create table account_changes (
    account_id uuid not null constraint account_changes_account_id_fkey references accounts (id) on delete cascade,
    version bigint not null constraint account_changes_version_check check (version >= 1),
    kind text not null constraint account_changes_kind_check
        check (kind in ('created', 'edited', 'activated', 'deactivated')),
    changed_at bigint not null,
    changed_by text not null,
    fields jsonb not null constraint account_changes_fields_check check (jsonb_typeof(fields) = 'array'),
    secrets jsonb not null constraint account_changes_secrets_check check (jsonb_typeof(secrets) = 'array'),
    constraint account_changes_pkey primary key (account_id, version)
);

create table users (
    id uuid not null constraint users_pkey primary key,
    name text collate "C" not null constraint users_name_key unique,
    password_hash text not null,
    created_at bigint not null
);

-- At most one row.
create table first_start_links (
    id bigint not null constraint first_start_links_pkey primary key constraint first_start_links_id_check check (id = 1),
    token_hash bytea not null,
    expires_at bigint not null
);

create table sessions (
    token_hash bytea not null constraint sessions_pkey primary key,
    user_id uuid not null constraint sessions_user_id_fkey references users (id) on delete cascade,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);

create index sessions_user_id_idx on sessions (user_id);

-- `form` is JSON but kept as text: it holds whatever was typed, and `jsonb` takes no NUL.
create table drafts (
    token_hash bytea not null constraint drafts_pkey primary key,
    user_id uuid not null constraint drafts_user_id_fkey references users (id) on delete cascade,
    form text not null,
    created_at bigint not null
);

create index drafts_user_id_idx on drafts (user_id);

create table sign_in_attempts (
    subject text collate "C" not null constraint sign_in_attempts_pkey primary key,
    failures bigint not null,
    attempted_at bigint not null,
    previous_at bigint
);

create table vault_keys (
    id text collate "C" not null constraint vault_keys_pkey primary key,
    created_at bigint not null
);
