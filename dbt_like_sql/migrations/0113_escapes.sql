-- What a partner refused or denied, and which hop and edit should have kept it here.

create table core.escape (
    claim_id text not null
    , attempt_no integer not null
    , rung text not null check (core.rung_height(rung) is not null)
    , answer_id bigint not null references core.answer
    , code text not null
    , verdict text not null check (verdict in ('rejected', 'denied'))
    , hop text
    , reason_class text
    , edits text not null
    , is_edit_there boolean not null
    , has_fired boolean not null
    , specific integer not null
    , cents bigint not null
    , answered_at timestamptz not null
    , found_at timestamptz not null
    , primary key (claim_id, attempt_no, rung)
    , foreign key (claim_id, attempt_no) references core.claim_attempt
);
create index escape_answered on core.escape (answered_at);
comment on table core.escape is 'A refusal or denial, laid at the door of a hop and its edit';
comment on column core.escape.code is 'The code that says most, as the answer spells it';
comment on column core.escape.edits is 'Edits that should have caught it, * for any ending';
comment on column core.escape.is_edit_there is 'Whether there was such an edit';
comment on column core.escape.has_fired is 'Whether it spoke of one of the claim''s visits before';
comment on column core.escape.cents is 'Money at stake';

create index claim_to_work_on on core.claim (reply_standing)
where reply_standing in ('rejected', 'disputed', 'denied', 'reversed');
