-- What conditions are found by: why a pass failed, credentials that fail, and indexes.
alter table ledger.pass add column failure text check (failure ~ '^[a-z_]{1,40}$');
comment on column ledger.pass.failure is 'Kind of failure in one word of ours; never its text';

create table ops.credential (
    name text primary key
    , owner_role text not null
    , failing_since timestamptz
    , last_good_at timestamptz
    , expires_at timestamptz
    , tried_at timestamptz not null
);
comment on table ops.credential is 'Names of credentials and whether they work; never their values';

create index pass_published on ledger.pass (hop, finished_at desc) where outcome = 'published';
create index entry_stuck on ledger.entry (hop, reason_code, owner_role, due_at)
include (since, amount_cents) where state in ('waiting', 'held');
create index claim_awaited on core.claim (payer_id, rung, batch_no)
include (total_cents, line_count)
where rung not in ('835', 'posted') and reply_standing <> 'rejected';
create index plan_delivery_awaited on core.plan_delivery (ack_due_at)
where standing in ('pending', 'delivered', 'late', 'unreachable');
-- replies are awaited by partner now
drop index ledger.entry_unanswered;

-- The newest thing that turned up for a feed; what was left lying in the drop folder is none.
create function landing.last_arrival(wanted text) returns setof landing.arrival
language sql stable as $$
    select arrival.*
    from landing.arrival as arrival
    where arrival.feed = wanted and arrival.verdict <> 'refused'
    order by arrival.at desc, arrival.arrival_id desc
    limit 1
$$;
comment on function landing.last_arrival is 'Newest arrival of a feed that was looked into';
