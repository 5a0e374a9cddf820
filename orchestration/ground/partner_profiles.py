"""What each partner normally answers, and by when: one file each in the agency's ``partners``.

A partner is a payer, or whoever answers for it. A reply it never sends, or only sometimes, is
never late; one it always sends is late from an instant that its cut-off, its own calendar, its
payment days and its planned downtime decide. ``any_payer.toml`` speaks for payers without a file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from orchestration.ground.business_time import Days, Limit, WorkingTime, parse_clock, parse_limit
from orchestration.ground.contracts import Severity
from orchestration.ground.failures import Fault, FileRefused
from orchestration.ground.toml_file import parse_toml
from orchestration.ground.toml_table import TomlTable

Expected = Literal["always", "sometimes", "never"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANY_PAYER = "any_payer"
CORRECTIONS = frozenset({"replace", "void"})


@dataclass(frozen=True)
class Reply:
    """One rung of the ladder, as this partner climbs it.

    Args:
        rung: As the hop's ladder calls it.
        expected: Whether it comes.
        warn: After how long people look at it.
        fail: After how long it is overdue.
        paid_on: Weekdays (Monday is 0) it comes on, when it comes in cycles.
        severity: What it is to people when it is overdue.
    """

    rung: str
    expected: Expected
    warn: Limit
    fail: Limit
    paid_on: tuple[int, ...] = ()
    severity: Severity = "P2"


@dataclass(frozen=True)
class Partner:
    """Whom we send to, and what comes back.

    Args:
        name: File stem: how pages and pictures call it.
        meaning: One sentence for people.
        payers: Ids of the payers it answers for; empty for all that have no file.
        owner: Role that answers for what it does not answer.
        calendar: Its own days and hours.
        cut_off: What is sent after it counts as sent on its next working day.
        downtime: Planned silences, from and until; waits stand still meanwhile.
        replies: In the ladder's order.
        rungs: The ladder.
        lock_days: Days after service in which its visits may be corrected, where there is a limit.
        refuses: Corrections it takes no claim for: ``replace`` (7), ``void`` (8).
        way_out: What to do instead, in a sentence for people.
        new_claim_instead: Whether that is to give the claim up and bill its visits on a new one.
    """

    name: str
    meaning: str
    payers: tuple[str, ...]
    owner: str
    calendar: WorkingTime
    cut_off: time | None
    downtime: tuple[tuple[datetime, datetime], ...]
    replies: tuple[Reply, ...]
    rungs: tuple[str, ...]
    lock_days: int | None = None
    refuses: tuple[str, ...] = ()
    way_out: str = ""
    new_claim_instead: bool = False

    def awaited(self, rung: str) -> Reply | None:
        """The next reply that always comes to something that stands on a rung."""
        reached = self.rungs.index(rung) if rung in self.rungs else -1
        for reply in self.replies:
            if reply.expected == "always" and self.rungs.index(reply.rung) > reached:
                return reply
        return None

    def overdue_at(self, reply: Reply, sent_at: datetime) -> datetime:
        """By when a reply must have come to something sent at an instant.

        Never before the replies that come first: one that is late makes the next one late too.
        """
        return _deadlines(self, reply.rung, sent_at)[1]

    def looked_at(self, reply: Reply, sent_at: datetime) -> datetime:
        """By when people look at it, overdue or not."""
        return _deadlines(self, reply.rung, sent_at)[0]

    def __hash__(self) -> int:
        """Worked out once: deadlines are looked up by it, many times a second."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.cut_off, self.downtime, self.replies))


@lru_cache(maxsize=65536)
def _deadlines(partner: Partner, rung: str, sent_at: datetime) -> tuple[datetime, datetime]:
    reply = next(one for one in partner.replies if one.rung == rung)
    first = [one for one in partner.replies if one.expected == "always"]
    upto = first[: first.index(reply) + 1] if reply in first else [reply]
    overdue_at = max(_due(partner, one, one.fail, sent_at) for one in upto)
    return min(_due(partner, reply, reply.warn, sent_at), overdue_at), overdue_at


def _due(partner: Partner, reply: Reply, limit: Limit, sent_at: datetime) -> datetime:
    calendar = partner.calendar
    due = limit.due(_taken_in(calendar, partner.cut_off, sent_at), calendar)
    if reply.paid_on:
        due = _pay_day(calendar, reply.paid_on, due)
    for begins, ends in sorted(partner.downtime):
        if begins < due and ends > sent_at:
            due += ends - max(begins, sent_at)
    return due


def _taken_in(calendar: WorkingTime, cut_off: time | None, sent_at: datetime) -> datetime:
    """When the partner counts it as received."""
    day = calendar.local_day(sent_at)
    if cut_off is None or (calendar.is_business(day) and sent_at <= calendar.latest(day, cut_off)):
        return sent_at
    return calendar.earliest(calendar.next_business_day(day), time())


def _pay_day(calendar: WorkingTime, paid_on: tuple[int, ...], at: datetime) -> datetime:
    """End of the first payment day from then on; a holiday moves it to the next working day."""
    day = calendar.local_day(at)
    while True:
        if day.weekday() in paid_on:
            ends = calendar.latest(calendar.next_business_day(day, 0), calendar.closes)
            if ends >= at:
                return ends
        day += timedelta(days=1)


