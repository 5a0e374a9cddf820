-- One row per visit that called in or out at home from a telephone that is not the client's; the
-- numbers stay where they are. Key: record_id.
select work.record_id
from {{ ref('work') }} as work
inner join {{ ref('evv_visit_now') }} as visit
    on
        split_part(work.record_id, '/', 1) = visit.source_system
        and split_part(work.record_id, '/', 2) = visit.visit_id
inner join {{ ref('client_now') }} as client on visit.client_id = client.client_id
where
    visit.location_type = 'home'
    and (
        (
            visit.call_in_type = 'Telephony'
            and coalesce(visit.call_in_phone, 'none said') <> coalesce(client.phone, 'none known')
        )
        or (
            visit.call_out_type = 'Telephony'
            and visit.call_out_at is not null
            and coalesce(visit.call_out_phone, 'none said') <> coalesce(client.phone, 'none known')
        )
    )
