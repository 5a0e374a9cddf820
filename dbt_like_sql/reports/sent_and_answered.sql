-- sent_and_answered: What was sent, acknowledged, refused and adjudicated, in count and money.
-- reads: EDI analyst, Billing manager
-- owner: EDI analyst
-- grain: one row per batch that left in the window, and one for answers to nothing we sent
-- unit: claims and cents
-- formula: sent = acknowledged + refused + unanswered; adjudicated is a part of acknowledged
-- benchmark: nothing unanswered past its due date (reply_overdue tells); no row without a batch
-- source: originating system shows success while the receiving system shows nothing
-- kept: daily, P2
-- alarm: P2
-- columns: payer_id = to whom; batch_no = the file, null for answers to nothing we sent; sent_at =
--   when it left; claims = sent; cents = sent; acknowledged_claims = a claim-level answer came and
--   did not refuse; acknowledged_cents = their charges; refused_claims = refused by a partner;
--   refused_cents = their charges; adjudicated_claims = paid or denied; adjudicated_cents = their
--   charges; paid_cents = what payers said they pay; unanswered_claims = none of these;
--   unanswered_cents = their charges; alarm = whether it answers nothing we sent
with claim as (
    select
        batch.payer_id
        , batch.batch_no
        , batch.written_at
        , said.cents as total_cents
        , coalesce(stood.paid_cents, 0) as paid_cents
        , case
            when stood.rung in ('835', 'posted') then 'adjudicated'
            when stood.standing = 'rejected' then 'refused'
            when stood.rung in ('clearinghouse 277CA', 'payer 277CA') then 'acknowledged'
            else 'unanswered'
        end as standing
    from {{ ref('core.claim_batch') }} as batch
    inner join {{ ref('core.claim_attempt') }} as attempt on batch.batch_no = attempt.batch_no
    inner join lateral (
        select coalesce(sum(line.charge_cents), 0) as cents
        from {{ ref('core.claim_attempt_line') }} as line
        where line.claim_id = attempt.claim_id and line.attempt_no = attempt.attempt_no
    ) as said on true
    left join {{ ref('core.attempt_standing') }} as stood
        on
            attempt.claim_id = stood.claim_id and attempt.attempt_no = stood.attempt_no
            and stood.answered_at <= :at
    where
        batch.written_at >= :begins and batch.written_at < :ends
        and (cast(:payer as text) is null or batch.payer_id = :payer)
)

, told as (
    select
        claim.payer_id
        , claim.batch_no
        , claim.written_at as sent_at
        , count(*) as claims
        , sum(claim.total_cents) as cents
        , count(*) filter (where claim.standing in ('acknowledged', 'adjudicated'))
            as acknowledged_claims
        , coalesce(sum(claim.total_cents) filter (
            where claim.standing in ('acknowledged', 'adjudicated')
        ), 0) as acknowledged_cents
        , count(*) filter (where claim.standing = 'refused') as refused_claims
        , coalesce(sum(claim.total_cents) filter (where claim.standing = 'refused'), 0)
            as refused_cents
        , count(*) filter (where claim.standing = 'adjudicated') as adjudicated_claims
        , coalesce(sum(claim.total_cents) filter (where claim.standing = 'adjudicated'), 0)
            as adjudicated_cents
        , sum(claim.paid_cents) as paid_cents
        , count(*) filter (where claim.standing = 'unanswered') as unanswered_claims
        , coalesce(sum(claim.total_cents) filter (where claim.standing = 'unanswered'), 0)
            as unanswered_cents
        , false as alarm
    from claim
    group by claim.payer_id, claim.batch_no, claim.written_at
)

, stray as (
    select
        count(*) as answers
        , count(distinct answer.refers_to) filter (where answer.level = 'claim') as claims
        , count(distinct answer.refers_to) filter (
            where answer.level = 'claim' and answer.rung = '835'
        ) as adjudicated
        , coalesce(sum(answer.amount * 100) filter (
            where answer.level = 'claim' and answer.rung = '835'
        ), 0) as paid_cents
    from {{ ref('core.odd_answer') }} as odd
    inner join {{ ref('core.answer') }} as answer on odd.answer_id = answer.answer_id
    where
        odd.kind = 'orphan' and odd.found_at >= :begins and odd.found_at < :ends
        and cast(:payer as text) is null
)

select told.*
from told
union all
select
    null as payer_id
    , null as batch_no
    , null as sent_at
    , 0 as claims
    , 0 as cents
    , stray.claims as acknowledged_claims
    , 0 as acknowledged_cents
    , 0 as refused_claims
    , 0 as refused_cents
    , stray.adjudicated as adjudicated_claims
    , 0 as adjudicated_cents
    , stray.paid_cents
    , 0 as unanswered_claims
    , 0 as unanswered_cents
    , true as alarm
from stray
where stray.answers > 0
order by sent_at asc nulls first, batch_no asc
