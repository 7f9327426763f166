-- The tables read like those of persistence-postgres: whatever changes here changes there.

-- The pace of calls to remote identities, for all processes, by the machine's clock. `remote` is a keyed hash.
create table paces (
    remote blob not null constraint paces_pkey primary key constraint paces_remote_check check (length(remote) = 32),
    -- Until when turns are taken.
    taken_until integer not null,
    -- Until when the platform has asked for rest.
    resting_until integer not null
) strict, without rowid;
