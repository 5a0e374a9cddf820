-- One row per visit that is up: what its contract asks for on paper, as far as it is there.
-- Key: record_id. What a contract does not ask for is not looked up.
with asked as (
    select
        delivered.*
        , standing.plan_version
        , case
            when standing.discipline not in ('aide', 'attendant') then null
            when standing.has_signed_order then delivered.supervision_days_skilled
            else delivered.supervision_days
        end as supervision_interval
    from {{ ref('delivered') }} as delivered
    inner join {{ ref('standing') }} as standing on delivered.record_id = standing.record_id
)

select
    asked.record_id
    , held.has_open_assessment
    , held.has_locked_oasis
    , held.has_unsent_oasis
    , held.has_notice
    , held.has_face_to_face
    , note.client_signed_at
    , note.duty_minutes
    , plan.is_in_force as is_plan_in_force
    , duty.is_task_missing
    , supervision.supervised_on
    , asked.supervision_interval
    , ordered.visit_of_week
    , ordered.weekly_visits_most
    , coalesce(ordered.is_unlimited, false) as is_unlimited
from asked
left join lateral (
    select
        bool_or(paper.document_kind = 'assessment' and paper.status = 'draft')
            as has_open_assessment
        , bool_or(paper.document_kind = 'oasis' and paper.status = 'locked') as has_locked_oasis
        , bool_or(
            paper.document_kind = 'oasis'
            and paper.accepted_at is null
            and paper.completed_at + interval '30 days' <= :now
        ) as has_unsent_oasis
        , bool_or(paper.document_kind = 'admission_notice' and paper.accepted_at is not null)
            as has_notice
        , bool_or(
            paper.document_kind = 'face_to_face'
            and paper.status in ('signed', 'locked')
            -- 42 CFR 424.22: from 90 days before the start of care to 30 days after it
            and paper.happened_on between paper.covers_from - 90 and paper.covers_from + 30
        ) as has_face_to_face
    from {{ ref('document_now') }} as paper
    where
        paper.client_id = asked.client_id
        and paper.document_kind in ('assessment', 'oasis', 'admission_notice', 'face_to_face')
        and paper.covers_from <= asked.service_date
        and coalesce(paper.covers_to, 'infinity') >= asked.service_date
) as held on true
left join lateral (
    select
        max(paper.client_signed_at) as client_signed_at
        , max(paper.duty_minutes) as duty_minutes
    from {{ ref('document_now') }} as paper
    where
        (asked.client_signature_needed or asked.duties_needed)
        and paper.visit_id = asked.visit_id
        and paper.visit_source = asked.source_system
        and paper.document_kind = 'note'
) as note on true
left join lateral (
    select true as is_in_force
    where
        asked.plan_version is not null
        -- a revision changes a plan within its period, it does not begin a new one
        and exists (
            select 1
            from {{ ref('care_plan') }} as reviewed
            where
                asked.plan_review_days > 0
                and reviewed.client_id = asked.client_id
                and reviewed.change_type in ('new', 'recert', 'resume')
                and asked.service_date between reviewed.effective_from
                and reviewed.effective_from + asked.plan_review_days - 1
        )
) as plan on true
left join lateral (
    select core.misses_a_required_task(visit.tasks, known.tasks) as is_task_missing
    from {{ ref('care_plan') }} as known
    inner join {{ ref('evv_visit_now') }} as visit
        on
            asked.source_system = visit.source_system
            and asked.visit_id = visit.visit_id
    where
        asked.duties_needed
        and known.client_id = asked.client_id
        and known.entered_at <= asked.start_at
        and asked.service_code = any(string_to_array(known.service_codes, ';'))
        and asked.service_date
        between known.effective_from and coalesce(known.effective_to, 'infinity')
    order by known.plan_version desc
    limit 1
) as duty on true
left join lateral (
    select max(seen.seen_on) as supervised_on
    from (
        select paper.happened_on as seen_on
        from {{ ref('document_now') }} as paper
        where
            asked.supervision_interval > 0
            and paper.client_id = asked.client_id
            and paper.document_kind = 'supervision'
            and paper.status <> 'draft'
        union all
        -- the interval begins with the care
        select min(first_plan.effective_from) as seen_on
        from {{ ref('care_plan') }} as first_plan
        where
            asked.supervision_interval > 0
            and first_plan.client_id = asked.client_id
    ) as seen
    where seen.seen_on <= asked.service_date
) as supervision on true
left join lateral (
    select
        paper.weekly_visits_most + coalesce(paper.as_needed_visits_most, 0) as weekly_visits_most
        , paper.is_as_needed and paper.as_needed_visits_most is null as is_unlimited
        , (
            select count(*)
            from {{ ref('coordination_visit') }} as other
            where
                other.client_id = asked.client_id
                and other.service_date
                >= core.week_start(asked.service_date, asked.week_starts_on)
                and other.start_at > asked.start_at - interval '8 days'
                and (other.start_at, other.record_id)
                <= (asked.start_at, asked.record_id)
                and (
                    paper.service_codes is null
                    or other.service_code = any(string_to_array(paper.service_codes, ';'))
                )
                and not exists (
                    select 1
                    from {{ ref('entry') }} as entry
                    where
                        entry.record_id = other.record_id
                        and entry.hop in ('evv_to_coordination', 'delivery_to_billing')
                        and entry.state in ('cancelled', 'rejected')
                )
        ) as visit_of_week
    from {{ ref('document_now') }} as paper
    where
        paper.client_id = asked.client_id
        and paper.document_kind = 'order'
        and paper.status in ('signed', 'locked')
        and (paper.weekly_visits_most is not null or paper.is_as_needed)
        and paper.covers_from <= asked.service_date
        and coalesce(paper.covers_to, 'infinity') >= asked.service_date
        and (
            paper.service_codes is null
            or asked.service_code = any(string_to_array(paper.service_codes, ';'))
        )
    order by paper.covers_from desc, paper.document_id desc
    limit 1
) as ordered on true
