-- remittance_unbalanced: Payments, or claims on them, do not add up; their posting waits.
-- severity: P2
-- owner: Billing specialist
-- runbook: docs/runbooks/remittance_unbalanced.md
-- A payment is told until a file explains it whole; after 30 days it is only listed.
select
    file.feed as subject
    , case when remittance.is_balanced then 'claims' else 'payment' end as cause
    , min(remittance.landed_at) as since
    , min(remittance.landed_at) as oldest
    , sum(greatest(remittance.unbalanced_count, 1)) as count
    , sum(remittance.amount_cents) / 100.0 as money
from {{ ref('core.remittance') }} as remittance
inner join {{ ref('landing.file') }} as file on remittance.file_id = file.file_id
where
    (not remittance.is_balanced or remittance.unbalanced_count > 0)
    and remittance.landed_at > :now - interval '30 days'
    and not exists (
        select 1
        from {{ ref('core.remittance') }} as whole
        where
            whole.payment_ref = remittance.payment_ref
            and whole.payment_payer is not distinct from remittance.payment_payer
            and whole.is_balanced and whole.unbalanced_count = 0
    )
group by 1, 2
