"""A year in the life of four hops and twelve partners, and an oracle that knows what is late.

The oracle shares no code with the product. It counts minutes in arrays over the whole year and
reads its holidays from the list below; the product walks days and asks a library. Everything
happens on whole minutes.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from assets.feeds.evv_visits import SANDATA
from orchestration import assembly
from orchestration.ground.business_time import Deadline, Night, WorkingTime
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.partner_profiles import Partner, Reply, partner_reader
from orchestration.watch.looking.freshness import Facts, Promise, Sent
from orchestration.watch.looking.watched import Watched

EASTERN = "America/New_York"
FIRST, LAST = date(2027, 7, 1), date(2028, 6, 29)  # 365 days, a leap day among them
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STALLS = 60
CLOSURES = (date(2027, 11, 26), date(2027, 12, 24))
FEDERAL = {
    date(2027, 5, 31), date(2027, 6, 18), date(2027, 6, 19), date(2027, 7, 4), date(2027, 7, 5),
    date(2027, 9, 6), date(2027, 10, 11), date(2027, 11, 11), date(2027, 11, 25),
    date(2027, 12, 24), date(2027, 12, 25), date(2027, 12, 31), date(2028, 1, 1),
    date(2028, 1, 17), date(2028, 2, 21), date(2028, 5, 29), date(2028, 6, 19), date(2028, 7, 4),
    date(2028, 9, 4),
}  # fmt: skip
_GRID_FIRST = datetime(2027, 5, 1, tzinfo=UTC)
_GRID = pd.date_range(_GRID_FIRST, periods=500 * 1440, freq="min")


# the oracle


@dataclass(frozen=True)
class Minutes:
    """Every minute of the year as a zone's wall clock reads it."""

    day: np.ndarray
    clock: np.ndarray
    business: np.ndarray


@cache
def minutes(zone: str, closed: tuple[date, ...] = (), days: str = "business") -> Minutes:
    local = _GRID.tz_convert(zone)
    day = (local.year * 10_000 + local.month * 100 + local.day).to_numpy()
    off = {int(f"{each:%Y%m%d}") for each in closed}
    if days == "business":
        off |= {int(f"{each:%Y%m%d}") for each in FEDERAL}
    weekend = local.day_of_week.to_numpy() >= 5
    closed_day = np.isin(day, list(off))
    if days == "business":
        closed_day = closed_day | weekend
    clock = (local.hour * 60 + local.minute).to_numpy()
    return Minutes(day, clock, ~closed_day)


def index(at: datetime) -> int:
    return int((at - _GRID_FIRST) / MINUTE)


def instant(minute: int) -> datetime:
    return _GRID_FIRST + minute * MINUTE


@cache
def _counted(zone: str, closed: tuple[date, ...], days: str, opens: int, closes: int) -> np.ndarray:
    grid = minutes(zone, closed, days)
    inside = grid.business & (grid.clock >= opens) & (grid.clock < closes)
    return np.concatenate([[0], np.cumsum(inside)])


def after_counted(total: np.ndarray, since: datetime, length: timedelta) -> datetime:
    """First minute by which so many counted minutes have passed."""
    wanted = total[index(since)] + int(length / MINUTE)
    return instant(int(np.searchsorted(total, wanted, side="left")))


@cache
def _slow_nights(zone: str, begins: int, ends: int, slower: int) -> np.ndarray:
    clock = minutes(zone).clock
    night = (clock >= begins) | (clock < ends)
    return np.concatenate([[0], np.cumsum(np.where(night, 1, slower))])


def _at(zone: str, day: int, clock: int, *, last: bool) -> int:
    """The minute a wall clock shows a time; the first it shows later where it skips that time."""
    days, starts = _days(zone, (), "none")
    place = int(np.searchsorted(days, day))
    first, end = int(starts[place]), int(starts[place + 1])
    shown = minutes(zone).clock[first:end]
    found = np.flatnonzero(shown == clock)
    if not len(found):
        found = np.flatnonzero(shown >= clock)[:1]
    return first + int(found[-1 if last else 0])


