-- A claim goes out again only when a person asks for it and its last answer allows it.

create table core.claim_attempt_line (
    claim_id text not null
    , attempt_no integer not null
    , record_id text not null
    , line_no integer not null
    , reconciliation_id text not null
    , charge_cents bigint not null
    , batch_id bigint not null
    , published_at timestamptz not null
    , primary key (claim_id, attempt_no, record_id, line_no)
    , foreign key (claim_id, attempt_no) references core.claim_attempt
);
create index claim_attempt_line_record on core.claim_attempt_line (record_id);
create index claim_attempt_line_pass on core.claim_attempt_line (batch_id);
comment on table core.claim_attempt_line is 'What each attempt said, line by line, whatever came later';
create trigger claim_attempt_line_is_append_only
before update or delete on core.claim_attempt_line
for each row execute function ledger.refuse_change();
create trigger claim_attempt_line_is_never_emptied
before truncate on core.claim_attempt_line
for each statement execute function ledger.refuse_change();

insert into core.claim_attempt_line
select
    line.claim_id, 1, line.record_id, line.line_no, line.reconciliation_id, line.charge_cents
    , line.batch_id, line.published_at
from core.claim_line as line;

create table core.claim_request (
    request_id bigint generated always as identity primary key
    , claim_id text not null references core.claim
    , wish text not null check (wish in ('resend', 'replace', 'void', 'anew'))
    , after_attempt integer not null
    , frequency text not null check (frequency in ('1', '7', '8'))
    , payer_claim_number text
    , because text not null
    , made_by text not null
    , made_role text not null
    , made_at timestamptz not null
    , check (frequency = '1' or payer_claim_number is not null)
    , foreign key (claim_id, after_attempt) references core.claim_attempt
);
create index claim_request_claim on core.claim_request (claim_id, after_attempt);
create trigger claim_request_is_append_only
before update or delete or truncate on core.claim_request
for each statement execute function ledger.refuse_change();
comment on table core.claim_request is 'Who asked for a claim to go out again, be voided or given up';
comment on column core.claim_request.after_attempt is 'The attempt whose answer it follows';

create table core.claim_verification (
    verification_id bigint generated always as identity primary key
    , claim_id text not null
    , attempt_no integer not null
    , finding text not null check (finding in ('held', 'not_held'))
    , because text not null
    , made_by text not null
    , made_role text not null
    , made_at timestamptz not null
    , foreign key (claim_id, attempt_no) references core.claim_attempt
);
create index claim_verification_claim on core.claim_verification (claim_id, attempt_no);
create trigger claim_verification_is_append_only
before update or delete or truncate on core.claim_verification
for each statement execute function ledger.refuse_change();
comment on table core.claim_verification is 'What the partner said when somebody asked whether it has a claim';

-- A visit taken off its claim, to be reconciled again: what the attempt said of it stays above.
create table core.claim_release (
    request_id bigint not null references core.claim_request
    , record_id text not null
    , claim_id text not null
    , released_at timestamptz not null
    , primary key (request_id, record_id)
);
create index claim_release_record on core.claim_release (record_id);
create index claim_release_claim on core.claim_release (claim_id);
create trigger claim_release_is_append_only
before update or delete or truncate on core.claim_release
for each statement execute function ledger.refuse_change();
comment on table core.claim_release is 'Visits taken off a claim because somebody asked for that';

create function core.refuse_loose_line() returns trigger language plpgsql as $$
begin
    if not exists (
        select 1 from core.claim_release as let
        where let.claim_id = old.claim_id and let.record_id = old.record_id
    ) then
        raise exception 'a line leaves claim % only when somebody asked for it', old.claim_id
            using errcode = 'restrict_violation';
    end if;
    return old;
end $$;
create trigger claim_line_leaves_only_released before delete on core.claim_line
for each row execute function core.refuse_loose_line();

create function core.last_verification(claim_id text, attempt_no integer)
returns text language sql stable as $$
    select made.finding
    from core.claim_verification as made
    where made.claim_id = $1 and made.attempt_no = $2
    order by made.verification_id desc limit 1
$$;

-- the payer's own number of what it last took in; a rejected attempt has none that counts
create function core.payer_number_of(claim_id text) returns text language sql stable as $$
    select heard.payer_claim_number
    from core.attempt_standing as heard
    where
        heard.claim_id = $1 and heard.payer_claim_number is not null
        and heard.standing in ('accepted', 'paid', 'denied', 'reversed')
    order by heard.attempt_no desc limit 1
