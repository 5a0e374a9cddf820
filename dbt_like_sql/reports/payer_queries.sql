-- payer_queries: What payers asked for, how long ago, and whether it was answered.
-- reads: Billing manager, Billing specialist
-- owner: Billing manager
-- grain: one row per claim a payer asked something about
-- unit: days and cents
-- formula: a claim status that asks (categories R0 to R17, or one a person must look at), or a
--   remittance with CARC 226, 227 or 252; answered when the claim went out again or was paid since
-- benchmark: falling; none older than 30 days
-- source: excessive time responding to payer queries
-- window: 91
-- kept: daily, P3
-- columns: claim_id = about which; payer_id = who asks; asked_at = when the first query came;
--   queries = how many; asked = their codes; cents = the claim's charges; answered_at = when it was
--   answered, null while it is open; days_open = until then, or until now
with asked as (
    select
        answer.refers_to as claim_id
        , min(answer.landed_at) as asked_at
        , count(distinct answer.answer_id) as queries
        , array_agg(distinct code.code order by code.code) as asked
    from {{ ref('core.answer') }} as answer
    inner join
        lateral unnest(string_to_array(coalesce(answer.codes, '-'), ';')) as code (code)
        on true
    where
        answer.level in ('claim', 'line')
        and answer.landed_at >= :begins and answer.landed_at < :ends
        and (
            (
                answer.reply_kind = '277CA'
                and (code.code ~ '^R[0-9]{1,2}(:|$)' or answer.outcome = 'review')
            )
            or (answer.reply_kind = '835' and code.code ~ '^[A-Z]{2}:(226|227|252)$')
        )
    group by answer.refers_to
)

, answered as (
    select
        asked.claim_id
        , least(
            (
                select min(attempt.published_at)
                from {{ ref('core.claim_attempt') }} as attempt
                where
                    attempt.claim_id = asked.claim_id and attempt.published_at > asked.asked_at
                    and attempt.published_at <= :at
            )
            , (
                select min(paid.landed_at)
                from {{ ref('core.claim_answer') }} as said
                inner join {{ ref('core.answer') }} as paid on said.answer_id = paid.answer_id
                where
                    said.claim_id = asked.claim_id and paid.verdict = 'paid'
                    and paid.landed_at > asked.asked_at and paid.landed_at <= :at
            )
        ) as answered_at
    from asked
)

select
    asked.claim_id
    , claim.payer_id
    , asked.asked_at
    , asked.queries
    , asked.asked
    , claim.total_cents as cents
    , answered.answered_at
    , cast(
        floor(extract(epoch from coalesce(answered.answered_at, :at) - asked.asked_at) / 86400)
        as integer
    ) as days_open
from asked
inner join answered on asked.claim_id = answered.claim_id
left join {{ ref('core.claim') }} as claim on asked.claim_id = claim.claim_id
where cast(:payer as text) is null or claim.payer_id = :payer
order by (answered.answered_at is null) desc, asked.asked_at asc, asked.claim_id asc
