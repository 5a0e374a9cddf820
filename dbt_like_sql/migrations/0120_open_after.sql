-- How many records stood open at a hop after its newest pass by an instant.
create function ledger.open_after(wanted text, by_then timestamptz)
returns table (finished_at timestamptz, records bigint)
language sql stable as $$
    select
        pass.finished_at
        , cast(pass.counts ->> 'waiting' as bigint) + cast(pass.counts ->> 'held' as bigint)
    from ledger.pass as pass
    where pass.hop = wanted and pass.outcome = 'published' and pass.finished_at <= by_then
    order by pass.finished_at desc
    limit 1
$$;
comment on function ledger.open_after is 'Open records after the newest published pass by then';
