-- incident: An incident was reported, opened again or closed for a day that is billed.
-- table: incident
-- differs: client_id, occurred_at, status
-- first: counts
-- owner: Billing manager
-- open: The visits of that day are judged again.
-- final: The day was billed before the incident was known: see whether the claim stands.
-- source: agency rule: planned, delivered and billed agree
select
    line.record_id
    , news.subject
    , news.old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('billable_line') }} as line
    on
        news.client_id = line.client_id
        and cast(news.occurred_at at time zone :zone as date) = line.service_date
