-- One row per visit on a claim not yet paid or denied: the highest rung heard of. Key: record_id.
select
    line.record_id
    , case
        when said.is_remitted then '835'
        when said.is_at_payer then 'payer 277CA'
        when said.is_at_clearinghouse then 'clearinghouse 277CA'
        when said.is_group_answered then '999'
        when said.is_interchange_answered then 'TA1'
        when batch.written_at is not null then 'sent'
        else 'built'
    end as rung
from {{ ref('claim') }} as claim
inner join {{ ref('claim_batch') }} as batch on claim.batch_no = batch.batch_no
inner join {{ ref('claim_line') }} as line on claim.claim_id = line.claim_id and line.line_no = 1
left join lateral (
    select
        bool_or(reply.reply_kind = '835') as is_remitted
        , bool_or(reply.reply_kind = '277CA' and reply.source_entity = 'payer') as is_at_payer
        , bool_or(reply.reply_kind = '277CA') as is_at_clearinghouse
        , bool_or(reply.reply_kind = '999') as is_group_answered
        , bool_or(reply.reply_kind = 'TA1') as is_interchange_answered
    from {{ ref('clearinghouse_reply_now') }} as reply
    where
        (reply.refers_to = claim.claim_id and reply.level = 'claim')
        or (reply.refers_to = batch.interchange_control and reply.reply_kind = 'TA1')
        or (reply.group_control = batch.group_control and reply.reply_kind = '999')
        or (
            reply.refers_to = claim.batch_no || '-' || claim.set_control
            and reply.level = 'batch' and reply.outcome = 'rejected'
        )
) as said on true
where claim.rung not in ('835', 'posted')
