"""365 days, four hops, twelve partners, sixty planted stalls: all are found, and nothing else.

The oracle (``tests/a_year.py``) shares no code with what it judges. Between two things that
happen, lateness only grows; so looking just before each of them looks at the worst moment there
is. That it only grows is looked at too, at every half minute of the days that are not like others
and at random.
"""

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import sqlalchemy as sa

from orchestration.ground.database import Database
from orchestration.ground.partner_profiles import Partner
from orchestration.watch.incidents.book import advance
from orchestration.watch.incidents.office_hours import OfficeHours
from orchestration.watch.incidents.rules import Rules
from orchestration.watch.looking.conditions import Condition
from orchestration.watch.looking.finding import find_conditions
from orchestration.watch.looking.freshness import Promise, freshness
from orchestration.watch.looking.watched import Watched
from tests.a_year import (
    CLOSURES,
    DAY,
    EASTERN,
    FIRST,
    HOUR,
    LAST,
    STALLS,
    Stall,
    Year,
    a_year,
    the_watched,
)

pytestmark = pytest.mark.slow

TICK = timedelta(seconds=30)
IN_TIME = timedelta(seconds=60)
SEED = 20270701
KILLS = 200
ODD_DAYS = (
    date(2027, 11, 7), date(2028, 3, 12), date(2028, 2, 29), date(2027, 11, 25),
    date(2027, 11, 26), date(2027, 12, 25),
)  # fmt: skip
KINDS = {"not_run": "", "old": "data is old"}


@pytest.fixture(scope="module")
def year() -> Year:
    return a_year(SEED)


def start_of(day: date) -> datetime:
    return pd.Timestamp(day, tz=EASTERN).to_pydatetime().astimezone(UTC)


BEGINS, ENDS = start_of(FIRST), start_of(LAST + DAY)


