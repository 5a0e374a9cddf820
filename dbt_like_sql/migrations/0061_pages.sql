-- What is sent about an incident: written with it, then sent, then marked; and agency files in force.
create table ops.page (
    page_id bigint generated always as identity primary key
    , incident_id bigint not null references ops.incident
    , what text not null check (what in (
        'opened', 'reminder', 'escalation', 'acknowledged', 'recovered'
    ))
    , number integer not null default 0
    , severity text not null check (severity in ('P1', 'P2', 'P3'))
    , role text not null
    , channel text not null
    , recipient text not null
    , persons text [] not null
    , body jsonb not null
    , falls_back_from bigint references ops.page check (falls_back_from <> page_id)
    , written_at timestamptz not null
    , due_at timestamptz not null
    , tries integer not null default 0
    , next_try_at timestamptz not null
    , claimed_until timestamptz
    , failed_why text
    , sent_at timestamptz
    , dropped_at timestamptz
    , dropped_because text check (dropped_because in ('recovered', 'superseded', 'channel_gone'))
    -- one event of one incident is one page per address, however often it is written
    , unique (incident_id, what, number, channel, recipient)
    , check (num_nonnulls(sent_at, dropped_at) <= 1)
    , check ((dropped_at is null) = (dropped_because is null))
);
create index page_to_send on ops.page (next_try_at) where sent_at is null and dropped_at is null;

create table ops.channel_state (
    channel text primary key
    , last_sent_at timestamptz
    , failing_since timestamptz
    , failed_why text
    , failures integer not null default 0
    , check (num_nulls(failing_since, failed_why) in (0, 2))
    , check ((failures = 0) = (failing_since is null))
);

create table ops.in_force (
    name text primary key
    , sha256 text not null
    , text text not null
    , taken_at timestamptz not null
    , refused_sha256 text
    , refused_since timestamptz
    , refused_why text
    , check (num_nulls(refused_sha256, refused_since, refused_why) in (0, 3))
);

create trigger page_is_never_deleted
before delete or truncate on ops.page
for each statement execute function ledger.refuse_change();

comment on table ops.page is 'What is sent about incidents; no person''s data, by its type';
comment on table ops.channel_state is 'Since when a channel fails, and when it last took a page';
comment on table ops.in_force is 'The last good text of each file of the agency''s';
