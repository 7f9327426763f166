-- The tables read like those of persistence-sqlite: whatever changes here changes there.

-- The pace of calls to remote identities, for all processes, by the server's clock. `remote` is a keyed hash. A row is
-- written anew several times a second: there is room for it on its page.
create table paces (
    remote bytea not null constraint paces_pkey primary key constraint paces_remote_check check (length(remote) = 32),
    -- Until when turns are taken.
    taken_until bigint not null,
    -- Until when the platform has asked for rest.
    resting_until bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
