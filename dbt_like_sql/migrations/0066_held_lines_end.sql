-- A held line ends once: a later row of its record mends it, or a person settles it. Until then it
-- counts.
alter table landing.held_line
add column version bigint
, add column ended_at timestamptz
, add column mended_by_file_id bigint references landing.file
, add column mended_by_line_no bigint
, add column settled_by text check (settled_by <> '')
, add column because text check (because <> '')
, add check ((mended_by_file_id is null) = (mended_by_line_no is null))
, add check ((settled_by is null) = (because is null))
, add check (num_nonnulls(mended_by_file_id, settled_by) = cast(ended_at is not null as integer));

comment on column landing.held_line.version is 'Of its record, where it could be read';
comment on column landing.held_line.ended_at is 'Null while it waits';
comment on column landing.held_line.mended_by_file_id is 'The file whose row came instead of it';
comment on column landing.held_line.settled_by is 'Who said that nothing more will come of it';

-- landing makes its tables itself: on a new database there is nothing to fill in
do $$ begin
    if to_regclass('landing.burnt_version') is not null then
        update landing.held_line as held set version = burnt.version
        from landing.burnt_version as burnt
        where held.file_id = burnt.file_id and held.line_no = burnt.line_no;
    end if;
end $$;

create index held_line_waits on landing.held_line (feed, record_id) where ended_at is null;

create trigger held_line_is_never_deleted
before delete or truncate on landing.held_line
for each statement execute function ledger.refuse_change();

create trigger held_line_ends_once before update on landing.held_line
for each row when (
    old.ended_at is not null or new.ended_at is null
    or (old.file_id, old.line_no, old.feed, old.record_id, old.version, old.reason_class
        , old.reason_codes, old.reasons, old.raw, old.held_at)
    is distinct from (new.file_id, new.line_no, new.feed, new.record_id, new.version
        , new.reason_class, new.reason_codes, new.reasons, new.raw, new.held_at)
) execute function ledger.refuse_change();
