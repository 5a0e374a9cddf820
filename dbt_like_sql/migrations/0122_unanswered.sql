-- What nobody has answered yet is found by an index, however many deviations there ever were.
alter table core.visit_deviation add column reviewed_at timestamptz;
comment on column core.visit_deviation.reviewed_at
is 'When somebody first looked at it as it is listed; who and what for are in ops.deviation_review';

update core.visit_deviation as found
set reviewed_at = said.reviewed_at
from (
    select kind, subject, listed_at, min(reviewed_at) as reviewed_at
    from ops.deviation_review group by 1, 2, 3
) as said
where
    found.kind = said.kind and found.subject = said.subject and found.listed_at = said.listed_at;

create index visit_deviation_unanswered on core.visit_deviation (review_due_at)
where is_open and reviewed_at is null;
create index visit_deviation_recent on core.visit_deviation (occurred_at) where is_open;

create or replace function core.list_deviation() returns trigger language plpgsql as $$
begin
    new.listed_at := new.published_at;
    new.reviewed_at := null;
    return new;
end $$;

create function ops.answer_deviation() returns trigger language plpgsql as $$
begin
    update core.visit_deviation as found
    set reviewed_at = new.reviewed_at
    where
        found.kind = new.kind and found.subject = new.subject
        and found.listed_at = new.listed_at and found.reviewed_at is null;
    return null;
end $$;
create trigger review_answers_its_deviation after insert on ops.deviation_review
for each row execute function ops.answer_deviation();
