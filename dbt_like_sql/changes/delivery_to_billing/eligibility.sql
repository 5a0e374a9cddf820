-- eligibility: A client's cover has changed.
-- table: client
-- differs: medicaid_id, payer_id, payer_program, eligible_from, eligible_to, birth_date, sex,
--   last_name, first_name, diagnosis_code
-- owner: Billing specialist
-- open: The client's visits are judged again under the new cover.
-- final: Cover changed after the claim: adjust or void it if the day is no longer covered so.
-- source: payer rosters change after the fact
select
    line.record_id
    , news.subject
    , news.old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('billable_line') }} as line on news.client_id = line.client_id
where
    line.claim_id is null
    or line.service_date not between news.eligible_from and coalesce(news.eligible_to, 'infinity')
    or (news.payer_id, news.payer_program) <> (line.payer_id, line.payer_program)
    or news.medicaid_id is distinct from news.was_medicaid_id
