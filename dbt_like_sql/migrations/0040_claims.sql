-- Claims as they went out, and the numbers they went out under.

-- What a partner has seen as a number is never a number again.
create sequence core.claim_no_seq;
create sequence core.batch_no_seq;

create table core.control_number (
    partner text primary key
    , interchange_no bigint not null default 0 check (interchange_no between 0 and 999999999)
    , group_no bigint not null default 0 check (group_no between 0 and 999999999)
);
comment on table core.control_number is 'Last control numbers used with a partner; they only rise';

create function core.refuse_lower_number() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception 'control numbers are never forgotten' using errcode = 'restrict_violation';
    end if;
    if
        new.interchange_no < old.interchange_no
        or new.group_no < old.group_no
        or new.partner <> old.partner
    then
        raise exception 'a control number is never used twice' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger control_number_only_rises
before update or delete on core.control_number
for each row execute function core.refuse_lower_number();
create trigger control_number_is_never_emptied
before truncate on core.control_number
for each statement execute function core.refuse_lower_number();

create table core.claim_batch (
    batch_no text primary key check (batch_no ~ '^B[0-9]{9}$')
    , payer_id text not null
    , receiver_id text not null
    , interchange_control text not null check (interchange_control ~ '^[0-9]{9}$')
    , group_control text not null check (group_control ~ '^[1-9][0-9]{0,8}$')
    , file_name text not null unique check (file_name ~ '^[A-Za-z0-9._-]+$')
    , sha256 text not null unique check (sha256 = encode(sha256(content), 'hex'))
    , claim_count integer not null check (claim_count > 0)
    , total_cents bigint not null check (total_cents >= 0)
    , usage text not null check (usage in ('T', 'P'))
    , content bytea not null
    , written_at timestamptz
    , batch_id bigint not null
    , published_at timestamptz not null
    , unique (interchange_control, receiver_id)
    , unique (group_control, receiver_id)
);
create index claim_batch_unwritten on core.claim_batch (batch_no) where written_at is null;
create index claim_batch_batch on core.claim_batch (batch_id);
comment on table core.claim_batch is 'One 837P file to one payer; its content holds people''s data';
comment on column core.claim_batch.written_at is 'When the file was left in the outbox';

create table core.claim (
    claim_id text primary key check (claim_id ~ '^[A-Z0-9]{1,20}$')
    , client_id text not null
    , payer_id text not null
    , payer_program text not null
    , auth_number text
    , service_week date not null check (extract(isodow from service_week) = 1)
    , total_cents bigint not null check (total_cents >= 0)
    , line_count integer not null check (line_count between 1 and 50)
    , batch_no text not null references core.claim_batch
    , set_control text not null
    , frequency text not null check (frequency in ('1', '7', '8'))
    , rung text not null
    , reply_standing text not null check (reply_standing in ('none', 'accepted', 'rejected'))
    , batch_id bigint not null
    , published_at timestamptz not null
);
create index claim_batch_no on core.claim (batch_no);
create index claim_client on core.claim (client_id, service_week);
create index claim_pass on core.claim (batch_id);
create index claim_unanswered on core.claim (claim_id) where rung not in ('835', 'posted');
comment on table core.claim is 'Lines of one client, payer, authorization and week, sent together';
comment on column core.claim.rung is 'How far up the ladder of answers it got';

-- A claim line is a reconciled line and stays it: while it is on a claim, neither the line nor what
-- was reconciled about it can change or go away.
create table core.claim_line (
    record_id text not null
    , line_no integer not null
    , claim_id text not null references core.claim
    , reconciliation_id text not null
    , charge_cents bigint not null
    , batch_id bigint not null
    , published_at timestamptz not null
    , primary key (record_id, line_no)
    , foreign key (record_id, line_no, reconciliation_id)
    references core.billable_line (record_id, line_no, reconciliation_id)
);
create index claim_line_claim on core.claim_line (claim_id);
create index claim_line_batch on core.claim_line (batch_id);
alter table core.billable_line add foreign key (claim_id) references core.claim;

create function core.settle_claim_lines() returns trigger language plpgsql as $$
declare
    odd text;
begin
    update core.billable_line as line
    set claim_id = added.claim_id
    from added
    where line.record_id = added.record_id and line.line_no = added.line_no;

    select min(claim.claim_id) into odd
    from (select distinct added.claim_id from added) as touched
    inner join core.claim as claim on touched.claim_id = claim.claim_id
    cross join lateral (
        select count(*) as line_count, sum(line.charge_cents) as total_cents
        from core.claim_line as line
        where line.claim_id = claim.claim_id
    ) as held
    where held.line_count <> claim.line_count or held.total_cents <> claim.total_cents;
    if odd is not null then
        raise exception 'claim % is not the sum of its lines', odd using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger settle_claim_lines after insert on core.claim_line
referencing new table as added
for each statement execute function core.settle_claim_lines();

-- What a gate held against a claim: places, rules and how to mend it, never the claim's text.
create table core.gate_finding (
    record_id text not null
    , claim_id text not null
    , rule text not null
    , segment text not null
    , element text not null
    , line_key text not null
    , mend text not null
    , pass_id bigint not null
    , found_at timestamptz not null
);
create index gate_finding_record on core.gate_finding (record_id);
comment on table core.gate_finding is 'Why a claim may not leave, as of the last pass that tried';