$$;

-- Why a claim may not be resent (its next attempt as this one was), replaced (7), voided (8) or
-- given up for a new one, in one word; null where it may.
create function core.claim_refusal(claim_id text, wish text)
returns text language sql stable as $$
    select case
        when claim.rung = 'built' then 'not_sent'
        when $2 = 'resend' then case
            when claim.reply_standing = 'rejected' and claim.standing_rung <> '835' then null
            when claim.reply_standing in ('paid', 'denied', 'reversed') then 'adjudicated'
            when claim.reply_standing = 'accepted' then 'accepted'
            when
                core.last_verification(claim.claim_id, claim.attempt_no) = 'not_held'
                and core.rung_height(claim.rung) < core.rung_height('payer 277CA')
                then null
            when claim.reply_standing = 'disputed' then 'disputed'
            else 'unanswered'
        end
        when claim.reply_standing = 'none' then 'unanswered'
        when claim.reply_standing = 'disputed' then 'disputed'
        when $2 = 'anew' then case
            when claim.frequency = '8' and claim.reply_standing <> 'rejected' then null
            when claim.reply_standing in ('denied', 'reversed') then null
            else 'not_voided'
        end
        when claim.frequency = '8' and claim.reply_standing <> 'rejected' then 'voided'
        when claim.reply_standing = 'reversed' then 'taken_back'
        when claim.reply_standing = 'accepted' and claim.standing_rung <> 'payer 277CA'
            then 'unanswered'
        when core.payer_number_of(claim.claim_id) is not null then null
        when claim.reply_standing = 'rejected' then 'never_adjudicated'
        else 'no_number'
    end
    from core.claim as claim
    where claim.claim_id = $1
$$;

-- Requests the next attempt of a claim will fulfil, and those an answer has overtaken.
create function core.claims_asked()
returns table (
    request_id bigint
    , claim_id text
    , wish text
    , attempt_no integer
    , frequency text
    , payer_claim_number text
    , because text
    , made_by text
    , made_at timestamptz
    , is_overtaken boolean
) language sql stable as $$
    select distinct on (asked.claim_id)
        asked.request_id
        , asked.claim_id
        , asked.wish
        , asked.after_attempt + 1
        , asked.frequency
        , asked.payer_claim_number
        , asked.because
        , asked.made_by
        , asked.made_at
        , core.claim_refusal(asked.claim_id, asked.wish) is not null
    from core.claim_request as asked
    inner join core.claim as claim
        on asked.claim_id = claim.claim_id and asked.after_attempt = claim.attempt_no
    where asked.wish in ('resend', 'replace', 'void')
    order by asked.claim_id, asked.request_id desc
$$;

create function core.visits_asked()
returns table (request_id bigint, claim_id text, record_id text, is_released boolean)
language sql stable as $$
    select asked.request_id, asked.claim_id, line.record_id, false
    from core.claims_asked() as asked
    inner join core.claim_line as line on asked.claim_id = line.claim_id and line.line_no = 1
    union all
    select asked.request_id, asked.claim_id, let.record_id, true
    from core.claims_asked() as asked
    inner join core.claim_request as made
        on asked.claim_id = made.claim_id and made.after_attempt = asked.attempt_no - 1
    inner join core.claim_release as let on made.request_id = let.request_id
    where not exists (
        select 1 from core.claim_line as line
        where line.claim_id = asked.claim_id and line.record_id = let.record_id
    )
$$;

create index claim_request_open on core.claim_request (after_attempt, claim_id)
where wish in ('resend', 'replace', 'void');

-- No attempt without a request that follows the one before: nothing is sent twice by accident.
create function core.refuse_unasked_attempt() returns trigger language plpgsql as $$
begin
    if not exists (
        select 1 from core.claim_request as asked
        where asked.claim_id = new.claim_id and asked.after_attempt = new.attempt_no - 1
            and asked.frequency = new.frequency
            and asked.payer_claim_number is not distinct from new.payer_claim_number
    ) then
        raise exception 'nobody asked for attempt % of claim %', new.attempt_no, new.claim_id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger claim_attempt_is_asked_for before insert on core.claim_attempt
for each row when (new.attempt_no > 1) execute function core.refuse_unasked_attempt();

alter table core.odd_answer drop constraint odd_answer_kind_check;
alter table core.odd_answer add check (
    kind in ('orphan', 'contradiction', 'out_of_order', 'already_there')
);
