-- feed_repeated: The feed's last file says only what was known already.
-- runbook: docs/runbooks/feed_repeated.md
-- Sent again before anything new could be due, it is for the list only.
select
    feed.name as subject
    , '' as cause
    , case when last.at < good.landed_at + feed.cadence / 2 then 'P3' else feed.severity end
        as severity
    , feed.owner
    , last.at as since
    , file.line_count as count
from {{ watched('feed') }} as feed
inner join {{ ref('landing.last_arrival') }}(feed.name) as last on true
inner join {{ ref('landing.file') }} as file on last.file_id = file.file_id
left join lateral (
    select brought.landed_at
    from {{ ref('landing.file') }} as brought
    where brought.feed = feed.name and brought.verdict = 'landed' and brought.row_count > 0
    order by brought.landed_at desc
    limit 1
) as good on true
where
    last.verdict = 'already_seen'
    or (
        last.verdict = 'landed' and file.repeated_count > 0
        and file.repeated_count = file.line_count
    )
