"""Files are exchanged with partners: what waits is sent, what is in doubt looked at, replies taken.

One partner's exchange never runs beside itself, and none holds up another's. Whatever is met is
written down before the next step (see ``deliveries``), so a sender may be killed at any moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.ground.agency import read_agency
from orchestration.ground.clock import Clock
from orchestration.ground.failures import FileRefused, TransientFailure
from orchestration.ground.settings import Settings
from orchestration.partners.access import Access
from orchestration.partners.answers import take_answers
from orchestration.partners.deliveries import Deliveries
from orchestration.partners.line import (
    NO_LINE,
    Line,
    LineFailure,
    Why,
)
from orchestration.partners.one_file import send, verify
from orchestration.partners.permits import why_withheld
from orchestration.partners.replies_in import Replies
from orchestration.partners.routes import Route, last_good, partner_of
from orchestration.partners.sending import Sending, sending_files


@dataclass
class Exchanged:
    """What one exchange with one partner did.

    Args:
        partner: Who.
        outcome: ``done``; ``idle``, there was nothing to do; ``waits``, it is not yet time to try
            again; ``busy``, another one is at it; ``stopped``, a person or a new secret is waited
            for; ``failed``, see why.
        why: What went wrong, in one word.
        sent: Files that are with the partner since.
        fetched: Replies that were new.
        left: Files that are not with the partner, by state.
        said: What is wrong with its file, with line and mend.
    """

    partner: str
    outcome: str
    why: str | None = None
    sent: int = 0
    fetched: int = 0
    left: dict[str, int] = field(default_factory=dict)
    said: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look."""
        return self.outcome in {"done", "idle", "busy", "waits"}


