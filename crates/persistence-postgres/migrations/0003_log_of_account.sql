-- The tables read like those of persistence-sqlite: whatever changes here changes there.

-- Each index holds the ids themselves too, so that looking for them reads no row of the table; that its bytes stand for
-- the id does not help the server
-- (<https://www.postgresql.org/docs/current/indexes-index-only-scans.html>).
drop index log_kind_idx;
drop index log_account_idx;
create index log_kind_idx on log (site_id, kind, uuid_send(id)) include (id);
create index log_account_idx on log (site_id, account_id, kind, (uuid_send(id) || ''::bytea)) include (id)
    where account_id is not null;
-- Entries of any kind about an account, in the order of time.
create index log_account_time_idx on log (site_id, account_id, (''::bytea || uuid_send(id))) include (id)
    where account_id is not null;
