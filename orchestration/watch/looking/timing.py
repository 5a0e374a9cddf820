"""The agency's own timing: ``timing.toml`` changes what contracts promise, without code.

A table is named after a feed or a hop; what it leaves out stays as the contract has it. While a
file is wrong, the pager goes on with what it last said that was right; one that never was right
does not hold, and is told of.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_args

import sqlalchemy as sa

from orchestration.ground.agency import Agency
from orchestration.ground.business_time import (
    Days,
    Deadline,
    Night,
    WorkingTime,
    parse_clock,
    parse_limit,
)
from orchestration.ground.contracts import Feed, Hop, Severity
from orchestration.ground.failures import FileRefused
from orchestration.ground.in_force import in_force_if_ever, unchanged
from orchestration.ground.partner_profiles import Partner, apart, partner_reader
from orchestration.ground.toml_file import parse_toml, read_text
from orchestration.ground.toml_table import TomlTable
from orchestration.watch.looking.watched import Watched

TIMING, PARTNERS = "timing.toml", "partners"
_LENGTHS = ("warn_after", "fail_after")
_OTHERS = ("rests", "night", "deadlines", "severity")
_Changes = Mapping[str, Mapping[str, Any]]
_T = TypeVar("_T")


class Reading(Protocol):
    """How the agency's files are read."""

    def read(self, path: Path, reader: Callable[[Path, str], _T]) -> _T | None:
        """What a file says; None where it says nothing that holds."""

    def in_order(self, paths: Iterable[Path]) -> list[Path]:
        """What was right before comes before what has just been changed."""


class AsItLies:
    """Reads files as they lie there; one that is wrong is refused."""

    def read(self, path: Path, reader: Callable[[Path, str], _T]) -> _T:
        """What the file says now."""
        return reader(path, read_text(path))

    def in_order(self, paths: Iterable[Path]) -> list[Path]:
        """By name."""
        return sorted(paths)


@dataclass(frozen=True)
class LastGood:
    """Reads what files say, or what they last said that was right.

    Args:
        connection: A transaction; what changed is written down in it.
        folder: The agency's folder.
        now: When that is.
        refused: Gets what is wrong with the files as they lie there now.
    """

    connection: sa.Connection
    folder: Path
    now: datetime
    refused: list[FileRefused] = field(default_factory=list)

    def read(self, path: Path, reader: Callable[[Path, str], _T]) -> _T | None:
        """What holds; nothing where the file never was right: it must not stop the others."""
        found = in_force_if_ever(self.connection, path, reader, self.now, self._name(path))
        if found.refused is not None:
            self.refused.append(found.refused)
        return found.value

    def in_order(self, paths: Iterable[Path]) -> list[Path]:
        """Those that are as they were, then those that were changed, each by name."""
        names = {self._name(path): path for path in paths}
        same = unchanged(self.connection, names)
        return [names[name] for name in sorted(names, key=lambda each: (each not in same, each))]

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def read_watched(
    folder: Path,
    agency: Agency,
    feeds: Iterable[Feed],
    hops: Iterable[Hop],
    *,
    some_are_broken: bool = False,
    reading: Reading | None = None,
) -> Watched:
    """Everything to watch, as the agency wants it timed.

    Args:
        folder: The agency's folder.
        agency: Its own facts.
        feeds: Feeds as their contracts have them.
        hops: Hops as their contracts have them.
        some_are_broken: Whether contracts are missing only because they cannot be loaded.
        reading: How files are read; by default as they lie there.

    Raises:
        FileRefused: a file is wrong; the message names file, line and mend.
    """
    reading = reading or AsItLies()
    feeds, hops = tuple(feeds), tuple(hops)
    known = {feed.name: feed for feed in feeds}, {hop.name: hop for hop in hops}
    path = folder / TIMING
    if path.exists():
        changes = reading.read(path, partial(_read, *known, some_are_broken)) or {}
        feeds = tuple(_feed(feed, changes) for feed in feeds)
        hops = tuple(_hop(hop, changes) for hop in hops)
    read = partner_reader(hop.ladder for hop in hops)
    partners: list[Partner] = []
    claimed: dict[str, str] = {}
    for path in reading.in_order((folder / PARTNERS).glob("*.toml")):
        partner = reading.read(path, apart(read, claimed))
        if partner is not None:
            partners.append(partner)
            claimed |= dict.fromkeys(partner.payers, partner.name)
    return Watched(
        feeds=feeds,
        hops=hops,
        partners=tuple(sorted(partners, key=lambda partner: partner.name)),
        calendar=WorkingTime(agency.zone_info, agency.closures),
        some_are_broken=some_are_broken,
    )


