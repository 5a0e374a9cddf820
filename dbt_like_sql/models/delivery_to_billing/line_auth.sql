-- One row per line that needs an authorization: the one it draws on. Key: record_id, line_no.
-- A payer that counts planned time takes the whole shift, also when less of it was delivered.
select
    line.record_id
    , line.line_no
    , line.service_date
    , line.units
    , line.partial_units_pass
    , greatest(line.units, planned.units) as drawn_units
    , coalesce(auth.fits, false) as has_any
    , coalesce(auth.covers_date and not auth.fits, false) as has_other
    , coalesce(auth.covers_date and auth.fits, false) as has_auth
    , case when auth.covers_date and auth.fits then auth.auth_id end as auth_id
    , case when auth.covers_date and auth.fits then auth.auth_version end as auth_version
    , case when auth.covers_date and auth.fits then auth.auth_number end as auth_number
    , coalesce(auth.covers_date and auth.fits and auth.provider_npi is not null, false)
    and not exists (
        select 1
        from {{ ref('provider_enrolment_now') }} as enrolment
        where
            enrolment.payer_id = delivered.payer_id
            and enrolment.payer_program = delivered.payer_program
            and enrolment.npi = auth.provider_npi
    ) as is_other_providers
    , auth.units_total
    , auth.cap_day
    , auth.cap_week
    , auth.cap_month
    , coalesce(auth.week_starts_on, line.contract_week_starts_on) as week_starts_on
from {{ ref('line') }} as line
inner join {{ ref('delivered') }} as delivered
    on line.record_id = delivered.record_id and delivered.needs_service_auth
left join {{ ref('schedule_now') }} as schedule
    on
        delivered.schedule_id = schedule.schedule_id
        and line.allocation = 'scheduled'
        and line.units > 0
        and delivered.last_billed_date = delivered.service_date
left join lateral (
    select core.units_of(
        floor(extract(epoch from schedule.end_at - schedule.start_at) / 60)
        , line.unit_rule
        , line.unit_rule_version
    ) as units
) as planned on true
left join lateral (
    select
        service_auth.*
        , line.service_date between service_auth.period_from and service_auth.period_to
        and not core.is_in_spans(line.service_date, service_auth.blackout) as covers_date
        , core.modifier_set(service_auth.modifiers) = delivered.modifier_set
        and service_auth.unit_type
        = coalesce(core.unit_type_of(line.unit_rule), service_auth.unit_type) as fits
    from {{ ref('service_auth_now') }} as service_auth
    where
        service_auth.client_id = delivered.client_id
        and service_auth.payer_id = delivered.payer_id
        and service_auth.payer_program = delivered.payer_program
        and service_auth.service_code = delivered.service_code
        and service_auth.status in ('approved', 'partial', 'reduced')
    -- of several the one that ends first, so that units are used before they lapse
    order by fits desc, covers_date desc, service_auth.period_to asc, service_auth.auth_id asc
    limit 1
) as auth on true
