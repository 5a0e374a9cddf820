"""The sample agency's world while it is being made: people, plans, visits and what is wrong.

Rows are plain dictionaries keyed by the landing tables' columns, instants aware and in UTC. What
must become of a record is written beside it when its fault is planted, so that the truth never
comes from running the product.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from assets.sample.times import Period, Row, instant

#: A prime larger than any sample's visits per client: walks through all visits, each once.
_STRIDE = 1_000_003


@dataclass(eq=False)
class Client:
    """A client with everything that hangs on the client."""

    row: Row
    source: str
    main_service: tuple[str, str]
    services: list[str]
    first_day: date
    plans: list[Row] = field(default_factory=list)
    auths: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    papers: list[Row] = field(default_factory=list)
    schedule_ids: list[str] = field(default_factory=list)
    house: str | None = None
    is_special: bool = False

    @property
    def client_id(self) -> str:
        """The agency's id."""
        return str(self.row["client_id"])

    @property
    def is_billed(self) -> bool:
        """Whether somebody else than the client pays."""
        return self.row["payer_id"] != "PRIVATE-FICTIVE"


@dataclass(eq=False)
class Visit:
    """A visit in its newest version, and what must become of it.

    Args:
        row: Newest version.
        client: Whose visit.
        schedule: The planned visit it answers.
        note: Its note, newest version.
        note_before: The version before, where it matters.
        earlier: Older versions, oldest first.
        is_plain: Whether something may be planted here: nothing else is odd about it.
        fault: What was planted, or None.
        codes: By hop, the blocking reasons that must be found.
        warnings: By hop, the warnings that must be shown.
        arrivals: By sequence, when a version arrives that comes late.
        repeats: Versions that are sent once more, and when.
        units_over: Units its authorization has no room for, at a payer who takes the rest.
    """

    row: Row
    client: Client
    schedule: Row | None
    note: Row | None = None
    note_before: Row | None = None
    earlier: list[Row] = field(default_factory=list)
    is_plain: bool = True
    fault: str | None = None
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    arrivals: dict[int, datetime] = field(default_factory=dict)
    repeats: list[tuple[int, datetime]] = field(default_factory=list)
    units_over: int = 0

    @property
    def modifiers(self) -> str:
        """Modifiers in claim order, ``-`` when there are none."""
        sent = (self.row[f"modifier{place}"] for place in (1, 2, 3, 4))
        return ";".join(str(one) for one in sent if one) or "-"

    @property
    def record_id(self) -> str:
        """How every hop calls it."""
        return f"{self.row['source_system']}/{self.row['visit_id']}"

    @property
    def start(self) -> datetime | None:
        """Effective start."""
        return _time(self.row["adjusted_in_at"] or self.row["call_in_at"])

    @property
    def end(self) -> datetime | None:
        """Effective end."""
        return _time(self.row["adjusted_out_at"] or self.row["call_out_at"])

    @property
    def began(self) -> datetime:
        """Effective start, of a visit that has one."""
        return instant({"start": self.start}, "start")

    @property
    def ended(self) -> datetime:
        """Effective end, of a visit that has one."""
        return instant({"end": self.end}, "end")


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


@dataclass
class Sent:
    """One row on its way into a file.

    Args:
        row: What it says.
        at: When the sender had it; it travels in the next file after that.
        raw: Column to the text that stands in the file instead.
        extra: Fields too many (or, below zero, too few) on its line.
        codes: Why landing must hold the line; empty when it becomes a row.
        fault: What was planted.
    """

    row: Row
    at: datetime
    raw: dict[str, str] = field(default_factory=dict)
    extra: int = 0
    codes: tuple[str, ...] = ()
    fault: str | None = None


Pair = tuple[str, int, str]


@dataclass(frozen=True)
class Fate:
    """What was planted in a plan version for one caregiver, or for all (``*``).

    Args:
        name: What was planted.
        codes: Blocking reasons the pair must show.
        acks: How far its receipts go: all, none, delivered, unconfirmed, after the visit.
        warns: Warnings it must show.
    """

    name: str
    codes: tuple[str, ...] = ()
    acks: str = "all"
    warns: tuple[str, ...] = ()


@dataclass
class World:
    """Everything the agency's systems would say."""

    period: Period
    rng: Random
    contracts: list[Row] = field(default_factory=list)
    rights: list[Row] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    caregivers: list[Row] = field(default_factory=list)
    schedules: dict[str, list[Row]] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    incidents: list[Row] = field(default_factory=list)
    enrolments: list[Row] = field(default_factory=list)
    stays: list[Row] = field(default_factory=list)
    live_ins: list[Row] = field(default_factory=list)
    restrictions: list[Row] = field(default_factory=list)
    roster_days: dict[str, dict[date, Row]] = field(default_factory=lambda: defaultdict(dict))
    primary_answers: list[Row] = field(default_factory=list)
    funding_shares: list[Row] = field(default_factory=list)
    more: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    deviations: set[tuple[str, str]] = field(default_factory=set)
    fates: dict[Pair, Fate] = field(default_factory=dict)
    receipts: dict[Pair, Row] = field(default_factory=dict)
    old_tasks: set[str] = field(default_factory=set)
    no_tasks: set[str] = field(default_factory=set)
    planted: dict[str, int] = field(default_factory=dict)
    typed_often: frozenset[str] | None = None
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str) -> int:
        """The next running number of a kind of id."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def schedule_now(self, schedule_id: str) -> Row:
        """Newest version of a planned visit."""
        return self.schedules[schedule_id][-1]

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.rng.random() < share

    def fate(self, pair: Pair) -> Fate | None:
        """What was planted in a pair or in its plan version."""
        return self.fates.get(pair) or self.fates.get((pair[0], pair[1], "*"))

    def take(self, where: Callable[[Visit], bool] = lambda _: True) -> Visit | None:
        """A visit nothing is wrong with, to plant a fault in, or None when none suits."""
        many = len(self.visits)
        first = self.rng.randrange(many) if many else 0
        for place in range(many):
            visit = self.visits[(first + place * _STRIDE) % many]
            plain = visit.is_plain and visit.fault is None and not visit.client.is_special
            if plain and where(visit):
                return visit
        return None

    def is_free(self, caregiver_id: str, start: datetime, end: datetime) -> bool:
        """Whether a caregiver has an hour's room around a span, in plans and in fact."""
        margin = timedelta(hours=1)
        return not any(
            begun < end + margin and start - margin < ended
            for begun, ended in self._spans(caregiver_id)
        )

    def _spans(self, caregiver_id: str) -> Iterable[tuple[datetime, datetime]]:
        for visit in self.visits:
            if visit.row["caregiver_id"] == caregiver_id and visit.start and visit.end:
                yield visit.start, visit.end
        for versions in self.schedules.values():
            row = versions[-1]
            if row["caregiver_id"] == caregiver_id and row["status"] == "planned":
                yield instant(row, "start_at"), instant(row, "end_at")