@dataclass(frozen=True)
class Exchange:
    """Exchanges files with partners.

    Args:
        engine: Of our database.
        settings: Where files and the agency's facts are.
        clock: Now.
        random: For the jitter of waits.
    """

    engine: sa.Engine
    settings: Settings
    clock: Clock
    random: Random

    def routes(self) -> dict[str, Route | FileRefused]:
        """Every partner, by what its file says, or once said; or why it never said it rightly."""
        found: dict[str, Route | FileRefused] = {}
        for path in sending_files(self.settings.agency_folder):
            try:
                with self.engine.begin() as connection:
                    found[partner_of(path)] = last_good(connection, self.clock.now())(path)
            except FileRefused as refused:
                found[partner_of(path)] = refused
        return found

    def all(
        self, only: str | None = None, *, local: bool = False, patient: bool = True
    ) -> list[Exchanged]:
        """Exchange files.

        Args:
            only: With this partner only.
            local: Only with those that are on this machine.
            patient: Whether to wait out the back-off after a failure.
        """
        routes = self.routes()
        self._without_route(set(routes))
        done = []
        for partner, route in routes.items():
            if only not in {None, partner}:
                continue
            if isinstance(route, FileRefused):
                done.append(Exchanged(partner, "failed", "file_refused", said=str(route)))
            elif route.transport.is_local or not local:
                done.append(self.one(route, patient=patient))
        if not local:  # after a pass, the pass itself says where its claims stand
            self._tell_claims(done)
        return done

    def _tell_claims(self, done: list[Exchanged]) -> None:
        """Claims climb with their files at once, not with the next pass."""
        if any(one.outcome in {"done", "failed"} for one in done):
            with self.engine.begin() as connection:
                take_answers(connection, self.clock.now())

    def due(self) -> set[str]:
        """Partners with something to do that may be tried now."""
        return {
            partner
            for partner, route in self.routes().items()
            if isinstance(route, Route) and self._is_due(route)
        }

    def _is_due(self, route: Route) -> bool:
        book = Deliveries(self.engine, self.clock, route.sending.partner)
        today = self._today()
        for owed in book.owed("waiting", "withheld", "sending"):
            may_leave = why_withheld(route.sending, owed.usage, today) is None
            # what was left in the middle, or stands where it should not any more
            if owed.state == "sending" or may_leave == (owed.state == "withheld"):
                return True
        if route.sending.agreement is None:
            return False
        access = self.access(route)
        every = timedelta(minutes=route.transport.every_minutes)
        wanted = book.owed("waiting", "unconfirmed", due=True) or (
            route.transport.replies and access.rested(every)
        )
        return bool(wanted) and access.may_try(route.transport, self.settings.secret) is None

    def one(self, route: Route, *, patient: bool = True) -> Exchanged:
        """Exchange with one partner."""
        partner = route.sending.partner
        done = Exchanged(partner, "done", said="" if route.refused is None else str(route.refused))
        with self._alone(partner) as alone:
            if not alone:
                return Exchanged(partner, "busy")
            book = Deliveries(self.engine, self.clock, partner)
            book.recover()
            self._permit(route.sending, book)
            self._go(route, book, done, patient)
            done.left = book.count()
        return done

    def access(self, route: Route) -> Access:
        """How a partner's line is doing."""
        last_day = route.transport.login_expires_on
        expires_at = (
            None
            if last_day is None
            else datetime.combine(last_day + timedelta(days=1), time(), self._zone())
        )
        sending = route.sending
        return Access(self.engine, self.clock, sending.partner, sending.owner, expires_at)

    def settle(self, partner: str, batch_no: str, who: str, why: str, *, has_it: bool) -> None:
        """A person has asked the partner about a file in doubt.

        Raises:
            TransientFailure: an exchange is under way.
        """
        with self._alone(partner) as alone:
            if not alone:
                message = f"files are being exchanged with {partner}; say it again in a minute"
                raise TransientFailure(message)
            Deliveries(self.engine, self.clock, partner).settle(batch_no, who, why, has_it=has_it)

    def _go(self, route: Route, book: Deliveries, done: Exchanged, patient: bool) -> None:
        transport, secret = route.transport, self.settings.secret
        if route.sending.agreement is None or not (
            transport.replies or book.owed("waiting", "unconfirmed", due=True)
        ):
            done.outcome = "idle"
            return
        access = self.access(route)
        not_now = access.may_try(transport, secret, patient=patient)
        if not_now is not None:
            done.outcome = not_now
            return
        failures: list[Why] = []
        try:
            with transport.open(self.settings.home, secret) as line:
                access.lets_us_in()
                failures += self._talk(route, line, book, done)
        except LineFailure as failure:
            failures.append(failure.why)
        if failures:
            done.outcome, done.why = "failed", failures[0]
            access.fails(failures[0], transport, secret, self.random)
            book.stand_still(failures[0])
        else:
            access.works()
            book.stand_still(None)

    def _talk(self, route: Route, line: Line, book: Deliveries, done: Exchanged) -> Iterator[Why]:
        """Everything there is to do on an open line; what fails does not hold up what need not."""
        for what in (self._verify, self._send, self._fetch):
            try:
                what(route, line, book, done)
            except LineFailure as failure:
                yield failure.why
                if failure.why in NO_LINE:
                    return

    def _verify(self, route: Route, line: Line, book: Deliveries, done: Exchanged) -> None:
        for owed in book.owed("unconfirmed", due=True):
            verify(owed, line, route.transport, book)

    def _send(self, route: Route, line: Line, book: Deliveries, done: Exchanged) -> None:
        for owed in book.owed("waiting", due=True):
            done.sent += send(owed, line, route.transport, route.sending.transport, book)

    def _fetch(self, route: Route, line: Line, book: Deliveries, done: Exchanged) -> None:
        if route.transport.replies:
            drop = self.settings.drop
            replies = Replies(self.engine, self.clock, route.sending.partner, drop)
            try:
                replies.fetch(line, route.transport)
            finally:
                done.fetched += replies.fetched

    def _permit(self, sending: Sending, book: Deliveries) -> None:
        today = self._today()
        for owed in book.owed("waiting", "withheld"):
            book.withhold(owed, why_withheld(sending, owed.usage, today))

    def _today(self) -> date:
        return self.clock.now().astimezone(self._zone()).date()

    def _zone(self) -> ZoneInfo:
        return read_agency(self.settings.agency_folder).zone_info

    def _without_route(self, known: set[str]) -> None:
        """Files owed to somebody who has no way to be reached any more."""
        with self.engine.connect() as connection:
            owing = set(connection.scalars(_OWING))
        for partner in owing - known:
            with self._alone(partner) as alone:
                if alone:
                    book = Deliveries(self.engine, self.clock, partner)
                    book.recover()
                    for owed in book.owed("waiting"):
                        book.withhold(owed, "partner_gone")

    @contextmanager
    def _alone(self, partner: str) -> Iterator[bool]:
        """Hold the partner's lock; the server gives it back when this process dies."""
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            key = {"key": f"carehops:exchange:{partner}"}
            held = bool(connection.scalar(_LOCK, key))
            try:
                yield held
            finally:
                if held:
                    connection.execute(_UNLOCK, key)


_OWING = sa.text("select distinct partner from core.delivery where state <> 'sent'")
_LOCK = sa.text("select pg_try_advisory_lock(hashtext(:key))")
_UNLOCK = sa.text("select pg_advisory_unlock(hashtext(:key))")
