-- Approved exceptions: a person lets a record go on that a HOLD keeps. Who, why and what for stays.
create table ledger.approval (
    approval_id bigint generated always as identity primary key
    , entry_id bigint not null references ledger.entry
    , hop text not null
    , record_id text not null
    , code text not null
    -- the finding it was given for, and no other
    , version bigint
    , fact text
    , finding_at timestamptz not null
    , approved_by text not null check (approved_by <> '')
    , approved_role text not null
    , because text not null check (because <> '')
    , approved_at timestamptz not null
);
create index approval_entry on ledger.approval (entry_id);
create index approval_at on ledger.approval (approved_at);

create table ledger.approval_withdrawal (
    approval_id bigint primary key references ledger.approval
    , withdrawn_by text not null check (withdrawn_by <> '')
    , because text not null check (because <> '')
    , withdrawn_at timestamptz not null
);

comment on table ledger.approval is 'A person let a record go on; never changed afterwards';
comment on column ledger.approval.fact is 'What was found; a later finding of another fact is held';
comment on column ledger.approval.finding_at is 'Since when it was found; found anew, it is held';
comment on table ledger.approval_withdrawal is 'An approval taken back, from then on';

create trigger approval_is_append_only
before update or delete or truncate on ledger.approval
for each statement execute function ledger.refuse_change();
create trigger approval_withdrawal_is_append_only
before update or delete or truncate on ledger.approval_withdrawal
for each statement execute function ledger.refuse_change();

create view ledger.approval_in_force as
select approval.*
from ledger.approval
where not exists (
    select 1 from ledger.approval_withdrawal as withdrawal
    where withdrawal.approval_id = approval.approval_id
);

alter table ledger.reason add column fact text;
alter table ledger.reason add column approval_id bigint references ledger.approval;
comment on column ledger.reason.fact is 'What exactly was found, where the rule says';
comment on column ledger.reason.approval_id is 'The approval that lets the record go on in spite of it';
create index reason_approval on ledger.reason (approval_id) where approval_id is not null;
