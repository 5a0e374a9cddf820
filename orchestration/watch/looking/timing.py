"""The agency's own timing: ``timing.toml`` changes what contracts promise, without code.

A table is named after a feed or a hop; what it leaves out stays as the contract has it. While a
file is wrong, the pager goes on with what it last said that was right.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, get_args

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
from orchestration.ground.in_force import in_force
from orchestration.ground.partner_profiles import partner_reader, refuse_doubles
from orchestration.ground.toml_file import parse_toml, read_text
from orchestration.ground.toml_table import TomlTable
from orchestration.watch.looking.watched import Watched

TIMING, PARTNERS = "timing.toml", "partners"
_LENGTHS = ("warn_after", "fail_after")
_OTHERS = ("rests", "night", "deadlines", "severity")
_Changes = Mapping[str, Mapping[str, Any]]
_T = TypeVar("_T")
Keep = Callable[[Path, Callable[[Path, str], _T]], _T]
"""Answers with what a file says, or once said."""


def as_it_lies(path: Path, read: Callable[[Path, str], _T]) -> _T:
    """What the file says now."""
    return read(path, read_text(path))


def last_good(
    connection: sa.Connection,
    folder: Path,
    now: datetime,
    refused: list[FileRefused] | None = None,
) -> Keep[Any]:
    """What a file says, or what it last said that was right.

    Args:
        connection: A transaction; what changed is written down in it.
        folder: The agency's folder.
        now: When that is.
        refused: Gets what is wrong with the files as they lie there now.
    """

    def keep(path: Path, read: Callable[[Path, str], _T]) -> _T:
        found = in_force(connection, path, read, now, str(path.relative_to(folder)))
        if found.refused is not None and refused is not None:
            refused.append(found.refused)
        return found.value

    return keep


def read_watched(
    folder: Path,
    agency: Agency,
    feeds: Iterable[Feed],
    hops: Iterable[Hop],
    *,
    some_are_broken: bool = False,
    keep: Keep[Any] = as_it_lies,
) -> Watched:
    """Everything to watch, as the agency wants it timed.

    Args:
        folder: The agency's folder.
        agency: Its own facts.
        feeds: Feeds as their contracts have them.
        hops: Hops as their contracts have them.
        some_are_broken: Whether contracts are missing only because they cannot be loaded.
        keep: Reads a file; ``last_good`` outlives one that is wrong.

    Raises:
        ContractFailure: a file is wrong; the message names file, line and mend.
    """
    feeds, hops = tuple(feeds), tuple(hops)
    known = {feed.name: feed for feed in feeds}, {hop.name: hop for hop in hops}
    path = folder / TIMING
    if path.exists():
        changes: _Changes = keep(path, partial(_read, *known, some_are_broken))
        feeds = tuple(_feed(feed, changes) for feed in feeds)
        hops = tuple(_hop(hop, changes) for hop in hops)
    read = partner_reader(hop.ladder for hop in hops)
    partners = [keep(path, read) for path in sorted((folder / PARTNERS).glob("*.toml"))]
    refuse_doubles(folder / PARTNERS, partners)
    return Watched(
        feeds=feeds,
        hops=hops,
        partners=tuple(partners),
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
