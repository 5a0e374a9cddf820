-- documents_without_plan_change: Documents that changed while nobody changed the plan.
-- reads: Clinical supervisor, Care coordinator
-- owner: Clinical supervisor
-- grain: one row per changed document
-- unit: days
-- formula: an order, assessment or OASIS whose text or frequency changed, and no plan version of
--   the client entered from a day before it changed until now
-- benchmark: no row
-- source: documentation updates alone do not tell anybody
-- kept: daily, P3
-- columns: client_id = whose; document_id = which; document_kind = what it is; old_version = as it
--   was known; new_version = as it is; changed_at = when it changed; changed_by = who changed it;
--   plan_entered_at = newest plan version of the client, null for none; days = since it changed
with changed as (
    select
        fresh.client_id
        , fresh.document_id
        , fresh.document_kind
        , known.document_version as old_version
        , fresh.document_version as new_version
        , fresh.source_updated_at as changed_at
        , fresh.updated_by as changed_by
    from {{ ref('landing.document_now') }} as fresh
    inner join lateral (
        select older.*
        from {{ ref('landing.document') }} as older
        where
            older.document_id = fresh.document_id
            and older.document_version < fresh.document_version
        order by older.document_version desc
        limit 1
    ) as known on true
    where
        fresh.document_kind in ('order', 'assessment', 'oasis')
        and fresh.landed_at >= :begins and fresh.landed_at < :ends
        and (fresh.content_hash, fresh.weekly_visits_most, fresh.service_codes)
        is distinct from (known.content_hash, known.weekly_visits_most, known.service_codes)
)

, plan as (
    select
        version.client_id
        , max(version.entered_at) as entered_at
    from {{ ref('landing.care_plan') }} as version
    where version.entered_at <= :at
    group by version.client_id
)

select
    changed.client_id
    , changed.document_id
    , changed.document_kind
    , changed.old_version
    , changed.new_version
    , changed.changed_at
    , changed.changed_by
    , plan.entered_at as plan_entered_at
    , cast(floor(extract(epoch from :at - changed.changed_at) / 86400) as integer) as days
from changed
left join plan on changed.client_id = plan.client_id
where plan.entered_at is null or plan.entered_at < changed.changed_at - interval '1 day'
order by changed.changed_at, changed.document_id
