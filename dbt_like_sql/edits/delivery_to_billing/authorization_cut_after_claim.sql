-- AUTH-RETRO-BILLED: The authorization was cut after the visit had gone out on a claim.
-- checkpoint: V12
-- class: AUTH_CHANGE_LATE
-- severity: HOLD
-- owner: Billing manager
-- due: 2 business days
-- clinical: The payer took back consent to care that was already given; ask whether it will be
--   restored.
-- billing: The payer will deny or take back what the new version no longer covers.
-- next: Adjust (frequency 7) or void (8) the claim, or approve the exception if it stands.
-- source: payer authorization: a retroactive version touches billed visits
select
    work.record_id
    , late.relied_on || ' version ' || late.new_version as fact
from {{ ref('work') }} as work
inner join {{ ref('late_change') }} as late
    on
        work.record_id = late.record_id
        and late.hop = 'delivery_to_billing'
        and late.code = 'AUTH-RETRO-BILLED'
where
    -- as long as it stands on the claim it stood on, and no later version restored it
    exists (
        select 1
        from {{ ref('billable_line') }} as line
        where line.record_id = work.record_id and line.claim_id = late.sent_as
    )
    and not exists (
        select 1
        from {{ ref('late_change') }} as later
        where
            later.record_id = late.record_id
            and later.hop = late.hop
            and later.relied_on = late.relied_on
            and later.new_version > late.new_version
    )
