-- funding: Which payer funds how much of a shift has changed.
-- table: funding_share
-- differs: minutes
-- first: counts
-- owner: Billing specialist
-- open: The shift's visits are judged again under the new shares.
-- final: The claim was built on other shares: replace or void it if its minutes are not its own.
-- source: agency rule: each payer is billed the minutes it funds
select
    line.record_id
    , news.subject
    , news.old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('coordination_visit') }} as visit on news.schedule_id = visit.schedule_id
inner join {{ ref('billable_line') }} as line on visit.record_id = line.record_id
