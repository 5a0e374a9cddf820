-- feed_parity: Whether systems agree about delivery, authorizations and risk.
-- reads: Compliance/QA lead, Data on-call
-- owner: Compliance/QA lead
-- grain: one row per subject: delivery, authorization, risk
-- unit: records; parity from 0 to 1
-- formula: records equal in both systems / records in either, those left out that stand still with
--   a reason of their own
-- benchmark: 1.000
-- source: different truths about service delivery, authorizations and risk
-- window: 7
-- kept: daily, P2
-- alarm: P2
-- columns: subject = delivery (EVV and coordination), authorization (portal and unclaimed billable
--   lines) or risk (concerns in EVV and flags in coordination); explained = at the source, and
--   standing still with a reason; equal = the same on both sides; different = on both, not the
--   same; only_source = at the source only; only_ours = with us only; parity = equal of all but
--   explained; alarm = whether any differs unexplained
with visit as (
    select
        source.source_system || '/' || source.visit_id as record_id
        , source.sequence_id
        , source.action
        , source.client_id
        , source.caregiver_id
        , coalesce(source.adjusted_in_at, source.call_in_at) as start_at
        , coalesce(source.adjusted_out_at, source.call_out_at) as end_at
        , coalesce(source.concern_codes, '-') as concern_codes
    from {{ ref('landing.evv_visit_now') }} as source
    where source.call_in_at >= :begins and source.call_in_at < :ends
)

, ours as (
    select known.*
    from {{ ref('core.coordination_visit') }} as known
    where known.start_at >= :begins and known.start_at < :ends
)

, delivery as (
    select
        'delivery' as subject
        , case
            when coalesce(entry.state, 'waiting') <> 'moved' then 'explained'
            when ours.record_id is null then 'only_source'
            when visit.record_id is null or visit.action = 'cancel' then 'only_ours'
            when
                ours.sequence_id = visit.sequence_id
                and ours.client_id = visit.client_id
                and ours.caregiver_id = visit.caregiver_id
                and ours.start_at = visit.start_at
                and ours.end_at = visit.end_at
                then 'equal'
            else 'different'
        end as verdict
    from visit
    full join ours on visit.record_id = ours.record_id
    left join {{ ref('ledger.entry') }} as entry
        on
            coalesce(visit.record_id, ours.record_id) = entry.record_id
            and entry.hop = 'evv_to_coordination'
)

, cover as (
    select
        'authorization' as subject
        , case
            when entry.state in ('held', 'waiting') then 'explained'
            when auth.auth_id is null then 'only_ours'
            when
                auth.auth_version <> line.auth_version or auth.auth_number <> line.auth_number
                then 'different'
            else 'equal'
        end as verdict
    from {{ ref('core.billable_line') }} as line
    left join {{ ref('landing.service_auth_now') }} as auth on line.auth_id = auth.auth_id
    left join {{ ref('ledger.entry') }} as entry
        on line.record_id = entry.record_id and entry.hop = 'delivery_to_billing'
    where
        line.auth_id is not null
        and line.claim_id is null
        and line.service_date between :since and :until
)

, risk as (
    select
        'risk' as subject
        , case
            when visit.concern_codes is null or visit.concern_codes = '-' then 'only_ours'
            when entry.state = 'waiting' and entry.reason_code is null then 'explained'
            when flag.subject is null then 'only_source'
            when flag.detail_code <> visit.concern_codes then 'different'
            else 'equal'
        end as verdict
    from (
        select visit.*
        from visit
        where visit.action = 'upsert'
    ) as visit
    full join (
        select known.*
        from {{ ref('core.visit_deviation') }} as known
        where
            known.kind = 'risk_flag' and known.is_open
            and known.occurred_at >= :begins and known.occurred_at < :ends
    ) as flag on visit.record_id = flag.subject
    left join {{ ref('ledger.entry') }} as entry
        on visit.record_id = entry.record_id and entry.hop = 'evv_to_coordination'
    where visit.concern_codes <> '-' or flag.subject is not null
)

, verdict as (
    select * from delivery
    union all
    select * from cover
    union all
    select * from risk
)

, counted as (
    select
        wanted.subject
        , count(*) filter (where verdict.verdict = 'explained') as explained
        , count(*) filter (where verdict.verdict = 'equal') as equal
        , count(*) filter (where verdict.verdict = 'different') as different
        , count(*) filter (where verdict.verdict = 'only_source') as only_source
        , count(*) filter (where verdict.verdict = 'only_ours') as only_ours
    from unnest(array['delivery', 'authorization', 'risk']) as wanted (subject)
    left join verdict on wanted.subject = verdict.subject
    group by wanted.subject
)

select
    counted.*
    , round(
        counted.equal * 1.0
        / nullif(counted.equal + counted.different + counted.only_source + counted.only_ours, 0), 3
    ) as parity
    , counted.different + counted.only_source + counted.only_ours > 0 as alarm
from counted
order by counted.subject
