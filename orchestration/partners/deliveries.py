"""The book of what is owed to partners; each step is written down before the next is taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.ground.failures import TransientFailure
from orchestration.partners.sending import Usage

SETTLE: Final = timedelta(seconds=60)
"""How long a line that broke may still be doing what it was asked, unheard."""
NEXT_LOOK: Final = timedelta(minutes=10)
"""How often a partner is asked again for what it does not show."""


@dataclass(frozen=True)
class Owed:
    """A file that is not known to be with its partner.

    Args:
        batch_no: Its batch.
        state: How far it is.
        file_name: Its name, here and there.
        sha256: Of its bytes.
        size: How many they are.
        usage: As it is marked.
        tries: How often it was tried; a step of a sender that was overtaken is refused by it.
    """

    batch_no: str
    state: str
    file_name: str
    sha256: str
    size: int
    usage: Usage
    tries: int

    @property
    def temporary(self) -> str:
        """Its name until it is whole: of these bytes and no others."""
        return f".{self.file_name}.{self.sha256[:8]}.part"


@dataclass(frozen=True)
class Deliveries:
    """The deliveries of one partner; whoever changes them holds the partner's lock.

    Args:
        engine: Of our database.
        clock: Now.
        partner: Whose.
    """

    engine: sa.Engine
    clock: Clock
    partner: str

    def owed(self, *states: str, due: bool = False) -> list[Owed]:
        """Files in some states, in the order of their numbers; only those due now, if wished."""
        with self.engine.connect() as connection:
            told = {"partner": self.partner, "states": list(states), "now": self.clock.now()}
            rows = connection.execute(_DUE if due else _OWED, told)
            return [Owed(**row._mapping) for row in rows]

    def count(self) -> dict[str, int]:
        """Files that are not with the partner, by state."""
        with self.engine.connect() as connection:
            rows = connection.execute(_COUNT, {"partner": self.partner})
            return {str(row.state): int(row.files) for row in rows}

    def content(self, owed: Owed) -> bytes:
        """The bytes of a file."""
        with self.engine.connect() as connection:
            return bytes(connection.execute(_CONTENT, {"batch_no": owed.batch_no}).scalar_one())

    def is_answered(self, owed: Owed) -> bool:
        """Whether a reply speaks of it: then the partner has it, whatever it says of it."""
        with self.engine.connect() as connection:
            return bool(connection.scalar(_ANSWERED, {"batch_no": owed.batch_no}))

    def recover(self) -> None:
        """What a killed sender left in the middle: never offered, or only the partner knows."""
        with self._told() as (connection, told):
            connection.execute(_RECOVER, told | {"settled_at": self.clock.now() + SETTLE})

    def withhold(self, owed: Owed, reason: str | None) -> None:
        """It may not leave; with no reason, it may again."""
        if reason is not None:
            self._set(owed, "state = 'withheld', reason = :reason", reason=reason)
        elif owed.state == "withheld":
            self._set(owed, "state = 'waiting', reason = null")

    def begin(self, owed: Owed, transport: str) -> Owed:
        """Its bytes are on their way, under a temporary name."""
        change = (
            "state = 'sending', transport = :transport, remote_name = :name, tries = tries + 1"
            ", bytes_sent = 0, reason = null, next_try_at = null, offered_at = null"
        )
        self._set(owed, change, transport=transport, name=owed.file_name)
        return replace(owed, state="sending", tries=owed.tries + 1)

    def offer(self, owed: Owed) -> None:
        """All bytes are there; from here on only the partner knows whether it has the file."""
        self._set(owed, "offered_at = :now, bytes_sent = :size", size=owed.size)

    def put_back(self, owed: Owed, reason: str) -> None:
        """It did not get that far: it waits again."""
        self._set(owed, "state = 'waiting', reason = :reason", reason=reason)

    def doubt(self, owed: Owed, reason: str, wait: timedelta = SETTLE) -> None:
        """It may be there or not: the partner is asked, not before the line has settled."""
        at = self.clock.now() + wait
        change = "state = 'unconfirmed', reason = :reason, next_try_at = :at"
        self._set(owed, change, reason=reason, at=at)

    def absent(self, owed: Owed) -> None:
        """It is proven not to be there: it waits to be sent again."""
        change = (
            "state = 'waiting', reason = 'proven_absent', offered_at = null, next_try_at = null"
        )
        self._set(owed, change)

    def fail(self, owed: Owed, reason: str) -> None:
        """A person has to look."""
        self._set(owed, "state = 'failed', reason = :reason", reason=reason)

    def sent(self, owed: Owed, reason: str | None = None) -> None:
        """The partner has it."""
        change = (
            "state = 'sent', reason = :reason, sent_at = coalesce(offered_at, :now)"
            ", confirmed_at = :now, next_try_at = null"
        )
        with self._told() as (connection, told):
            _step(connection, owed, change, told | {"reason": reason})

    def settle(self, batch_no: str, who: str, why: str, *, has_it: bool) -> None:
        """What a person found out of a file in doubt, or failed, and who it was."""
        with self._told() as (connection, told):
            decided = "sent" if has_it else "absent"
            told |= {"batch_no": batch_no, "who": who, "why": why, "decided": decided}
            connection.execute(_SETTLED_SENT if has_it else _SETTLED_ABSENT, told)
            connection.execute(_DECIDED, told)

    def stand_still(self, reason: str | None) -> None:
        """Why everything that waits does so."""
        with self._told() as (connection, told):
            connection.execute(_STAND_STILL, told | {"reason": reason})

    def _set(self, owed: Owed, change: str, **values: Any) -> None:
        with self._told() as (connection, told):
            _step(connection, owed, change, told | values)

    @contextmanager
    def _told(self) -> Iterator[tuple[sa.Connection, dict[str, Any]]]:
        with self.engine.begin() as connection:
            yield connection, {"partner": self.partner, "now": self.clock.now()}


def _step(connection: sa.Connection, owed: Owed, change: str, told: dict[str, Any]) -> None:
    """One step, unless somebody else has taken the file over since it was looked at."""
    known = {"batch_no": owed.batch_no, "state": owed.state, "tries": owed.tries}
    where = "batch_no = :batch_no and state = :state and tries = :tries"
    step = sa.text(f"update core.delivery set {change}, updated_at = :now where {where}")
    if connection.execute(step, told | known).rowcount != 1:
        message = f"somebody else has gone on with {owed.batch_no}; the next exchange sees to it"
        raise TransientFailure(message)


_OWED_ROWS = """
select
    delivery.batch_no, delivery.state, batch.file_name, batch.sha256, length(batch.content) as size
    , delivery.tries, batch.usage
