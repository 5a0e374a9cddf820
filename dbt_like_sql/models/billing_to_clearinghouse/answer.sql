-- One row per claim not yet paid or denied: how far it got, did it come back. Key: claim_id.
-- A file that was taken in (TA1, 999) is no accepted claim; one that was refused is a refused one.
select
    claim.claim_id
    , coalesce(heard.rung, claim.rung) as rung
    , case
        when said.is_rejected then 'rejected'
        when said.is_accepted then 'accepted'
        else claim.reply_standing
    end as reply_standing
from {{ ref('claim') }} as claim
inner join {{ ref('claim_batch') }} as batch on claim.batch_no = batch.batch_no
left join lateral (
    select min(entry.rung) as rung
    from {{ ref('claim_line') }} as line
    inner join {{ ref('entry') }} as entry
        on line.record_id = entry.record_id and entry.hop = 'billing_to_clearinghouse'
    where line.claim_id = claim.claim_id
) as heard on true
left join lateral (
    select
        bool_or(reply.outcome = 'rejected') as is_rejected
        , bool_or(
            reply.level = 'claim' and reply.reply_kind in ('277CA', '835')
            and reply.outcome in ('accepted', 'paid', 'denied')
        ) as is_accepted
    from {{ ref('clearinghouse_reply_now') }} as reply
    where
        (reply.refers_to = claim.claim_id and reply.level = 'claim')
        or (reply.refers_to = batch.interchange_control and reply.reply_kind = 'TA1')
        or (
            reply.group_control = batch.group_control and reply.reply_kind = '999'
            and (reply.level = 'group' or reply.set_control = claim.set_control)
        )
        or (
            reply.refers_to = claim.batch_no || '-' || claim.set_control
            and reply.level = 'batch' and reply.outcome = 'rejected'
        )
) as said on true
where claim.rung not in ('835', 'posted')
