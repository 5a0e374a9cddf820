-- One row per kind of line that is up: which of its codes no code set has on that day. Key: all but
-- the answers. Kinds of code the agency keeps no list of are not asked for.
with wanted as (
    select distinct
        delivered.service_code
        , delivered.modifiers
        , delivered.place_of_service
        , delivered.service_date
    from {{ ref('delivered') }} as delivered
)

, part as (
    select
        wanted.*
        , given.code_kind
        , given.code
    from wanted
    cross join lateral (
        select
            'service' as code_kind
            , wanted.service_code as code
        union all
        select
            'modifier' as code_kind
            , modifier.code
        from unnest(string_to_array(wanted.modifiers, ';')) as modifier (code)
        where modifier.code <> '-'
        union all
        select
            'place' as code_kind
            , wanted.place_of_service as code
        where wanted.place_of_service is not null
    ) as given
)

, listed as (
    select distinct code_set.code_kind
    from {{ ref('code_now') }} as code_set
)

select
    part.service_code
    , part.modifiers
    , part.place_of_service
    , part.service_date
    , string_agg(part.code, ' ' order by part.code) filter (
        where listed.code_kind <> 'place' and code.code is null
    ) as unknown_codes
    , coalesce(bool_or(listed.code_kind = 'place' and code.code is null), false)
        as is_place_unknown
from part
left join listed on part.code_kind = listed.code_kind
left join {{ ref('code_now') }} as code
    on
        part.code_kind = code.code_kind
        and part.code = code.code
        and part.service_date between code.valid_from and coalesce(code.valid_to, 'infinity')
group by part.service_code, part.modifiers, part.place_of_service, part.service_date
