"""What a biller may ask of a claim that is out: resend, replace, void, give up, or note a check.

A request is a row that is never changed; the next passes fulfil it. Whether it may be asked is
said by the claim's last answer (``core.claim_refusal``), by the partner's profile, and by the
rights of who asks. Visits that changed since the claim are taken off it and reconciled again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NoReturn, get_args
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.ground.approvers import Approvers
from orchestration.ground.contracts import Hop
from orchestration.ground.failures import PermanentFailure, TransientFailure
from orchestration.ground.partner_profiles import Partner, answering_for

Wish = Literal["resend", "replace", "void", "anew"]
Finding = Literal["held", "not_held"]

_WHY_NOT: Final = {
    "not_sent": "it has not left yet; wait for its delivery, or see `carehops status`",
    "unanswered": "nobody has answered it yet. Do not send it blindly: ask the partner for it by "
    "its control numbers (`carehops trace` shows them), then note what they say with "
    "`carehops claims verify`",
    "accepted": "it was accepted and is on its way to be paid; wait for the payer's answer",
    "adjudicated": "the payer has adjudicated it: replace it (7) or void it (8) instead",
    "disputed": "its answers contradict each other: ask the partner whether it has the claim, "
    "then note what they say with `carehops claims verify`",
    "not_voided": "it stands with the payer: void it first, and wait for the payer's answer",
    "voided": "it is voided already; `carehops claims anew` bills its visits on a new claim",
    "taken_back": "the payer took it back; `carehops claims anew` bills its visits on a new claim",
    "never_adjudicated": "the payer never took it in: resend it instead, as an original",
    "no_number": "the payer's own number of it is not known; it comes with the payer's 277CA or "
    "the 835",
}
_CODES: Final = {wish: f"CLAIM-{wish.upper()}" for wish in (*get_args(Wish), "verify")}
_FREQUENCY: Final = {"replace": "7", "void": "8"}


@dataclass(frozen=True)
class Asked:
    """What was asked, as it is kept.

    Args:
        number: The request's.
        claim: Whose.
        wish: What is to become of it.
        after_attempt: The attempt it follows.
        frequency: Under which it goes out next.
        payer_claim_number: The payer's own number it names, for 7 and 8.
        released: Visits taken off it, to be reconciled again.
        made_by: Who asked.
        made_role: By which role's right.
        because: Why.
        made_at: When.
    """

    number: int
    claim: str
    wish: Wish
    after_attempt: int
    frequency: str
    payer_claim_number: str | None
    released: int
    made_by: str
    made_role: str
    because: str
    made_at: datetime


@dataclass(frozen=True)
class Petitioner:
    """Somebody at the desk who asks, and by what right.

    Args:
        approvers: Who may.
        partners: How each payer takes corrections.
        hop: The hop claims leave by.
        zone: The agency's zone, in which rights count their days.
        by: Who asks, as the agency's file names them.
        because: Why; kept for good, so it names no person.
        now: When.
    """

    approvers: Approvers
    partners: tuple[Partner, ...]
    hop: Hop
    zone: str
    by: str
    because: str
    now: datetime

    def ask(self, connection: sa.Connection, claim_id: str, wish: Wish) -> Asked:
        """Write a request down, and take off the claim what has to be reconciled again.

        Raises:
            PermanentFailure: the claim's last answer, the payer or the rights forbid it; the
                message says why and what to do instead.
            TransientFailure: a pass is running that looks at these claims.
        """
        role = self._right(wish)
        self._alone(connection)
        claim = self._claim(connection, claim_id)
        refusal = connection.scalar(_REFUSAL, {"claim_id": claim_id, "wish": wish})
        partner = answering_for(self.partners, claim.payer_id)
        if wish == "anew" and refusal == "not_voided" and partner.new_claim_instead:
            refusal = None
        if refusal is not None:
            _refuse(f"{claim_id} cannot be {_DONE[wish]}: {_WHY_NOT[refusal]}")
        if wish in partner.refuses:
            way = "ask the payer how it takes corrections"
            if partner.new_claim_instead:
                way = "send a new claim with `carehops claims anew`"
            _refuse(f"{partner.name} takes no {_NOUN[wish]}: {partner.way_out or way}")
        if claim.is_asked:
            _refuse(f"{claim_id} is asked for already; the next pass takes it up")
        row = connection.execute(_ASK, self._row(connection, claim, wish, role)).one()
        released = self._release(connection, row.request_id, claim_id, every=wish == "anew")
        return Asked(
            row.request_id,
            claim_id,
            wish,
            row.after_attempt,
            row.frequency,
            row.payer_claim_number,
            released,
            self.by,
            role,
            self.because.strip(),
            self.now,
        )

    def ask_batch(self, connection: sa.Connection, batch_no: str, wish: Wish) -> list[Asked]:
        """Ask the same of every claim whose newest attempt went out in one file, where it may be.

        Raises:
            PermanentFailure: it may be asked of none of them; or see ``ask``.
        """
        binds = {"batch_no": batch_no, "wish": wish}
        claims = connection.scalars(_OF_BATCH, binds).all()
        if not claims:
            _refuse(f"no claim of batch {batch_no} may be {_DONE[wish]}; `carehops claims due`")
        return [self.ask(connection, claim_id, wish) for claim_id in claims]

    def verify(self, connection: sa.Connection, claim_id: str, finding: Finding) -> int:
        """Note what a partner said when asked whether it has a claim.

        Returns:
            The attempt that was asked about.

        Raises:
            PermanentFailure: there is no such claim, or no right to say so.
        """
        role = self._right("verify")
        claim = self._claim(connection, claim_id)
        connection.execute(
            _VERIFY,
            {
                **{"claim_id": claim_id, "attempt_no": claim.attempt_no, "finding": finding},
                **{"because": self.because.strip(), "by": self.by, "role": role, "now": self.now},
            },
        )
        return int(claim.attempt_no)

    def _row(
        self, connection: sa.Connection, claim: sa.Row[Any], wish: Wish, role: str
    ) -> dict[str, object]:
        # what was rejected is sent again as it was meant: a rejected replacement stays one
        frequency, number = claim.frequency, claim.payer_claim_number
        if wish in _FREQUENCY:
            frequency = _FREQUENCY[wish]
            number = connection.scalar(_NUMBER, {"claim_id": claim.claim_id})
        elif wish == "anew":
            frequency, number = "1", None
        return {
            **{"claim_id": claim.claim_id, "wish": wish, "attempt_no": claim.attempt_no},
            **{"frequency": frequency, "payer_claim_number": number, "role": role},
            **{"because": self.because.strip(), "by": self.by, "now": self.now},
        }

    def _right(self, wish: str) -> str:
        if not self.because.strip():
            _refuse("it needs a reason: --why says it in a few words")
        code = _CODES[wish]
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        role = self.approvers.role_for(self.by, code, today)
        if role is None:
            may = ", ".join(self.approvers.roles_for(code, today)) or "nobody"
            _refuse(
                f"{self.by} has no right to {wish} claims ({code}) today; {may} may. Rights are "
                f"in {self.approvers.path}"
            )
        return role

    def _alone(self, connection: sa.Connection) -> None:
        for hop in filter(None, (self.hop.follows, self.hop.name)):
            if not connection.scalar(_LOCK, {"key": f"carehops:{hop}"}):
                message = f"{hop} is running; ask again when its pass is over"
                raise TransientFailure(message)

    def _claim(self, connection: sa.Connection, claim_id: str) -> sa.Row[Any]:
        row = connection.execute(_CLAIM, {"claim_id": claim_id}).first()
        if row is None:
            _refuse(f"no claim {claim_id} was ever made here")
        return row

    def _release(
        self, connection: sa.Connection, request_id: int, claim_id: str, *, every: bool
    ) -> int:
        binds = {
            **{"request_id": request_id, "claim_id": claim_id, "every": every},
            **{"follows": self.hop.follows, "now": self.now},
        }
        released = connection.execute(_RELEASE, binds).rowcount
        for statement in (_FREE, _LOOSEN):
            connection.execute(statement, binds)
        return released


_DONE: Final = {"resend": "resent", "replace": "replaced", "void": "voided", "anew": "given up"}
_NOUN: Final = {"replace": "replacements (7)", "void": "voids (8)"}


def _refuse(why: str) -> NoReturn:
    message = f"refused: {why}"
    raise PermanentFailure(message)


_LOCK = sa.text("select pg_try_advisory_xact_lock(hashtext(:key))")
_CLAIM = sa.text("""
select
    claim.claim_id, claim.payer_id, claim.attempt_no, attempt.frequency
    , attempt.payer_claim_number
    , exists (
        select 1 from core.claim_request as asked
        where asked.claim_id = claim.claim_id and asked.after_attempt = claim.attempt_no
            and (asked.wish = 'anew' or core.claim_refusal(claim.claim_id, asked.wish) is null)
    ) as is_asked
