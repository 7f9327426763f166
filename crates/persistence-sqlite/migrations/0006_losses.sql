-- The tables read like those of persistence-postgres: whatever changes here changes there.

-- Claims in a row that ended without a word.
alter table deliveries add column losses integer not null default 0;
