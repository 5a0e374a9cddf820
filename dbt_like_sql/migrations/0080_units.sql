-- How a number of units came about stays with the line: minutes in, rule, version, units out.

drop function core.units_of(numeric, text);

-- Minutes in, rule and version, units out. A rule never changes its meaning under its version: a
-- payer's new wording is a version more. What is not known here has no units, rather than some.
create function core.units_of(minutes numeric, unit_rule text, unit_rule_version integer)
returns numeric
language sql immutable parallel safe as $$
    select case when unit_rule_version = 1 then
        case unit_rule
            -- the eighth minute opens a quarter of an hour: 7 is 0, 8 is 1, 22 is 1, 23 is 2
            when 'CMS_8MIN' then floor((minutes + 7) / 15)
            when 'NEAREST_QUARTER_VISIT' then floor(minutes / 15 + 0.5)
            -- of a day's minutes together
            when 'DAILY_SUM_THEN_ROUND' then floor(minutes / 15 + 0.5)
            when 'FLOOR_15' then floor(minutes / 15)
            -- of a month's minutes together
            when 'FLOOR_15_ACCRUE' then floor(minutes / 15)
            when 'FLOOR_60_ACCRUE' then floor(minutes / 60)
            -- no fraction goes on a claim, and none is rounded up to something not given
            when 'WHOLE_UNITS_ONLY' then floor(minutes / 15)
            when 'EXACT_DECIMAL' then round(minutes / 15, 2)
            when 'PER_VISIT' then sign(minutes)
            -- of a day's minutes together
            when 'PER_DIEM' then sign(minutes)
        end
    end
$$;
comment on function core.units_of is 'Units of so many minutes under a version of a payer''s rule';

-- Where minutes of several visits count together, and from when to when.
create function core.unit_span(unit_rule text) returns text
language sql immutable parallel safe as $$
    select case
        when unit_rule in ('FLOOR_15_ACCRUE', 'FLOOR_60_ACCRUE') then 'month'
        when unit_rule in ('DAILY_SUM_THEN_ROUND', 'PER_DIEM') then 'day'
    end
$$;
comment on function core.unit_span is 'Span whose minutes a rule counts together; null is one line';

alter table core.billable_line
add column unit_rule_version integer not null default 1
, add column minutes_before integer not null default 0
, add column units_before numeric not null default 0
, add column units_over numeric not null default 0 check (units_over >= 0)
-- the whole calculation, so that anybody can do it again from the line alone
, add check (
    units + units_over
    = core.units_of(minutes_before + minutes, unit_rule, unit_rule_version) - units_before
);
comment on column core.billable_line.unit_rule_version is 'Which wording of the rule counted';
comment on column core.billable_line.minutes_before
is 'Minutes of the same day or month the rule had counted before these';
comment on column core.billable_line.units_before is 'Units those had come to';
comment on column core.billable_line.units_over
is 'Units the minutes come to that are not billed: no authorization had room for them';
