-- One row per visit that is up: the claim it would go on. Key: record_id.
with grouped as (
    select
        claimable.record_id
        , concat_ws(
            '|', claimable.payer_id, claimable.payer_edi_id, claimable.claim_filing_code
        ) as batch_key
        , concat_ws(
            '|', claimable.client_id, claimable.payer_id, claimable.payer_program
            , claimable.payer_edi_id, claimable.claim_filing_code
            , coalesce(claimable.auth_number, '-'), claimable.service_week
            , claimable.place_of_service
        ) as claim_key
        , claimable.service_date
        , claimable.line_count
    from {{ ref('claimable') }} as claimable
    where claimable.asked_claim_id is null
)

-- a claim holds 50 lines and a visit has three at most: a part begun before its 49th line fits
, parted as (
    select
        grouped.*
        , floor((
            sum(grouped.line_count) over (
                partition by grouped.claim_key order by grouped.service_date, grouped.record_id
            ) - grouped.line_count
        ) / 48) as part
    from grouped
)

, numbered as (
    select
        parted.claim_key
        , parted.part
        , 'C' || to_char(:now at time zone :zone, 'YYMMDD')
        || lpad(cast(nextval('core.claim_no_seq') as text), 9, '0') as claim_id
    from parted
    group by parted.claim_key, parted.part
)

select
    parted.record_id
    , parted.batch_key
    , numbered.claim_id
from parted
inner join numbered on parted.claim_key = numbered.claim_key and parted.part = numbered.part
-- what goes out again keeps its name: partners know the claim by it
union all
select
    claimable.record_id
    , concat_ws(
        '|', claimable.payer_id, claimable.payer_edi_id, claimable.claim_filing_code
    ) as batch_key
    , claimable.asked_claim_id as claim_id
from {{ ref('claimable') }} as claimable
where claimable.asked_claim_id is not null
