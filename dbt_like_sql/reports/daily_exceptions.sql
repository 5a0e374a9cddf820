-- daily_exceptions: What strayed or stands still this morning, and whose turn it is.
-- reads: Care coordinator, Clinical supervisor, Billing specialist, Compliance/QA lead
-- owner: Care coordinator
-- grain: one row per deviation not closed, and per record held or waiting past its due date
-- unit: hours and cents
-- formula: everything open at that instant; what was refused is listed on the day after
-- benchmark: every deviation reviewed by 10:00 on the next business day; no row not_owned
-- source: daily exception review of home-care operations
-- window: 1
-- kept: daily, P1
-- columns: section = missed_visits, shortened_services, risk_flags, other_deviations, plan_changes,
--   documentation, authorization, mapping_and_contracts, timely_filing, provider, outside, refused,
--   other, not_owned; hop = where; code = kind of deviation or code of the edit; reason_class =
--   kind of reason; record_id = the record, or schedule/ and the planned visit; client_id = whose;
--   payer_id = who pays, where known; since = since when it strays or stands still; age_hours = how
--   long; due_at = by when it is to be looked at or mended; last_good = last checkpoint passed;
--   next_checkpoint = the one it does not pass; owner_role = whose turn it is; amount_cents = money
--   at stake, where known; status = new (of the last day), open, overdue or reviewed; last_action =
--   what the last review did
with deviation as (
    select
        case found.kind
            when 'missed' then 'missed_visits'
            when 'shortened' then 'shortened_services'
            when 'risk_flag' then 'risk_flags'
            else 'other_deviations'
        end as section
        , 'evv_to_coordination' as hop
        , found.kind as code
        , 'PLAN_DELIVERY_VARIANCE' as reason_class
        , found.subject as record_id
        , found.client_id
        , coalesce(visit.payer_id, planned.payer_id) as payer_id
        , found.listed_at as since
        , found.review_due_at as due_at
        , cast(null as text) as last_good
        , cast(null as text) as next_checkpoint
        , found.owner_role
        , cast(null as bigint) as amount_cents
        , said.action as last_action
    from {{ ref('core.visit_deviation') }} as found
    left join {{ ref('core.coordination_visit') }} as visit on found.subject = visit.record_id
    left join {{ ref('landing.schedule_now') }} as planned
        on found.schedule_id = planned.schedule_id
    left join lateral (
        select (array_agg(review.action order by review.review_id desc))[1] as action
        from {{ ref('ops.deviation_review') }} as review
        where
            review.kind = found.kind and review.subject = found.subject
            and review.listed_at = found.listed_at and review.reviewed_at <= :at
    ) as said on true
    where
        found.listed_at <= :at
        and (found.is_open or found.published_at > :at)
        and not exists (
            select 1 from {{ ref('ops.deviation_review') }} as closing
            where
                closing.kind = found.kind and closing.subject = found.subject
                and closing.listed_at = found.listed_at
                and closing.closes and closing.reviewed_at <= :at
        )
)

, standing as (
    select
        case
            when entry.owner_role is null then 'not_owned'
            when entry.state = 'rejected' then 'refused'
            when entry.hop = 'care_plan_to_frontline' then 'plan_changes'
            when entry.reason_code like 'CLM-TIMELY%' then 'timely_filing'
            when entry.reason_code like 'AUTH-%' then 'authorization'
            when entry.reason_code like 'DOC-%' then 'documentation'
            when entry.reason_class in ('MAPPING', 'CONTRACT_STALE') then 'mapping_and_contracts'
            when entry.reason_class in ('PROVIDER_DATA', 'CREDENTIAL') then 'provider'
            when entry.reason_class = 'EXTERNAL' then 'outside'
            else 'other'
        end as section
        , entry.hop
        , entry.reason_code as code
        , entry.reason_class
        , entry.record_id
        , entry.client_id
        , visit.payer_id
        , entry.since
        , entry.due_at
        , entry.checkpoint as last_good
        , entry.next_checkpoint
        , entry.owner_role
        , entry.amount_cents
        , cast(null as text) as last_action
    from {{ ref('ledger.entry') }} as entry
    left join {{ ref('core.coordination_visit') }} as visit on entry.record_id = visit.record_id
    where
        entry.reason_code is not null
        and entry.since <= :at
        and (
            entry.state = 'held'
            or (entry.state = 'waiting' and entry.due_at <= :at)
            or (entry.state = 'rejected' and entry.since > :at - interval '1 day')
        )
)

, listed as (
    select * from deviation
    union all
    select * from standing
)

select
    listed.section
    , listed.hop
    , listed.code
    , listed.reason_class
    , listed.record_id
    , listed.client_id
    , listed.payer_id
    , listed.since
    , cast(floor(extract(epoch from :at - listed.since) / 3600) as integer) as age_hours
    , listed.due_at
    , listed.last_good
    , listed.next_checkpoint
    , listed.owner_role
    , listed.amount_cents
    , case
        when listed.last_action is not null then 'reviewed'
        when listed.due_at <= :at then 'overdue'
        when listed.since > :at - interval '1 day' then 'new'
        else 'open'
    end as status
    , listed.last_action
from listed
where cast(:payer as text) is null or listed.payer_id = :payer
order by
    array_position(
        array[
            'not_owned', 'missed_visits', 'shortened_services', 'risk_flags', 'other_deviations'
            , 'plan_changes', 'documentation', 'authorization', 'mapping_and_contracts'
            , 'timely_filing', 'provider', 'outside', 'refused', 'other'
        ]
        , listed.section
    )
    , listed.due_at
    , listed.record_id
