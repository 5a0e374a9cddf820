-- documentation_lag: How long notes take to be signed, beside how long visits take to be claimed.
-- reads: Clinical supervisor, Compliance/QA lead, Billing manager
-- owner: Compliance/QA lead
-- grain: one row per caregiver, and one for all
-- unit: hours and days, the middle one; shares from 0 to 1
-- formula: first signature of the visit's note - end of the visit; day the claim left - day of the
--   visit
-- benchmark: 24 hours, less than 0.05 later than 48 hours; 7 days to the claim
-- source: note completion and reimbursement turnaround
-- columns: caregiver_id = who, null for all together; visits = of the window; signed = of them,
--   with a signed note; unsigned = with a note that is not; hours_to_sign = until signed;
--   share_over_48_hours = signed later than that, of signed; claimed = visits on a claim that left;
--   days_to_claim = until it left
with note as (
    select
        document.visit_source || '/' || document.visit_id as record_id
        , min(document.signed_at) as signed_at
    from {{ ref('landing.document') }} as document
    where document.document_kind = 'note' and document.visit_id is not null
    group by document.visit_source, document.visit_id
)

, visit as (
    select
        delivered.caregiver_id
        , note.record_id is not null as has_note
        , extract(epoch from note.signed_at - delivered.end_at) / 3600 as hours_to_sign
        , cast(sent.sent_at at time zone :zone as date) - delivered.service_date as days_to_claim
    from {{ ref('core.coordination_visit') }} as delivered
    left join note on delivered.record_id = note.record_id
    left join lateral (
        select min(batch.written_at) as sent_at
        from {{ ref('core.claim_attempt_line') }} as line
        inner join {{ ref('core.claim_attempt') }} as attempt
            on line.claim_id = attempt.claim_id and line.attempt_no = attempt.attempt_no
        inner join {{ ref('core.claim_batch') }} as batch on attempt.batch_no = batch.batch_no
        where line.record_id = delivered.record_id
    ) as sent on true
    where
        delivered.service_date between :since and :until
        and (cast(:payer as text) is null or delivered.payer_id = :payer)
)

select
    visit.caregiver_id
    , count(*) as visits
    , count(visit.hours_to_sign) as signed
    , count(*) filter (where visit.has_note and visit.hours_to_sign is null) as unsigned
    , round(cast(percentile_cont(0.5) within group (order by visit.hours_to_sign) as numeric), 1)
        as hours_to_sign
    , round(
        count(*) filter (where visit.hours_to_sign > 48) * 1.0
        / nullif(count(visit.hours_to_sign), 0), 3
    ) as share_over_48_hours
    , count(visit.days_to_claim) as claimed
    , cast(percentile_cont(0.5) within group (order by visit.days_to_claim) as numeric)
        as days_to_claim
from visit
group by grouping sets ((), (visit.caregiver_id))
having count(*) > 0
order by grouping(visit.caregiver_id) desc, visit.caregiver_id asc
