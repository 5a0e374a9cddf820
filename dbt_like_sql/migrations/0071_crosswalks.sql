-- What differs only by case, blanks or leading zeros is one word here.
create function core.plain_word(word text) returns text
language sql immutable parallel safe as $$
    select ltrim(lower(regexp_replace(word, '\s', '', 'g')), '0')
$$;
comment on function core.plain_word is 'A word without case, blanks and leading zeros';

alter table core.coordination_visit add column location_type text;
comment on column core.coordination_visit.location_type is 'Where care was given: home, community';
