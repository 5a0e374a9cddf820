-- reply_overdue: Sent, and the reply this partner always sends has not come in its time.
-- judge: freshness
-- finds: no_answer
-- runbook: docs/runbooks/reply_overdue.md
select
    partner.name as subject
    , claim.rung
    , batch.written_at as sent_at
    , sum(claim.records) as records
    , sum(claim.cents) as cents
from (
    select
        awaited.payer_id
        , awaited.rung
        , awaited.batch_no
        , count(*) as records
        , sum(awaited.total_cents) as cents
    from {{ ref('core.claim') }} as awaited
    where awaited.rung not in ('835', 'posted') and awaited.reply_standing <> 'rejected'
    group by awaited.payer_id, awaited.rung, awaited.batch_no
) as claim
inner join {{ ref('core.claim_batch') }} as batch on claim.batch_no = batch.batch_no
left join {{ watched('payer') }} as payer on claim.payer_id = payer.payer_id
inner join {{ watched('partner') }} as partner
    on coalesce(payer.partner, 'any_payer') = partner.name
where batch.written_at is not null
group by partner.name, claim.rung, batch.written_at
