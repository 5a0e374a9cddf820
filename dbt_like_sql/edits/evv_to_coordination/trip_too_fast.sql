-- OVLP-TRAVEL: The caregiver cannot have gone so far between two visits.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: WARN
-- owner: Compliance/QA lead
-- due: 2 business days
-- clinical: One visit ended and the next began so far away, so soon, that somebody else may have
--   clocked one of them.
-- billing: Auditors look for trips nobody can make; one of the two visits may be taken back.
-- next: Ask the caregiver how they went; look at who holds the phone.
-- source: Contract's fastest trip, after the clock-in's allowed distance from home
select distinct candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('travel') }} as travel on candidate.record_id = travel.record_id
where
    not candidate.is_cancelled
    and travel.metres
    > candidate.gps_limit_metres + candidate.travel_speed_limit_mph * 0.44704 * travel.seconds
