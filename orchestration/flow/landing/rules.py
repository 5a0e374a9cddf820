"""What a good value is and how it is cast: SQL made from a feed's contract.

Values are judged twice at most. The quick question asks of all rows at once whether anything is
wrong and may trip over a value that cannot be cast. Only then are the careful rules asked, which
never trip and say what is wrong with every row.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.flow.landing.shapes import listed, literal, shape
from orchestration.flow.landing.tables import SQL_TYPES
from orchestration.ground.contracts import Column, Feed, Source
from orchestration.ground.failures import ContractFailure

LONGEST_ID = 200
"""Characters of an indexed value: three of them fit into one index entry."""
# only of plain letters, so that bytes can be counted instead of characters
_REPEATED_CLASS = re.compile(r"(\[(?!\^)[\x20-\x5c\x5e-\x7e]+\]|\.)\{(\d+)(?:,(\d+))?\}")
_NO_OFFSET = "not ({x} like '%Z' or {x} like '%+__:__' or {x} like '%-__:__')"
_TYPE_CODES = {
    "bigint": "NOT-A-NUMBER",
    "integer": "NOT-A-NUMBER",
    "numeric": "NOT-A-NUMBER",
    "boolean": "NOT-YES-OR-NO",
    "date": "NOT-A-DATE",
    "instant": "NOT-AN-INSTANT",
}


@dataclass(frozen=True)
class Rule:
    """One way a value can be wrong: column, the reason's code, and SQL that is true then."""

    column: str
    code: str
    broken: str


