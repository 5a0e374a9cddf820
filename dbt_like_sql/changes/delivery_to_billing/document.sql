-- document: A note, order or assessment was changed after it had been signed.
-- table: document
-- differs: content_hash, signed_at, covers_from, covers_to, service_codes, weekly_visits_most,
--   is_as_needed, as_needed_visits_most, happened_on
-- when: known.status in ('signed', 'locked')
-- owner: Clinical supervisor
-- open: The visits it supports are judged again.
-- final: A correction stayed hidden until after the claim: adjust or void it if support is gone.
-- source: 42 CFR 424.22 and payers' documentation rules
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
        and case news.document_kind
            when 'note' then line.record_id = news.visit_source || '/' || news.visit_id
            else
                line.service_date
                between coalesce(news.covers_from, '-infinity')
                and coalesce(news.covers_to, 'infinity')
        end