from core.delivery as delivery
inner join core.claim_batch as batch on delivery.batch_no = batch.batch_no
where delivery.partner = :partner and delivery.state <> 'sent' and delivery.state = any(:states)
"""
_OWED = sa.text(f"{_OWED_ROWS} order by delivery.batch_no")
_DUE = sa.text(
    f"{_OWED_ROWS} and coalesce(delivery.next_try_at, '-infinity') <= :now"
    " order by delivery.batch_no"
)
_COUNT = sa.text("""
select state, count(*) as files from core.delivery
where partner = :partner and state <> 'sent'
group by state order by state
""")
_CONTENT = sa.text("select content from core.claim_batch where batch_no = :batch_no")
_RECOVER = sa.text("""
update core.delivery set
    state = case when offered_at is null then 'waiting' else 'unconfirmed' end
    , reason = 'sender_stopped'
    , next_try_at = case when offered_at is not null then cast(:settled_at as timestamptz) end
    , updated_at = :now
where partner = :partner and state = 'sending'
""")
_SETTLED_SENT = sa.text("""
update core.delivery set
    state = 'sent'
    , reason = 'settled_by_a_person'
    , sent_at = coalesce(offered_at, :now)
    , next_try_at = null
    , updated_at = :now
where batch_no = :batch_no and state in ('unconfirmed', 'failed')
""")
_SETTLED_ABSENT = sa.text("""
update core.delivery set
    state = 'waiting'
    , reason = 'settled_by_a_person'
    , offered_at = null
    , next_try_at = null
    , updated_at = :now
where batch_no = :batch_no and state in ('unconfirmed', 'failed')
""")
_DECIDED = sa.text("""
insert into ops.line_decision (at, who, because, partner, batch_no, decided)
values (:now, :who, :why, :partner, :batch_no, :decided)
""")
# An answer that names a claim only proves nothing of this file where an older one held it too.
_ANSWERED = sa.text("""
select exists (
    select 1
    from core.claim_attempt as attempt
    inner join core.claim_answer as spoken
        on attempt.claim_id = spoken.claim_id and attempt.attempt_no = spoken.attempt_no
    inner join core.answer as answer on spoken.answer_id = answer.answer_id
    where
        attempt.batch_no = :batch_no
        and (
            attempt.attempt_no = 1
            or answer.reply_kind in ('TA1', '999')
            or split_part(coalesce(answer.batch_ref, answer.refers_to), '-', 1) = :batch_no
        )
)
""")
_STAND_STILL = sa.text("""
update core.delivery set reason = :reason, updated_at = :now
where partner = :partner and state = 'waiting' and reason is distinct from :reason
""")
