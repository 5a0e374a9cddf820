-- escapes: Refusals and denials, by the hop and the edit that should have caught them.
-- reads: Billing manager, Compliance/QA lead, EDI analyst
-- owner: Compliance/QA lead
-- grain: one row per month, hop, edits and code
-- unit: claims and cents
-- formula: attempts a partner refused or denied, each laid at the door of the code that says most;
--   an edit escaped when there is one and it did not speak before the answer
-- benchmark: escaped falls from month to month
-- source: rejection and denial codes, each with the hop that causes it
-- window: 92
-- columns: month = of the answer; hop = that should have caught it, null where no code says;
--   reason_class = kind of reason; edits = that should have, * for any ending; code = as the
--   answer spells it; rejected = refused before anybody looked at the money; denied = afterwards;
--   escaped = of both, where the edit is there and was silent; no_edit = where there is none;
--   went_on = where it spoke and the claim went all the same; cents = at stake
select
    cast(date_trunc('month', told.answered_at at time zone :zone) as date) as month
    , told.hop
    , told.reason_class
    , told.edits
    , told.code
    , count(*) filter (where told.verdict = 'rejected') as rejected
    , count(*) filter (where told.verdict = 'denied') as denied
    , count(*) filter (where told.is_edit_there and not told.has_fired) as escaped
    , count(*) filter (where not told.is_edit_there) as no_edit
    , count(*) filter (where told.has_fired) as went_on
    , cast(sum(told.cents) as bigint) as cents
from {{ ref('core.escape') }} as told
inner join {{ ref('core.claim') }} as claim on told.claim_id = claim.claim_id
where
    told.answered_at >= :begins and told.answered_at < :ends
    and (cast(:payer as text) is null or claim.payer_id = :payer)
group by
    cast(date_trunc('month', told.answered_at at time zone :zone) as date)
    , told.hop
    , told.reason_class
    , told.edits
    , told.code
order by month, told.hop, told.code
