-- roster: A payer says otherwise than before who is covered, for what days, and who pays first.
-- table: eligibility
-- differs: covered_from, covered_to, last_name, first_name, birth_date, sex, share_of_cost_cents,
--   share_met_cents, other_payer_id, other_covered_from, other_covered_to
-- first: counts
-- owner: Billing specialist
-- open: The client's visits are judged again under what the payer says now.
-- final: The payer's word changed after the claim: adjust or void it if the day is not covered so.
-- source: payer rosters change after the fact
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
        and news.payer_id = line.payer_id
        and news.payer_program = line.payer_program
where
    line.claim_id is null
    or line.service_date between news.covered_from and coalesce(news.covered_to, 'infinity')
