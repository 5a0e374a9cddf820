-- producer_drift: Systems that say things differently than they used to.
-- reads: Data on-call, EVV coordinator
-- owner: Data on-call
-- grain: one row per EVV system and column
-- unit: the population stability index, and values
-- formula: sum of (share now - share before) * ln(share now / share before) over the column's
--   values, the window against the four weeks before it; a share of nothing counts as 0.0001
-- benchmark: 0.1 or less is stable, over 0.2 has drifted; fifty visits or more on both sides
-- source: population stability index as used for monitoring of scores
-- window: 7
-- kept: daily, P3
-- alarm: P3
-- columns: source_system = who sends; column_name = of which column; visits = in the window;
--   visits_before = in the four weeks before; psi = the index, null with too few visits; new_values
--   = values not seen in those four weeks; most_moved = the value whose share changed most; alarm =
--   whether it drifted or has new values, with enough visits to tell
with visit as (
    select
        source.source_system
        , source.call_in_at >= :begins as is_now
        , said.column_name
        , coalesce(said.value, '-') as value
    from {{ ref('landing.evv_visit_now') }} as source
    inner join lateral (
        values
        ('service_code', source.service_code)
        , ('call_in_type', source.call_in_type)
        , ('call_out_type', source.call_out_type)
        , ('location_type', source.location_type)
        , ('payer_id', source.payer_id)
        , ('has_tasks', case when source.tasks is null then 'no' else 'yes' end)
        , ('has_concerns', case when source.concern_codes is null then 'no' else 'yes' end)
    ) as said (column_name, value) on true
    where
        source.call_in_at >= cast(:begins as timestamptz) - interval '28 days'
        and source.call_in_at < :ends
)

, total as (
    select
        visit.source_system
        , visit.column_name
        , count(*) filter (where visit.is_now) as visits
        , count(*) filter (where not visit.is_now) as visits_before
    from visit
    group by visit.source_system, visit.column_name
)

, share as (
    select
        visit.source_system
        , visit.column_name
        , visit.value
        , total.visits
        , total.visits_before
        , count(*) filter (where not visit.is_now) = 0 and visit.value <> '-' as is_new
        , greatest(count(*) filter (where visit.is_now) * 1.0 / nullif(total.visits, 0), 0.0001)
            as share_now
        , greatest(
            count(*) filter (where not visit.is_now) * 1.0 / nullif(total.visits_before, 0), 0.0001
        ) as share_before
    from visit
    inner join total
        on visit.source_system = total.source_system and visit.column_name = total.column_name
    group by
        visit.source_system, visit.column_name, visit.value, total.visits, total.visits_before
)

, told as (
    select
        share.source_system
        , share.column_name
        , share.visits
        , share.visits_before
        , case
            when least(share.visits, share.visits_before) >= 50
                then round(sum(
                    (share.share_now - share.share_before)
                    * ln(share.share_now / share.share_before)
                ), 3)
        end as psi
        , coalesce(array_agg(share.value order by share.value) filter (where share.is_new), '{}')
            as new_values
        , (
            array_agg(
                share.value order by abs(share.share_now - share.share_before) desc, share.value asc
            )
        )[1] as most_moved
    from share
    group by share.source_system, share.column_name, share.visits, share.visits_before
)

select
    told.*
    , told.psi is not null and (told.psi > 0.2 or told.new_values <> '{}') as alarm
from told
order by told.source_system, told.column_name
