-- hop_stale: No pass of the hop was published in time.
-- judge: freshness
-- finds: not_run
-- runbook: docs/runbooks/hop_stale.md
select
    hop.name as subject
    , good.finished_at as last_good_at
from {{ watched('hop') }} as hop
left join lateral (
    select pass.finished_at
    from {{ ref('ledger.pass') }} as pass
    where pass.hop = hop.name and pass.outcome = 'published'
    order by pass.finished_at desc
    limit 1
) as good on true
