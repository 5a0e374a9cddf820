"""How each partner's line has been doing, and whether it may be tried now.

What was refused for good is not tried again until it has changed. To see that, a slow salted hash
of the secrets and pinned keys that were refused is kept, never they themselves.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.partners.line import NEVER_BLINDLY, Transport

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=30)
_SHORTEST_JITTER: Final = 0.5
_SALT_BYTES: Final = 16


@dataclass(frozen=True)
class Access:
    """The line to one partner, as it is written down.

    Args:
        engine: Of our database.
        clock: Now.
        partner: Whose.
        owner: Role that answers for it.
        expires_at: When our secrets stop being good, where the partner limits them.
    """

    engine: sa.Engine
    clock: Clock
    partner: str
    owner: str
    expires_at: datetime | None = None

    def may_try(
        self, transport: Transport, secret: Callable[[str], str | None], *, patient: bool = True
    ) -> str | None:
        """Why it may not be tried now, or None: ``stopped``, or, for who is patient, ``waits``."""
        with self.engine.connect() as connection:
            row = connection.execute(_LINE, {"partner": self.partner}).one_or_none()
        if row is None:
            return None
        if row.is_stopped:
            now = _proof(transport, secret, bytes(row.refused_salt))
            return "stopped" if hmac.compare_digest(now, bytes(row.refused_proof)) else None
        if patient and row.next_try_at is not None and row.next_try_at > self.clock.now():
            return "waits"
        return None

    def rested(self, interval: timedelta) -> bool:
        """Whether it was last tried so long ago."""
        with self.engine.connect() as connection:
            row = connection.execute(_LINE, {"partner": self.partner}).one_or_none()
        return row is None or bool(row.tried_at + interval <= self.clock.now())

    def works(self) -> None:
        """The whole exchange went well."""
        with self.engine.begin() as connection:
            told = self._told()
            connection.execute(_WORKS, told)
            connection.execute(_CREDENTIAL_GOOD, told)

    def lets_us_in(self) -> None:
        """Our credential was taken, whatever came after."""
        with self.engine.begin() as connection:
            connection.execute(_CREDENTIAL_GOOD, self._told())

    def fails(
        self, why: str, transport: Transport, secret: Callable[[str], str | None], random: Random
    ) -> None:
        """It failed: when it is tried again, or that it is not."""
        salt = secrets.token_bytes(_SALT_BYTES)
        stops = why in NEVER_BLINDLY
        with self.engine.begin() as connection:
            tries = connection.scalar(_TRIES, {"partner": self.partner}) or 0
            told = self._told() | {
                "why": why,
                "stops": stops,
                "salt": salt if stops else None,
                "proof": _proof(transport, secret, salt) if stops else None,
                "next_try_at": None if stops else self.clock.now() + _wait(tries, random),
            }
            connection.execute(_FAILS, told)
            if why == "credential_refused":
                connection.execute(_CREDENTIAL_REFUSED, told)

    def resume(self, who: str, because: str) -> None:
        """A person says that it may be tried again at once."""
        with self.engine.begin() as connection:
            told = self._told() | {"who": who, "because": because}
            connection.execute(_RESUME, told)
            connection.execute(_DECIDED, told)

    def _told(self) -> dict[str, object]:
        return {
            "partner": self.partner,
            "credential": self.partner,
            "owner": self.owner,
            "now": self.clock.now(),
            "expires_at": self.expires_at,
        }


def _wait(tries: int, random: Random) -> timedelta:
    longest = min(FIRST_WAIT * (1 << min(tries, 16)), LONGEST_WAIT)
    return longest * random.uniform(_SHORTEST_JITTER, 1)


def _proof(transport: Transport, secret: Callable[[str], str | None], salt: bytes) -> bytes:
    known = [*transport.pinned(), *(secret(name) or "" for name in transport.secrets())]
    return hashlib.scrypt("\0".join(known).encode(), salt=salt, n=2**14, r=8, p=1)


_LINE = sa.text("select * from ops.line where partner = :partner")
_TRIES = sa.text("select tries from ops.line where partner = :partner for update")
_WORKS = sa.text("""
insert into ops.line as known (partner, owner_role, tried_at, good_at)
values (:partner, :owner, :now, :now)
on conflict (partner) do update set
    owner_role = :owner
    , tried_at = :now
    , good_at = :now
    , failing_since = null
    , why = null
    , tries = 0
    , next_try_at = null
    , is_stopped = false
    , refused_salt = null
    , refused_proof = null
""")
_FAILS = sa.text("""
insert into ops.line as known
    (partner, owner_role, tried_at, failing_since, why, tries, next_try_at, is_stopped
    , refused_salt, refused_proof)
values (:partner, :owner, :now, :now, :why, 1, :next_try_at, :stops, :salt, :proof)
on conflict (partner) do update set
    owner_role = :owner
    , tried_at = :now
    , failing_since = coalesce(known.failing_since, :now)
    , why = :why
    , tries = known.tries + 1
    , next_try_at = :next_try_at
    , is_stopped = :stops
    , refused_salt = :salt
    , refused_proof = :proof
""")
_RESUME = sa.text("""
update ops.line set
    is_stopped = false, refused_salt = null, refused_proof = null, next_try_at = null
where partner = :partner
""")
_DECIDED = sa.text("""
insert into ops.line_decision (at, who, because, partner, decided)
values (:now, :who, :because, :partner, 'resume')
""")
_CREDENTIAL_REFUSED = sa.text("""
insert into ops.credential as known (name, owner_role, failing_since, tried_at)
values (:credential, :owner, :now, :now)
on conflict (name) do update set
    owner_role = :owner, failing_since = coalesce(known.failing_since, :now), tried_at = :now
""")
# one that neither expires nor was ever refused needs no row
_CREDENTIAL_GOOD = sa.text("""
insert into ops.credential as known (name, owner_role, last_good_at, tried_at, expires_at)
select :credential, :owner, :now, :now, cast(:expires_at as timestamptz)
where
    cast(:expires_at as timestamptz) is not null
    or exists (select 1 from ops.credential as told where told.name = :credential)
on conflict (name) do update set
    owner_role = :owner
    , failing_since = null
    , last_good_at = :now
    , tried_at = :now
    , expires_at = excluded.expires_at
""")
