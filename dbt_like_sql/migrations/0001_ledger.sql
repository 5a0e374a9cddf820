-- Where every record stands at every hop, how it got there, and why it stands still.
create schema landing;
create schema core;
create schema audit;
create schema ledger;
create schema ops;

comment on schema landing is 'What outside systems sent, with people''s data in it';
comment on schema core is 'What hops publish for one another';
comment on schema audit is 'Rows of the pass now running; rebuilt by every pass';
comment on schema ledger is 'Where every record stands; ids, states and reasons only';
comment on schema ops is 'Calendar, settings in force, watch';

-- One sequence numbers files and passes, so a batch of rows has one name wherever it came from.
create sequence ledger.batch_id_seq;

create table landing.file (
    file_id bigint primary key default nextval('ledger.batch_id_seq')
    , sha256 text not null unique check (sha256 ~ '^[0-9a-f]{64}$')
    , feed text not null
    , name text not null
    , byte_count bigint not null
    , verdict text not null check (verdict in ('landed', 'quarantined'))
    , reason_class text
    , reason_code text
    , reason text
    , next_step text
    , line_count bigint not null default 0
    , row_count bigint not null default 0
    , held_count bigint not null default 0
    , repeated_count bigint not null default 0
    , manifest jsonb
    , newest_event_at timestamptz
    , arrived_at timestamptz not null
    , landed_at timestamptz not null
    , check ((verdict = 'quarantined') = (reason_code is not null))
    -- conservation of a file: every line is a row, is held, or was there before
    , check (verdict <> 'landed' or line_count = row_count + held_count + repeated_count)
);
create index file_feed on landing.file (feed, landed_at desc);

-- Every time anything turned up in the drop folder, whatever became of it.
create table landing.arrival (
    arrival_id bigint generated always as identity primary key
    , file_id bigint references landing.file
    , feed text
    , name text not null
    , verdict text not null check (verdict in ('landed', 'already_seen', 'quarantined', 'refused'))
    , reason_code text
    , at timestamptz not null
);
create index arrival_feed on landing.arrival (feed, at desc);

-- A line that could not become a row: its bytes, and every reason.
create table landing.held_line (
    file_id bigint not null references landing.file
    , line_no bigint not null
    , feed text not null
    , record_id text
    , reason_class text not null
    , reason_codes text [] not null check (cardinality(reason_codes) > 0)
    , reasons jsonb not null
    , raw bytea not null
    , held_at timestamptz not null
    , primary key (file_id, line_no)
);
create index held_line_record on landing.held_line (record_id);

create table ledger.hop (
    hop text primary key
    , follows text references ledger.hop
    , record text not null
    , checkpoints text [] not null
    , ladder text [] not null
    , owner_role text not null
    , stuck_after interval not null
);

create table ledger.pass (
    pass_id bigint primary key default nextval('ledger.batch_id_seq')
    , hop text not null references ledger.hop
    , outcome text not null default 'running'
    check (outcome in ('running', 'published', 'stopped', 'failed'))
    , started_at timestamptz not null
    , finished_at timestamptz
    , taken bigint
    , counts jsonb
    , failed_expectations text []
    , run_id text
);
create index pass_hop on ledger.pass (hop, pass_id desc);

create table ledger.entry (
    entry_id bigint generated always as identity primary key
    , hop text not null
    , record_id text collate "C" not null  -- C: searched by prefix too
    , version bigint
    , state text not null default 'waiting'
    check (state in ('waiting', 'held', 'moved', 'rejected', 'excluded', 'cancelled'))
    , since timestamptz not null
    , received_at timestamptz not null
    , checkpoint text
    , next_checkpoint text
    , reason_class text
    , reason_code text
    , owner_role text
    , due_at timestamptz
    , attempt integer not null default 0
    , pass_id bigint
    , feed text
    , file_id bigint
    , client_id text
    , amount_cents bigint
    , rung text
    , has_moved boolean not null default false
    , unique (record_id, hop)
    , check ((reason_class is null) = (reason_code is null))
    -- a record never stands still without a reason
    , check (state in ('waiting', 'moved') or reason_code is not null)
    , check (state <> 'held' or (owner_role is not null and due_at is not null))
    , check (state <> 'moved' or (has_moved and reason_code is null))
) with (fillfactor = 85);
create index entry_open on ledger.entry (hop, entry_id) where state in ('waiting', 'held');
create index entry_client on ledger.entry (client_id) where client_id is not null;

-- Every reason a record has now, not only the first.
create table ledger.reason (
    entry_id bigint not null references ledger.entry
    , code text not null
    , checkpoint text not null
    , reason_class text not null
    , severity text not null check (severity in ('BLOCK', 'HOLD', 'WARN'))
    , outcome text not null
    , owner_role text not null
    , first_at timestamptz not null
    , due_at timestamptz not null
    , primary key (entry_id, code)
);

-- What happened to a record, in order; never changed afterwards.
create table ledger.transition (
    transition_id bigint generated always as identity primary key
    , entry_id bigint not null
    , at timestamptz not null
    , from_state text not null
    , to_state text not null
    , checkpoint text
    , reason_codes text [] not null default '{}'
    , attempt integer not null
    , pass_id bigint
    , actor text not null
    , note text
);
create index transition_entry on ledger.transition (entry_id);

