-- The column reads like that of persistence-sqlite; all else is of this database alone, which reads its tables along
-- whichever index seems shortest, and moves rows that are written.

-- Claims in a row that ended without a word.
alter table deliveries add column losses bigint not null default 0;
-- An index of leases made each claim write every index of its row anew, and the server took it for the shortest way to
-- whatever else of a lane is under way, which it is not. A lease that ends is found where its delivery waits.
drop index deliveries_lease_idx;
-- A claim finds room on the page of its row.
alter table deliveries set (fillfactor = 60);
-- A lane holds what one site tells of one thing, for its few accounts: without the account, no other index can stand for
-- this one.
drop index deliveries_lane_idx;
create index deliveries_lane_idx on deliveries (lane, (''::bytea || uuid_send(event_id) || ''::bytea))
    where queue is not null;
