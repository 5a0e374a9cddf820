"""How a simulated partner behaves: what it answers, when, how often it refuses, what goes wrong.

One file a partner, in ``behaviours`` or a folder of one's own; adding a partner is adding a file.
A share is a number from 0 to 1. Lengths are written as in the agency's partner files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from orchestration.ground.business_time import Days, Limit, WorkingTime, parse_clock, parse_limit
from orchestration.ground.failures import ContractFailure
from orchestration.ground.toml_file import parse_toml, read_text
from orchestration.ground.toml_table import TomlTable

Sends = Literal["always", "sometimes", "never"]
LEVELS: Final = ("TA1", "999", "clearinghouse 277CA", "payer 277CA", "835")
POSTED: Final = "posted"
"""The rung after an 835 that adds up."""
OWN_BEHAVIOURS: Final = Path(__file__).parent / "behaviours"
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NOTHING_DUE: Final = parse_limit("0 minutes")


@dataclass(frozen=True)
class Level:
    """One kind of answer.

    Args:
        sends: Whether it is given.
        after: It comes between these two lengths after the file was taken in.
        rejects: Share it refuses: of files (TA1), sets (999) or claims (277CA).
        days: Weekdays (Monday is 0) it comes on, when it comes in cycles.
    """

    sends: Sends = "never"
    after: tuple[Limit, Limit] = (_NOTHING_DUE, _NOTHING_DUE)
    rejects: float = 0
    days: tuple[int, ...] = ()


@dataclass(frozen=True)
class Payment:
    """What becomes of claims a payer judges, as shares of them; the rest is paid in full.

    Args:
        denied: Nothing is paid.
        part: Some of it is paid.
        forwarded: Paid, and sent on to the payer that comes next.
        reversed: Paid, and a cycle later taken back and paid anew.
        recouped: Paid, and a cycle later taken out of another payment.
        replaces: Whether it takes replacements and voids at all.
    """

    denied: float = 0
    part: float = 0
    forwarded: float = 0
    reversed: float = 0
    recouped: float = 0
    replaces: bool = True


@dataclass(frozen=True)
class Faults:
    """What goes wrong with answers, as shares of them, at each level.

    Args:
        lost: Given, and never arrives; the claim goes on.
        swallowed: Not given, nor anything after it: the claim lies somewhere.
        duplicates: Arrives twice.
        out_of_order: Arrives after the answer that should follow it.
        contradictions: A later one says the opposite (277CA).
        malformed: A torn copy arrives first.
        unbalanced: The payment is not the sum of its parts (835).
        orphans: For a file that came, an answer to nothing of ours follows besides.
        wrong_numbers: Names another group than the one it answers (999).
    """

    lost: float = 0
    swallowed: float = 0
    duplicates: float = 0
    out_of_order: float = 0
    contradictions: float = 0
    malformed: float = 0
    unbalanced: float = 0
    orphans: float = 0
    wrong_numbers: float = 0


@dataclass(frozen=True)
class Style:
    """How its files are spelled."""

    element: str = "*"
    component: str = ":"
    segment: str = "~"
    new_line: bool = True


@dataclass(frozen=True)
class Behaviour:
    """One partner.

    Args:
        name: File stem.
        payers: Payers it answers for, as claims name them; empty for all that have no file.
        calendar: Its working days.
        cut_off: What comes after it counts as come on its next working day.
        levels: What it answers, by level; a level that is not there is never answered.
        payment: What it does with claims it judges.
        faults: What goes wrong.
        style: How it spells.
    """

    name: str
    payers: tuple[str, ...]
    calendar: WorkingTime
    cut_off: time | None = None
    levels: Mapping[str, Level] = field(default_factory=dict)
    payment: Payment = Payment()
    faults: Faults = Faults()
    style: Style = Style()

    def level(self, name: str) -> Level:
        """What it does at a level."""
        return self.levels.get(name, Level())

    def answered_at(self, name: str, received_at: datetime, drawn: float) -> datetime:
        """When it answers a file; ``drawn``, from 0 to 1, says where between its two lengths."""
        level, calendar = self.level(name), self.calendar
        taken = self._taken_in(received_at)
        first, last = (length.due(taken, calendar) for length in level.after)
        at = (first + drawn * (last - first)).replace(microsecond=0)
        return self.next_payment(at) if name == "835" else at

    def next_payment(self, at: datetime) -> datetime:
        """When it pays next; on its payment days, or any day it works, moved by holidays."""
        calendar, days = self.calendar, self.level("835").days
        day = calendar.local_day(at)
        while True:
            if not days or day.weekday() in days:
                opens = calendar.earliest(calendar.next_business_day(day, 0), calendar.opens)
                if opens > at:
                    return opens
            day += timedelta(days=1)

    def _taken_in(self, at: datetime) -> datetime:
        calendar = self.calendar
        day = calendar.local_day(at)
        late = self.cut_off is not None and at > calendar.latest(day, self.cut_off)
        if self.cut_off is None or (calendar.is_business(day) and not late):
            return at
        return calendar.earliest(calendar.next_business_day(day), time())


def read_behaviours(folder: Path = OWN_BEHAVIOURS) -> tuple[Behaviour, ...]:
    """All partners of a folder.

    Raises:
        FileRefused: a file is wrong; the message names its line.
        ContractFailure: nobody answers for payers without a file.
    """
    found = tuple(_read(path) for path in sorted(folder.glob("*.toml")))
    if sum(not one.payers for one in found) != 1:
        message = f"{folder}: exactly one file must have payers = [], for payers without a file"
        raise ContractFailure(message)
    return found


def _read(path: Path) -> Behaviour:
    toml = parse_toml(path, read_text(path))
    table = TomlTable(toml, toml.facts)
    table.only(
        *("meaning", "payers", "time_zone", "works", "holidays", "opens", "cut_off"),
        *("answers", "payment", "faults", "style"),
    )
    table.get("meaning", str)
    return Behaviour(
        name=path.stem,
        payers=tuple(map(str, table.get("payers", list))),
        calendar=WorkingTime(
            zone=table.parse("time_zone", ZoneInfo),
            closures=tuple(_holidays(table)),
            days=table.choose("works", get_args(Days), "business"),
            opens=table.parse("opens", parse_clock, time(8)),
        ),
        cut_off=table.parse("cut_off", parse_clock, None),
        levels=dict(_levels(table)),
        payment=Payment(**_shares(table, "payment", Payment)),
        faults=Faults(**_shares(table, "faults", Faults)),
        style=_style(table),
    )


def _holidays(table: TomlTable) -> Iterable[date]:
    closed: list[date] = table.get("holidays", list, [])
    if not all(type(day) is date for day in closed):
        table.refuse("holidays", "holidays must be days", "Write them like 2026-12-24.")
    return closed


def _levels(table: TomlTable) -> Iterable[tuple[str, Level]]:
    for name, facts in table.get("answers", dict).items():
        if name not in LEVELS:
            table.refuse(name, f"{name} is no answer", f"Write one of {', '.join(LEVELS)}.")
        level = table.within(name, facts, "answers")
        level.only("sends", "after", "rejects", "days")
        days = level.get("days", list, [])
        if not all(day in _WEEKDAYS for day in days):
            level.refuse("days", "days is no list of weekdays", 'Write ["thursday"].')
        sends: Sends = level.choose("sends", get_args(Sends), "always")
        yield (
            name,
            Level(
                sends=sends,
                after=_after(level),
                rejects=_share(level, "rejects"),
                days=tuple(_WEEKDAYS.index(day) for day in days),
            ),
        )


def _after(level: TomlTable) -> tuple[Limit, Limit]:
    said = level.get("after", list, ["0 minutes", "0 minutes"])
    try:
        first, last = (parse_limit(text) for text in said)
    except (ValueError, TypeError):
        level.refuse("after", "after is no two lengths", 'Write ["5 minutes", "2 hours"].')
    return first, last


def _shares(table: TomlTable, name: str, of: type[Payment] | type[Faults]) -> dict[str, Any]:
    facts = table.within(name, table.get(name, dict, {}), name)
    known = of.__dataclass_fields__
    facts.only(*known)
    return {
        key: facts.get(key, bool) if known[key].type is bool else _share(facts, key)
        for key in facts.facts
    }


def _share(table: TomlTable, key: str) -> float:
    share = table.facts.get(key, 0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        table.refuse(key, f"{key} is no share", "Write a number from 0 to 1.")
    return float(share)


def _style(table: TomlTable) -> Style:
    style = table.within("style", table.get("style", dict, {}), "style")
    style.only("element", "component", "segment", "new_line")
    marks = {
        key: style.get(key, str)
        for key in ("element", "component", "segment")
        if key in style.facts
    }
    if any(len(mark) != 1 or mark.isalnum() for mark in marks.values()):
        style.refuse(next(iter(marks)), "a separator is one sign", "Write one like '*'.")
    return Style(**marks, new_line=style.get("new_line", bool, True))
