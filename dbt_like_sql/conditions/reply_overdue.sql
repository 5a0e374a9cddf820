-- reply_overdue: Sent, and the reply this partner always sends has not come in its time.
-- judge: freshness
-- finds: no_answer
-- runbook: docs/runbooks/reply_overdue.md
select
    partner.name as subject
    , claim.rung
    , coalesce(delivery.sent_at, delivery.offered_at) as sent_at
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
    where
        awaited.rung not in ('835', 'posted') and awaited.reply_standing <> 'rejected'
        and awaited.reply_standing in ('none', 'accepted')
    group by awaited.payer_id, awaited.rung, awaited.batch_no
) as claim
inner join {{ ref('core.delivery') }} as delivery on claim.batch_no = delivery.batch_no
left join {{ watched('payer') }} as payer on claim.payer_id = payer.payer_id
inner join {{ watched('partner') }} as partner
    on coalesce(payer.partner, 'any_payer') = partner.name
where coalesce(delivery.sent_at, delivery.offered_at) is not null
group by partner.name, claim.rung, coalesce(delivery.sent_at, delivery.offered_at)
