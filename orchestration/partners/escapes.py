"""Each refusal and denial is laid at the door of the hop and the edit that should have caught it.

Which code means what is data: ``seeds/escape_causes.csv`` names, for a code of an answer, the hop,
the class of reason and the edits (``*`` for any ending); ``specific`` says which of several codes
of one answer tells most, 1 before 9. Whether such an edit is there is read from the edits' files,
whether it spoke from the ledger.
"""

import csv
import re
from datetime import datetime
from functools import cache
from typing import Final

import sqlalchemy as sa

from orchestration.ground.sql import SQL_FOLDER

CAUSES: Final = SQL_FOLDER / "seeds" / "escape_causes.csv"
_EDIT: Final = re.compile(r"-- ([A-Z][A-Z0-9-]+): ")


@cache
def causes() -> tuple[dict[str, str], ...]:
    """The rows of the list."""
    with CAUSES.open(newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def edit_codes() -> tuple[str, ...]:
    """Codes of all edits there are, by the first lines of their files."""
    found = []
    for path in sorted((SQL_FOLDER / "edits").glob("*/*.sql")):
        with path.open() as file:
            head = _EDIT.match(file.readline())
        if head is not None:
            found.append(head[1])
    return tuple(dict.fromkeys(found))


def attribute(connection: sa.Connection, now: datetime) -> int:
    """Lay what was newly refused or denied at somebody's door.

    Works on ``pg_temp.new_answer`` and ``pg_temp.answered``, which ``answers`` makes.

    Returns:
        How many refusals and denials were new.
    """
    if not connection.scalar(_ANY):
        return 0
    rows = causes()
    binds: dict[str, object] = {
        name: [row[name] for row in rows] for name in ("code_list", "code", "hop", "edits")
    }
    binds |= {
        "reason_class": [row["reason_class"] for row in rows],
        "specific": [int(row["specific"]) for row in rows],
        "known": list(edit_codes()),
        "now": now,
    }
    return connection.execute(_ATTRIBUTE, binds).rowcount


_ANY = sa.text("""
select exists (
    select 1 from pg_temp.new_answer
    where verdict in ('rejected', 'denied')
        or (rung = '835' and level = 'line' and outcome in ('denied', 'unpaid'))
)
""")

# a code's list by its first part: TA1 codes are bare, 277CA statuses are category:status:entity
_ATTRIBUTE = sa.text("""
with cause as (
    select *
    from unnest(
        cast(:code_list as text []), cast(:code as text []), cast(:hop as text [])
        , cast(:reason_class as text []), cast(:edits as text []), cast(:specific as integer [])
    ) as one (code_list, code, hop, reason_class, edits, specific)
)

, refused as (
    select
        new.answer_id, new.rung, new.landed_at, new.line_key, new.codes
        , case when new.verdict = 'rejected' then 'rejected' else 'denied' end as verdict
        , spoken.claim_id, spoken.attempt_no
    from pg_temp.new_answer as new
    inner join pg_temp.answered as spoken on new.answer_id = spoken.answer_id
    where
        new.verdict in ('rejected', 'denied')
        or (new.rung = '835' and new.level = 'line' and new.outcome in ('denied', 'unpaid'))
)

, coded as (
    select
        refused.*
        , split.code
        , case
            when refused.rung = 'TA1' then 'ta1'
            when split.code ~ '^(IK304|IK403|IK502|AK905):'
                then lower(split_part(split.code, ':', 1))
            when split.code ~ '^(CO|CR|OA|PI|PR):' then 'carc'
            when split.code ~ '^(HE|RX|MOA|MIA):' then 'rarc'
            when refused.rung in ('clearinghouse 277CA', 'payer 277CA') then 'status'
        end as code_list
        , case when refused.rung = 'TA1' then split.code else split_part(split.code, ':', 2) end
            as bare
    from refused
    left join lateral unnest(string_to_array(refused.codes, ';')) as split (code) on true
)

, told as (
    select distinct on (coded.claim_id, coded.attempt_no, coded.rung)
        coded.claim_id
        , coded.attempt_no
        , coded.rung
        , coded.answer_id
        , coalesce(coded.code, '-') as code
        , coded.verdict
        , cause.hop
        -- a code nobody has told us the meaning of is a mapping's fault
        , coalesce(cause.reason_class, 'MAPPING') as reason_class
        , coalesce(cause.edits, '') as edits
        , coalesce(cause.specific, 99) as specific
        , coded.line_key
        , coded.landed_at
    from coded
    left join cause
        on coded.code_list = cause.code_list and cause.code in ('*', coded.bare)
    order by
        coded.claim_id, coded.attempt_no, coded.rung, coalesce(cause.specific, 99)
        , coded.code, coded.answer_id
)

insert into core.escape as known
    (claim_id, attempt_no, rung, answer_id, code, verdict, hop, reason_class, edits
    , is_edit_there, has_fired, specific, cents, answered_at, found_at)
select
    told.claim_id, told.attempt_no, told.rung, told.answer_id, told.code, told.verdict, told.hop
    , told.reason_class, told.edits
    , edits.patterns is not null and exists (
        select 1 from unnest(cast(:known as text [])) as edit (code)
        where edit.code like any(edits.patterns)
    )
    , edits.patterns is not null and exists (
        select 1
        from core.claim_attempt_line as line
        inner join ledger.entry as entry on line.record_id = entry.record_id
        inner join ledger.transition as step on entry.entry_id = step.entry_id
        cross join unnest(step.reason_codes) as fired (code)
        where
            line.claim_id = told.claim_id and line.attempt_no = told.attempt_no
            and fired.code like any(edits.patterns) and step.at <= told.landed_at
    )
    , told.specific
    , coalesce(
        (
            select line.charge_cents
            from core.claim_attempt_line as line
            where
                line.claim_id = told.claim_id and line.attempt_no = told.attempt_no
                and line.reconciliation_id = told.line_key
        )
        , claim.total_cents
    )
    , told.landed_at
    , :now
from told
inner join core.claim as claim on told.claim_id = claim.claim_id
left join lateral (
    select string_to_array(replace(told.edits, '*', '%'), ';') as patterns
    where told.edits <> ''
) as edits on true
on conflict (claim_id, attempt_no, rung) do update set
    answer_id = excluded.answer_id, code = excluded.code, verdict = excluded.verdict
    , hop = excluded.hop, reason_class = excluded.reason_class, edits = excluded.edits
    , is_edit_there = excluded.is_edit_there, has_fired = excluded.has_fired
    , specific = excluded.specific, cents = greatest(known.cents, excluded.cents)
where (excluded.specific, excluded.code) < (known.specific, known.code)
""")
