-- What is billable: units and money of reconciled visits, and nothing else.

-- Modifiers as a set: their order matters on a claim, not to an authorization.
create function core.modifier_set(modifiers text) returns text[]
language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct upper(btrim(part)) order by upper(btrim(part))), '{}')
    from unnest(string_to_array(modifiers, ';')) as part
    where btrim(part) not in ('', '-')
$$;
comment on function core.modifier_set is 'Modifiers sorted and cleaned; none is the empty set';

-- Whether a payer's week begins on Sunday or Monday decides which cap a visit falls under.
create function core.week_start(day date, week_starts_on integer) returns date
language sql immutable parallel safe as $$
    select day - (cast(extract(dow from day) as integer) + 7 - week_starts_on) % 7
$$;
comment on function core.week_start is 'First day of the authorization week a date is in';

-- Minutes in, rule, units out. A rule never changes its meaning under its name.
create function core.units_of(minutes numeric, unit_rule text) returns numeric
language sql immutable parallel safe as $$
    select case unit_rule
        -- the eighth minute opens a quarter of an hour: 7 is 0, 8 is 1, 22 is 1, 23 is 2
        when 'CMS_8MIN' then floor((minutes + 7) / 15)
        when 'NEAREST_QUARTER_VISIT' then floor(minutes / 15 + 0.5)
        when 'FLOOR_15' then floor(minutes / 15)
        when 'PER_VISIT' then sign(minutes)
        -- one for a day somebody was there; a day's second visit is settled where days are known
        when 'PER_DIEM' then sign(minutes)
    end
$$;
comment on function core.units_of is 'Units of so many minutes under a payer''s rule';

-- A payer's pattern comes from a file: one that is no pattern must hold a visit, not the pass.
create function core.fits_pattern(value text, pattern text) returns boolean
language plpgsql immutable parallel safe as $$
begin
    return value ~ ('^(?:' || pattern || ')$');
exception when invalid_regular_expression then
    return null;
end $$;
comment on function core.fits_pattern is 'Whether all of a value fits; null when that is not known';

create table core.billable_line (
    -- a line without a delivered visit cannot exist
    record_id text not null references core.coordination_visit
    , line_no integer not null check (line_no > 0)
    , client_id text not null
    , caregiver_id text not null
    , payer_id text not null
    , payer_program text not null
    , service_code text not null
    , modifiers text not null
    , service_date date not null
    , minutes integer not null check (minutes between 0 and 1500)
    , units numeric not null check (units > 0)
    , unit_rule text not null
    , rate_cents integer not null check (rate_cents >= 0)
    , charge_cents bigint not null
    , contract_version bigint not null
    , contract_valid_from date not null
    , auth_id text
    , auth_version bigint
    , auth_number text
    , visit_sequence_id bigint not null
    , plan_version bigint
    -- names exactly what was reconciled; a changed line has another one
    , reconciliation_id text not null unique check (reconciliation_id ~ '^R[0-9A-F]{19}$')
    , claim_id text
    , batch_id bigint not null
    , published_at timestamptz not null
    , primary key (record_id, line_no)
    , check (charge_cents = round(units * rate_cents))
    , check (
        (auth_id is null) = (auth_version is null) and (auth_id is null) = (auth_number is null)
    )
    , unique (record_id, line_no, reconciliation_id)
);
create index billable_line_batch on core.billable_line (batch_id);
create index billable_line_auth on core.billable_line (auth_id) where auth_id is not null;
create index billable_line_auth_number on core.billable_line (auth_number)
where auth_number is not null;
create index billable_line_client on core.billable_line (client_id, service_date);
create index billable_line_terms
on core.billable_line (payer_id, payer_program, service_code, service_date);

comment on table core.billable_line
is 'One priced line of a visit whose plan, delivery and cover agree';
comment on column core.billable_line.line_no is '1; further ones where a night is split by date';
comment on column core.billable_line.minutes is 'Minutes of the visit on this local date';
comment on column core.billable_line.reconciliation_id
is 'Goes on the claim as the line''s own number and comes back with the payment';
comment on column core.billable_line.claim_id is 'Claim the line went out on; the claim writes it';

-- Whatever came in after this batch may have changed the ground of lines already billed. The last
-- but one batch, because a file takes its number before it is landed.
create function core.billing_looked_back_to() returns bigint language sql stable as $$
    select coalesce(max(line.batch_id), 0)
    from core.billable_line as line
    where line.batch_id < (select max(newest.batch_id) from core.billable_line as newest)
$$;
comment on function core.billing_looked_back_to is 'Batch up to which changes have been looked at';
