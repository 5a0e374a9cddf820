-- What became of each file on its way to its partner: sent once, and known to be.

alter table core.claim_batch add column partner text not null default 'clearinghouse'
check (partner ~ '^[a-z0-9_]+$');
comment on column core.claim_batch.partner is 'Who takes the file: a file in the agency''s partners';

create table core.delivery (
    batch_no text primary key references core.claim_batch
    , partner text not null
    , transport text
    , state text not null default 'waiting' check (
        state in ('waiting', 'sending', 'sent', 'unconfirmed', 'failed', 'withheld')
    )
    , tries integer not null default 0 check (tries >= 0)
    , next_try_at timestamptz
    , bytes_sent bigint not null default 0 check (bytes_sent >= 0)
    , remote_name text check (remote_name ~ '^[A-Za-z0-9._-]+$')
    , reason text check (reason ~ '^[a-z_]{1,40}$')
    , offered_at timestamptz
    , sent_at timestamptz
    , confirmed_at timestamptz
    , updated_at timestamptz not null
    , check ((state = 'sent') = (sent_at is not null))
    , check (reason is not null or state not in ('unconfirmed', 'failed', 'withheld'))
    -- what the partner may hold under its final name is not waiting to be sent
    , check (offered_at is null or state in ('sending', 'sent', 'unconfirmed', 'failed'))
);
create index delivery_open on core.delivery (partner, batch_no) where state <> 'sent';
comment on table core.delivery is 'One row per claim batch: how far the file is on its way';
comment on column core.delivery.offered_at is
'When the partner was asked to take the whole file; from then on only it knows whether it did';
comment on column core.delivery.reason is 'Why it stands where it stands, in one word of ours';
comment on column core.delivery.confirmed_at is 'When the partner was seen to hold the file';

create table core.delivery_event (
    event_id bigint generated always as identity primary key
    , batch_no text not null references core.claim_batch
    , at timestamptz not null
    , state text not null
    , reason text
    , tries integer not null
);
create index delivery_event_of on core.delivery_event (batch_no, event_id);
create trigger delivery_event_is_append_only
before update or delete or truncate on core.delivery_event
for each statement execute function ledger.refuse_change();
comment on table core.delivery_event is 'Every step of a delivery, oldest first';

insert into core.delivery (batch_no, partner, transport, state, remote_name, sent_at, updated_at)
select
    batch.batch_no
    , batch.partner
    , case when batch.written_at is not null then 'folder' end
    , case when batch.written_at is not null then 'sent' else 'waiting' end
    , case when batch.written_at is not null then batch.file_name end
    , batch.written_at
    , coalesce(batch.written_at, batch.published_at)
from core.claim_batch as batch;

-- A batch is published and owed to its partner in one step; one taken over from elsewhere, that
-- was written there, is owed no more.
create function core.owe_delivery() returns trigger language plpgsql as $$
begin
    insert into core.delivery (batch_no, partner, state, sent_at, updated_at)
    values (
        new.batch_no
        , new.partner
        , case when new.written_at is null then 'waiting' else 'sent' end
        , new.written_at
        , new.published_at
    );
    return null;
end $$;
create trigger claim_batch_is_owed after insert on core.claim_batch
for each row execute function core.owe_delivery();

create function core.refuse_delivery() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.state not in ('waiting', 'sent') then
            raise exception 'delivery % does not begin as %', new.batch_no, new.state
            using errcode = 'restrict_violation';
        end if;
        return new;
    elsif tg_op <> 'UPDATE' then
        raise exception 'what is owed to a partner is never forgotten'
        using errcode = 'restrict_violation';
    end if;
    if
        new.batch_no <> old.batch_no
        or new.partner <> old.partner
        or new.tries < old.tries
        or (old.state, new.state) not in (
            ('waiting', 'waiting'), ('waiting', 'sending'), ('waiting', 'withheld')
            , ('withheld', 'withheld'), ('withheld', 'waiting')
            , ('sending', 'sending'), ('sending', 'sent'), ('sending', 'unconfirmed')
            , ('sending', 'waiting'), ('sending', 'failed')
            , ('unconfirmed', 'unconfirmed'), ('unconfirmed', 'sent'), ('unconfirmed', 'waiting')
            , ('unconfirmed', 'failed')
            , ('failed', 'failed'), ('failed', 'unconfirmed'), ('failed', 'waiting')
            , ('failed', 'sent'), ('sent', 'sent')
        )
        or (old.state = 'sent' and new.sent_at <> old.sent_at)
        -- an offer is taken back only by whoever has proven that nothing came of it
        or (old.state = 'sending' and old.offered_at is not null and new.state = 'waiting')
    then
        raise exception 'delivery % does not go from % to %', old.batch_no, old.state, new.state
        using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger delivery_goes_its_way
before insert or update or delete on core.delivery
for each row execute function core.refuse_delivery();
create trigger delivery_is_never_emptied
before truncate on core.delivery
for each statement execute function core.refuse_delivery();

create function core.tell_delivery() returns trigger language plpgsql as $$
begin
    insert into core.delivery_event (batch_no, at, state, reason, tries)
    values (new.batch_no, new.updated_at, new.state, new.reason, new.tries);
    if new.state = 'sent' then
        update core.claim_batch set written_at = new.sent_at
        where batch_no = new.batch_no and written_at is null;
    end if;
    return null;
end $$;
create trigger delivery_is_told after insert on core.delivery
for each row execute function core.tell_delivery();
create trigger delivery_step_is_told after update on core.delivery
for each row when (
    (old.state, old.reason, old.tries) is distinct from (new.state, new.reason, new.tries)
)
execute function core.tell_delivery();
