-- UNIT-CARRY-WAITS: Minutes this visit counts on belong to a visit that is held.
-- checkpoint: V11
-- class: SEQUENCE
-- severity: BLOCK
-- outcome: waiting
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Nothing is wrong with this visit.
-- billing: The payer counts a day's or month's visits together; what is held cannot be counted on.
-- next: Nothing: the next pass counts again without the visit that is held.
-- source: payer contract: unit_rule
select line.record_id
from {{ ref('line') }} as line
inner join {{ ref('line') }} as earlier
    on
        line.client_id = earlier.client_id
        and line.span_from = earlier.span_from
        and line.unit_span = earlier.unit_span
        and line.payer_id = earlier.payer_id
        and line.payer_program = earlier.payer_program
        and line.service_code = earlier.service_code
        and line.modifiers = earlier.modifiers
        and line.unit_rule = earlier.unit_rule
        and line.unit_rule_version = earlier.unit_rule_version
        and line.span_caregiver_id is not distinct from earlier.span_caregiver_id
        and line.place_in_span > earlier.place_in_span
where
    line.record_id <> earlier.record_id
    and earlier.counted_minutes > 0
    and not line.is_claimed
    and not earlier.is_claimed
    and exists (
        select 1 from {{ ref('objection') }} as objection
        where objection.record_id = earlier.record_id and objection.code <> 'UNIT-ZERO'
    )