@dataclass(frozen=True)
class Surroundings:
    """What the rules need to know that no contract says.

    Args:
        zone: The agency's zone.
        shift_days: Days around those on which its clocks change.
        zones: Zone names the database knows.
    """

    zone: str
    shift_days: tuple[str, ...]
    zones: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """How a feed's staged text becomes typed columns.

    Args:
        feed: The feed.
        fields: Table column to the staging column its text is in.
        around: Zone and days.
    """

    feed: Feed
    fields: Mapping[str, str]
    around: Surroundings

    def text(self, column: Column, row: str = "s") -> str:
        """The column's text, in our words; ``row`` is the alias of the staging table."""
        fixed = self._fixed(column)
        if fixed is not None:
            return literal(fixed)
        field = self.fields.get(column.name)
        if field is None:
            return "cast(null as text)"
        values = self._source(column).values
        whens = "".join(f" when {literal(a)} then {literal(b)}" for a, b in values.items())
        return f"case {row}.{field}{whens} else {row}.{field} end" if whens else f"{row}.{field}"

    def typed(self, column: Column, row: str = "s") -> str:
        """The column's value, or what holds when the row does not say."""
        text = self.text(column, row)
        if column.default is not None:
            text = f"coalesce({text}, {literal(str(column.default))})"
        if column.type == "text":
            return text
        if column.type == "instant" and self.feed.time_basis == "agency_local":
            return (
                f"case when {_NO_OFFSET.format(x=text)}"
                f" then cast({text} as timestamp) at time zone {literal(self.around.zone)}"
                f" else cast({text} as timestamp with time zone) end"
            )
        return f"cast({text} as {SQL_TYPES[column.type]})"

    def quick(self) -> str:
        """True for a row that breaks a rule; trips over values that cannot be cast."""
        return "\n    or ".join(rule.broken for rule in self._rules(careful=False))

    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of columns; none of them trips."""
        return self._rules(careful=True)

    def _fixed(self, column: Column) -> str | None:
        if column.name == "source_system" and column.name not in self.fields:
            return self.feed.constants.get(column.name, self.feed.system)
        return self.feed.constants.get(column.name)

    def _source(self, column: Column) -> Source:
        return self.feed.sources[column.name]

    def _rules(self, *, careful: bool) -> tuple[Rule, ...]:
        rules: list[Rule] = []
        for column in self.feed.table.columns:
            if self._fixed(column) is not None:
                continue
            if column.name in self.fields:
                rules.extend(self._of_column(column, careful=careful))
            elif self._needed(column):
                message = f"{self.feed.name} sends no {column.name}, which its table needs"
                raise ContractFailure(message)
        return tuple(rules)

    def _needed(self, column: Column) -> bool:
        table = self.feed.table
        return column.required or column.name in table.key or column.name == table.version

    def _of_column(self, column: Column, *, careful: bool) -> list[Rule]:
        x = self.text(column)
        found = []
        if self._needed(column):
            found.append(("MISSING", f"s.{self.fields[column.name]} is null"))
        if column.type != "text":
            found.extend(self._of_type(column, x, careful=careful))
        elif column.identifies or column.name in self.feed.table.key:
            found.append(("TOO-LONG", f"length({x}) > {LONGEST_ID}"))
        if column.one_of:
            found.append(("NOT-ALLOWED", self._not_allowed(column)))
        if column.name == "time_zone":
            found.append(("NOT-ALLOWED", f"{x} not in ({listed(self.around.zones)})"))
        if column.pattern:
            found.append(("PATTERN", self._mismatch(column, x)))
        return [Rule(column.name, code, f"({broken})") for code, broken in found]

    def _of_type(self, column: Column, x: str, *, careful: bool) -> list[tuple[str, str]]:
        local = self.feed.time_basis == "agency_local"
        good = shape(column, x, local=local)
        if careful:
            name = "timestamp" if column.type == "instant" and local else SQL_TYPES[column.type]
            good = (
                f"case when {x} is null then null"
                f" when pg_input_is_valid({x}, '{name}') then {good} else false end"
            )
        found = [(_TYPE_CODES[column.type], f"not {good}")]
        low, high = column.at_least, column.at_most
        if low is not None or high is not None:
            outside = f"{-(10**18) if low is None else low} and {10**18 if high is None else high}"
            outside = f"cast({x} as {SQL_TYPES[column.type]}) not between {outside}"
            found.append(("OUT-OF-RANGE", _when(good, outside, careful=careful)))
        if column.type == "instant" and local:
            changes = self._of_clock_change(x)
            if careful:
                found.extend((code, _when(good, broken)) for code, broken in changes.items())
            else:
                found.append(
                    ("TIME-IN-GAP", _when(self._that_day(x), " or ".join(changes.values())))
                )
        return found

    def _that_day(self, x: str) -> str:
        near = f"left({x}, 10) in ({listed(self.around.shift_days)})"
        return f"{near} and {_NO_OFFSET.format(x=x)}" if self.around.shift_days else "false"

    def _of_clock_change(self, x: str) -> dict[str, str]:
        zone = literal(self.around.zone)
        clock = f"cast({x} as timestamp)"
        instant = f"({clock} at time zone {zone})"
        again = " or ".join(
            f"({instant} {sign} interval '{shift}') at time zone {zone} = {clock}"
            for sign in "+-"
            for shift in ("1 hour", "30 minutes")
        )
        there_and_back = f"{instant} at time zone {zone} <> {clock}"
        return {
            "TIME-IN-GAP": _when(self._that_day(x), there_and_back),
            "TIME-AMBIGUOUS": _when(self._that_day(x), again),
        }

    def _not_allowed(self, column: Column) -> str:
        """Asked of their words, so that no value has to be mapped before it is judged."""
        ours = self._source(column).values
        words = dict.fromkeys([*ours, *column.one_of])
        allowed = [word for word in words if ours.get(word, word) in column.one_of]
        return f"s.{self.fields[column.name]} not in ({listed(allowed)})"

    def _mismatch(self, column: Column, x: str) -> str:
        pattern = column.pattern or ""
        counted = _REPEATED_CLASS.fullmatch(pattern)
        if counted:  # counting is dear inside a regular expression and free outside
            few, many = counted[2], counted[3] or counted[2]
            measure = "length" if counted[1] == "." else "octet_length"
            wrong = f"{measure}({x}) not between {few} and {many}"
            return (
                wrong if counted[1] == "." else f"{wrong} or {x} !~ {literal(f'^{counted[1]}+$')}"
            )
        # a long pattern is asked once for each different value
        d = self.text(column, "d")
        return (
            f"{x} in (select one.x from"
            f" (select distinct {d} as x from pg_temp.staged as d offset 0) as one"
            f" where one.x !~ {literal(f'^(?:{pattern})$')})"
        )


def _when(condition: str, then: str, *, careful: bool = True) -> str:
    """``then``, where the condition holds; casts are safe only there."""
    return f"case when {condition} then {then} else false end" if careful else then
