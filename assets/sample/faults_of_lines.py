"""Lines that cannot become rows: what stands on them, and why landing must hold them.

A spoiled visit line usually is all there is of its visit, so that the visit has no record at any
hop. A held line uses its version up: a visit that is mended comes again with a higher one.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from assets.sample.dialects import FEEDS, VISIT_FEEDS
from assets.sample.kinds import HOP_1, Where, correct, is_day
from assets.sample.times import Row, instant, local, local_date
from assets.sample.world import Sent, Visit, World
from orchestration.ground.contracts import Delimited


@dataclass(frozen=True)
class LineKind:
    """One way a line can be bad.

    Args:
        name: What the truth calls it.
        raw: Column to the text that stands there.
        codes: Why the line is held, sorted.
        extra: Fields too many or, below zero, too few.
    """

    name: str
    raw: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]
    extra: int = 0


VISIT_LINES = (
    LineKind("line: version is a word", (("sequence_id", "two"),), ("NOT-A-NUMBER",)),
    LineKind("line: no payer", (("payer_id", ""),), ("MISSING",)),
    LineKind("line: no visit id", (("visit_id", ""),), ("MISSING",)),
    LineKind("line: unknown way to clock in", (("call_in_type", "X"),), ("NOT-ALLOWED",)),
    LineKind("line: telephone with dashes", (("call_in_phone", "614-555-0123"),), ("PATTERN",)),
    LineKind("line: service in small letters", (("service_code", "t1019"),), ("PATTERN",)),
    LineKind("line: latitude off the globe", (("call_in_latitude", "123.4"),), ("OUT-OF-RANGE",)),
    LineKind("line: more minutes than a day", (("bill_minutes", "1600"),), ("OUT-OF-RANGE",)),
    LineKind("line: date in another order", (("call_in_at", "20/11/2026"),), ("NOT-AN-INSTANT",)),
    LineKind("line: neither yes nor no", (("change_attested", "maybe"),), ("NOT-YES-OR-NO",)),
    LineKind("line: zone nobody knows", (("time_zone", "Mars/Olympus"),), ("NOT-ALLOWED",)),
    LineKind(
        "line: no payer and a telephone with dashes",
        (("payer_id", ""), ("call_out_phone", "614-555-0123")),
        ("MISSING", "PATTERN"),
    ),
    LineKind("line: a field too many", (), ("FIELD-COUNT",), extra=1),
    LineKind("line: a field too few", (), ("FIELD-COUNT",), extra=-1),
)

#: Feed, column, text, reason: one line each in the feeds that bring no visits.
OTHER_LINES = (
    ("role_rights", "right_code", "everything", "NOT-ALLOWED"),
    ("caregivers", "hired_on", "2026-13-01", "NOT-A-DATE"),
    ("clients", "last_name", "", "MISSING"),
    ("provider_enrolments", "npi", "12345", "PATTERN"),
    ("eligibility_rosters", "covered_from", "someday", "NOT-A-DATE"),
    ("primary_answers", "paid_cents", "-1", "OUT-OF-RANGE"),
    ("funding_shares", "minutes", "1501", "OUT-OF-RANGE"),
    ("service_auths", "units_total", "-5", "OUT-OF-RANGE"),
    ("schedules", "status", "perhaps", "NOT-ALLOWED"),
    ("documentation", "content_hash", "not a hash", "PATTERN"),
    ("care_plans", "tasks", "BATH", "PATTERN"),
    ("acknowledgements", "method", "pigeon", "NOT-ALLOWED"),
    ("incidents", "severity", "odd", "NOT-ALLOWED"),
)

#: Hours of a day on which clocks change: which way, a time that then makes no sense, and why not.
CLOCK_CHANGES = {
    25.0: ("back", "01:30", "TIME-AMBIGUOUS"),
    23.0: ("forward", "02:30", "TIME-IN-GAP"),
}


def spoil_lines(world: World) -> None:
    """Plant every kind of bad line once."""
    for kind in VISIT_LINES:
        visit = world.take(_who_can_say(kind))
        if visit is not None:
            _send(world, visit, kind)
            _forget(world, visit)
    _at_clock_change(world)
    _mended(world)
    _changed_without_number(world)
    _number_used_up(world)


def _who_can_say(kind: LineKind) -> Where:
    """Visits whose sender has a place for what shall be wrong."""

    def can_say(visit: Visit) -> bool:
        feed = VISIT_FEEDS[str(visit.row["source_system"])]
        has_fields = not kind.extra or isinstance(feed.dialect, Delimited)
        return is_day(visit) and has_fields and all(name in feed.sources for name, _ in kind.raw)

    return can_say


def _send(world: World, visit: Visit, kind: LineKind, row: Row | None = None) -> None:
    row = row or visit.row
    feed = VISIT_FEEDS[str(row["source_system"])]
    at = instant(row, "source_updated_at")
    world.more[feed.name].append(Sent(row, at, dict(kind.raw), kind.extra, kind.codes, kind.name))
    world.planted[kind.name] = world.planted.get(kind.name, 0) + 1


def _forget(world: World, visit: Visit) -> None:
    """No version of the visit becomes a row."""
    world.visits.remove(visit)


def _at_clock_change(world: World) -> None:
    """A wall-clock time that happened twice, or never, in the one feed without offsets."""
    for day in world.period.days():
        hours = (local(day + timedelta(days=1), 0) - local(day, 0)) / timedelta(hours=1)
        found = CLOCK_CHANGES.get(hours)
        visit = world.take(_at_hhax_near(day)) if found else None
        if found and visit is not None:
            way, time, code = found
            raw = (("call_out_at", f"{day.isoformat()} {time}"),)
            _send(world, visit, LineKind(f"line: clocks go {way}", raw, (code,)))
            _forget(world, visit)


def _at_hhax_near(day: date) -> Where:
    days = (day, day - timedelta(days=1))
    return lambda visit: visit.row["source_system"] == "hhax" and local_date(visit.began) in days


def _mended(world: World) -> None:
    """Held, and sent again with a higher version: the visit goes on."""
    visit = world.take(is_day)
    if visit is not None:
        correct(world, visit)
        kind = LineKind("line: held, then mended", (("call_in_phone", "none"),), ("PATTERN",))
        _send(world, visit, kind, visit.earlier.pop())
        _mark(visit, "allowed: mended with a higher version")


def _changed_without_number(world: World) -> None:
    """The same version with another clock-out: what came first stands."""
    visit = world.take(is_day)
    if visit is not None:
        at = world.period.as_of - timedelta(minutes=25)
        again = {**visit.row, "call_out_at": visit.ended + timedelta(minutes=30)}
        kind = LineKind("line: same version, other content", (), ("SEQUENCE-REPEATED",))
        _send(world, visit, kind, again)
        world.more[_feed(visit)][-1].at = at
        _mark(visit, "allowed: another wanted to be this version")


def _number_used_up(world: World) -> None:
    """The mended line comes with the version of the held one: it is held, too."""
    visit = world.take(lambda visit: is_day(visit) and local_date(visit.began) < world.period.end)
    if visit is not None:
        _send(world, visit, LineKind("line: held first", (("payer_id", ""),), ("MISSING",)))
        kind = LineKind("line: version used up", (), ("SEQUENCE-BURNT",))
        _send(world, visit, kind)
        later = local(local_date(visit.ended) + timedelta(days=1), 12)
        world.more[_feed(visit)][-1].at = min(later, world.period.as_of - timedelta(minutes=25))
        _forget(world, visit)


def _feed(visit: Visit) -> str:
    return VISIT_FEEDS[str(visit.row["source_system"])].name


def _mark(visit: Visit, name: str) -> None:
    visit.fault, visit.is_plain, visit.codes[HOP_1] = name, False, ()


def spoil_other_lines(world: World, sent: dict[str, list[Sent]]) -> None:
    """One bad line in each other feed: a version of something that is as it was before."""
    for feed_name, column, text, code in OTHER_LINES:
        rows = sent.get(feed_name)
        if not rows:
            continue
        table = FEEDS[feed_name].table
        last = rows[world.rng.randrange(len(rows))]
        key = [last.row[name] for name in table.key]
        newest = max(
            int(str(one.row[str(table.version)]))
            for one in rows
            if [one.row[name] for name in table.key] == key
        )
        row = {**last.row, str(table.version): newest + 1}
        bad = Sent(row, last.at, {column: text}, 0, (code,), f"line: {feed_name} {column}")
        rows.append(bad)
        world.planted[str(bad.fault)] = 1
