-- Open work is found by an index, however much is closed: who waits longest is its first entry, and
-- the planner knows how many of a hop's records are in which state.
drop index ledger.entry_open;
create index entry_open on ledger.entry (hop, received_at) where state in ('waiting', 'held');
create statistics ledger.entry_hop_state (mcv) on hop, state from ledger.entry;