@cache
def _days(zone: str, closed: tuple[date, ...], days: str) -> tuple[np.ndarray, np.ndarray]:
    """Days that count, and the first minute of each; for ``none`` all of them."""
    grid = minutes(zone, closed, "business" if days == "none" else days)
    found, starts = np.unique(grid.day, return_index=True)
    kept = np.ones(len(found), bool) if days == "none" else grid.business[starts]
    return found[kept], starts[kept]


def _days_after(office: WorkingTime, day: int, number: int = 1) -> tuple[int, int]:
    """The n-th day that counts after a day, and its first minute."""
    found, starts = _days(office.zone.key, office.closures, office.days)
    place = int(np.searchsorted(found, day, side="right")) + number - 1
    return int(found[place]), int(starts[place])


def _clock(value) -> int:
    return value.hour * 60 + value.minute


@cache
def _deadlines(deadline: Deadline, closed: tuple[date, ...]) -> list[tuple[int, int]]:
    """Beginning and failing minute of every one of the year."""
    grid = minutes(EASTERN, closed, "business" if deadline.days == "business" else "every")
    days = pd.unique(grid.day[grid.business])[1:-1]
    return [
        (
            _at(EASTERN, day, _clock(deadline.begins), last=False),
            _at(EASTERN, day, _clock(deadline.fail), last=True),
        )
        for day in days
    ]


def due_again(promise: Feed | Hop, last: datetime) -> datetime:
    """When a feed or hop that last moved at an instant is stale."""
    terms = promise if isinstance(promise, Feed) else promise.timing
    rests = terms.rests
    if rests is None:
        by_feed = isinstance(promise, Feed) and promise.cadence >= DAY
        rests = by_feed or (isinstance(promise, Hop) and not terms.schedule.endswith("*"))
    if rests and terms.fail_after < 7 * DAY:
        found = after_counted(
            _counted(EASTERN, CLOSURES, "business", 0, 1440), last, terms.fail_after
        )
    elif terms.night is not None:
        night = terms.night
        weights = _slow_nights(EASTERN, _clock(night.begins), _clock(night.ends), night.slower)
        found = after_counted(weights, last, terms.fail_after * night.slower)
    else:
        found = last + terms.fail_after
    for deadline in terms.deadlines:
        all_of_it = _deadlines(deadline, CLOSURES)
        _, fails = all_of_it[bisect_right(all_of_it, index(last), key=lambda each: each[0])]
        found = min(found, instant(fails))
    return found


def due_reply(partner: Partner, reply: Reply, sent_at: datetime) -> datetime:
    """When a reply is overdue: not before those that come before it."""
    found = sent_at
    for one in partner.replies:
        if one.expected == "always" or one is reply:
            found = max(found, _due_alone(partner, one, sent_at))
        if one is reply:
            break
    return found


def _due_alone(partner: Partner, reply: Reply, sent_at: datetime) -> datetime:
    office = partner.calendar
    zone, closed, days = office.zone.key, office.closures, office.days
    grid, at = minutes(zone, closed, days), index(sent_at)
    since = at
    if partner.cut_off is not None:
        late = grid.clock[at] > _clock(partner.cut_off)
        if late or not grid.business[at]:
            _, since = _days_after(office, int(grid.day[at]))
    text = reply.fail.text
    number = 1 if text.startswith("next") else int(text.split()[0])
    if text.endswith("00"):
        day, _ = _days_after(office, int(grid.day[since]), number)
        hour, minute = map(int, text.rsplit(" ", 1)[1].split(":"))
        due = instant(_at(zone, day, hour * 60 + minute, last=True))
    elif "business day" in text:
        due = after_counted(_counted(zone, closed, days, 0, 1440), instant(since), number * DAY)
    elif "business hour" in text:
        hours = _counted(zone, closed, days, _clock(office.opens), _clock(office.closes))
        due = after_counted(hours, instant(since), number * HOUR)
    else:
        due = instant(since) + number * (HOUR if "hour" in text else DAY)
    if reply.paid_on:
        due = _payday(partner, reply, due)
    for begins, ends in partner.downtime:
        if begins < due and ends > sent_at:
            due += ends - max(begins, sent_at)
    return due


