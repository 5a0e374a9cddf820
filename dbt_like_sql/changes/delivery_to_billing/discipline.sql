-- discipline: A caregiver's discipline, employment or credential has changed.
-- table: caregiver
-- differs: discipline, npi, hired_on, ended_on, credential_expires_on, is_excluded
-- owner: Credentialing specialist
-- open: The caregiver's visits are judged again.
-- final: It changed after the claim: adjust or void it if the caregiver could not have given it.
-- source: payers pay for care by those who may give it
select
    visit.record_id
    , news.subject
    , news.old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('coordination_visit') }} as visit on news.caregiver_id = visit.caregiver_id
inner join {{ ref('billable_line') }} as line on visit.record_id = line.record_id
where
    -- a change that holds from a day on leaves the days before it alone
    (news.discipline, news.is_excluded) is distinct from (news.was_discipline, news.was_is_excluded)
    or visit.service_date < news.hired_on
    or visit.service_date > least(news.ended_on, news.credential_expires_on)
