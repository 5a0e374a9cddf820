-- Which delivered visits of a payer near its filing limit still stand open: found by day.
create index coordination_visit_payer on core.coordination_visit (payer_id, service_date)
include (record_id);
create index entry_open_record on ledger.entry (record_id) include (since, amount_cents)
where state in ('waiting', 'held');
