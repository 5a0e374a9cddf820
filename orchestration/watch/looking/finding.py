"""Find what is wrong now: every kind's question put to stored state, absence judged by the clock.

Nothing is remembered between two evaluations but when something was first watched. Asking twice,
or after a crash, or after a week of sleep gives the same answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa

from orchestration.watch.looking.condition_files import ConditionKind, load_kinds
from orchestration.watch.looking.conditions import Condition
from orchestration.watch.looking.facts import Rows, ask
from orchestration.watch.looking.freshness import Finding
from orchestration.watch.looking.standing import Standing, orphans, stand
from orchestration.watch.looking.watched import Watched

_UNUSABLE = frozenset(
    {
        *("schema_drift", "feed_quarantined", "feed_short", "feed_repeated"),
        "feed_out_of_range",
    }
)
_CAUSES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "feed_late": (_UNUSABLE, frozenset()),
    "hop_stale": (frozenset({"hop_failing"}), frozenset({"hop_failing", "hop_stale"})),
    "records_stuck": (frozenset({"hop_failing", "hop_stale"}), frozenset()),
    "queue_growing": (frozenset({"hop_failing", "hop_stale"}), frozenset()),
    "reply_overdue": (frozenset(), _UNUSABLE | {"feed_late", "hop_failing", "hop_stale"}),
}
"""Kinds that explain a kind: on the same subject, and on what it stands on."""
ORPHAN_OWNER = "Data on-call"
"""Answers for what has lost its contract."""


def find_conditions(connection: sa.Connection, watched: Watched, now: datetime) -> list[Condition]:
    """Everything that is wrong now, worst first.

    Args:
        connection: Reads only.
        watched: Feeds, hops, partners, calendar.
        now: The instant to judge for.
    """
    kinds = _kinds()
    rows = ask(connection, kinds, watched, now)
    standings = [*stand(connection, kinds, rows, watched, now)]
    if watched.some_are_broken:
        standings += orphans(connection, {standing.name for standing in standings})
    found = [*_of_rows(kinds, rows), *_of_standings(kinds, standings, watched)]
    explained = _explain(found, watched, _in_trouble(connection, found))
    return sorted(explained, key=lambda each: (each.severity, each.since, each.key))


@cache
def _kinds() -> tuple[ConditionKind, ...]:
    return load_kinds()


def _of_rows(kinds: Sequence[ConditionKind], rows: Rows) -> Iterator[Condition]:
    for kind in kinds:
        for row in rows[kind.name] if not kind.finds else ():
            told: dict[str, Any] = {"severity": kind.severity, "owner": kind.owner} | row
            yield Condition(kind=kind.name, **told)


def _of_standings(
    kinds: Sequence[ConditionKind], standings: Sequence[Standing], watched: Watched
) -> Iterator[Condition]:
    owners = {subject.name: subject.owner for subject in watched.subjects}
    of = {"feed": "feed_late", "hop": "hop_stale", "partner": "reply_overdue"}
    finds = {kind.name: kind.finds for kind in kinds}
    for standing in standings:
        kind = of[standing.what]
        owner = owners.get(standing.name, ORPHAN_OWNER)
        for finding in standing.freshness.findings:
            if finding.state == "stale" and finding.kind in finds[kind]:
                yield _of_finding(kind, standing.name, owner, finding)


def _of_finding(kind: str, subject: str, owner: str, finding: Finding) -> Condition:
    return Condition(
        kind=kind,
        subject=subject,
        cause="data_is_old" if finding.kind == "old" else finding.cause,
        severity=finding.severity,
        owner=owner,
        since=finding.due_at,
        count=finding.records,
        oldest=finding.since,
        money=Decimal(finding.cents) / 100 if finding.cents else None,
    )


def _in_trouble(connection: sa.Connection, found: Sequence[Condition]) -> dict[str, set[str]]:
    """What is wrong with each subject: found now, or gone for too short a time to be over.

    What flaps explains what stands behind it in its good moments too.
    """
    kinds: dict[str, set[str]] = {}
    for subject, kind in (*((one.subject, one.kind) for one in found), *_open(connection)):
        kinds.setdefault(subject, set()).add(kind)
    return kinds


def _open(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    for row in connection.execute(_OPEN):
        yield row.subject, row.kind


def _explain(
    found: Sequence[Condition], watched: Watched, kinds: Mapping[str, set[str]]
) -> Iterator[Condition]:
    """Name what explains each: its own subject, or one upstream, that is itself in trouble."""
    for one in found:
        own, above = _CAUSES.get(one.kind, (frozenset(), frozenset()))
        # records that somebody must mend stand still whoever else is late
        if one.kind == "records_stuck" and one.cause:
            own = frozenset()
        here = (one.subject,) if own & kinds[one.subject] else ()
        there = (
            name for name in watched.upstream.get(one.subject, ()) if above & kinds.get(name, set())
        )
        yield replace(one, caused_by=(*here, *there))


_OPEN = sa.text("select subject, kind from ops.incident where closed_at is null")
