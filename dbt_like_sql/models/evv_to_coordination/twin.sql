-- One row per visit that is up, told of by another record too, and not the one to go on.
-- Key: record_id.
with alike as (
    select
        candidate.record_id
        , row_number() over (
            partition by
                candidate.client_id
                , candidate.caregiver_id
                , candidate.service_code
                , candidate.effective_in_at
                , candidate.effective_out_at
            -- one that had moved before its correction may be on a claim: the other stays behind
            order by entry.has_moved desc, candidate.record_id asc
        ) as place
    from {{ ref('candidate') }} as candidate
    inner join {{ ref('entry') }} as entry
        on candidate.record_id = entry.record_id and entry.hop = 'evv_to_coordination'
    where
        not candidate.is_cancelled
        -- false when any of the five is missing: what is unknown is not equal
        and (
            candidate.client_id || candidate.caregiver_id || candidate.service_code
        ) is not null
        and candidate.effective_out_at >= candidate.effective_in_at
)

select alike.record_id
from alike
where alike.place > 1
union
-- one that has moved already stays, whatever its id; the one that came later is held
select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('coordination_visit') }} as visit
    on
        candidate.caregiver_id = visit.caregiver_id
        and candidate.effective_in_at = visit.start_at
        and candidate.effective_out_at = visit.end_at
        and candidate.client_id = visit.client_id
        and candidate.service_code = visit.service_code
        and candidate.record_id <> visit.record_id
inner join {{ ref('entry') }} as entry
    on
        visit.record_id = entry.record_id
        and entry.hop = 'evv_to_coordination'
        and entry.state = 'moved'
where not candidate.is_cancelled
