-- feed_short: The feed's last file is empty, cut, or far smaller than such files are.
-- runbook: docs/runbooks/feed_short.md
-- Such files: of the same weekday and time of day in the eight weeks before; four of them at least.
select
    feed.name as subject
    , coalesce(last.reason_code, 'VOLUME') as cause
    , feed.severity
    , feed.owner
    , last.at as since
    , file.line_count as count
from {{ watched('feed') }} as feed
inner join {{ ref('landing.last_arrival') }}(feed.name) as last on true
inner join {{ ref('landing.file') }} as file on last.file_id = file.file_id
left join lateral (
    select
        count(*) as files
        , percentile_cont(0.5) within group (order by alike.line_count) as line_count
    from generate_series(1, 8) as week (ago)
    inner join lateral (
        select known.line_count
        from {{ ref('landing.file') }} as known
        where
            known.feed = feed.name and known.verdict = 'landed'
            and known.landed_at
            between file.landed_at - make_interval(days => 7 * week.ago) - interval '1 hour'
            and file.landed_at - make_interval(days => 7 * week.ago) + interval '1 hour'
        -- a limit no feed reaches, so that each week is a short walk along the index
        order by known.landed_at desc
        limit 100
    ) as alike on true
) as usual on true
where
    (
        last.verdict = 'quarantined'
        and last.reason_code in ('EMPTY-FILE', 'NO-RECORDS', 'TOTALS-DISAGREE')
    )
    or (
        last.verdict = 'landed' and usual.files >= 4 and usual.line_count >= 20
        and file.line_count < usual.line_count / 2
    )
