"""A drill: a condition that is none goes the whole way to every channel and back.

Its pages say so first. It looks at no other incident, opens one of a kind of its own, and closes
it whatever happened; one that was killed half-way is closed by the next evaluation.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.ground.database import Database
from orchestration.watch.agency_files import AgencyFiles
from orchestration.watch.incidents.book import advance, close, take_turn
from orchestration.watch.incidents.incident import CAREHOPS, Answer
from orchestration.watch.looking.conditions import Condition
from orchestration.watch.paging.delivery import send_due
from orchestration.watch.paging.page import DRILL
from orchestration.watch.paging.pager import Secrets

PATIENCE_SECONDS = 60.0
"""How long a channel's first answer is waited for; others may be sending its page."""
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Leg:
    """One part of the way.

    Args:
        name: ``incident``, or what was told.
        channel: Where to; empty for the incident itself.
        recipient: Whom; the channel's name where it has no persons.
        went_well: Whether it arrived.
        said: What became of it, in words.
        seconds: How long it took from the beginning of its half of the drill.
    """

    name: str
    channel: str
    recipient: str
    went_well: bool
    said: str
    seconds: float


@dataclass(frozen=True)
class Drill:
    """Runs one.

    Args:
        database: Ours.
        files: The agency's files in force.
        secrets: The channels' secrets.
        clock: Now.
        random: For the jitter of what fails.
    """

    database: Database
    files: AgencyFiles
    secrets: Secrets
    clock: Clock
    random: Random

    def legs(self) -> Iterator[Leg]:
        """Go the way there and back; each leg is told as soon as it is known."""
        began = self.clock.now()
        incident_id = self._open(began)
        if incident_id is None:
            yield Leg("incident", "", "", False, "another drill is under way, or has just ended", 0)
            return
        took = (self.clock.now() - began).total_seconds()
        yield Leg("incident", "", "", True, f"incident {incident_id}", took)
        yield from self._told(incident_id, "opened", began)
        began = self.clock.now()
        with self.database.transaction() as connection:
            answer = Answer(CAREHOPS, "the drill is over", began)
            close(connection, incident_id, answer, self.files.pager.rules, self.files.write)
        yield from self._told(incident_id, "recovered", began)
        with self.database.transaction() as connection:
            connection.execute(_GIVE_UP, {"incident_id": incident_id, "now": self.clock.now()})

    def _open(self, now: datetime) -> int | None:
        condition = Condition(
            kind=DRILL,
            subject="pager",
            cause="",
            severity="P1",
            owner=self.files.roster.last_resort,
            since=now,
        )
        with self.database.transaction() as connection:
            take_turn(connection)
            if connection.scalar(_UNDER_WAY):
                return None
            rules = self.files.pager.rules
            advance(connection, [condition], now, rules, self.files.write, kinds={DRILL})
            return connection.execute(_UNDER_WAY).scalar()

    def _told(self, incident_id: int, what: str, began: datetime) -> Iterator[Leg]:
        """Send, and wait until each page has had its first answer."""
        asked = {"incident_id": incident_id, "what": what}
        told: set[int] = set()
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            send_due(self.database, self.files.pager, self.secrets, self.clock, self.random)
            with self.database.engine.connect() as connection:
                pages = connection.execute(_PAGES, asked).all()
            for page in pages:
                if page.page_id not in told and _is_settled(page):
                    told.add(page.page_id)
                    yield self._leg(page, began)
            if len(told) == len(pages):
                return
            if time.monotonic() > until:
                break
            time.sleep(_POLL_SECONDS)
        for page in pages:
            if page.page_id not in told:
                yield self._leg(page, began)

    def _leg(self, page: Any, began: datetime) -> Leg:
        said = "sent" if page.sent_at else page.failed_why or "no answer yet"
        took: timedelta = (page.sent_at or self.clock.now()) - began
        return Leg(
            page.what,
            page.channel,
            page.recipient,
            page.sent_at is not None,
            said,
            took.total_seconds(),
        )


def _is_settled(page: Any) -> bool:
    return page.sent_at is not None or (page.failed_why and page.claimed_until is None)


_UNDER_WAY = sa.text("""
select incident_id from ops.incident where kind = 'drill' and closed_at is null
""")
_PAGES = sa.text("""
select page_id, what, channel, recipient, sent_at, failed_why, claimed_until from ops.page
where incident_id = :incident_id and what = :what
order by page_id
""")
_GIVE_UP = sa.text("""
update ops.page set dropped_at = :now, dropped_because = 'recovered'
where incident_id = :incident_id and sent_at is null and dropped_at is null
""")