from core.claim as claim
inner join core.claim_attempt as attempt
    on claim.claim_id = attempt.claim_id and claim.attempt_no = attempt.attempt_no
where claim.claim_id = :claim_id
for update of claim
""")
_OF_BATCH = sa.text("""
select claim.claim_id
from core.claim as claim
where
    claim.batch_no = :batch_no and core.claim_refusal(claim.claim_id, :wish) is null
    and not exists (
        select 1 from core.claim_request as asked
        where asked.claim_id = claim.claim_id and asked.after_attempt = claim.attempt_no
    )
order by claim.claim_id
""")
_REFUSAL = sa.text("select core.claim_refusal(:claim_id, :wish)")
_NUMBER = sa.text("select core.payer_number_of(:claim_id)")
_ASK = sa.text("""
insert into core.claim_request
    (claim_id, wish, after_attempt, frequency, payer_claim_number, because, made_by, made_role
    , made_at)
values
    (:claim_id, :wish, :attempt_no, :frequency, :payer_claim_number, :because, :by, :role, :now)
returning request_id, after_attempt, frequency, payer_claim_number
""")
_VERIFY = sa.text("""
insert into core.claim_verification
    (claim_id, attempt_no, finding, because, made_by, made_role, made_at)
values (:claim_id, :attempt_no, :finding, :because, :by, :role, :now)
""")
# what billing looks at again already, or what it listed as changed after the claim; a void says
# what was said
_RELEASE = sa.text("""
insert into core.claim_release (request_id, record_id, claim_id, released_at)
select distinct cast(:request_id as bigint), line.record_id, line.claim_id
    , cast(:now as timestamptz)
from core.claim_line as line
inner join core.claim_request as asked on asked.request_id = :request_id
where
    line.claim_id = :claim_id and asked.wish <> 'void'
    and (
        :every
        or exists (
            select 1 from ledger.entry as billed
            where billed.record_id = line.record_id and billed.hop = :follows
                and billed.state <> 'moved'
        )
        or exists (
            select 1 from ledger.late_change as late
            where late.record_id = line.record_id and late.hop = :follows
                and late.sent_as = line.claim_id
                and late.seen_at > (
                    select max(sent.published_at) from core.claim_attempt as sent
                    where sent.claim_id = line.claim_id
                )
        )
    )
""")
_FREE = sa.text("""
delete from core.claim_line as line
using core.claim_release as let
where
    let.request_id = :request_id and line.record_id = let.record_id
    and line.claim_id = let.claim_id
""")
_LOOSEN = sa.text("""
update core.billable_line as line set claim_id = null
from core.claim_release as let
where let.request_id = :request_id and line.record_id = let.record_id
""")
