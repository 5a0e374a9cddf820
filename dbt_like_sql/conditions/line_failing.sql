-- line_failing: Files cannot be exchanged with a partner.
-- runbook: docs/runbooks/line_failing.md
-- A refused credential is credential_failing's to tell.
select
    line.partner as subject
    , line.why as cause
    , case when line.why = 'host_key_changed' then 'P1' else 'P2' end as severity
    , line.owner_role as owner
    , line.failing_since as since
from {{ ref('ops.line') }} as line
where
    line.failing_since is not null
    and line.why <> 'credential_refused'
    and (
        line.why in ('host_key_changed', 'secret_missing', 'key_unreadable')
        or line.failing_since <= :now - interval '1 hour'
    )
