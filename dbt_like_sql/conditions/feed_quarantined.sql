-- feed_quarantined: The feed's last file could not be used at all.
-- runbook: docs/runbooks/feed_quarantined.md
-- Files that are too short, of other columns, or of another time have kinds of their own.
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
    and last.reason_code not in (
        'SCHEMA-DRIFT', 'COLUMNS-DIFFER', 'COLUMN-TWICE', 'HEADER-MISSING', 'WRONG-DELIMITER'
        , 'NOT-AN-ARRAY', 'EMPTY-FILE', 'NO-RECORDS', 'TOTALS-DISAGREE', 'TIME-BASIS-DISAGREES'
        , 'WINDOW-BASIS-DISAGREES'
    )
