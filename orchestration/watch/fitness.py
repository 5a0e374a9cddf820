"""What is wrong with the agency's files and channels, for ``carehops doctor``: what, where, mend.

It only looks: channels are reached, nothing is sent.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from orchestration.ground.agency import read_agency
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.durations import in_words
from orchestration.ground.failures import FileRefused
from orchestration.ground.settings import Settings
from orchestration.watch.looking.timing import read_watched
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.pager import Destination, Pager
from orchestration.watch.paging.pager_file import PAGER, read_pager
from orchestration.watch.people.roster import Gap, Roster
from orchestration.watch.people.roster_file import ROSTER, read_roster

Finding = tuple[str, str, str]
"""What is wrong, where, and how to mend it."""

AHEAD_DAYS = 14
_MENDS = {
    "timeout": "See that the receiver is up and not overloaded, then run this again.",
    "unreachable": "See that the receiver is up and that a firewall lets us reach it.",
    "no_answer": "See why the receiver hangs up; its log says more.",
    "certificate": "See whose certificate it shows; an authority of your own goes into ca_file.",
    "refused": "See that its address, account and secret are right.",
    "broken": "The receiver is in trouble itself; see its status page.",
    "throttled": "The receiver asks for fewer messages; wait, then run this again.",
}


def pager_findings(
    settings: Settings, feeds: Iterable[Feed], hops: Iterable[Hop], now: datetime
) -> Iterator[Finding]:
    """Everything that would keep a page from somebody, or from being written."""
    try:
        agency = read_agency(settings.agency_folder)
    except FileRefused:
        return  # said already, and nothing else can be judged
    try:
        read_watched(settings.agency_folder, agency, feeds, hops)
    except FileRefused as refused:
        yield from _faults(refused)
    try:
        yield from duty_findings(read_roster(settings.agency_folder), settings, now)
    except FileRefused as refused:
        yield from _faults(refused)
    try:
        yield from channel_findings(read_pager(settings), settings)
    except FileRefused as refused:
        yield from _faults(refused)


def duty_findings(roster: Roster, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Shifts without anybody, now and in the two weeks to come."""
    where = str(settings.agency_folder / ROSTER)
    mend = "Name a deputy for that leave, or change the shift."
    first = now.astimezone(roster.days.zone).date() - timedelta(days=1)
    for gap in _joined(roster.gaps(first, AHEAD_DAYS + 1)):
        if gap.begin <= now < gap.end:
            until = gap.end.astimezone(roster.days.zone)
            yield f"nobody is on duty as {gap.role} until {until:%a %d %b %H:%M}", where, mend
        elif gap.begin > now:
            begin = gap.begin.astimezone(roster.days.zone)
            length = in_words(gap.end - gap.begin)
            what = f"nobody will be on duty as {gap.role} from {begin:%a %d %b %H:%M} for {length}"
            yield what, where, mend


def _joined(gaps: Iterable[Gap]) -> list[Gap]:
    """One gap where the next one of the same role begins when the last one ends."""
    joined: list[Gap] = []
    for gap in sorted(gaps, key=lambda each: (each.role, each.begin)):
        before = joined[-1] if joined else None
        if before is not None and before.role == gap.role and before.end >= gap.begin:
            joined[-1] = replace(before, end=max(before.end, gap.end))
        else:
            joined.append(gap)
    return sorted(joined, key=lambda each: (each.begin, each.role))


def channel_findings(pager: Pager, settings: Settings) -> Iterator[Finding]:
    """Channels without their secret, or out of reach."""
    where = settings.agency_folder / PAGER
    with ThreadPoolExecutor(max_workers=max(len(pager.destinations), 1)) as reaching:
        outcomes = reaching.map(lambda each: _reach(each, settings), pager.destinations.values())
        for destination, outcome in zip(pager.destinations.values(), outcomes, strict=True):
            place = f"{where}, [channels.{destination.name}]"
            if outcome.why == "secret_missing":
                what = f"channel {destination.name} has no secret"
                yield what, place, f"Set {destination.secret_name} to {destination.channel.needs}."
            elif outcome.why is not None:
                what = f"channel {destination.name} cannot be reached: {outcome}"
                yield what, place, _MENDS[outcome.why]


def _reach(destination: Destination, settings: Settings) -> Outcome:
    secret = destination.secret(settings.secret)
    return Outcome("secret_missing") if secret is None else destination.channel.reach(secret)


def _faults(refused: FileRefused) -> Iterator[Finding]:
    for fault in refused.faults:
        yield fault.what, f"{fault.path}:{fault.line}", fault.mend
