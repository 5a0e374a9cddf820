-- Reports kept day by day, and who reviewed which deviation, when, with what action and close.

-- Which reports there are, and which of them must be there for every day or month.
create table ops.report (
    report text primary key
    , kept text check (kept in ('daily', 'monthly'))
    , severity text check (severity in ('P1', 'P2', 'P3'))
    , alarm_severity text check (alarm_severity in ('P1', 'P2', 'P3'))
    , owner_role text not null
    , first_day date not null
    , check ((kept is null) = (severity is null))
);
comment on table ops.report is 'Reports and since when each is expected';
comment on column ops.report.severity is 'What it is to people when a day of it is missing';
comment on column ops.report.alarm_severity is 'What it is to people when a row of it alarms';

create table ops.report_day (
    report text not null references ops.report
    , day date not null
    , since date not null
    , until date not null
    , at timestamptz not null
    , kept_at timestamptz not null
    , rows jsonb not null check (jsonb_typeof(rows) = 'array')
    , row_count integer not null check (row_count = jsonb_array_length(rows))
    , alarms integer not null check (alarms between 0 and row_count)
    , primary key (report, day)
);
comment on table ops.report_day is 'A report as it was on a day; a day without rows is one, too';
comment on column ops.report_day.at is 'The instant it speaks of';
comment on column ops.report_day.kept_at is 'When it was made; later than its day, it was made late';
create trigger report_day_is_append_only
before update or delete or truncate on ops.report_day
for each statement execute function ledger.refuse_change();

-- Since when a deviation is listed: what was taken back and is found anew is listed anew.
alter table core.visit_deviation add column listed_at timestamptz;
update core.visit_deviation set listed_at = published_at;
alter table core.visit_deviation alter column listed_at set not null;
comment on column core.visit_deviation.listed_at is 'When it was found; found anew, anew';

create function core.list_deviation() returns trigger language plpgsql as $$
begin
    new.listed_at := new.published_at;
    return new;
end $$;
create trigger deviation_is_listed before insert on core.visit_deviation
for each row execute function core.list_deviation();
create trigger deviation_is_listed_anew before update on core.visit_deviation
for each row when (new.is_open and not old.is_open) execute function core.list_deviation();

create table ops.deviation_review (
    review_id bigint generated always as identity primary key
    , kind text not null
    , subject text not null
    , listed_at timestamptz not null
    , action text not null check (action in (
        'client_contacted', 'backup_sent', 'rescheduled', 'caregiver_spoken_to', 'plan_reviewed'
        , 'incident_reported', 'record_corrected', 'none_needed'
    ))
    , because text not null check (because <> '')
    , closes boolean not null
    , reviewed_by text not null check (reviewed_by <> '')
    , reviewed_role text not null
    , reviewed_at timestamptz not null
    , foreign key (kind, subject) references core.visit_deviation
    , check (reviewed_at >= listed_at)
);
create index deviation_review_of on ops.deviation_review (kind, subject, listed_at);
create index deviation_review_at on ops.deviation_review (reviewed_at);
-- a deviation is closed once each time it is listed, whoever tries
create unique index deviation_closed_once on ops.deviation_review (kind, subject, listed_at)
where closes;
comment on table ops.deviation_review is 'Who looked at a deviation, and what was done; never changed';
comment on column ops.deviation_review.listed_at is 'The finding it answers, and no later one';
create trigger deviation_review_is_append_only
before update or delete or truncate on ops.deviation_review
for each statement execute function ledger.refuse_change();

-- Reports read the ledger's steps of some days; what is only ever appended needs no more than this.
create index transition_at on ledger.transition using brin (at);
