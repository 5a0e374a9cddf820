"""How the watchdog's pages get out: through the agency's own channels, read from its files.

What the database keeps in force cannot be asked for when it is down, so the last good roster and
pager are kept beside the watchdog's memory. Whatever happens, a page is also a line in a file.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from orchestration.ground.agency import read_agency
from orchestration.ground.failures import CarehopsFailure, FileRefused
from orchestration.ground.settings import Settings
from orchestration.ground.toml_file import read_text
from orchestration.watch.looking.conditions import Severity
from orchestration.watch.paging.channel import Sending
from orchestration.watch.paging.channels.file import FileChannel
from orchestration.watch.paging.page import Page, Place, name_of_ours
from orchestration.watch.paging.pager import Destination, Pager
from orchestration.watch.paging.pager_file import PAGER, pager_reader
from orchestration.watch.paging.pages import addresses_on
from orchestration.watch.people.roster import Roster
from orchestration.watch.people.roster_file import ROSTER, roster_reader
from orchestration.watch.watchdog.outages import Notice

KIND = "watch_blind"
SEVERITY: Severity = "P1"
OWNER = "Data on-call"
_FILE = "own-file"

Send = Callable[[Notice], bool]
"""Sends one page; answers whether that address is done with it."""
T = TypeVar("T")


@dataclass(frozen=True)
class Ways:
    """Where pages go, address by address.

    Args:
        first: All of them hear of it.
        otherwise: They hear of it when one of the first does not.
    """

    first: Mapping[str, Send]
    otherwise: Mapping[str, Send] = field(default_factory=dict)


def ways(settings: Settings, now: datetime) -> Ways:
    """Who is paged now, and how; read anew for each look, so that shifts change hands."""
    kept = settings.home / "watchdog"
    own = Destination(_FILE, FileChannel(folder=settings.home / "pages"))
    try:
        agency = read_agency(settings.agency_folder)
        reader = _LastGood(settings.agency_folder, kept)
        pager = reader.read(PAGER, pager_reader(agency, settings.home))
        roster = reader.read(ROSTER, roster_reader(agency))
    except CarehopsFailure:
        place = Place("carehops", f"http://127.0.0.1:{settings.ui_port}", "docs/runbooks")
        return Ways({_FILE: partial(_send, own, _FILE, place, settings)})
    return _ways(settings, pager, roster, own, now)


def _ways(
    settings: Settings, pager: Pager, roster: Roster, own: Destination, now: datetime
) -> Ways:
    route = pager.route(SEVERITY, OWNER)
    persons = [person.email for person in roster.who(OWNER, now).persons]

    def legs(names: tuple[str, ...]) -> Iterator[tuple[str, Send]]:
        there = (pager.destinations[name] for name in names)
        for destination, recipient in addresses_on(there, persons):
            leg = f"{destination.name}:{recipient}"
            yield leg, partial(_send, destination, recipient, pager.place, settings)

    last = {_FILE: partial(_send, own, _FILE, pager.place, settings)}
    return Ways(dict(legs(route.channels)), dict(legs(route.otherwise)) | last)


@dataclass(frozen=True)
class _LastGood:
    """Files of the agency's, or what they last said that was right.

    Args:
        folder: Where they lie.
        kept: Where their last good texts are kept.
    """

    folder: Path
    kept: Path

    def read(self, name: str, read: Callable[[Path, str], T]) -> T:
        """What the file says.

        Raises:
            FileRefused: it is wrong, and no good one is kept.
        """
        path, copy = self.folder / name, self.kept / name
        try:
            text = read_text(path)
            found = read(path, text)
        except FileRefused as refused:
            if not copy.exists():
                raise
            try:
                return read(copy, copy.read_text())
            except FileRefused:
                raise refused from None
        if not copy.exists() or copy.read_text() != text:
            self.kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = copy.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(copy)
        return found


def _send(
    destination: Destination, recipient: str, place: Place, settings: Settings, notice: Notice
) -> bool:
    if notice.what not in destination.channel.tells:
        return True
    secret = destination.secret(settings.secret)
    if secret is None:
        return False
    page = page_of(notice, place)
    number = hashlib.sha256(f"{page.dedup_key} {notice.what}".encode()).digest()
    sending = Sending(page, int.from_bytes(number[:6]), recipient, notice.at)
    try:
        return destination.channel.send(sending, secret).was_sent
    except Exception:  # a channel's mistake must silence no other; its text may hold a secret
        return False


def page_of(notice: Notice, place: Place) -> Page:
    """What is said of an outage: the same kind of page as of any incident, without a number."""
    minutes = max(int((notice.at - notice.since).total_seconds() // 60), 0)
    return Page(
        what=notice.what,
        number=0,
        incident_id=0,
        dedup_key=f"{place.agency}-{notice.dedup_key}",
        severity=SEVERITY,
        kind=KIND,
        subject=name_of_ours(notice.subject),
        cause=name_of_ours(notice.cause),
        owner=OWNER,
        told=OWNER,
        count=0,
        open_minutes=minutes,
        oldest_minutes=None,
        money=None,
        visits=None,
        run_id=None,
        dagster=f"{place.dagster.rstrip('/')}/",
        runbook=f"{place.runbooks.rstrip('/')}/{KIND}.md",
    )
