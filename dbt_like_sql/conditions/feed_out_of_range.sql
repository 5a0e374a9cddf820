-- feed_out_of_range: The feed's last file tells of another time than it should.
-- runbook: docs/runbooks/feed_out_of_range.md
select
    feed.name as subject
    , coalesce(
        last.reason_code
        , case when file.newest_event_at > file.landed_at then 'FUTURE' else 'PAST' end
    ) as cause
    , feed.severity
    , feed.owner
    , last.at as since
    , file.row_count as count
from {{ watched('feed') }} as feed
inner join {{ ref('landing.last_arrival') }}(feed.name) as last on true
inner join {{ ref('landing.file') }} as file on last.file_id = file.file_id
where
    (
        last.verdict = 'quarantined'
        and last.reason_code in ('TIME-BASIS-DISAGREES', 'WINDOW-BASIS-DISAGREES')
    )
    or (
        last.verdict = 'landed' and file.row_count > 0
        and (
            file.newest_event_at > file.landed_at + interval '1 day'
            or file.newest_event_at < file.landed_at - 2 * feed.old_after
        )
    )
