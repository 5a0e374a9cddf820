"""Billable lines become claims, one 837P a payer, and climb the ladder of answers."""

from datetime import time, timedelta
from functools import partial

from orchestration.ground.business_time import Deadline
from orchestration.ground.contracts import Hop, IdentifierKind, Target, Timing
from orchestration.partners import answers, attempts, batches, outbox

_Identifies = dict[str, IdentifierKind]
_BATCH: _Identifies = dict.fromkeys(("batch_no", "interchange_control", "group_control"), "batch")
_LINE: _Identifies = {"claim_id": "claim"}
_SAID = ("claim_id", "attempt_no", "record_id", "line_no")
_CLAIM: _Identifies = {**_LINE, "batch_no": "batch"}

HOP = Hop(
    name="billing_to_clearinghouse",
    meaning="Reconciled visits go to their payers on claims that three gates let through, and each "
    "answer is matched to what it answers.",
    record="visit",
    takes=("core.billable_line",),
    reads=(
        "core.coordination_visit",
        "landing.evv_visit",
        "landing.caregiver",
        "landing.client",
        "landing.payer_contract",
        "landing.provider_enrolment",
        "landing.clearinghouse_reply",
    ),
    follows="delivery_to_billing",
    targets=(
        Target("claim_batch", ("batch_no",), "One file to one payer.", identifies=_BATCH),
        Target("claim", ("claim_id",), "A client's lines of a week.", identifies=_CLAIM),
        Target(
            "claim_attempt", ("claim_id", "attempt_no"), "A claim sent once.", identifies=_CLAIM
        ),
        Target("claim_attempt_line", _SAID, "What an attempt said.", identifies=_LINE),
        Target("claim_line", ("record_id", "line_no"), "A line on its claim.", True, _LINE),
    ),
    keeps=("claim_request", "claim_release", "claims_asked", "visits_asked"),
    minimum_dataset=("client_id", "payer_id", "amount_cents", "claim_id", "batch_key"),
    checkpoints=("V14", "V15"),
    timing=Timing(
        schedule="15 6,14 * * 1-5",
        warn_after=timedelta(hours=26),
        fail_after=timedelta(hours=50),
        stuck_after=timedelta(days=2),
        deadlines=(
            Deadline("business", begins=time(6, 15), warn=time(7, 15), fail=time(8, 15)),
            Deadline("business", begins=time(14, 15), warn=time(15, 15), fail=time(16, 15)),
        ),
    ),
    owner="EDI analyst",
    ladder=(
        "built",
        "sent",
        "sent-unconfirmed",
        "TA1",
        "999",
        "clearinghouse 277CA",
        "payer 277CA",
        "835",
        "posted",
    ),
    listen=answers.listen,
    examine=partial(attempts.examine, "billing_to_clearinghouse"),
    prepare=partial(batches.prepare, "billing_to_clearinghouse"),
    deliver=partial(outbox.deliver, "billing_to_clearinghouse"),
)
