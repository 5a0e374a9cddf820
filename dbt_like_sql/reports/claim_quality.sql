-- claim_quality: How many claims went through the first time, and how many were refused or denied.
-- reads: Billing manager, EDI analyst, Compliance/QA lead
-- owner: Billing manager
-- grain: one row per payer
-- unit: claims and cents; shares from 0 to 1
-- formula: of claims first sent in the window, by what was answered to that first sending; clean =
--   answered and refused by nobody / answered; paid at once = paid / paid or denied
-- benchmark: clean 0.95 or more, the best 0.98; paid at once 0.90 or more; refused less than 0.05,
--   denied less than 0.05
-- source: first-pass acceptance, rejection and denial rates of home-care billing
-- columns: payer_id = whose; claims = first sent; answered = an answer at claim level came, or a
--   refusal; refused = refused before anybody looked at the money; paid = paid, also in part;
--   denied = denied; denied_cents = their charges; sent_again = claims sent more than once;
--   share_clean = of answered; share_refused = of answered; share_paid_at_once = of paid and
--   denied; share_denied = of paid and denied
with first_sending as (
    select
        claim.payer_id
        , claim.total_cents
        , claim.attempt_no > 1 as is_sent_again
        , coalesce(stood.standing, 'none') as standing
        , coalesce(
            stood.standing = 'rejected'
            or stood.rung in ('clearinghouse 277CA', 'payer 277CA', '835', 'posted')
            , false
        ) as is_answered
    from {{ ref('core.claim_attempt') }} as attempt
    inner join {{ ref('core.claim') }} as claim on attempt.claim_id = claim.claim_id
    inner join {{ ref('core.claim_batch') }} as batch on attempt.batch_no = batch.batch_no
    left join {{ ref('core.attempt_standing') }} as stood
        on attempt.claim_id = stood.claim_id and attempt.attempt_no = stood.attempt_no
    where
        attempt.attempt_no = 1
        and batch.written_at >= :begins and batch.written_at < :ends
        and (cast(:payer as text) is null or claim.payer_id = :payer)
)

, counted as (
    select
        first_sending.payer_id
        , count(*) as claims
        , count(*) filter (where first_sending.is_answered) as answered
        , count(*) filter (where first_sending.standing in ('rejected', 'disputed')) as refused
        , count(*) filter (where first_sending.standing = 'paid') as paid
        , count(*) filter (where first_sending.standing = 'denied') as denied
        , coalesce(sum(first_sending.total_cents) filter (
            where first_sending.standing = 'denied'
        ), 0) as denied_cents
        , count(*) filter (where first_sending.is_sent_again) as sent_again
    from first_sending
    group by first_sending.payer_id
)

select
    counted.*
    , round((counted.answered - counted.refused) * 1.0 / nullif(counted.answered, 0), 3)
        as share_clean
    , round(counted.refused * 1.0 / nullif(counted.answered, 0), 3) as share_refused
    , round(counted.paid * 1.0 / nullif(counted.paid + counted.denied, 0), 3) as share_paid_at_once
    , round(counted.denied * 1.0 / nullif(counted.paid + counted.denied, 0), 3) as share_denied
from counted
order by counted.payer_id