def partner_reader(ladders: Iterable[Sequence[str]]) -> Callable[[Path, str], Partner]:
    """What reads a partner's file; its name is the file's.

    Args:
        ladders: The ladders of all hops; each rung names one reply. Where none can be read, the
            file's own order stands, and partners are watched all the same.
    """
    return partial(_read, tuple(dict.fromkeys(rung for ladder in ladders for rung in ladder)))


def answering_for(partners: Sequence[Partner], payer_id: str) -> Partner:
    """Who answers for a payer: the partner whose file names it, else what speaks for any payer."""
    for partner in partners:
        if payer_id in partner.payers:
            return partner
    return next(partner for partner in partners if not partner.payers)


def apart(
    read: Callable[[Path, str], Partner], claimed: Mapping[str, str]
) -> Callable[[Path, str], Partner]:
    """The same reader, which refuses a payer that answers through another partner.

    Args:
        read: The reader.
        claimed: Payer to the partner it answers through, of those read before.
    """

    def reading(path: Path, text: str) -> Partner:
        partner = read(path, text)
        for payer in partner.payers:
            if payer in claimed:
                what = f"payer {payer} answers through {claimed[payer]} already"
                raise FileRefused([Fault(path, 1, what, "Name it in one file only.")])
        return partner

    return reading


def _read(rungs: tuple[str, ...], path: Path, text: str) -> Partner:
    toml = parse_toml(path, text)
    table = TomlTable(toml, toml.facts)
    table.only(
        *("meaning", "payers", "owner", "time_zone", "works", "holidays", "opens", "closes"),
        *("cut_off", "downtime", "replies", "visit_lock_days", "sending"),
        *("refuses", "way_out", "new_claim_instead"),
    )
    payers = tuple(map(str, table.get("payers", list, [])))
    if not payers and path.stem != ANY_PAYER:
        table.refuse("payers", "no payer answers through it", 'Write payers = ["their id"].')
    said = table.get("replies", dict)
    rungs = rungs or tuple(said)
    replies = _replies(table, said, rungs)
    return Partner(
        name=path.stem,
        meaning=table.get("meaning", str),
        payers=payers,
        owner=table.get("owner", str),
        calendar=_calendar(table),
        cut_off=table.parse("cut_off", parse_clock, None),
        downtime=tuple(_downtime(table)),
        replies=tuple(sorted(replies, key=lambda reply: rungs.index(reply.rung))),
        rungs=rungs,
        lock_days=table.get("visit_lock_days", int, None),
        refuses=_refuses(table),
        way_out=table.get("way_out", str, ""),
        new_claim_instead=table.get("new_claim_instead", bool, default=False),
    )


def _refuses(table: TomlTable) -> tuple[str, ...]:
    said = table.get("refuses", list, [])
    if not set(said) <= CORRECTIONS:
        table.refuse("refuses", "refuses is no list of corrections", 'Write ["replace", "void"].')
    return tuple(said)


def _calendar(table: TomlTable) -> WorkingTime:
    closed = table.get("holidays", list, [])
    if not all(type(day) is date for day in closed):
        table.refuse("holidays", "holidays must be days", "Write them like 2026-12-24.")
    return WorkingTime(
        zone=table.parse("time_zone", ZoneInfo),
        closures=tuple(closed),
        days=table.choose("works", get_args(Days), "business"),
        opens=table.parse("opens", parse_clock, time(8)),
        closes=table.parse("closes", parse_clock, time(17)),
    )


def _downtime(table: TomlTable) -> Iterable[tuple[datetime, datetime]]:
    for window in table.get("downtime", list, []):
        begins, ends = window.get("from"), window.get("until")
        known = isinstance(begins, datetime) and isinstance(ends, datetime)
        if not known or begins.tzinfo is None or ends.tzinfo is None or ends <= begins:
            mend = "Write from = 2026-12-06T01:00:00-05:00 and a later until, with their offsets."
            table.refuse("downtime", "this downtime has no beginning and end", mend)
        yield begins, ends


def _replies(table: TomlTable, said: Mapping[str, Any], rungs: tuple[str, ...]) -> Iterable[Reply]:
    for rung, facts in said.items():
        reply = table.within(rung, facts, "replies")
        if rung not in rungs:
            mend = f"The ladder has {', '.join(rungs)}."
            reply.refuse(rung, f"{rung} is no reply", mend)
        reply.only("expected", "warn", "fail", "paid_on", "severity")
        expected = reply.choose("expected", get_args(Expected))
        never = {} if expected == "always" else {"default": parse_limit("365 days")}
        days = reply.get("paid_on", list, [])
        if not all(day in WEEKDAYS for day in days):
            reply.refuse("paid_on", "paid_on is no list of weekdays", 'Write ["thursday"].')
        yield Reply(
            rung=rung,
            expected=expected,
            warn=reply.parse("warn", parse_limit, **never),
            fail=reply.parse("fail", parse_limit, **never),
            paid_on=tuple(WEEKDAYS.index(day) for day in days),
            severity=reply.choose("severity", get_args(Severity), "P2"),
        )
