"""Pages that are due are sent: claimed, sent, marked, each in a transaction of its own.

A crash after the claim leaves a page that is tried again when the claim has run out, so it is sent
at least once; its dedup key makes it one incident to whoever receives it. Each channel is served
by a thread of its own and left alone for a while when it fails: a dead one holds up no other.
Pages of one incident to one address go out in the order they were written in.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from random import Random
from typing import Any

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.ground.database import Database
from orchestration.watch.looking.conditions import Severity
from orchestration.watch.paging.channel import Sending
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.page import page_from
from orchestration.watch.paging.pager import Pager, Secrets
from orchestration.watch.paging.pages import WRITE, addresses_on

CLAIM = timedelta(seconds=60)
"""How long a page belongs to whoever is sending it."""
WITHIN_SECONDS = 25.0
"""How long one round of sending may take; what is left over waits for the next."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
TRIES_BEFORE_FALLING_BACK = 2
"""Failures of a channel in a row after which its P1 pages go another way."""
_AT_ONCE = 200
_OF_THE_PAGE = frozenset({"refused", "secret_missing", "channel_gone"})
"""Failures that say nothing of the next page, or cost nothing to find again."""
_SHORTEST_JITTER = 0.5


@dataclass(frozen=True)
class Sent:
    """What became of one page in one round.

    Args:
        page_id: Which page.
        channel: Where to.
        outcome: What became of it.
    """

    page_id: int
    channel: str
    outcome: Outcome


@dataclass
class Delivery:
    """One round of sending.

    Args:
        database: Ours.
        pager: Where pages go.
        secrets: The channels' secrets.
        clock: Now.
        random: For the jitter.
    """

    database: Database
    pager: Pager
    secrets: Secrets
    clock: Clock
    random: Random
    done: list[Sent] = field(default_factory=list)

    def send_due(self) -> list[Sent]:
        """Send everything that is due; answer with what became of each page."""
        now = self.clock.now()
        with self.database.transaction() as connection:
            claim = {"now": now, "until": now + CLAIM, "at_once": _AT_ONCE}
            pages = connection.execute(_CLAIM, claim).all()
            connection.execute(_FORGET, {"channels": list(self.pager.destinations)})
        by_channel = sorted(pages, key=lambda page: (page.channel, page.severity, page.page_id))
        threads = [
            threading.Thread(target=self._serve, args=(channel, list(queue)), daemon=True)
            for channel, queue in groupby(by_channel, key=lambda page: str(page.channel))
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + WITHIN_SECONDS
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))
        return sorted(self.done, key=lambda sent: sent.page_id)

    def _serve(self, channel: str, queue: Sequence[Any]) -> None:
        """Send one channel's pages in order, until it fails or the round is over."""
        started = self.clock.now()
        for place, page in enumerate(queue):
            outcome = self._send(channel, page)
            self._mark(channel, page, outcome)
            self.done.append(Sent(page.page_id, channel, outcome))
            late = (self.clock.now() - started).total_seconds() > WITHIN_SECONDS
            if late or not (outcome.was_sent or outcome.why in _OF_THE_PAGE):
                self._release(channel, queue[place + 1 :], outcome)
                return

    def _send(self, channel: str, page: Any) -> Outcome:
        destination = self.pager.destinations.get(channel)
        if destination is None:
            return Outcome("channel_gone")
        secret = destination.secret(self.secrets)
        if secret is None:
            return Outcome("secret_missing")
        sending = Sending(page_from(page.body), page.page_id, page.recipient, self.clock.now())
        try:
            return destination.channel.send(sending, secret)
        except Exception:  # a channel's mistake must silence no other; its text may hold a secret
            return Outcome("broken")

    def _mark(self, channel: str, page: Any, outcome: Outcome) -> None:
        now = self.clock.now()
        told = {"page_id": page.page_id, "channel": channel, "now": now, "why": str(outcome)}
        with self.database.transaction() as connection:
            if outcome.was_sent:
                connection.execute(_SENT, told)
                connection.execute(_WORKS, told)
                return
            if outcome.why == "channel_gone":
                connection.execute(_GONE, told)
            else:
                at = now + self._wait(page.tries, outcome)
                connection.execute(_FAILED, told | {"next_try_at": at})
                connection.execute(_FAILS, told)
            self._fall_back(connection, channel, [page], outcome)

    def _wait(self, tries: int, outcome: Outcome) -> timedelta:
        """Longer each time, never all at once, and no sooner than the receiver asks."""
        longest = min(FIRST_WAIT * (1 << min(tries - 1, 16)), LONGEST_WAIT)
        wait = longest * self.random.uniform(_SHORTEST_JITTER, 1)
        return max(wait, outcome.wait or timedelta(0))

    def _release(self, channel: str, queue: Sequence[Any], outcome: Outcome) -> None:
        """Give back what was not tried; after a failure not before that channel's next try."""
        if queue:
            wait = timedelta(0) if outcome.was_sent else self._wait(1, outcome)
            asked = {
                "page_ids": [page.page_id for page in queue],
                "next_try_at": self.clock.now() + wait,
            }
            with self.database.transaction() as connection:
                connection.execute(_RELEASE, asked)
                self._fall_back(connection, channel, queue, outcome)

    def _fall_back(
        self, connection: sa.Connection, channel: str, pages: Sequence[Any], outcome: Outcome
    ) -> None:
        """Send them another way: at once when only a person can mend this one; P1 soon anyway."""
        if outcome.was_sent:
            return
        failures = connection.scalar(_FAILURES, {"channel": channel}) or 0
        patience = failures < TRIES_BEFORE_FALLING_BACK
        for page in pages:
            if outcome.lasts or (page.severity == "P1" and not patience):
                self._write_another(connection, page)

    def _write_another(self, connection: sa.Connection, page: Any) -> None:
        """On the first channel that has not had this page yet."""
        event = {"incident_id": page.incident_id, "what": page.what, "number": page.number}
        used = set(connection.scalars(_USED, event))
        others = self._others(page.severity, page.role, page.channel)
        name = next((name for name in others if name not in used), None)
        if name is None:
            return
        for destination, recipient in addresses_on([self.pager.destinations[name]], page.persons):
            row = {
                **event,
                "severity": page.severity,
                "role": page.role,
                "channel": destination.name,
                "recipient": recipient,
                "persons": list(page.persons),
                "body": page.body,
                "falls_back_from": page.page_id,
                "now": self.clock.now(),
                "due_at": self.clock.now(),
            }
            connection.execute(WRITE, row)

    def _others(self, severity: Severity, role: str, channel: str) -> Iterator[str]:
        route = self.pager.route(severity, role)
        if channel not in self.pager.destinations:
            yield from route.channels
        yield from route.otherwise


