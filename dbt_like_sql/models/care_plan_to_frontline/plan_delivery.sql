-- One row per plan version and caregiver whose tasks stand in the caregiver's list, or stood there
-- until the version was superseded or the caregiver taken off. Key: record_id.
select
    candidate.record_id
    , candidate.plan_id
    , candidate.plan_version
    , candidate.client_id
    , candidate.caregiver_id
    , candidate.urgency
    , candidate.entered_at
    , coalesce(known.published_at_frontline, :now) as published_at_frontline
    , candidate.first_visit_at
    , candidate.ack_due_at
    , candidate.delivered_at
    , candidate.acknowledged_at
    , candidate.confirmed_at
    , case
        when judged.outcome = 'cancelled' then 'withdrawn'
        when candidate.ran_unacknowledged then 'breached'
        when candidate.acknowledged_at is not null and candidate.confirmed_at is not null
            then 'confirmed'
        when candidate.acknowledged_at is not null then 'acknowledged'
        when not candidate.is_delivered and candidate.is_delivery_due then 'unreachable'
        when candidate.is_ack_due then 'late'
        when candidate.is_delivered then 'delivered'
        else 'pending'
    end as standing
from {{ ref('candidate') }} as candidate
inner join {{ ref('judged') }} as judged on candidate.record_id = judged.record_id
left join {{ ref('plan_delivery') }} as known on candidate.record_id = known.record_id
where
    candidate.is_pair
    -- not only what moved: the list must be there before it can be acknowledged, but nothing that
    -- lacks a signature or a right gets to the frontline
    and (
        (judged.outcome in ('moved', 'waiting', 'held') and judged.checkpoint >= 'C03')
        or (judged.outcome = 'cancelled' and known.record_id is not null)
    )
