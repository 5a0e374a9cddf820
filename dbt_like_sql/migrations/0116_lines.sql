-- How each partner is reached, and what it has left for us.

create table ops.line (
    partner text primary key check (partner ~ '^[a-z0-9_]+$')
    , owner_role text not null
    , tried_at timestamptz not null
    , good_at timestamptz
    , failing_since timestamptz
    , why text check (why ~ '^[a-z_]{1,40}$')
    , tries integer not null default 0
    , next_try_at timestamptz
    , is_stopped boolean not null default false
    , refused_salt bytea
    , refused_proof bytea
    , check (num_nonnulls(failing_since, why) in (0, 2))
    , check (not is_stopped or (refused_salt is not null and refused_proof is not null))
);
comment on table ops.line is 'One row per partner we exchange files with: does its line work';
comment on column ops.line.is_stopped is
'Refused for good: nothing is tried until what was refused has changed, or a person says so';
comment on column ops.line.refused_proof is
'Slow salted hash of the secrets and pinned keys that were refused, to see that they changed';

create table core.reply_file (
    partner text not null
    , remote_name text not null
    , size bigint not null
    , modified_at bigint not null
    , first_seen_at timestamptz not null
    , last_seen_at timestamptz not null
    , fetched_at timestamptz
    , sha256 text check (sha256 ~ '^[0-9a-f]{64}$')
    , local_name text check (local_name ~ '^[A-Za-z0-9._-]+$')
    , removed_at timestamptz
    , primary key (partner, remote_name, size, modified_at)
    , check (num_nonnulls(fetched_at, sha256, local_name) in (0, 3))
);
comment on table core.reply_file is
'Each version of a file a partner left for us, as it was seen there; fetched once';
comment on column core.reply_file.modified_at is 'Seconds of the partner''s clock';
comment on column core.reply_file.local_name is 'What it is called here; the partner''s name is not';

create table ops.line_decision (
    decision_id bigint generated always as identity primary key
    , at timestamptz not null
    , who text not null
    , because text not null
    , partner text not null
    , batch_no text references core.claim_batch
    , decided text not null check (decided in ('resume', 'sent', 'absent'))
);
create trigger line_decision_is_append_only
before update or delete or truncate on ops.line_decision
for each statement execute function ledger.refuse_change();
comment on table ops.line_decision is 'What a person said of a line or a file: who, when and why';
create index reply_file_new on core.reply_file (partner) where fetched_at is null;
create index reply_file_sha on core.reply_file (partner, sha256);
create index reply_file_left on core.reply_file (partner)
where fetched_at is not null and removed_at is null;
