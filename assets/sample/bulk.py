"""Many plain visits, for measuring: nothing is wrong with any of them.

However many visits are asked for, a client has fifty of them and a caregiver two hundred, so that
what a rule meets around one visit does not grow with the whole. Lines are written from templates
made by the feeds' contracts; only clients and caregivers are kept in memory.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from assets.sample.agency import enrol, enrolments, hire, role_rights
from assets.sample.arrivals import FIRST, file_name
from assets.sample.dialects import FEEDS, texts, wall_clock, write_rows
from assets.sample.paperwork import authorize
from assets.sample.payers import BY_ID, contract_rows
from assets.sample.times import Period, Row, local
from assets.sample.week import add_schedule, add_visit, clock_by
from assets.sample.world import Sent, World
from orchestration.ground.contracts import Delimited

END = date(2026, 11, 20)
PER_CLIENT = 50
PER_CAREGIVER = 200
CLIENTS_EACH = PER_CAREGIVER // PER_CLIENT
SLOTS = 8
FIRST_HOUR = 6
DAYS = PER_CAREGIVER // SLOTS
SHAPES = 8
LINES_AT_ONCE = 5_000

VISIT = (
    "visit_id",
    "client_id",
    "client_medicaid_id",
    "caregiver_id",
    "schedule_id",
    "call_in_at",
    "call_out_at",
    "call_in_latitude",
    "call_in_longitude",
    "call_out_latitude",
    "call_out_longitude",
    "aggregator_txn_id",
    "source_updated_at",
)
SCHEDULE = ("schedule_id", "client_id", "caregiver_id", "start_at", "end_at")
NOTE = ("document_id", "client_id", "visit_id", "completed_at", "signed_at", "source_updated_at")


@dataclass(frozen=True)
class BulkSummary:
    """What was written: rows by file, and the instant it is to be judged at."""

    folder: Path
    rows: dict[str, int]
    as_of: datetime


def write_visits_csv(path: Path, rows: int, seed: int) -> None:
    """Write one file of so many visits, in the agency-local CSV dialect."""
    _Bulk(rows, seed).write(path, "evv_visits_hhax")


def write_bulk(out: Path, visits: int, seed: int) -> BulkSummary:
    """Write visits with everything they need to become claims, one file a feed.

    Args:
        out: The folder; files go to ``out/feeds``, those of an earlier sample are replaced.
        visits: How many visits.
        seed: The same seed writes the same bytes.
    """
    bulk = _Bulk(visits, seed)
    feeds = out / "feeds"
    feeds.mkdir(parents=True, exist_ok=True)
    for old in feeds.iterdir():
        old.unlink()
    written: dict[str, int] = {}
    for feed in (*bulk.plain, *bulk.lines):
        at = bulk.world.period.as_of - timedelta(minutes=15)
        if feed in FIRST and feed != "documentation":
            at = bulk.world.period.opens + timedelta(minutes=FIRST[feed])
        path = feeds / file_name(feed, at)
        written[path.name] = bulk.write(path, feed)
        os.utime(path, (at.timestamp(), at.timestamp()))
    return BulkSummary(out, written, bulk.world.period.as_of)


class _Bulk:
    """The people of a bulk sample, and the lines about them."""

    def __init__(self, visits: int, seed: int) -> None:
        self.visits = visits
        period = Period(END - timedelta(days=DAYS - 1), END)
        self.world = world = World(period, Random(seed))  # noqa: S311 - repeatable, not secret
        payer = BY_ID["HARBOR-FICTIVE"]
        world.contracts = contract_rows()
        world.rights = role_rights(period)
        for number in range(1, -(-max(visits, 1) // PER_CAREGIVER) * CLIENTS_EACH + 1):
            client = enrol(world, number, payer)
            client.main_service, client.first_day = payer.services[0], period.start
            # homes stay on the globe however many there are
            client.row["home_latitude"] = round(12 + number % 4000 * 0.01, 6)
            client.row["home_longitude"] = round(-40 - number % 4000 * 0.01, 6)
            authorize(world, client, client.main_service)
            world.clients.append(client)
            if number % CLIENTS_EACH == 1:
                hire(world, "aide")
        self.plain: dict[str, Iterable[Row]] = {
            "role_rights": world.rights,
            "provider_enrolments": enrolments(period),
            "caregivers": world.caregivers,
            "clients": [client.row for client in world.clients],
            "service_auths": [auth for client in world.clients for auth in client.auths],
        }
        self.lines: dict[str, Callable[[], Iterator[str]]] = {
            "schedules": self._schedules,
            "documentation": self._notes,
            "evv_visits_hhax": self._visits,
        }
        self._shape_of = world.rng.randbytes(4096)

    def write(self, path: Path, feed: str) -> int:
        """Write one feed's file and say how many rows it has."""
        if feed in self.plain:
            rows = [Sent(row, self.world.period.opens) for row in self.plain[feed]]
            path.write_bytes(write_rows(FEEDS[feed], rows))
            return len(rows)
        delimiter = _delimiter(feed)
        with path.open("w", newline="\n") as file:
            fields = [source.field for source in FEEDS[feed].sources.values()]
            file.write(delimiter.join(fields) + "\n")
            some: list[str] = []
            for line in self.lines[feed]():
                some.append(line)
                if len(some) == LINES_AT_ONCE:
                    file.writelines(some)
                    some.clear()
            file.writelines(some)
        return self.visits

    def _spots(self) -> Iterator[tuple[int, int, int, int]]:
        """Number, caregiver, client and time of every visit, day by day."""
        many = len(self.world.caregivers)
        for day in range(DAYS):
            for carer in range(many):
                first = carer * PER_CAREGIVER + day * SLOTS
                for slot in range(min(SLOTS, self.visits - first)):
                    number = first + slot
                    shape = self._shape_of[number % 4096] % SHAPES
                    client = carer * CLIENTS_EACH + slot % CLIENTS_EACH
                    yield number + 1, carer, client, (day * SLOTS + slot) * SHAPES + shape

    def _times(self) -> Iterator[tuple[datetime, datetime]]:
        """Planned start and clock-out of every day, slot and shape."""
        for day in self.world.period.days():
            for slot in range(SLOTS):
                start = local(day, FIRST_HOUR + 2 * slot)
                for shape in range(SHAPES):
                    yield start, start + timedelta(minutes=60 + 5 * shape)

    def _visits(self) -> Iterator[str]:
        template = self._template("evv_visits_hhax", VISIT)
        times = [
            (
                wall_clock(start + timedelta(minutes=2)),
                wall_clock(end),
                wall_clock(end + timedelta(minutes=12)),
            )
            for start, end in self._times()
        ]
        people = [
            (
                row["client_id"],
                row["medicaid_id"],
                f"{row['home_latitude']:.6f}",
                f"{row['home_longitude']:.6f}",
            )
            for row in (client.row for client in self.world.clients)
        ]
        carers = [row["caregiver_id"] for row in self.world.caregivers]
        for number, carer, client, time in self._spots():
            client_id, member_id, north, west = people[client]
            called_in, called_out, sent = times[time]
            yield template % (
                *(f"V{number:08d}", client_id, member_id, carers[carer], f"S{number:08d}"),
                *(called_in, called_out, north, west, north, west, f"TX{number:08d}", sent),
            )

    def _schedules(self) -> Iterator[str]:
        template = self._template("schedules", SCHEDULE)
        times = [(_utc(start), _utc(end)) for start, end in self._times()]
        clients = [client.client_id for client in self.world.clients]
        carers = [row["caregiver_id"] for row in self.world.caregivers]
        for number, carer, client, time in self._spots():
            yield template % (f"S{number:08d}", clients[client], carers[carer], *times[time])

    def _notes(self) -> Iterator[str]:
        template = self._template("documentation", NOTE)
        times = [_utc(end + timedelta(minutes=20)) for _, end in self._times()]
        clients = [client.client_id for client in self.world.clients]
        for number, _, client, time in self._spots():
            signed = times[time]
            yield template % (
                *(f"D{number:08d}", clients[client], f"V{number:08d}", signed, signed, signed),
            )

    def _template(self, feed: str, varying: tuple[str, ...]) -> str:
        """A line of the feed with gaps for what differs, made from one ordinary visit."""
        world, client = self.world, self.world.clients[0]
        start = local(world.period.start, FIRST_HOUR)
        caregiver_id = str(world.caregivers[0]["caregiver_id"])
        schedule = add_schedule(world, client, caregiver_id, start, start + timedelta(hours=1))
        visit = add_visit(world, client, schedule)
        clock_by(world, visit.row, client, "Mobile")
        rows: dict[str, Row] = {
            "schedules": schedule,
            "documentation": visit.note or {},
            "evv_visits_hhax": visit.row,
        }
        found = texts(FEEDS[feed], Sent(rows[feed], start))
        gaps = ["%s" if name in varying else found[name] for name in FEEDS[feed].sources]
        return _delimiter(feed).join(gaps) + "\n"


def _delimiter(feed: str) -> str:
    dialect = FEEDS[feed].dialect
    return dialect.delimiter if isinstance(dialect, Delimited) else ","


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