def send_due(
    database: Database, pager: Pager, secrets: Secrets, clock: Clock, random: Random
) -> list[Sent]:
    """Send every page that is due; safe to call again at any time, and by several at once."""
    return Delivery(database, pager, secrets, clock, random).send_due()


_CLAIM = sa.text("""
with due as (
    select page.page_id
    from ops.page as page
    where
        page.sent_at is null and page.dropped_at is null and page.next_try_at <= :now
        and (page.claimed_until is null or page.claimed_until <= :now)
        and not exists (
            select 1 from ops.page as earlier
            where
                earlier.incident_id = page.incident_id and earlier.channel = page.channel
                and earlier.recipient = page.recipient and earlier.page_id < page.page_id
                and (
                    (earlier.sent_at is null and earlier.dropped_at is null)
                    or earlier.claimed_until > :now
                )
        )
    order by page.severity, page.page_id
    limit :at_once
    for update skip locked
)

update ops.page as page set claimed_until = :until, tries = page.tries + 1
from due
where page.page_id = due.page_id
returning
    page.page_id, page.incident_id, page.what, page.number, page.severity, page.role
    , page.channel, page.recipient, page.persons, page.body, page.tries
""")
_SENT = sa.text("""
update ops.page set
    sent_at = case when dropped_at is null then :now end, claimed_until = null, failed_why = null
where page_id = :page_id
""")
_FAILED = sa.text("""
update ops.page set failed_why = :why, next_try_at = :next_try_at, claimed_until = null
where page_id = :page_id
""")
_GONE = sa.text("""
update ops.page set
    failed_why = :why, claimed_until = null
    , dropped_at = coalesce(dropped_at, :now)
    , dropped_because = coalesce(dropped_because, 'channel_gone')
where page_id = :page_id
""")
_RELEASE = sa.text("""
update ops.page set
    tries = tries - 1, claimed_until = null, next_try_at = greatest(next_try_at, :next_try_at)
where page_id = any(:page_ids)
""")
_FAILURES = sa.text("select failures from ops.channel_state where channel = :channel")
_USED = sa.text("""
select channel from ops.page
where incident_id = :incident_id and what = :what and number = :number
""")
# a channel that was taken out fails no longer
_FORGET = sa.text("delete from ops.channel_state where channel <> all(:channels)")
_WORKS = sa.text("""
insert into ops.channel_state as known (channel, last_sent_at) values (:channel, :now)
on conflict (channel) do update set
    last_sent_at = excluded.last_sent_at, failing_since = null, failed_why = null, failures = 0
""")
_FAILS = sa.text("""
insert into ops.channel_state as known (channel, failing_since, failed_why, failures)
values (:channel, :now, :why, 1)
on conflict (channel) do update set
    failing_since = coalesce(known.failing_since, excluded.failing_since)
    , failed_why = excluded.failed_why
    , failures = known.failures + 1
""")
