-- visit_side_by_side: Plan, visit, note, authorization, bill and claim of each visit in one row.
-- reads: Care coordinator, Billing specialist, Clinical supervisor
-- owner: Care coordinator
-- grain: one row per delivered visit
-- unit: minutes, units and cents
-- formula: each of the five beside the visit, and whether it agrees with it; null where there is
--   nothing to compare
-- source: clinical staff document in one workflow while billing relies on another system
-- window: 7
-- columns: record_id = the visit; client_id = whose; payer_id = who pays; service_date = its day;
--   planned_minutes = of the plan it answers; visit_minutes = as clocked; note_status = how far its
--   note is; note_signed_at = when it was signed; auth_number = the authorization billed on;
--   auth_status = how that stands now; units = billed; cents = billed; claim_id = the claim it is
--   on; rung = how far that got; hop = where the visit stands now; state = how; reason_code = why;
--   owner_role = whose turn it is; plan_agrees = planned and clocked minutes within the tolerance;
--   note_agrees = signed, and not before the visit ended; auth_agrees = approved and about that
--   version; claim_agrees = the claim says what is billed
select
    visit.record_id
    , visit.client_id
    , visit.payer_id
    , visit.service_date
    , plan.minutes as planned_minutes
    , visit.minutes as visit_minutes
    , note.status as note_status
    , note.signed_at as note_signed_at
    , billed.auth_number
    , auth.status as auth_status
    , billed.units
    , billed.cents
    , billed.claim_id
    , claim.rung
    , standing.hop
    , standing.state
    , standing.reason_code
    , standing.owner_role
    , abs(plan.minutes - visit.minutes) <= visit.allowed_short_minutes as plan_agrees
    , case
        when note.status is not null
            then coalesce(note.signed_at >= visit.end_at, false)
    end as note_agrees
    , case
        when billed.auth_id is not null
            then coalesce(
                auth.status in ('approved', 'partial') and auth.auth_version = billed.auth_version
                , false
            )
    end as auth_agrees
    , case
        when billed.claim_id is not null
            then billed.cents = billed.claimed_cents and billed.sequence_id = visit.sequence_id
    end as claim_agrees
from {{ ref('core.coordination_visit') }} as visit
left join lateral (
    select cast(extract(epoch from planned.end_at - planned.start_at) / 60 as integer) as minutes
    from {{ ref('landing.schedule_now') }} as planned
    where planned.schedule_id = visit.schedule_id
) as plan on true
left join (
    select distinct on (document.visit_source, document.visit_id)
        document.visit_source
        , document.visit_id
        , document.status
        , document.signed_at
    from {{ ref('landing.document_now') }} as document
    where document.document_kind = 'note'
    order by document.visit_source asc, document.visit_id asc, document.source_updated_at desc
) as note on visit.source_system = note.visit_source and visit.visit_id = note.visit_id
left join lateral (
    select
        sum(line.units) as units
        , cast(sum(line.charge_cents) as bigint) as cents
        , min(line.auth_id) as auth_id
        , min(line.auth_number) as auth_number
        , min(line.auth_version) as auth_version
        , min(line.claim_id) as claim_id
        , min(line.visit_sequence_id) as sequence_id
        , sum(sent.charge_cents) as claimed_cents
    from {{ ref('core.billable_line') }} as line
    left join {{ ref('core.claim_line') }} as sent
        on line.record_id = sent.record_id and line.line_no = sent.line_no
    where line.record_id = visit.record_id
) as billed on true
left join {{ ref('landing.service_auth_now') }} as auth on billed.auth_id = auth.auth_id
left join {{ ref('core.claim') }} as claim on billed.claim_id = claim.claim_id
left join lateral (
    select
        entry.hop
        , entry.state
        , entry.reason_code
        , entry.owner_role
    from {{ ref('ledger.entry') }} as entry
    where entry.record_id = visit.record_id
    order by entry.entry_id desc
    limit 1
) as standing on true
where
    visit.service_date between :since and :until
    and (cast(:payer as text) is null or visit.payer_id = :payer)
order by visit.service_date, visit.record_id
