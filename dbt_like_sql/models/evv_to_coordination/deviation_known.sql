-- One row per open deviation that this pass may find to be none. Key: kind, subject.
select
    known.kind
    , known.subject
    , seen.record_id
from {{ ref('seen') }} as seen
inner join {{ ref('visit_deviation') }} as known on seen.record_id = known.subject
where known.is_open
union all
-- a visit turned up for a planned one that was thought missed, however long ago
select
    known.kind
    , known.subject
    , cast(null as text) as record_id
from {{ ref('visit_deviation') }} as known
where
    known.is_open
    and known.kind = 'missed'
    and (
        known.occurred_at >= :now - interval '35 days'
        or known.schedule_id in (
            select seen.schedule_id
            from {{ ref('seen') }} as seen
            where not seen.is_cancelled
        )
    )
