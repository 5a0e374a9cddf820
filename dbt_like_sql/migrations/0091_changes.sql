-- What changed under records after a hop had looked at it: old, new, when, by whom, and its effect.
create table core.change (
    change_id bigint generated always as identity primary key
    , hop text not null
    , kind text not null
    , subject text not null
    , old_version bigint not null
    , new_version bigint not null
    , was jsonb not null
    , became jsonb not null
    , changed_at timestamptz
    , changed_by text
    , landed_at timestamptz not null
    , seen_at timestamptz not null
    , owner_role text not null
    , pass_id bigint not null
    , unique (hop, kind, subject, new_version)
);
create index change_seen on core.change (hop, seen_at);
create index change_pass on core.change (pass_id);

comment on table core.change is 'A new version of something a hop had looked at before';
comment on column core.change.was is 'What differs, as the hop knew it; a person''s data is left out';
comment on column core.change.became is 'The same, as it is now';
comment on column core.change.seen_at is 'The hop''s first pass that saw it';

-- Files a hop has looked at: what landed since may have changed the ground of what moved.
create table ledger.looked_at (
    hop text not null
    , file_id bigint not null
    , at timestamptz not null
    , primary key (hop, file_id)
);
comment on table ledger.looked_at is 'Files whose rows a hop''s passes have taken into account';

alter table ledger.late_change add column change_id bigint references core.change;
alter table ledger.late_change add column sent_as text;
alter table ledger.late_change add column code text;
create index late_change_change on ledger.late_change (change_id);
comment on column ledger.late_change.sent_as is 'The claim the record is on, when it is on one';
comment on column ledger.late_change.code is 'The edit that now objects to what is on the claim';

drop function core.billing_looked_back_to();