def _payday(partner: Partner, reply: Reply, due: datetime) -> datetime:
    office = partner.calendar
    zone = office.zone.key
    day = pd.Timestamp(due).tz_convert(zone).date()
    while True:
        if day.weekday() in reply.paid_on:
            work, _ = _days_after(office, int(f"{day:%Y%m%d}") - 1)
            closes = instant(_at(zone, work, _clock(office.closes), last=True))
            if closes >= due:
                return closes
        day += DAY


# what happens


@dataclass
class Batch:
    """A batch on its way: when each reply comes."""

    sent_at: datetime
    heard: list[tuple[datetime, str]]

    def rung(self, at: datetime) -> str:
        known = [rung for when, rung in self.heard if when <= at]
        return known[-1] if known else "sent"


@dataclass(frozen=True)
class Stall:
    """What was planted, as the oracle sees it.

    Args:
        key: Of the condition.
        subject: Who stalls.
        due: The deadline.
        over: When it moves again.
    """

    key: str
    subject: str
    due: datetime
    over: datetime


@dataclass
class Year:
    """Everything that happens."""

    watched: Watched
    moved: dict[str, list[datetime]] = field(default_factory=dict)
    batches: dict[str, list[Batch]] = field(default_factory=dict)
    stalls: list[Stall] = field(default_factory=list)

    def facts(self, promise: Promise, at: datetime) -> Facts:
        """What is stored at an instant, whoever was awake."""
        since = _start() - 30 * DAY
        if isinstance(promise, Partner):
            standing = [(b, b.rung(at)) for b in self.open_batches(promise.name, at)]
            return Facts(since, sent=tuple(Sent(rung, b.sent_at, 1, 100) for b, rung in standing))
        events = self.moved[promise.name]
        last = events[bisect_right(events, at) - 1]
        return Facts(since, last_good_at=last, newest_event_at=last)

    def open_batches(self, partner: str, at: datetime) -> list[Batch]:
        """Sent, and not paid."""
        found = self.batches[partner]
        return [
            batch
            for batch in found[: bisect_right(found, at, key=lambda each: each.sent_at)]
            if batch.heard[-1][0] > at
        ]

    def late(self) -> Iterator[Stall]:
        """Everything that is late at any time, by the oracle alone."""
        for promise in (*self.watched.feeds, *self.watched.hops):
            events = self.moved[promise.name]
            kind = "feed_late" if isinstance(promise, Feed) else "hop_stale"
            for last, after in pairwise(events):
                due = due_again(promise, last)
                if due < after:
                    yield Stall(f"{kind}:{promise.name}:", promise.name, due, after)
        for partner in self.watched.partners:
            for batch in self.batches[partner.name]:
                yield from _late_replies(partner, batch)


def _late_replies(partner: Partner, batch: Batch) -> Iterator[Stall]:
    heard = {rung: at for at, rung in batch.heard}
    places = {rung: place for place, rung in enumerate(partner.rungs)}
    since = batch.sent_at
    for reply in partner.replies:
        if reply.expected == "always":
            # it is awaited once the one before has come, until it or a later one comes
            due = max(since, due_reply(partner, reply, batch.sent_at))
            over = min(at for rung, at in heard.items() if places[rung] >= places[reply.rung])
            if due < over:
                key = f"reply_overdue:{partner.name}:{reply.rung}"
                yield Stall(key, partner.name, due, over)
            since = max(since, over)