def _feed(feed: Feed, changes: _Changes) -> Feed:
    return replace(feed, **changes.get(feed.name, {}))


def _hop(hop: Hop, changes: _Changes) -> Hop:
    return replace(hop, timing=replace(hop.timing, **changes.get(hop.name, {})))


def _read(
    feeds: Mapping[str, Feed],
    hops: Mapping[str, Hop],
    some_are_broken: bool,
    path: Path,
    text: str,
) -> _Changes:
    toml = parse_toml(path, text)
    whole = TomlTable(toml, toml.facts)
    changes: dict[str, dict[str, Any]] = {}
    for name, said in toml.facts.items():
        table = whole.within(name, said, name)
        if name not in feeds and name not in hops and not some_are_broken:
            mend = f"There are {', '.join(sorted({*feeds, *hops}))}."
            table.refuse(name, f"{name} is no feed and no hop", mend)
        changes[name] = _changes(table, "old_after" if name in feeds else "stuck_after")
        terms = feeds[name] if name in feeds else hops[name].timing if name in hops else None
        if terms is not None:
            changed = {"warn_after": terms.warn_after, "fail_after": terms.fail_after}
            changed |= {key: changes[name][key] for key in changed if key in changes[name]}
            if changed["warn_after"] >= changed["fail_after"]:
                mend = "Warn before it fails."
                table.refuse("warn_after", "warn_after is not below fail_after", mend)
    return changes


def _changes(table: TomlTable, own_length: str) -> dict[str, Any]:
    lengths = (*_LENGTHS, own_length)
    table.only(*lengths, *_OTHERS)
    changes: dict[str, Any] = {
        key: table.parse(key, _length) for key in lengths if key in table.facts
    }
    if "rests" in table.facts:
        changes["rests"] = table.get("rests", bool)
    if "severity" in table.facts:
        changes["severity"] = table.choose("severity", get_args(Severity))
    if "night" in table.facts:
        changes["night"] = _night(table)
    if "deadlines" in table.facts:
        changes["deadlines"] = tuple(_deadlines(table))
    return changes


def _length(text: str) -> timedelta:
    limit = parse_limit(text)
    if limit.counts != "clock":
        message = f"{text!r} must be plain time, like '60 minutes' or '26 hours'"
        raise ValueError(message)
    return limit.length


def _night(table: TomlTable) -> Night:
    night = table.within("night", table.get("night", dict))
    night.only("from", "to", "slower")
    begins, ends = night.parse("from", parse_clock), night.parse("to", parse_clock)
    slower = night.get("slower", int)
    if begins <= ends or slower < 1:
        mend = "Let it begin in the evening and end in the morning, slower = 1 or more."
        night.refuse("night", "this is no night", mend)
    return Night(begins, ends, slower)


def _deadlines(table: TomlTable) -> Iterable[Deadline]:
    for said in table.get("deadlines", list):
        one = table.within("deadlines", said)
        one.only("days", "begins", "warn", "fail")
        yield Deadline(
            days=one.choose("days", get_args(Days)),
            begins=one.parse("begins", parse_clock),
            warn=one.parse("warn", parse_clock),
            fail=one.parse("fail", parse_clock),
        )
