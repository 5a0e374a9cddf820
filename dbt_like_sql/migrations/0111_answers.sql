-- What partners answered, each statement once; which attempts it speaks of; how far those came.

create function core.rungs() returns text [] language sql immutable as $$
    select array[
        'built', 'sent', 'sent-unconfirmed', 'TA1', '999', 'clearinghouse 277CA', 'payer 277CA'
        , '835', 'posted'
    ]
$$;
comment on function core.rungs is 'The ladder of answers, lowest rung first';

create function core.rung_height(rung text) returns integer language sql immutable as $$
    select array_position(core.rungs(), $1)
$$;
comment on function core.rung_height is 'Place of a rung on the ladder of answers, from 1';

create table core.answered_file (
    file_id bigint primary key
    , taken_at timestamptz not null
);
comment on table core.answered_file is 'Files of replies whose statements are in core.answer';

create table core.answer (
    answer_id bigint generated always as identity primary key
    , digest text not null unique
    , reply_id text not null
    , file_id bigint not null
    , reply_kind text not null
    , level text not null
    , refers_to text
    , group_control text
    , set_control text
    , batch_ref text
    , line_key text
    , outcome text not null
    , codes text
    , payer_claim_number text
    , amount numeric
    , payment_ref text
    , payment_payer text
    , is_balanced boolean
    , source_entity text
    , sender_id text
    , rung text check (rung is null or core.rung_height(rung) is not null)
    , verdict text check (
        verdict in ('accepted', 'rejected', 'paid', 'denied', 'reversed')
    )
    , landed_at timestamptz not null
    , times_seen integer not null check (times_seen > 0)
);
create index answer_payment on core.answer (payment_ref) where level = 'payment';
create index answer_repeated on core.answer (answer_id) where times_seen > 1;
comment on table core.answer is 'One statement of a partner, however often it was sent';
comment on column core.answer.digest is 'What it says, without the envelope it came in';
comment on column core.answer.rung is 'Rung it stands for; none where it is only a receipt';
comment on column core.answer.times_seen is 'How often it came: 1 unless it was repeated';

create table core.claim_answer (
    claim_id text not null
    , attempt_no integer not null
    , answer_id bigint not null references core.answer
    , primary key (claim_id, attempt_no, answer_id)
    , foreign key (claim_id, attempt_no) references core.claim_attempt
);
create index claim_answer_of on core.claim_answer (answer_id);
comment on table core.claim_answer is 'The attempts a statement speaks of';

create table core.attempt_standing (
    claim_id text not null
    , attempt_no integer not null
    , rung text not null check (core.rung_height(rung) is not null)
    , standing text not null check (
        standing in ('none', 'accepted', 'rejected', 'paid', 'denied', 'reversed', 'disputed')
    )
    , standing_rung text
    , payer_claim_number text
    , paid_cents bigint not null default 0
    , answered_at timestamptz not null
    , primary key (claim_id, attempt_no)
    , foreign key (claim_id, attempt_no) references core.claim_attempt
    , check ((standing = 'none') = (standing_rung is null))
);
comment on table core.attempt_standing is 'How far an attempt that was answered came, and the verdict';
comment on column core.attempt_standing.standing_rung is 'Who gave the verdict';
comment on column core.attempt_standing.payer_claim_number is 'The payer''s own number of it';

create table core.odd_answer (
    kind text not null check (kind in ('orphan', 'contradiction', 'out_of_order'))
    , answer_id bigint not null references core.answer
    , found_at timestamptz not null
    , primary key (kind, answer_id)
);
create index odd_answer_found on core.odd_answer (found_at);
comment on table core.odd_answer is 'Answers somebody should look at; they change no claim''s way';

alter table core.claim add column attempt_no integer not null default 1;
alter table core.claim add column standing_rung text;
alter table core.claim drop constraint claim_reply_standing_check;
alter table core.claim add check (
    reply_standing in ('none', 'accepted', 'rejected', 'paid', 'denied', 'reversed', 'disputed')
);
comment on column core.claim.attempt_no is 'The newest attempt: rung and standing are its own';
comment on column core.claim.standing_rung is 'Rung whose answer gave the verdict';
create index claim_unsent on core.claim (batch_no) where rung in ('built', 'sent-unconfirmed');

-- An answer that was heard was heard; only a new attempt begins at the bottom again.
create function core.refuse_lower_rung() returns trigger language plpgsql as $$
begin
    raise exception 'claim % does not go down from % to %', old.claim_id, old.rung, new.rung
        using errcode = 'restrict_violation';
end $$;
create trigger claim_climbs_only before update on core.claim
for each row when (
    new.attempt_no < old.attempt_no
    or (
        new.attempt_no = old.attempt_no
        and core.rung_height(new.rung) < core.rung_height(old.rung)
        and (old.rung, new.rung) <> ('sent-unconfirmed', 'sent')
    )
) execute function core.refuse_lower_rung();
