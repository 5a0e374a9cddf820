-- One row per line that needs an authorization: the one it draws on. Key: record_id, line_no.
select
    line.record_id
    , line.line_no
    , line.service_date
    , line.units
    , auth.auth_id is not null as has_any
    , coalesce(auth.covers_date, false) as has_auth
    , case when auth.covers_date then auth.auth_id end as auth_id
    , case when auth.covers_date then auth.auth_version end as auth_version
    , case when auth.covers_date then auth.auth_number end as auth_number
    , auth.units_total
    , auth.cap_week
    , auth.week_starts_on
from {{ ref('line') }} as line
inner join {{ ref('delivered') }} as delivered
    on line.record_id = delivered.record_id and delivered.needs_service_auth
left join lateral (
    select
        service_auth.*
        , line.service_date between service_auth.period_from and service_auth.period_to
            as covers_date
    from {{ ref('service_auth_now') }} as service_auth
    where
        service_auth.client_id = delivered.client_id
        and service_auth.payer_id = delivered.payer_id
        and service_auth.payer_program = delivered.payer_program
        and service_auth.service_code = delivered.service_code
        and service_auth.status in ('approved', 'partial', 'reduced')
        and core.modifier_set(service_auth.modifiers) = delivered.modifier_set
    -- of several the one that ends first, so that units are used before they lapse
    order by covers_date desc, service_auth.period_to asc, service_auth.auth_id asc
    limit 1
) as auth on true
