-- Which tasks a visit must name, whatever became of them.

create function core.misses_a_required_task(recorded text, planned text)
returns boolean language sql immutable parallel safe as $$
    -- a task that was refused or not done is recorded; one that is not named at all is not
    select not (
        string_to_array(
            trim(both ';' from regexp_replace(
                replace(planned, ':required', ''), '[A-Z0-9_]+:[a-z]+(;|$)', '', 'g'
            ))
            , ';'
        )
        <@ string_to_array(regexp_replace(coalesce(recorded, ''), ':[a-z_]+', '', 'g'), ';')
    )
$$;

comment on function core.misses_a_required_task is
'Whether a visit names not all tasks its plan requires, in whatever state.';
