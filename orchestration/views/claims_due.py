"""Claims somebody has to do something about: rejected, disputed, denied, taken back, overtaken."""

from dataclasses import dataclass
from datetime import datetime

from orchestration.views.sight import Sight

NEXT = {
    "rejected": "mend what the answer names, then `carehops claims resend`",
    "disputed": "ask the partner whether it has the claim, then `carehops claims verify`",
    "denied": "mend it, then `carehops claims replace`; or appeal",
    "reversed": "see why the payer took it back; `carehops claims anew` bills its visits again",
}
OWNERS = {"disputed": "EDI analyst"}


@dataclass(frozen=True)
class DueClaim:
    """One claim whose turn is somebody's here.

    Args:
        claim: Its id.
        payer: Whom it went to.
        attempt: The newest attempt.
        rung: How far it came.
        standing: What was last said of it.
        said_by: The rung that said so.
        codes: Why, in the answer's codes.
        answered_at: When.
        due_at: By when it is to be worked on.
        overdue: Whether that is past.
        amount_cents: What it charges.
        owner: Role whose turn it is.
        next_step: What to do.
    """

    claim: str
    payer: str
    attempt: int
    rung: str
    standing: str
    said_by: str
    codes: tuple[str, ...]
    answered_at: datetime
    due_at: datetime
    overdue: bool
    amount_cents: int
    owner: str
    next_step: str


def claims_due(sight: Sight, standing: str | None = None, limit: int = 100) -> tuple[DueClaim, ...]:
    """Claims to work on, the soonest due first; one that was asked for already is not among them.

    Args:
        sight: What we look at.
        standing: Only those that stand so.
        limit: How many.
    """
    rows = sight.rows(_DUE, standing=standing, many=limit, zone=sight.zone)
    return tuple(
        DueClaim(
            claim=row.claim_id,
            payer=row.payer_id,
            attempt=row.attempt_no,
            rung=row.rung,
            standing=row.reply_standing,
            said_by=row.standing_rung,
            codes=tuple(row.codes),
            answered_at=row.answered_at,
            due_at=row.due_at,
            overdue=row.due_at < sight.now,
            amount_cents=row.total_cents,
            owner=OWNERS.get(row.reply_standing, "Billing specialist"),
            next_step=NEXT[row.reply_standing],
        )
        for row in rows
    )


# rework of what was never adjudicated within two business days; what was, within five
_DUE = """
select
    claim.*
    , heard.answered_at
    , ops.add_business_days(
        heard.answered_at
        , case when claim.reply_standing in ('rejected', 'disputed') then 2 else 5 end, :zone
    ) as due_at
    , said.codes
from core.claim as claim
inner join core.attempt_standing as heard
    on claim.claim_id = heard.claim_id and claim.attempt_no = heard.attempt_no
cross join lateral (
    select
        coalesce(array_agg(distinct code.code) filter (where code.code <> ''), '{}') as codes
    from core.claim_answer as spoken
    inner join core.answer as answer
        on spoken.answer_id = answer.answer_id and answer.rung = claim.standing_rung
    cross join lateral unnest(
        string_to_array(coalesce(answer.codes, ''), ';')
    ) as code (code)
    where spoken.claim_id = claim.claim_id and spoken.attempt_no = claim.attempt_no
) as said
where
    claim.reply_standing in ('rejected', 'disputed', 'denied', 'reversed')
    and (claim.frequency <> '8' or claim.reply_standing in ('rejected', 'disputed'))
    and (cast(:standing as text) is null or claim.reply_standing = :standing)
    and not exists (
        select 1 from core.claim_request as asked
        where
            asked.claim_id = claim.claim_id and asked.after_attempt = claim.attempt_no
            and (asked.wish = 'anew' or core.claim_refusal(claim.claim_id, asked.wish) is null)
    )
order by due_at, claim.claim_id
limit :many
"""
