"""Which staged lines cannot become rows, and why: every reason of every line.

A reason most lines share is no fault of theirs: then the sender's export has changed, and the
file is stopped as a whole.
"""

from dataclasses import dataclass

import psycopg

from orchestration.flow.landing.readers import Reader
from orchestration.flow.landing.reasons import LINE_REASONS, MEND_CONTRACT, Reason
from orchestration.flow.landing.rules import Reading, Rule
from orchestration.flow.landing.shapes import literal
from orchestration.flow.landing.staging import Cursor
from orchestration.flow.landing.stops import Quarantined
from orchestration.ground.contracts import Column

_DRIFT_OF_TYPE = 3
"""Values that must all fail their type before a column counts as retyped."""
_DRIFT_OF_RULE = 5
"""Lines that must break one rule, being more than half of all, before it counts as drift."""
_TIME_CODES = ("TIME-IN-GAP", "TIME-AMBIGUOUS")
HEADER_REPEATED = -1

_TABLE = """
create temporary table fault (
    line_no bigint primary key
    , staged text
    , broken integer []
    , record_id text
    , version bigint
) on commit drop
"""


@dataclass(frozen=True)
class Faults:
    """What was found wrong.

    Args:
        rules: The rules, which ``broken`` in ``pg_temp.fault`` counts from 0.
        lines: How many lines cannot become rows.
    """

    rules: tuple[Rule, ...]
    lines: int

    def of_line(self, staged: str | None, broken: list[int]) -> list[tuple[Reason, str | None]]:
        """Reasons of one line, each with its column."""
        if HEADER_REPEATED in broken:
            return [(LINE_REASONS["HEADER-REPEATED"], None)]
        found: list[tuple[Reason, str | None]] = []
        if staged:
            code, _, column = staged.partition(":")
            found.append((LINE_REASONS[code], column or None))
        rules = [self.rules[number] for number in broken]
        return found + [(LINE_REASONS[rule.code], rule.column) for rule in rules]


def find_faults(cursor: Cursor, reading: Reading, reader: Reader, lines: int) -> Faults:
    """Fill ``pg_temp.fault`` with the lines of ``pg_temp.staged`` that break a rule.

    Raises:
        Quarantined: so many break the same one that the export must have changed.
    """
    cursor.execute(_TABLE)
    rules = reading.rules()
    if not _anything_wrong(cursor, reading, reader):
        return Faults(rules, 0)
    repeated = _repeats_header(reader)
    numbered = ", ".join(f"case when {r.broken} then {n} end" for n, r in enumerate(rules))
    cursor.execute(f"""
        insert into pg_temp.fault
        select judged.* from (
            select s.line_no, s.fault as staged
                , case
                    when {repeated} then array[{HEADER_REPEATED}]
                    when s.fault is null or s.fault like '%:%'
                        then array_remove(array[{numbered}]::integer [], null)
                    else '{{}}'
                end as broken
                , {_record_id(reading)} as record_id, {_version(reading)} as version
            from pg_temp.staged as s
        ) as judged
        where judged.staged is not null or judged.broken <> '{{}}'
    """)
    faults = Faults(rules, cursor.rowcount)
    cursor.execute("analyze pg_temp.fault")
    _refuse_drift(cursor, reading, faults, lines)
    return faults


def _anything_wrong(cursor: Cursor, reading: Reading, reader: Reader) -> bool:
    cursor.execute("savepoint quick")
    try:
        cursor.execute(
            "select exists (select from pg_temp.staged as s where s.fault is not null"
            f" or {_repeats_header(reader)} or {reading.quick()})"
        )
        found = cursor.fetchone()
    except psycopg.DataError:
        cursor.execute("rollback to savepoint quick")
        return True
    return bool(found and found[0])


def _repeats_header(reader: Reader) -> str:
    same = " and ".join(
        f"s.f{number} = {literal(name)}" for number, name in enumerate(reader.header, start=1)
    )
    return f"({same})" if same else "false"


def _record_id(reading: Reading) -> str:
    table = reading.feed.table
    return " || '/' || ".join(_written(reading, table.column(name)) for name in table.key)


def _written(reading: Reading, column: Column) -> str:
    """The text of a key column, a number without its leading zeros."""
    text = reading.text(column)
    if column.type not in ("bigint", "integer"):
        return f"({text})"
    number = f"cast(cast({text} as bigint) as text)"
    return f"(case when pg_input_is_valid({text}, 'bigint') then {number} else {text} end)"


def _version(reading: Reading) -> str:
    table = reading.feed.table
    if table.version is None:
        return "cast(null as bigint)"
    text = reading.text(table.column(table.version))
    return f"case when pg_input_is_valid({text}, 'bigint') then cast({text} as bigint) end"


def _refuse_drift(cursor: Cursor, reading: Reading, faults: Faults, lines: int) -> None:
    cursor.execute(
        "select number, count(*) from pg_temp.fault, unnest(broken) as number"
        f" where number <> {HEADER_REPEATED} group by number order by number"
    )
    for number, count in cursor.fetchall():
        rule = faults.rules[number]
        reason = LINE_REASONS[rule.code]
        most = count >= _DRIFT_OF_RULE and count * 2 > lines and rule.code not in _TIME_CODES
        if most or (reason.is_type and _all_values(cursor, reading, rule.column, count)):
            raise _drift(reason, rule.column, count, lines)
    cursor.execute(
        "select staged, count(*) from pg_temp.fault where staged is not null"
        " group by staged order by staged"
    )
    for staged, count in cursor.fetchall():
        if count >= _DRIFT_OF_RULE and count * 2 > lines:
            reason, column = faults.of_line(staged, [])[0]
            raise _drift(reason, column, count, lines)


def _all_values(cursor: Cursor, reading: Reading, column: str, count: int) -> bool:
    if count < _DRIFT_OF_TYPE:
        return False
    cursor.execute(f"select count(s.{reading.fields[column]}) from pg_temp.staged as s")
    row = cursor.fetchone()
    return row is not None and count >= row[0]


def _drift(reason: Reason, column: str | None, count: int, lines: int) -> Quarantined:
    text = reason.text.format(column=column)
    return Quarantined(
        "SCHEMA-DRIFT",
        f"the export has changed: {count} of {lines} lines share one fault ({text})",
        MEND_CONTRACT,
        reason_class=reason.reason_class,
    )
