-- not_carried_through: Changes that were taken at their source and never got through.
-- reads: Privacy/security officer, Data on-call
-- owner: Data on-call
-- grain: one row per record whose newest version a later pass of the hop did not bring on
-- unit: versions and hours
-- formula: the newest landed version is not the one the next system has, though a pass was
--   published since it landed; a reason in the ledger explains it, no reason is an alarm
-- benchmark: no row without a reason
-- source: edits that look successful and do not carry through to claims
-- kept: daily, P2
-- alarm: P2
-- columns: way = visit_to_coordination, plan_to_frontline or visit_to_billing; record_id = which;
--   source_version = newest at the source; our_version = what the next system has, null for none;
--   changed_by = who made the newest; changed_by_role = in which role; landed_at = when it came;
--   hours = since then; state = how it stands at the hop, null for not at all; reason_code = why;
--   owner_role = whose turn it is; alarm = whether nothing explains it
with pass as (
    select
        published.hop
        , max(published.started_at) as started_at
    from {{ ref('ledger.pass') }} as published
    where published.outcome = 'published' and published.finished_at <= :at
    group by published.hop
)

, visit as (
    select
        'visit_to_coordination' as way
        , 'evv_to_coordination' as hop
        , source.source_system || '/' || source.visit_id as record_id
        , source.source_system || '/' || source.visit_id as entry_of
        , source.sequence_id as source_version
        , ours.sequence_id as our_version
        , source.updated_by as changed_by
        , source.updated_by_role as changed_by_role
        , source.landed_at
    from {{ ref('landing.evv_visit_now') }} as source
    left join {{ ref('core.coordination_visit') }} as ours
        on (source.source_system || '/' || source.visit_id) = ours.record_id
    where
        source.action = 'upsert'
        and source.landed_at >= :begins and source.landed_at < :ends
        and ours.sequence_id is distinct from source.sequence_id
)

, delivered as (
    select
        plan.plan_id
        , max(ours.plan_version) as plan_version
    from {{ ref('landing.care_plan_now') }} as plan
    inner join {{ ref('core.plan_delivery') }} as ours on plan.plan_id = ours.plan_id
    where plan.landed_at >= :begins and plan.landed_at < :ends
    group by plan.plan_id
)

, plan as (
    select
        'plan_to_frontline' as way
        , 'care_plan_to_frontline' as hop
        , source.plan_id as record_id
        , newest.record_id as entry_of
        , source.plan_version as source_version
        , delivered.plan_version as our_version
        , source.entered_by as changed_by
        , source.entered_by_role as changed_by_role
        , source.landed_at
    from {{ ref('landing.care_plan_now') }} as source
    left join delivered on source.plan_id = delivered.plan_id
    left join lateral (
        select entry.record_id
        from {{ ref('ledger.entry') }} as entry
        where
            entry.hop = 'care_plan_to_frontline'
            and entry.record_id >= source.plan_id || '/v' || source.plan_version
            and entry.record_id < source.plan_id || '/v' || source.plan_version || '0'
        order by (entry.state in ('held', 'waiting')) desc, entry.entry_id asc
        limit 1
    ) as newest on true
    where
        source.landed_at >= :begins and source.landed_at < :ends
        and delivered.plan_version is distinct from source.plan_version
)

, bill as (
    select
        'visit_to_billing' as way
        , 'delivery_to_billing' as hop
        , source.record_id
        , source.record_id as entry_of
        , source.sequence_id as source_version
        , line.visit_sequence_id as our_version
        , source.updated_by as changed_by
        , source.updated_by_role as changed_by_role
        , source.published_at as landed_at
    from {{ ref('core.coordination_visit') }} as source
    inner join {{ ref('core.billable_line') }} as line
        on source.record_id = line.record_id and line.line_no = 1
    where
        source.published_at >= :begins and source.published_at < :ends
        and line.visit_sequence_id <> source.sequence_id
)

, change as (
    select * from visit
    union all
    select * from plan
    union all
    select * from bill
)

select
    change.way
    , change.record_id
    , change.source_version
    , change.our_version
    , change.changed_by
    , change.changed_by_role
    , change.landed_at
    , cast(floor(extract(epoch from :at - change.landed_at) / 3600) as integer) as hours
    , entry.state
    , entry.reason_code
    , entry.owner_role
    , entry.reason_code is null as alarm
from change
inner join pass on change.hop = pass.hop and change.landed_at < pass.started_at
left join {{ ref('ledger.entry') }} as entry
    on change.entry_of = entry.record_id and change.hop = entry.hop
order by alarm desc, change.landed_at asc, change.record_id asc
