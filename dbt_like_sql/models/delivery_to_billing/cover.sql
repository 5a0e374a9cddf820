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
    ) as is_clients_payer
    , coalesce(client.medicaid_id, visit.client_medicaid_id) is not null as has_member_id
    , coalesce(core.fits_pattern(
        coalesce(client.medicaid_id, visit.client_medicaid_id), delivered.member_id_pattern
    ), false) as member_id_matches
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
