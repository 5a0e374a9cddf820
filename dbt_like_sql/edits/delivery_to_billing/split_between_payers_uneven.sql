-- SPLIT-PAYER: The parts of a shift that payers fund together are not the minutes each funds.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: The care is not in question, only which payer answers for which minutes of it.
-- billing: Each payer is billed its own minutes; they add up to the shift, none is billed twice.
-- next: Correct the funding of the shift, or have its visits split where the payer changes.
-- source: funding rules of the agency: minutes by payer
with shift as (
    select distinct candidate.schedule_id
    from {{ ref('candidate') }} as candidate
    inner join {{ ref('funding_share_now') }} as share
        on candidate.schedule_id = share.schedule_id
)

, part as (
    select visit.*
    from shift
    inner join {{ ref('coordination_visit') }} as visit on shift.schedule_id = visit.schedule_id
    where not exists (
        select 1
        from {{ ref('entry') }} as entry
        where
            entry.record_id = visit.record_id
            and entry.hop in ('evv_to_coordination', 'delivery_to_billing')
            and entry.state in ('cancelled', 'rejected')
    )
)

, minutes as (
    select
        share.schedule_id
        , share.payer_id
        , share.payer_program
        , share.minutes
    from shift
    inner join {{ ref('funding_share_now') }} as share on shift.schedule_id = share.schedule_id
    union all
    select
        part.schedule_id
        , part.payer_id
        , part.payer_program
        , 0 - part.minutes as minutes
    from part
)

, uneven as (
    select minutes.schedule_id
    from minutes
    group by minutes.schedule_id, minutes.payer_id, minutes.payer_program
    having sum(minutes.minutes) <> 0
    union
    -- a minute in two parts is billed twice
    select part.schedule_id
    from part
    inner join part as other
        on
            part.schedule_id = other.schedule_id
            and part.record_id <> other.record_id
            and part.start_at < other.end_at
            and part.end_at > other.start_at
)

select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join uneven on candidate.schedule_id = uneven.schedule_id
