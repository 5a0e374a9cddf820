-- Every time a claim went out, and which of those times an answer speaks of.

create table core.claim_attempt (
    claim_id text not null references core.claim
    , attempt_no integer not null check (attempt_no > 0)
    , batch_no text not null references core.claim_batch
    , set_control text not null
    , frequency text not null check (frequency in ('1', '7', '8'))
    , payer_claim_number text
    , why text not null
    , made_by text not null
    , batch_id bigint not null
    , published_at timestamptz not null
    , primary key (claim_id, attempt_no)
    , unique (batch_no, set_control, claim_id)
    -- a replacement or a void names what it replaces, and is never the first to be sent
    , check (frequency = '1' or (payer_claim_number is not null and attempt_no > 1))
);
create index claim_attempt_pass on core.claim_attempt (batch_id);
comment on table core.claim_attempt
is 'A claim as it went out once: its id stays, its control numbers are new each time';
comment on column core.claim_attempt.payer_claim_number
is 'The payer''s own number of what is replaced or voided';
comment on column core.claim_attempt.why is 'Why it was sent: no person''s data';
comment on column core.claim_attempt.made_by is 'Who asked for it; carehops for a first attempt';

create trigger claim_attempt_is_append_only
before update or delete on core.claim_attempt
for each row execute function ledger.refuse_change();
create trigger claim_attempt_is_never_emptied
before truncate on core.claim_attempt
for each statement execute function ledger.refuse_change();

insert into core.claim_attempt
    (claim_id, attempt_no, batch_no, set_control, frequency, why, made_by, batch_id, published_at)
select
    claim_id, 1, batch_no, set_control, '1', 'first claim', 'carehops', batch_id, published_at
from core.claim;

-- From what a reply says to the attempts it speaks of. A file number is the receiver's own, so it
-- counts only from whom we sent to, unless who answers is nobody we know as a receiver. What names
-- a claim but not its batch speaks of the newest attempt that was out when it came.
create function core.claims_answered(
    reply_kind text
    , level text
    , refers_to text
    , group_control text
    , set_control text
    , batch_ref text
    , sender_id text
    , landed_at timestamptz
)
returns table (claim_id text, attempt_no integer) language sql stable as $$
    select attempt.claim_id, attempt.attempt_no
    from core.claim_batch as batch
    inner join core.claim_attempt as attempt on batch.batch_no = attempt.batch_no
    where
        $1 = 'TA1' and batch.interchange_control = $3
        and ($7 is null or batch.receiver_id = $7 or not exists (
            select 1 from core.claim_batch as known where known.receiver_id = $7
        ))
    union all
    select attempt.claim_id, attempt.attempt_no
    from core.claim_batch as batch
    inner join core.claim_attempt as attempt on batch.batch_no = attempt.batch_no
    where
        $1 = '999' and batch.group_control = $4
        and ($2 = 'group' or attempt.set_control = $5)
        and ($2 <> 'claim' or attempt.claim_id = $3)
        and ($7 is null or batch.receiver_id = $7 or not exists (
            select 1 from core.claim_batch as known where known.receiver_id = $7
        ))
    union all
    select attempt.claim_id, attempt.attempt_no
    from core.claim_attempt as attempt
    where
        $1 = '277CA' and $2 in ('batch', 'provider')
        and attempt.batch_no
        = split_part(case when $2 = 'batch' then coalesce($6, $3) else $6 end, '-', 1)
        and split_part(case when $2 = 'batch' then coalesce($6, $3) else $6 end, '-', 2)
        in ('', attempt.set_control)
    union all
    select named.claim_id, named.attempt_no
    from (
        select attempt.claim_id, attempt.attempt_no
        from core.claim_attempt as attempt
        where $1 in ('277CA', '835') and $2 in ('claim', 'line') and attempt.claim_id = $3
        order by
            (
                $6 is not null and attempt.batch_no = split_part($6, '-', 1)
                and split_part($6, '-', 2) in ('', attempt.set_control)
            ) desc
            , (attempt.published_at <= $8) desc
            , case
                when attempt.published_at <= $8 then attempt.attempt_no else -attempt.attempt_no
            end desc
        limit 1
    ) as named
$$;
comment on function core.claims_answered
is 'The attempts a reply speaks of, by what it says: none when it answers nothing we sent';

create index claim_batch_receiver on core.claim_batch (receiver_id);
