-- FREQ-ORDER: There were more visits in the week than ordered, or visits as needed have no limit.
-- checkpoint: V12
-- class: DOC_TIMING
-- severity: HOLD
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: Care beyond the order needs an order of its own; the client may need more than planned.
-- billing: Visits beyond the ordered frequency are not covered.
-- next: Get an order for the visit, or a limit for the visits as needed, signed and dated.
-- source: 42 CFR 409.43: frequency and duration of visits, a limit for visits as needed
select
    candidate.record_id
    , candidate.visit_of_week || ' of ' || coalesce(
        cast(candidate.weekly_visits_most as text), 'any number'
    ) as fact
from {{ ref('candidate') }} as candidate
where
    candidate.is_unlimited
    or candidate.visit_of_week > candidate.weekly_visits_most
