-- EVV-MANUAL-RATE: Too many of the caregiver's visits were typed instead of clocked.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: WARN
-- owner: Compliance/QA lead
-- due: 5 business days
-- clinical: The caregiver's visits are often entered afterwards; a broken phone or a habit may be
--   behind it.
-- billing: States measure the share of typed visits; above their limit they audit, or stop paying.
-- next: Ask what keeps the caregiver from clocking in, and mend that.
-- source: Contract's limit and window, of caregivers with ten visits or more in it
select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('typed_share') }} as typed_share
    on
        candidate.caregiver_id = typed_share.caregiver_id
        and candidate.service_date = typed_share.service_date
        and candidate.manual_window_days = typed_share.window_days
where
    not candidate.is_cancelled
    and candidate.is_manual
    and typed_share.visits >= 10
    and typed_share.typed * 100 > typed_share.visits * candidate.manual_rate_limit_percent
