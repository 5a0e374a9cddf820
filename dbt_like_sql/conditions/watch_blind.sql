-- watch_blind: A part of the watch, or something it stands on, is quiet.
-- severity: P2
-- owner: Data on-call
-- runbook: docs/runbooks/watch_blind.md
-- Where none has ever looked, it is missed an hour after the pager's first look.
select
    'watchdog' as subject
    , '' as cause
    , coalesce(dog.beat_at, pager.first_at) as since
from {{ ref('ops.heartbeat') }} as pager
left join {{ ref('ops.heartbeat') }} as dog on dog.name = 'watchdog'
where
    pager.name = 'pager'
    and coalesce(dog.beat_at + interval '5 minutes', pager.first_at + interval '1 hour') < :now
