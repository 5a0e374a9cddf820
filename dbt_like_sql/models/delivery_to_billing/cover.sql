-- One row per visit that is up: whether its client's cover fits, as yes or no. Key: record_id.
-- Member ids are compared here and stay in landing.
select
    delivered.record_id
    , cover.client_id is not null
    and delivered.last_billed_date <= coalesce(cover.eligible_to, 'infinity') as is_eligible
    , coalesce(
        delivered.payer_id = coalesce(cover.payer_id, client.payer_id)
        and delivered.payer_program = coalesce(cover.payer_program, client.payer_program)
        , false
    )
    -- who funds a part of the shift pays for it beside the client's own payer
    or exists (
        select 1
        from {{ ref('funding_share_now') }} as share
        where
            share.schedule_id = delivered.schedule_id
            and share.payer_id = delivered.payer_id
            and share.payer_program = delivered.payer_program
    ) as is_clients_payer
    , coalesce(client.medicaid_id, visit.client_medicaid_id) is not null as has_member_id
    , coalesce(core.fits_pattern(
        coalesce(client.medicaid_id, visit.client_medicaid_id), delivered.member_id_pattern
    ), false) as member_id_matches
    -- a payer that sends no roster of a client says nothing
    , roster.client_id is not null
    and delivered.last_billed_date <= coalesce(roster.covered_to, 'infinity')
    or not exists (
        select 1
        from {{ ref('eligibility_now') }} as known
        where
            known.client_id = delivered.client_id
            and known.payer_id = delivered.payer_id
            and known.payer_program = delivered.payer_program
    ) as is_on_roster
    , coalesce(roster.share_of_cost_cents > roster.share_met_cents, false) as is_share_open
    , array_to_string(array_remove(array[
        case
            when lower(btrim(roster.last_name)) <> lower(btrim(client.last_name))
                then 'family name'
        end
        , case
            when lower(btrim(roster.first_name)) <> lower(btrim(client.first_name))
                then 'given name'
        end
        , case when roster.birth_date <> client.birth_date then 'date of birth' end
        , case
            when 'U' not in (roster.sex, client.sex) and roster.sex <> client.sex then 'sex'
        end
    ], null), ', ') as roster_differs_in
    , other.payer_id is not null as is_secondary
    , primary_answer.visit_id is not null as has_primary_answer
    , coalesce(
        primary_answer.paid_cents is not null
        and primary_answer.adjustments is not null
        and primary_answer.paid_on is not null
        , false
    ) as has_primary_amounts
    , primary_answer.paid_on as primary_paid_on
from {{ ref('delivered') }} as delivered
left join {{ ref('client_now') }} as client on delivered.client_id = client.client_id
left join {{ ref('evv_visit_now') }} as visit
    on delivered.source_system = visit.source_system and delivered.visit_id = visit.visit_id
-- the current version says what holds; an older one only speaks for days before a change of payer,
-- so that December is billed to December's payer in January
left join lateral (
    select version.*
    from {{ ref('client') }} as version
    where
        version.client_id = delivered.client_id
        and version.eligible_from <= delivered.service_date
        and (
            version.is_current
            or version.payer_id <> client.payer_id
            or version.payer_program <> client.payer_program
        )
    order by version.record_version desc
    limit 1
) as cover on true
left join lateral (
    select version.*
    from {{ ref('eligibility_now') }} as version
    where
        version.client_id = delivered.client_id
        and version.payer_id = delivered.payer_id
        and version.payer_program = delivered.payer_program
        and version.covered_from <= delivered.service_date
        and coalesce(version.covered_to, 'infinity') >= delivered.service_date
    order by version.covered_from desc
    limit 1
) as roster on true
left join lateral (
    select roster.other_payer_id as payer_id
    where
        roster.other_payer_id <> delivered.payer_id
        and delivered.service_date
        between coalesce(roster.other_covered_from, '-infinity')
        and coalesce(roster.other_covered_to, 'infinity')
) as other on true
left join {{ ref('primary_answer_now') }} as primary_answer
    on
        delivered.source_system = primary_answer.source_system
        and delivered.visit_id = primary_answer.visit_id
        and other.payer_id = primary_answer.primary_payer_id
