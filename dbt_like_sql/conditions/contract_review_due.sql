-- contract_review_due: Terms with a payer should have been looked at again.
-- severity: P2
-- owner: Contract/payer-relations manager
-- runbook: docs/runbooks/contract_review_due.md
select
    contract.payer_id as subject
    , '' as cause
    , cast(min(contract.review_on) as timestamp) at time zone :zone as since
    , count(*) as count
from {{ ref('landing.payer_contract_now') }} as contract
where
    contract.review_on <= cast(cast(:now as timestamptz) at time zone :zone as date)
    and coalesce(contract.valid_to, 'infinity')
    >= cast(cast(:now as timestamptz) at time zone :zone as date)
group by contract.payer_id
