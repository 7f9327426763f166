-- The tables read like those of persistence-postgres: whatever changes here changes there.

-- Entries of any kind about an account, in the order of time.
create index log_account_time_idx on log (site_id, account_id, id) where account_id is not null;
