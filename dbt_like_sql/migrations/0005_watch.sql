-- What the watch asks every half minute is answered by an index, however long the history.
create index file_newest on landing.file (feed, (least(newest_event_at, landed_at)))
where verdict = 'landed' and newest_event_at is not null;

create index entry_unanswered on ledger.entry (hop, since)
where state = 'moved' and rung in ('sent', 'sent-unconfirmed');

comment on table ops.watch_state is 'How fresh every feed and hop was when last looked at';
