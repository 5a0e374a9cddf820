-- What moved, and what it relied on has changed since. Key: record_id, relied_on, new_version.
-- Asked from what came in lately, not from all that was ever billed.
with change (record_id, is_final, relied_on, old_version, new_version, changed_at, changed_by) as (
    select
        line.record_id
        , line.claim_id is not null
        , 'authorization ' || auth.auth_id
        , line.auth_version as old_version
        , auth.auth_version as new_version
        , auth.source_updated_at
        , auth.updated_by
    from {{ ref('service_auth_now') }} as auth
    inner join {{ ref('billable_line') }} as line
        on auth.auth_id = line.auth_id and auth.auth_version > line.auth_version
    where auth.file_id > (select core.billing_looked_back_to())
    union all
    select
        line.record_id
        , line.claim_id is not null
        , 'contract from ' || terms.valid_from
        , line.contract_version as old_version
        , terms.contract_version as new_version
        , terms.source_updated_at
        , terms.updated_by
    from {{ ref('payer_contract_now') }} as terms
    inner join {{ ref('billable_line') }} as line
        on
            (terms.payer_id, terms.payer_program, terms.service_code, terms.modifiers)
            = (line.payer_id, line.payer_program, line.service_code, line.modifiers)
            and line.service_date between terms.valid_from and coalesce(terms.valid_to, 'infinity')
            and terms.valid_from >= line.contract_valid_from
            and (terms.rate_cents, terms.unit_rule, terms.unit_rule_version)
            <> (line.rate_cents, line.unit_rule, line.unit_rule_version)
    where terms.file_id > (select core.billing_looked_back_to())
    union all
    select
        line.record_id
        , line.claim_id is not null
        , 'visit'
        , line.visit_sequence_id
        , visit.sequence_id
        , visit.source_updated_at
        , visit.updated_by
    from {{ ref('evv_visit_now') }} as visit
    inner join {{ ref('billable_line') }} as line
        on
            visit.source_system || '/' || visit.visit_id = line.record_id
            and visit.sequence_id > line.visit_sequence_id
    where visit.file_id > (select core.billing_looked_back_to())
    union all
    -- a visit whose minutes others were counted after, within the same day or month
    select
        later.record_id
        , later.claim_id is not null
        , 'minutes of ' || line.record_id
        , line.visit_sequence_id
        , visit.sequence_id
        , visit.source_updated_at
        , visit.updated_by
    from {{ ref('evv_visit_now') }} as visit
    inner join {{ ref('billable_line') }} as line
        on
            visit.source_system || '/' || visit.visit_id = line.record_id
            and visit.sequence_id > line.visit_sequence_id
    inner join {{ ref('billable_line') }} as later
        on
            line.client_id = later.client_id
            and line.payer_id = later.payer_id
            and line.payer_program = later.payer_program
            and line.service_code = later.service_code
            and line.modifiers = later.modifiers
            and line.record_id <> later.record_id
            and later.minutes_before > 0
            and date_trunc(core.unit_span(later.unit_rule), cast(line.service_date as timestamp))
            = date_trunc(core.unit_span(later.unit_rule), cast(later.service_date as timestamp))
    where visit.file_id > (select core.billing_looked_back_to())
)

select
    change.*
    , case
        when change.is_final then 'adjust or void the claim' else 'evaluated again'
    end as consequence
from change
inner join {{ ref('entry') }} as entry
    on change.record_id = entry.record_id and entry.hop = 'delivery_to_billing' and entry.has_moved
