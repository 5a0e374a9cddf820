-- sample_audit: Fifty visits drawn by lot, compared through all systems.
-- reads: Compliance/QA lead
-- owner: Compliance/QA lead
-- grain: one row per drawn visit
-- unit: differences
-- formula: the lot is a hash of the visit and the first day of the window: who asks again draws the
--   same; each comparison is true, false, or null where there is nothing to compare
-- benchmark: no differences
-- source: periodic internal audits comparing datasets across systems
-- window: 31
-- kept: monthly, P2
-- alarm: P3
-- columns: record_id = the visit; payer_id = who pays; evv_agrees = clocked as we hold it;
--   plan_agrees = planned for that client and caregiver on that day; note_agrees = a note that is
--   signed after it ended; bill_agrees = billed minutes are the visit's; claim_agrees = the claim
--   charges what is billed; incident_agrees = no incident of the client that day, or it was
--   flagged; differences = how many are false; alarm = whether any is
with drawn as (
    select visit.*
    from {{ ref('core.coordination_visit') }} as visit
    where
        visit.service_date between :since and :until
        and (cast(:payer as text) is null or visit.payer_id = :payer)
    order by md5(visit.record_id || cast(cast(:since as date) as text)), visit.record_id
    limit 50
)

, note as (
    select
        document.visit_source || '/' || document.visit_id as record_id
        , max(document.signed_at) as signed_at
    from {{ ref('landing.document_now') }} as document
    where document.document_kind = 'note' and document.visit_id is not null
    group by document.visit_source, document.visit_id
)

, happened as (
    select distinct
        incident.client_id
        , cast(incident.occurred_at at time zone :zone as date) as day
    from {{ ref('landing.incident_now') }} as incident
    where incident.occurred_at >= :begins and incident.occurred_at < :ends
)

, compared as (
    select
        drawn.record_id
        , drawn.payer_id
        , coalesce(
            source.sequence_id = drawn.sequence_id
            and source.action = 'upsert'
            and coalesce(source.adjusted_in_at, source.call_in_at) = drawn.start_at
            and coalesce(source.adjusted_out_at, source.call_out_at) = drawn.end_at
            , false
        ) as evv_agrees
        , case
            when plan.schedule_id is not null
                then
                    plan.client_id = drawn.client_id
                    and coalesce(plan.caregiver_id, drawn.caregiver_id) = drawn.caregiver_id
                    and cast(plan.start_at at time zone drawn.time_zone as date)
                    = drawn.service_date
        end as plan_agrees
        , case
            when note.record_id is not null
                then coalesce(note.signed_at >= drawn.end_at, false)
        end as note_agrees
        , billed.minutes = drawn.minutes as bill_agrees
        , billed.claimed_cents = billed.cents as claim_agrees
        , happened.client_id is null or drawn.concern_codes <> '-' as incident_agrees
    from drawn
    left join {{ ref('landing.evv_visit_now') }} as source
        on drawn.source_system = source.source_system and drawn.visit_id = source.visit_id
    left join {{ ref('landing.schedule_now') }} as plan on drawn.schedule_id = plan.schedule_id
    left join note on drawn.record_id = note.record_id
    left join happened
        on drawn.client_id = happened.client_id and drawn.service_date = happened.day
    left join lateral (
        select
            sum(line.minutes) as minutes
            , sum(line.charge_cents) as cents
            , sum(sent.charge_cents) as claimed_cents
        from {{ ref('core.billable_line') }} as line
        left join {{ ref('core.claim_line') }} as sent
            on line.record_id = sent.record_id and line.line_no = sent.line_no
        where line.record_id = drawn.record_id
    ) as billed on true
)

select
    compared.*
    , answered.differences
    , answered.differences > 0 as alarm
from compared
inner join lateral (
    select count(*) filter (where not each.agrees) as differences
    from unnest(array[
        compared.evv_agrees, compared.plan_agrees, compared.note_agrees, compared.bill_agrees
        , compared.claim_agrees, compared.incident_agrees
    ]) as each (agrees)
) as answered on true
order by answered.differences desc, compared.record_id asc
