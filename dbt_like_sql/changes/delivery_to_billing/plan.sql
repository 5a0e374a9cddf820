-- plan: A care plan has a new version: services, frequency, tasks or dates.
-- table: care_plan
-- differs: change_type, effective_from, effective_to, service_codes, tasks, order_required,
--   order_signed_at
-- owner: Clinical supervisor
-- open: Visits from its first day on are judged again under the new plan.
-- final: The plan changed after the claim: adjust or void it if the visit is no longer supported.
-- source: 42 CFR 484.60: the plan of care is what is delivered and billed
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
        and line.service_date between news.effective_from and coalesce(
            news.effective_to, 'infinity'
        )
where
    line.claim_id is null
    or news.change_type = 'discharge'
    or line.service_code <> all(string_to_array(news.service_codes, ';'))
