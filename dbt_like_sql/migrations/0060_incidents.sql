-- One problem is one incident: opened once, told, acknowledged, closed once, with its history.
create table ops.incident (
    incident_id bigint generated always as identity primary key
    , key text not null
    , kind text not null
    , subject text not null
    , cause text not null
    , severity text not null check (severity in ('P1', 'P2', 'P3'))
    , owner text not null
    , opened_at timestamptz not null
    , since timestamptz not null
    , judged_at timestamptz not null
    , last_seen_at timestamptz not null
    , absent_since timestamptz
    , quiet_for interval not null check (quiet_for >= interval '0')
    , returns integer not null default 0
    , count bigint not null default 0
    , oldest timestamptz
    , money numeric
    , visits bigint
    , run_id text
    , caused_by text [] not null default '{}'
    , held_back_by bigint references ops.incident check (held_back_by <> incident_id)
    , silenced_until timestamptz
    , told_at timestamptz
    , last_told_at timestamptz
    , reminders integer not null default 0
    , level integer not null default 0
    , unanswered_since timestamptz
    , acknowledged_at timestamptz
    , acknowledged_by text
    , acknowledged_why text
    , snoozed_until timestamptz
    , snoozed_by text
    , snoozed_why text
    , closed_at timestamptz
    , closed_by text
    , closed_because text
    , check (key = kind || ':' || subject || ':' || cause)
    , check (num_nonnulls(told_at, last_told_at, unanswered_since) in (0, 3))
    -- nobody is reminded of, or escalated to about, what was never told
    , check (told_at is not null or (reminders = 0 and level = 0))
    , check (num_nonnulls(acknowledged_at, acknowledged_by, acknowledged_why) in (0, 3))
    , check (num_nonnulls(snoozed_until, snoozed_by, snoozed_why) in (0, 3))
    , check (num_nonnulls(closed_at, closed_by, closed_because) in (0, 3))
);
-- the promise itself: a problem that is open cannot be opened again, whoever tries
create unique index incident_one_open on ops.incident (key) where closed_at is null;
create index incident_closed on ops.incident (key, closed_at desc) where closed_at is not null;
create index incident_newest on ops.incident (closed_at desc) where closed_at is not null;

create table ops.incident_event (
    event_id bigint generated always as identity primary key
    , incident_id bigint not null references ops.incident
    , at timestamptz not null
    , what text not null check (what in (
        'opened', 'told', 'reminded', 'escalated', 'raised', 'acknowledged', 'snoozed'
        , 'held_back', 'released', 'silenced', 'closed'
    ))
    , who text not null
    , why text not null
);
create index incident_event_of on ops.incident_event (incident_id, event_id);

create trigger incident_event_is_append_only
before update or delete or truncate on ops.incident_event
for each statement execute function ledger.refuse_change();
create trigger incident_is_never_deleted
before delete or truncate on ops.incident
for each statement execute function ledger.refuse_change();

comment on table ops.incident is 'One row per problem, from its first sight to its close';
comment on table ops.incident_event is 'What happened to an incident, who did it and why';
