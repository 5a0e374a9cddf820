-- rights: What a role may change was granted, ended or taken away.
-- table: role_right
-- differs: valid_to
-- owner: Privacy/security officer
-- open: Visits that role changed are judged again.
-- final: Not final here.
-- source: agency's access register
select
    visit.record_id
    , news.subject
    , news.old_version
    , cast(null as text) as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('coordination_visit') }} as visit
    on
        news.right_code = 'visit_edit'
        and news.role = visit.updated_by_role
        and cast(visit.source_updated_at at time zone :zone as date)
        > least(news.valid_to, news.was_valid_to)