-- A record that moved, and what it relied on changed afterwards.
create table ledger.late_change (
    late_change_id bigint generated always as identity primary key
    , hop text not null
    , record_id text not null
    , relied_on text not null
    , old_version bigint not null
    , new_version bigint not null
    , changed_at timestamptz
    , changed_by text
    , seen_at timestamptz not null
    , is_final boolean not null
    , consequence text not null
    , unique (hop, record_id, relied_on, new_version)
);
create index late_change_record on ledger.late_change (record_id);

-- Arithmetic of conservation, kept by triggers so that its cost follows what changed.
create table ledger.tally (
    hop text not null
    , feed text not null
    , file_id bigint not null
    , state text not null
    , records bigint not null
    , primary key (hop, feed, file_id, state)
);

-- How many records intake handed to a hop, counted where they came from.
create table ledger.received (
    hop text not null
    , feed text not null
    , file_id bigint not null
    , records bigint not null
    , primary key (hop, feed, file_id)
);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_schema || '.' || tg_table_name
        using errcode = 'restrict_violation';
end $$;

create trigger transition_is_append_only
before update or delete or truncate on ledger.transition
for each statement execute function ledger.refuse_change();
create trigger arrival_is_append_only
before update or delete or truncate on landing.arrival
for each statement execute function ledger.refuse_change();
create trigger entry_is_never_deleted
before delete or truncate on ledger.entry
for each statement execute function ledger.refuse_change();

create function ledger.guard_new_entries() returns trigger language plpgsql as $$
declare
    unknown text;
    early text;
begin
    select min(e.hop) into unknown from added as e
    where not exists (select 1 from ledger.hop as h where h.hop = e.hop);
    if unknown is not null then
        raise exception 'hop % is not registered', unknown using errcode = 'check_violation';
    end if;

    -- order is a constraint: nothing exists at a hop before it moved through the one it follows
    select min(e.hop) into early
    from added as e
    inner join ledger.hop as h on e.hop = h.hop and h.follows is not null
    where not exists (
        select 1 from ledger.entry as f
        where f.hop = h.follows and f.record_id = e.record_id and f.has_moved
    );
    if early is not null then
        raise exception 'a record reached % before it moved through the hop it follows', early
            using errcode = 'check_violation';
    end if;

    insert into ledger.tally as t (hop, feed, file_id, state, records)
    select e.hop, coalesce(e.feed, '-'), coalesce(e.file_id, 0), e.state, count(*)
    from added as e group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (hop, feed, file_id, state) do update set records = t.records + excluded.records;
    return null;
end $$;

create trigger guard_new_entries after insert on ledger.entry
referencing new table as added
for each statement execute function ledger.guard_new_entries();

create function ledger.refuse_undoing() returns trigger language plpgsql as $$
begin
    raise exception 'what a record is and that it moved cannot be undone'
        using errcode = 'check_violation';
end $$;

-- the condition is tested without calling the function: a row trigger that costs next to nothing
create trigger entry_cannot_be_undone before update on ledger.entry
for each row when (
    (old.has_moved and not new.has_moved)
    or old.hop <> new.hop or old.record_id <> new.record_id
) execute function ledger.refuse_undoing();

create function ledger.guard_changed_entries() returns trigger language plpgsql as $$
declare
    short text;
begin
    -- a record moves only when it is past the hop's last checkpoint
    select min(n.hop) into short
    from after_change as n
    inner join ledger.hop as h on n.hop = h.hop
    where n.state = 'moved' and n.checkpoint is distinct from h.checkpoints[cardinality(h.checkpoints)];
    if short is not null then
        raise exception 'a record moved through % without its last checkpoint', short
            using errcode = 'check_violation';
    end if;

    insert into ledger.tally as t (hop, feed, file_id, state, records)
    select d.hop, d.feed, d.file_id, d.state, sum(d.n)
    from (
        select n.hop, coalesce(n.feed, '-') as feed, coalesce(n.file_id, 0) as file_id, n.state, 1 as n
        from after_change as n
        union all
        select o.hop, coalesce(o.feed, '-'), coalesce(o.file_id, 0), o.state, -1 from before_change as o
    ) as d
    group by 1, 2, 3, 4 having sum(d.n) <> 0 order by 1, 2, 3, 4
    on conflict (hop, feed, file_id, state) do update set records = t.records + excluded.records;
    return null;
end $$;

create trigger guard_changed_entries after update on ledger.entry
referencing old table as before_change new table as after_change
for each statement execute function ledger.guard_changed_entries();

-- Business days, filled from the agency's calendar; due dates count them.
create table ops.calendar_day (
    day date primary key
    , is_business boolean not null
    , business_no integer not null
    , name text
);

create function ops.add_business_days(start_at timestamptz, days integer, zone text)
returns timestamptz language sql stable as $$
    -- end of the n-th business day after the day it starts on; 17:00 in the agency's zone
    select coalesce(
        (
            select (later.day + time '17:00') at time zone zone
            from ops.calendar_day as today
            inner join ops.calendar_day as later
                on later.is_business and later.business_no = today.business_no + days
            where today.day = (start_at at time zone zone)::date
        )
        , start_at + make_interval(days => days + 2 * (days / 5 + 1))
    )
$$;

create table ops.watch_state (
    subject text primary key
    , state text not null
    , since timestamptz not null
    , detail jsonb not null
    , seen_at timestamptz not null
);
