-- evv_verified: How many visits the aggregator verified, and how many were typed by hand.
-- reads: EVV coordinator, Compliance/QA lead
-- owner: EVV coordinator
-- grain: one row per payer, as the EVV system names it
-- unit: visits; shares from 0 to 1
-- formula: verified or processed / visits sent; either call typed / visits sent
-- benchmark: 0.90 verified or more, 0.15 typed or less
-- source: state EVV compliance reports
-- columns: payer_id = whose; visits = of the window, cancelled ones left out; verified = by the
--   aggregator; unanswered = that it has not spoken of; typed = with a call made by hand;
--   share_verified = verified of visits; share_typed = typed of visits
with visit as (
    select
        source.payer_id
        , source.aggregator_status
        , 'Manual' in (coalesce(source.call_in_type, '-'), coalesce(source.call_out_type, '-'))
            as is_typed
    from {{ ref('landing.evv_visit_now') }} as source
    where
        source.action = 'upsert'
        and source.call_in_at >= :begins and source.call_in_at < :ends
        and (cast(:payer as text) is null or source.payer_id = :payer)
)

select
    visit.payer_id
    , count(*) as visits
    , count(*) filter (where visit.aggregator_status in ('Verified', 'Processed')) as verified
    , count(*) filter (where visit.aggregator_status is null) as unanswered
    , count(*) filter (where visit.is_typed) as typed
    , round(
        count(*) filter (where visit.aggregator_status in ('Verified', 'Processed')) * 1.0
        / count(*), 3
    ) as share_verified
    , round(count(*) filter (where visit.is_typed) * 1.0 / count(*), 3) as share_typed
from visit
group by visit.payer_id
order by visit.payer_id
