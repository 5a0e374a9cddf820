-- schema_drift: The feed's last file has other columns, words or types than were agreed.
-- runbook: docs/runbooks/schema_drift.md
select
    feed.name as subject
    , last.reason_code as cause
    , feed.severity
    , feed.owner
    , last.at as since
from {{ watched('feed') }} as feed
inner join {{ ref('landing.last_arrival') }}(feed.name) as last on true
where
    last.verdict = 'quarantined'
    and last.reason_code in (
        'SCHEMA-DRIFT', 'COLUMNS-DIFFER', 'COLUMN-TWICE', 'HEADER-MISSING', 'WRONG-DELIMITER'
        , 'NOT-AN-ARRAY'
    )
