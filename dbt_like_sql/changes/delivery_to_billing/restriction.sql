-- restriction: Whether a caregiver may be sent to a client has changed.
-- table: caregiver_restriction
-- differs: restricted_from, restricted_to
-- first: counts
-- owner: Scheduler
-- open: The caregiver's visits to the client are judged again.
-- final: It changed after the claim: adjust or void it if the caregiver was kept from the client.
-- source: agencies do not send a caregiver to a client who refused them
select
    visit.record_id
    , news.subject
    , news.old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('coordination_visit') }} as visit
    on news.caregiver_id = visit.caregiver_id and news.client_id = visit.client_id
inner join {{ ref('billable_line') }} as line on visit.record_id = line.record_id
where
    visit.service_date
    between least(news.restricted_from, news.was_restricted_from)
    and greatest(
        coalesce(news.restricted_to, 'infinity')
        , case
            when news.was_restricted_from is not null
                then coalesce(news.was_restricted_to, 'infinity')
        end
    )
