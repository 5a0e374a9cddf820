-- delivery_stuck: Claim files are published, and are not known to be with their partner.
-- runbook: docs/runbooks/delivery_stuck.md
-- What waits two hours, is in doubt for one, failed or may not leave at all.
select
    open_file.partner as subject
    , open_file.cause
    , min(open_file.severity) as severity
    , coalesce(min(line.owner_role), 'EDI analyst') as owner
    , min(open_file.since) as since
    , count(*) as count
    , min(open_file.since) as oldest
    , sum(open_file.total_cents) / 100.0 as money
from (
    select
        delivery.partner
        , batch.total_cents
        , case delivery.state
            when 'waiting' then 'not_sent'
            when 'sending' then 'not_sent'
            when 'unconfirmed' then 'in_doubt'
            else delivery.reason
        end as cause
        , case when delivery.state in ('failed', 'unconfirmed') then 'P1' else 'P2' end as severity
        , case delivery.state
            when 'waiting' then batch.published_at + interval '2 hours'
            when 'sending' then batch.published_at + interval '2 hours'
            when 'unconfirmed' then delivery.offered_at + interval '1 hour'
            else delivery.updated_at
        end as since
    from {{ ref('core.delivery') }} as delivery
    inner join {{ ref('core.claim_batch') }} as batch on delivery.batch_no = batch.batch_no
    where delivery.state <> 'sent'
) as open_file
left join {{ ref('ops.line') }} as line on open_file.partner = line.partner
where open_file.since <= :now
group by open_file.partner, open_file.cause
