-- Only a question for a certain record may use the index of open records by id: of the open records of
-- one hop it would read those of all hops.
drop index ledger.entry_open_record;
create index entry_open_record on ledger.entry (record_id) include (since, amount_cents)
where state in ('waiting', 'held') and record_id is not null;