def tick_after(at: datetime) -> datetime:
    """The first look at or after an instant; looks are every half minute, a little off the grid."""
    phase = timedelta(seconds=17)
    since = datetime(2027, 1, 1, tzinfo=UTC) + phase
    return since + -((since - at) // TICK) * TICK


def keys(year: Year, promise: Promise, at: datetime, calendar=None) -> set[str]:
    """What the product says of one subject."""
    found = freshness(promise, year.facts(promise, at), at, calendar or year.watched.calendar)
    if isinstance(promise, Partner):
        kind = "reply_overdue"
    else:
        kind = "hop_stale" if hasattr(promise, "timing") else "feed_late"
    return {
        f"{kind}:{promise.name}:{KINDS.get(one.kind, one.cause)}"
        for one in found.findings
        if one.state == "stale"
    }


def changes(year: Year, promise: Promise) -> list[datetime]:
    """Every instant at which something about a subject is stored."""
    if isinstance(promise, Partner):
        batches = year.batches[promise.name]
        found = {batch.sent_at for batch in batches}
        found |= {at for batch in batches for at, _ in batch.heard}
    else:
        found = set(year.moved[promise.name])
    return sorted(at for at in found if BEGINS < at < ENDS)


def looks(year: Year, promise: Promise, chance: random.Random) -> list[datetime]:
    """Around everything that happens or falls due, all of the odd days, and at random."""
    found: set[datetime] = set()
    step = 20 if isinstance(promise, Partner) else 1
    for at in changes(year, promise):
        found |= {tick_after(at) - TICK, tick_after(at)}
    for stall in year.stalls:
        if stall.subject == promise.name:
            for instant in (stall.due, stall.over):
                found |= {tick_after(instant) + number * TICK for number in range(-5, 6)}
    for day in ODD_DAYS:
        first = tick_after(start_of(day))
        found |= {first + number * step * TICK for number in range(25 * 120 // step)}
    found |= {tick_after(BEGINS + chance.random() * (ENDS - BEGINS)) for _ in range(500)}
    return sorted(found)


def truth(year: Year) -> dict[str, list[Stall]]:
    by_subject: dict[str, list[Stall]] = {}
    for stall in year.late():
        by_subject.setdefault(stall.subject, []).append(stall)
    return by_subject


def test_the_oracle_knows_of_just_the_stalls_that_were_planted(year):
    late = {(one.key, one.due, one.over) for one in year.late()}
    planted = {(one.key, one.due, one.over) for one in year.stalls}
    assert late == planted
    assert len(planted) == STALLS


def test_every_stall_is_found_within_a_minute_and_nothing_else_ever_is(year):
    chance, known = random.Random(SEED), truth(year)
    looked, found_after = 0, {}
    for promise in year.watched.subjects:
        stalls = known.get(promise.name, [])
        for at in looks(year, promise, chance):
            looked += 1
            wanted = {one.key for one in stalls if one.due <= at < one.over}
            assert keys(year, promise, at) == wanted, (promise.name, at)
            for one in stalls:
                if one.key in wanted:
                    found_after.setdefault((one.key, one.due), at - one.due)
    assert len(found_after) == STALLS
    assert max(found_after.values()) <= IN_TIME


def test_local_time_taken_for_utc_would_be_seen_here(year):
    """The control: a watch that reads wall clocks as UTC finds other things."""
    wrong = replace(year.watched.calendar, zone=ZoneInfo("UTC"))
    known = truth(year)
    hop = next(hop for hop in year.watched.hops if hop.timing.deadlines)
    false_or_missed = 0
    for at in changes(year, hop):
        before = tick_after(at) - TICK
        wanted = {one.key for one in known.get(hop.name, []) if one.due <= before < one.over}
        false_or_missed += keys(year, hop, before, wrong) != wanted
    assert false_or_missed > 100


# the same against a real database, with a daemon that dies


class Killed(Exception):
    """The daemon died."""


class Stored:
    """Keeps the tables as the year has them at an instant."""

    def __init__(self, year: Year, database: Database) -> None:
        self.year = year
        self.database = database
        self.shown: dict[str, Any] = {}
        self.numbers = iter(range(1, 1_000_000))

    def bring_to(self, at: datetime) -> None:
        with self.database.transaction() as connection:
            for hop in self.year.watched.hops:
                self._moved(connection, hop.name, at, _PASS)
            for feed in self.year.watched.feeds:
                self._moved(connection, feed.name, at, _FILE)
            for partner in self.year.watched.partners:
                self._partner(connection, partner, at)

    def _moved(self, connection, name: str, at: datetime, write: sa.TextClause) -> None:
        events = self.year.moved[name]
        last = events[bisect_right(events, at) - 1]
        if self.shown.get(name) != last:
            self.shown[name] = last
            number = next(self.numbers)
            binds = {"name": name, "at": last, "number": number, "sha": f"{number:064x}"}
            connection.execute(write, {key: binds[key] for key in write._bindparams})

    def _partner(self, connection, partner: Partner, at: datetime) -> None:
        now_open = {one.sent_at: one.rung(at) for one in self.year.open_batches(partner.name, at)}
        known: dict[datetime, tuple[str, int]] = self.shown.setdefault(partner.name, {})
        for sent_at in [*known]:
            if sent_at not in now_open:
                _, number = known.pop(sent_at)
                connection.execute(_HEARD, {"number": str(number), "rung": "835"})
        for sent_at, rung in now_open.items():
            if sent_at not in known:
                known[sent_at] = (rung, next(self.numbers))
                number = known[sent_at][1]
                for write in (_BATCH, _CLAIM):
                    binds = {
                        "batch_no": f"B{number:09}", "number": str(number), "at": sent_at,
                        "payer": partner.payers[0], "rung": rung,
                        "control": f"{number:09}", "content": str(number).encode(),
                    }  # fmt: skip
                    connection.execute(write, {key: binds[key] for key in write._bindparams})
            elif known[sent_at][0] != rung:
                known[sent_at] = (rung, known[sent_at][1])
                connection.execute(_HEARD, {"number": str(known[sent_at][1]), "rung": rung})


class Daemon:
    """One life of the pager: everything it knows, it reads."""

    def __init__(self, database: Database) -> None:
        self.engine = sa.create_engine(database.url, pool_size=1)
        self.watched: Watched = the_watched()
        self.rules = Rules(hours=OfficeHours(ZoneInfo(EASTERN), CLOSURES))

    def look(self, at: datetime, told: list[tuple[str, str, datetime]], *, dies: str = "") -> None:
        with self.engine.begin() as connection:
            conditions: list[Condition] = find_conditions(connection, self.watched, at)
            if dies == "before":
                raise Killed
            advance(
                connection,
                conditions,
                at,
                self.rules,
                lambda _, incident, telling, now: told.append((telling.what, incident.key, now)),
            )
            if dies == "within":
                raise Killed
        if dies == "after":
            raise Killed


def moments(year: Year, chance: random.Random) -> list[datetime]:
    """Looks of the daemon: close around every stall, hours after it, and at random."""
    found = {tick_after(BEGINS + chance.random() * (ENDS - BEGINS)) for _ in range(150)}
    for stall in year.stalls:
        for number in (-2, -1, 0, 1, 2):
            found |= {tick_after(instant) + number * TICK for instant in (stall.due, stall.over)}
        found |= {tick_after(stall.over) + minutes * timedelta(minutes=1) for minutes in (16, 40)}
        found |= {tick_after(stall.over) + hours * HOUR for hours in (4, 9)}
    return sorted(at for at in found if at > BEGINS - HOUR)


def test_two_hundred_kills_of_the_daemon_change_nothing(year, module_database):
    chance = random.Random(SEED)
    at_all = moments(year, chance)
    # one at the very look that finds each stall, the others anywhere
    kills = {bisect_left(at_all, tick_after(stall.due)) for stall in year.stalls}
    others = sorted(set(range(len(at_all))) - kills)
    kills |= set(chance.sample(others, KILLS - len(kills)))
    stored, daemon = Stored(year, module_database), Daemon(module_database)
    told: list[tuple[str, str, datetime]] = []
    died = 0
    for number, at in enumerate(at_all):
        stored.bring_to(at)
        for _ in range(1 + (number in kills)):
            dies = ("", "before", "within", "after")[1 + died % 3] if number in kills else ""
            before = len(told)
            try:
                daemon.look(at, told, dies=dies)
            except Killed:
                died += 1
                if dies == "within":
                    del told[before:]  # rolled back with the transaction they were written in
                kills.remove(number)
                daemon.engine.dispose()
                daemon = Daemon(module_database)
    daemon.engine.dispose()
    with module_database.engine.connect() as connection:
        rows = connection.execute(
            sa.text("select key, opened_at, closed_at, since from ops.incident order by opened_at")
        ).all()
    planted = {(stall.key, stall.due) for stall in year.stalls}
    assert {(row.key, row.since) for row in rows} == planted
    assert len(rows) == STALLS
    assert max(row.opened_at - row.since for row in rows) <= IN_TIME
    assert all(row.closed_at is not None for row in rows)
    # a stall that ends before the office opens is never told; none is told twice
    opened = Counter(key for what, key, _ in told if what == "opened")
    assert opened <= Counter(stall.key for stall in year.stalls)
    assert {key for _, key, _ in told} <= {stall.key for stall in year.stalls}
    assert died == KILLS


_PASS = sa.text("""
insert into ledger.pass (hop, outcome, started_at, finished_at)
values (:name, 'published', :at, :at)
""")
_FILE = sa.text("""
insert into landing.file (file_id, sha256, feed, name, byte_count, verdict, line_count, row_count
    , newest_event_at, arrived_at, landed_at)
values (:number, :sha, :name, :sha, 1, 'landed', 10, 10, :at, :at, :at)
""")
_BATCH = sa.text("""
insert into core.claim_batch (batch_no, payer_id, receiver_id, interchange_control, group_control
    , file_name, sha256, claim_count, total_cents, usage, content, written_at, batch_id
    , published_at)
values (:batch_no, :payer, 'R', :control, :number, :number
    , encode(sha256(cast(:content as bytea)), 'hex'), 1, 100, 'T', :content, :at, 1, :at)
""")
_CLAIM = sa.text("""
insert into core.claim (claim_id, client_id, payer_id, payer_program, service_week, total_cents
    , line_count, batch_no, set_control, frequency, rung, reply_standing, batch_id, published_at)
values (:number, 'K', :payer, 'P', '2027-06-28', 100, 1, :batch_no, '0001', '1', :rung, 'none', 1
    , :at)
""")
_HEARD = sa.text("update core.claim set rung = :rung where claim_id = :number")
