-- authorization: What a payer allows has changed.
-- table: service_auth
-- differs: auth_version, status, units_total, cap_day, cap_week, cap_month, week_starts_on,
--   period_from, period_to, blackout, payer_id, payer_program, client_id, service_code, modifiers,
--   unit_type, auth_number, provider_npi
-- owner: Authorization specialist
-- open: The visit is judged again under the new version.
-- final: The claim was built on the older version: adjust or void it if it no longer stands.
-- source: domain of authorizations: a retroactive change touches what was billed
with line as (
    select
        billed.*
        , news.subject
        , news.units_total
        , news.cap_day
        , news.cap_week
        , news.cap_month
        , news.new_version
        , billed.service_date between news.period_from and news.period_to
        and not core.is_in_spans(billed.service_date, news.blackout)
        and news.status in ('approved', 'partial', 'reduced')
        and (news.payer_id, news.payer_program, news.client_id, news.service_code)
        = (billed.payer_id, billed.payer_program, billed.client_id, billed.service_code)
        and core.modifier_set(news.modifiers) = core.modifier_set(billed.modifiers) as is_covered
        , sum(coalesce(billed.drawn_units, billed.units)) over total as units_so_far
        , sum(coalesce(billed.drawn_units, billed.units)) over day as units_in_day
        , sum(coalesce(billed.drawn_units, billed.units)) over week as units_in_week
        , sum(coalesce(billed.drawn_units, billed.units)) over month as units_in_month
    from {{ ref('news') }} as news
    inner join {{ ref('billable_line') }} as billed on news.auth_id = billed.auth_id
    window
        total as (partition by news.auth_id order by billed.service_date, billed.record_id)
        , day as (partition by news.auth_id, billed.service_date order by billed.record_id)
        , month as (
            partition by
                news.auth_id, date_trunc('month', cast(billed.service_date as timestamp))
            order by billed.service_date, billed.record_id
        )
        , week as (
            partition by
                news.auth_id, core.week_start(billed.service_date, coalesce(news.week_starts_on, 0))
            order by billed.service_date, billed.record_id
        )
)

select
    line.record_id
    , line.subject
    , line.auth_version as old_version
    , line.claim_id as sent_as
    , case
        when
            not line.is_covered
            or line.units_so_far > line.units_total
            or line.units_in_day > line.cap_day
            or line.units_in_week > line.cap_week
            or line.units_in_month > line.cap_month
            then 'AUTH-RETRO-BILLED'
    end as code
from line
where line.auth_version < line.new_version
