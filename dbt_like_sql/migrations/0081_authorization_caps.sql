-- What a line takes from its authorization, and which days and units an authorization is about.

alter table core.billable_line add column drawn_units numeric;
comment on column core.billable_line.drawn_units
is 'Units taken from the authorization; more than billed where the payer counts planned time';

create function core.unit_type_of(unit_rule text) returns text
language sql immutable parallel safe as $$
    select case unit_rule
        when 'PER_VISIT' then 'visit'
        when 'PER_DIEM' then 'day'
        when 'FLOOR_60_ACCRUE' then 'hour'
        else case when unit_rule is not null then '15min' end
    end
$$;
comment on function core.unit_type_of is 'What one unit of a rule is, as authorizations call it';

-- Days as text come from a file: they are compared as written, so that a 31st of June stops nobody.
create function core.is_in_spans(day date, spans text) returns boolean
language sql immutable parallel safe as $$
    select coalesce(bool_or(
        to_char(day, 'YYYY-MM-DD') between split_part(span, '/', 1)
        and coalesce(nullif(split_part(span, '/', 2), ''), split_part(span, '/', 1))
    ), false)
    from unnest(string_to_array(spans, ';')) as span
$$;
comment on function core.is_in_spans is 'Whether a day is in 2026-11-10 or 2026-11-10/2026-11-12';
