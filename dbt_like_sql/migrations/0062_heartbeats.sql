-- Who has looked lately, and which runs failed without leaving a pass behind.
create table ops.heartbeat (
    name text primary key
    , first_at timestamptz not null
    , beat_at timestamptz not null
    , detail jsonb not null default '{}'
);

-- A hop's last run, when it failed for good: told by Dagster's stored runs, not by its events.
create table ops.run_failure (
    hop text primary key
    , run_id text not null
    , failed_at timestamptz not null
    , failing_since timestamptz not null
    , seen_at timestamptz not null
    , check (failing_since <= failed_at)
);

comment on table ops.heartbeat is 'When each watcher last looked';
comment on table ops.run_failure is 'Hops whose newest run failed, and since when they do';
