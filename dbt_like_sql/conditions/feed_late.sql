-- feed_late: No complete file came in time, or what the files tell of is old.
-- judge: freshness
-- finds: not_run, old
-- runbook: docs/runbooks/feed_late.md
-- A complete file brought rows, or brought none where none is a good answer: then the data is as
-- new as the file. An event from the future is no newer than the file that told of it.
select
    feed.name as subject
    , good.landed_at as last_good_at
    , greatest(newest.at, nothing.landed_at) as newest_event_at
from {{ watched('feed') }} as feed
left join lateral (
    select file.landed_at
    from {{ ref('landing.file') }} as file
    where
        file.feed = feed.name and file.verdict = 'landed'
        and (file.row_count > 0 or (feed.empty_allowed and file.held_count = 0))
    order by file.landed_at desc
    limit 1
) as good on true
left join lateral (
    select file.landed_at
    from {{ ref('landing.file') }} as file
    where
        file.feed = feed.name and file.verdict = 'landed' and feed.empty_allowed
        and file.row_count = 0 and file.held_count = 0
    order by file.landed_at desc
    limit 1
) as nothing on true
left join lateral (
    select least(file.newest_event_at, file.landed_at) as at
    from {{ ref('landing.file') }} as file
    where
        file.feed = feed.name and file.verdict = 'landed' and file.newest_event_at is not null
    order by least(file.newest_event_at, file.landed_at) desc
    limit 1
) as newest on true
