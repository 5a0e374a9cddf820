-- contract: A payer's terms have changed.
-- table: payer_contract
-- differs: valid_to, is_billed, unit_rule, unit_rule_version, rate_cents, splits_at_midnight,
--   needs_signed_note, needs_signed_order, needs_service_auth, member_id_pattern,
--   filing_limit_days, per_visit_minimum_minutes, partial_units_pass, allocation, week_starts_on
-- first: counts
-- owner: Contract/payer-relations manager
-- open: The visit is priced and judged again under the new terms.
-- final: The claim was priced under the older terms: replace or void it if they differ for its day.
-- source: agency rule: what was agreed on the date of service holds
select
    line.record_id
    , news.subject
    , line.contract_version as old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('billable_line') }} as line
    on
        news.payer_id = line.payer_id
        and news.payer_program = line.payer_program
        and news.service_code = line.service_code
        and news.modifiers = line.modifiers
where
    news.valid_from = line.contract_valid_from
    -- terms nobody had sent before, for days that older terms priced otherwise
    or (
        news.valid_from > line.contract_valid_from
        and line.service_date between news.valid_from and coalesce(news.valid_to, 'infinity')
        and (news.rate_cents, news.unit_rule, news.unit_rule_version)
        <> (line.rate_cents, line.unit_rule, line.unit_rule_version)
    )