def _start() -> datetime:
    return pd.Timestamp(FIRST, tz=EASTERN).to_pydatetime().astimezone(UTC)


def _end() -> datetime:
    return pd.Timestamp(LAST + DAY, tz=EASTERN).to_pydatetime().astimezone(UTC)


def _steadily(every: int) -> list[datetime]:
    """Every so many minutes, whatever the wall clock does."""
    first, last = _start() - 45 * DAY, _end() + 3 * DAY
    return [
        first + number * every * MINUTE for number in range(int((last - first) / MINUTE) // every)
    ]


def _wall(hours: tuple[float, ...], is_on: Callable[[date], bool]) -> list[datetime]:
    """Those wall-clock hours on all days that are meant."""
    found = []
    day = FIRST - 45 * DAY
    while day <= LAST + 3 * DAY:
        if is_on(day):
            for hour in hours:
                naive = pd.Timestamp(day) + pd.Timedelta(minutes=round(hour * 60))
                at = naive.tz_localize(EASTERN, ambiguous=True, nonexistent="shift_forward")
                found.append(at.to_pydatetime().astimezone(UTC))
        day += DAY
    return sorted(set(found))


def _every(day: date) -> bool:
    return True


def _business(day: date) -> bool:
    return day.weekday() < 5 and day not in FEDERAL and day not in CLOSURES


def _feed(name: str, cadence: timedelta, warn: timedelta, fail: timedelta, **more) -> Feed:
    named = {"name": name, "cadence": cadence, "warn_after": warn, "fail_after": fail}
    return replace(SANDATA, old_after=60 * DAY, **named, **more)


_NIGHT = Night(pd.Timestamp("22:00").time(), pd.Timestamp("06:00").time(), 3)
_BY_SIX = Deadline("every", *(pd.Timestamp(text).time() for text in ("01:30", "05:00", "06:00")))
_BY_NINE = Deadline(
    "business", *(pd.Timestamp(text).time() for text in ("05:00", "08:00", "09:00"))
)
_QUARTERS = tuple(quarter / 4 for quarter in range(96))
_HOURS = tuple(map(float, range(24)))

#: Twelve partners' feeds, and when each really sends.
FEEDS: tuple[tuple[Feed, tuple[float, ...], Callable[[date], bool]], ...] = (
    (_feed("nightly", DAY, 25 * HOUR, 27 * HOUR, rests=False), (2.5,), _every),
    (_feed("two_hourly", 2 * HOUR, 3 * HOUR, 5 * HOUR), tuple(map(float, range(0, 24, 2))), _every),
    (_feed("weekdays", DAY, 26 * HOUR, 30 * HOUR), (7.0,), _business),
    (_feed("by_six", DAY, 45 * HOUR, 50 * HOUR, rests=False, deadlines=(_BY_SIX,)), (3.0,), _every),
    (_feed("hourly_by_day", HOUR, 3 * HOUR, 4 * HOUR, night=_NIGHT), _HOURS[6:23], _every),
    (_feed("four_a_day", 6 * HOUR, 25 * HOUR, 26 * HOUR, rests=True), (6, 10, 14, 18), _business),
    (_feed("half_hourly", HOUR / 2, HOUR, 2 * HOUR, night=_NIGHT), _QUARTERS[::2], _every),
    (_feed("weekly", 7 * DAY, 8 * DAY, 9 * DAY), (9.0,), lambda day: day.weekday() == 0),
    (_feed("monthly", 30 * DAY, 35 * DAY, 40 * DAY), (9.0,), lambda day: day.day == 3),
    (
        _feed("by_nine", DAY, 45 * HOUR, 50 * HOUR, deadlines=(_BY_NINE,)),
        (7.5,),
        _business,
    ),
    (_feed("hourly", HOUR, 2 * HOUR, 3 * HOUR), _HOURS, _every),
    (
        _feed("tuesday_to_saturday", DAY, 28 * HOUR, 30 * HOUR),
        (3.5,),
        lambda day: _business(day - DAY),
    ),
)

#: Twelve partners' habits, as an agency would write them down.
PROFILES = {
    "usual": 'cut_off = "16:00"',
    "early": 'cut_off = "14:00"',
    "no_cut_off": "",
    "west": 'time_zone = "America/Los_Angeles"\ncut_off = "13:00"',
    "central": 'time_zone = "America/Chicago"\nholidays = [2027-08-13, 2028-02-29]',
    "never_closed": 'works = "every"',
    "silent": "",
    "silent_until_paid": "",
    "weekly_pay": "",
    "twice_a_week": 'time_zone = "America/Denver"',
    "long_breaks": "\n".join(
        f"[[downtime]]\nfrom = {day}T18:00:00-05:00\nuntil = {after}T09:00:00-05:00"
        for day, after in (("2027-12-23", "2027-12-27"), ("2028-03-10", "2028-03-13"))
    ),
    "by_hours": 'opens = "09:00"\ncloses = "16:30"',
}
_LADDER = {
    "999": '"always", warn = "4 hours", fail = "next business day 12:00"',
    "clearinghouse 277CA": '"always", warn = "4 hours", fail = "1 business day"',
    "payer 277CA": '"always", warn = "2 business days", fail = "3 business days"',
    "835": '"always", warn = "21 days", fail = "30 days"',
}
_HABITS = {
    "silent": {"clearinghouse 277CA": '"sometimes"', "payer 277CA": '"never"'},
    "silent_until_paid": {
        "999": '"never"', "clearinghouse 277CA": '"never"', "payer 277CA": '"never"',
    },
    "weekly_pay": {
        "835": '"always", warn = "14 days", fail = "20 days", paid_on = ["thursday"]'
    },
    "twice_a_week": {
        "835": '"always", warn = "10 days", fail = "14 days", paid_on = ["tuesday", "friday"]'
    },
    "by_hours": {
        "clearinghouse 277CA": '"always", warn = "2 business hours", fail = "12 business hours"'
    },
}  # fmt: skip


def profile(name: str) -> str:
    """A partner's file."""
    own = PROFILES[name]
    head, _, tail = own.partition("[[")
    zone = "" if "time_zone" in head else f'time_zone = "{EASTERN}"\n'
    replies = _LADDER | _HABITS.get(name, {})
    lines = "\n".join(f'"{rung}" = {{ expected = {said} }}' for rung, said in replies.items())
    payers = f'meaning = "x."\npayers = ["{name.upper()}"]\nowner = "EDI analyst"\n'
    return f"{payers}{zone}{head}\n{'[[' + tail if tail else ''}\n[replies]\n{lines}\n"


def the_watched() -> Watched:
    """Four hops as they are shipped, twelve feeds, twelve partners."""
    hops = assembly.hops()
    read = partner_reader(hop.ladder for hop in hops)
    return Watched(
        feeds=tuple(feed for feed, _, _ in FEEDS),
        hops=hops,
        partners=tuple(read(Path(f"{name}.toml"), profile(name)) for name in sorted(PROFILES)),
        calendar=WorkingTime(ZoneInfo(EASTERN), CLOSURES),
    )


_PASSES = {
    "evv_to_coordination": lambda: _steadily(15),
    "care_plan_to_frontline": lambda: _steadily(10),
    "delivery_to_billing": lambda: _wall((2.5, 12.5), _every),
    "billing_to_clearinghouse": lambda: _wall((6.25, 14.25), _business),
}


def a_year(seed: int) -> Year:
    """The year, with its stalls planted."""
    chance = random.Random(seed)
    year = Year(the_watched())
    for feed, hours, is_on in FEEDS:
        year.moved[feed.name] = _jittered(_wall(hours, is_on), chance, 25)
    for hop in year.watched.hops:
        year.moved[hop.name] = _jittered(_PASSES[hop.name](), chance, 4)
    sent = _jittered(_wall((6.4, 14.4), _business), chance, 20)
    for partner in year.watched.partners:
        year.batches[partner.name] = [_answered(partner, at, chance) for at in sent[::2]]
    _plant(year, chance)
    return year


def _jittered(events: list[datetime], chance: random.Random, most: int) -> list[datetime]:
    return sorted({event + chance.randint(1, most) * MINUTE for event in events})


def _answered(partner: Partner, sent_at: datetime, chance: random.Random) -> Batch:
    """Replies in their time, some of them with a minute to spare."""
    heard: list[tuple[datetime, str]] = []
    soonest = sent_at + MINUTE
    for reply in partner.replies:
        if reply.expected == "never" or (reply.expected == "sometimes" and chance.random() < 0.5):
            continue
        due = due_reply(partner, reply, sent_at)
        share = chance.choice((0.02, 0.3, 0.6, 0.9, 1.0))
        at = sent_at + int((due - sent_at) * share / MINUTE) * MINUTE - MINUTE
        if reply.expected == "sometimes":
            at = soonest
        soonest = max(at, soonest)
        heard.append((soonest, reply.rung))
    return Batch(sent_at, heard)


def _plant(year: Year, chance: random.Random) -> None:
    """Sixty stalls, apart from one another in time, some on the days that are not like others."""
    odd = [date(2027, 11, 7), date(2028, 3, 12), date(2028, 2, 29), date(2027, 11, 25),
           date(2027, 11, 26), date(2027, 12, 24), date(2028, 1, 1), date(2027, 7, 5)]  # fmt: skip
    step = (_end() - _start() - 20 * DAY) / STALLS
    hops, others = [*year.watched.hops], [*year.watched.feeds, *year.watched.partners]
    chance.shuffle(hops)
    chance.shuffle(others)
    others.sort(key=lambda one: one.name in {"weekly", "monthly"})
    # each again and again in the same order: two stalls of one subject never meet
    subjects: list[Promise] = [*hops, *others]
    order = [subjects[number % len(subjects)] for number in range(STALLS)]
    for number, promise in enumerate(order):
        at = _start() + 2 * DAY + number * step
        near = [day for day in odd if abs(pd.Timestamp(day, tz=EASTERN) - at) < step / 2]
        if near:
            at = pd.Timestamp(near[0], tz=EASTERN).to_pydatetime().astimezone(UTC)
        lasts = chance.randint(2, 300) * MINUTE
        if isinstance(promise, Partner):
            _delay(year, promise, at, lasts, chance)
        else:
            _silence(year, promise, at, lasts)


def _silence(year: Year, promise: Feed | Hop, at: datetime, lasts: timedelta) -> None:
    events = year.moved[promise.name]
    last = events[bisect_right(events, at) - 1]
    due = due_again(promise, last)
    kept = [event for event in events if event <= last or event > due + lasts]
    year.moved[promise.name] = sorted({*kept, due + lasts})
    kind = "feed_late" if isinstance(promise, Feed) else "hop_stale"
    year.stalls.append(Stall(f"{kind}:{promise.name}:", promise.name, due, due + lasts))


def _delay(
    year: Year, partner: Partner, at: datetime, lasts: timedelta, chance: random.Random
) -> None:
    found = year.batches[partner.name]
    batch = found[bisect_right(found, at, key=lambda each: each.sent_at)]
    reply = chance.choice([reply for reply in partner.replies if reply.expected == "always"])
    due = due_reply(partner, reply, batch.sent_at)
    places = {rung: place for place, rung in enumerate(partner.rungs)}
    over = due + lasts
    batch.heard = [
        (max(when, over) if places[rung] >= places[reply.rung] else when, rung)
        for when, rung in batch.heard
    ]
    key = f"reply_overdue:{partner.name}:{reply.rung}"
    year.stalls.append(Stall(key, partner.name, due, over))
