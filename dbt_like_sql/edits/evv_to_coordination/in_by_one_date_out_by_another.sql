-- EVV-WINDOW-BASIS: The visit is inside its file's window by one date and outside by another.
-- checkpoint: V02
-- class: DATE_RANGE
-- severity: WARN
-- owner: Data on-call
-- due: 5 business days
-- clinical: Nothing is wrong with the care; the visit may be missing in a report of the same days
--   that selects by the other date.
-- billing: Counts of visits of these days differ between systems that select by different dates.
-- next: Compare by the date the feed's contract names; where a report disagrees, look here first.
-- source: Feed's window_basis; the window its manifest states
select
    candidate.record_id
    , case
        when sighted.is_in_by_service then 'inside by service_date, outside by updated_at'
        else 'inside by updated_at, outside by service_date'
    end as fact
from {{ ref('candidate') }} as candidate
inner join {{ ref('stated_window') }} as sighted on candidate.record_id = sighted.record_id
where
    not candidate.is_cancelled
    and sighted.is_in_by_service <> sighted.is_in_by_change
