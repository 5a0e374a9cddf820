-- What care coordination knows of delivered visits, and where delivery strayed from the plan.
create table core.coordination_visit (
    record_id text primary key
    , source_system text not null
    , visit_id text not null
    , sequence_id bigint not null
    , client_id text not null
    , caregiver_id text not null
    , payer_id text not null
    , payer_program text not null
    , service_code text not null
    , modifiers text not null
    , schedule_id text
    , start_at timestamptz not null
    , end_at timestamptz not null
    , minutes integer not null
    , service_date date not null
    , time_zone text not null
    , completion text not null check (completion = 'completed')
    , tasks_done integer not null check (tasks_done >= 0)
    , tasks_refused integer not null check (tasks_refused >= 0)
    , tasks_missed integer not null check (tasks_missed >= 0)
    , concern_codes text not null
    , group_code text
    , is_manual boolean not null
    , aggregator_status text
    , bill_minutes integer
    , allowed_short_minutes integer not null check (allowed_short_minutes >= 0)
    , source_updated_at timestamptz not null
    , updated_by text not null
    , updated_by_role text not null
    , batch_id bigint not null
    , published_at timestamptz not null
    , check (record_id = source_system || '/' || visit_id)
    , check (end_at > start_at)
    , check (minutes between 0 and 1500)
);
create index coordination_visit_batch on core.coordination_visit (batch_id);
create index coordination_visit_caregiver on core.coordination_visit (caregiver_id, start_at);
create index coordination_visit_client on core.coordination_visit (client_id, start_at);
create index coordination_visit_schedule on core.coordination_visit (schedule_id);
create index coordination_visit_day on core.coordination_visit (service_date);

comment on table core.coordination_visit is 'One row per visit whose times, people and tasks stand';
comment on column core.coordination_visit.minutes is 'Whole minutes between the two instants';
comment on column core.coordination_visit.service_date
is 'Local day of the start, in the visit''s zone';
comment on column core.coordination_visit.concern_codes is 'Concerns staff flagged; - is none';
comment on column core.coordination_visit.allowed_short_minutes
is 'How far the payer lets a visit fall short of its plan';

create table core.visit_deviation (
    kind text not null check (kind in ('missed', 'shortened', 'late', 'unscheduled', 'risk_flag'))
    , subject text not null
    , client_id text
    , caregiver_id text
    , schedule_id text
    , occurred_at timestamptz not null
    , detail_code text not null
    , minutes_short bigint check (minutes_short > 0)
    , is_open boolean not null
    , owner_role text not null
    , review_due_at timestamptz not null
    , batch_id bigint not null
    , published_at timestamptz not null
    , primary key (kind, subject)
    , check ((kind = 'missed') = (subject like 'schedule/%'))
    , check (kind <> 'missed' or schedule_id is not null)
);
create index visit_deviation_subject on core.visit_deviation (subject);
create index visit_deviation_batch on core.visit_deviation (batch_id);
create index visit_deviation_open on core.visit_deviation (kind, occurred_at) where is_open;
create index visit_deviation_client on core.visit_deviation (client_id, occurred_at);

comment on table core.visit_deviation
is 'Where delivery strayed from the plan, for the daily review';
comment on column core.visit_deviation.subject
is 'A visit''s record id, or schedule/ and the planned visit';
comment on column core.visit_deviation.is_open is 'False once later rows show it was none';
