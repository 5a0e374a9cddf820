"""Delivered visits become billable lines, where plan, delivery and cover agree.

This hop decides what may be billed, in which units, at which price, under which authorization.
How it goes to the payer is decided downstream.
"""

from datetime import time, timedelta

from orchestration.ground.business_time import Deadline
from orchestration.ground.contracts import Hop, Target, Timing

HOP = Hop(
    name="delivery_to_billing",
    meaning="Completed visits reach billing once they are documented, authorized, in units of the "
    "payer's rule and free of conflicts; everything else waits with a reason.",
    record="visit",
    takes=("core.coordination_visit",),
    reads=(
        "landing.evv_visit",
        "landing.payer_contract",
        "landing.mapping_approval",
        "landing.code",
        "landing.service_auth",
        "landing.client",
        "landing.caregiver",
        "landing.caregiver_restriction",
        "landing.schedule",
        "landing.document",
        "landing.care_plan",
        "core.plan_delivery",
        "landing.provider_enrolment",
        "landing.eligibility",
        "landing.primary_answer",
        "landing.incident",
        "landing.funding_share",
    ),
    follows="evv_to_coordination",
    targets=(
        Target(
            name="billable_line",
            key=("record_id", "line_no"),
            meaning="One priced line of a visit, with the authorization it draws on.",
            per_record=True,
            identifies={"auth_id": "authorization", "auth_number": "authorization"},
        ),
    ),
    minimum_dataset=(
        "client_id",
        "caregiver_id",
        "payer_id",
        "service_code",
        "service_date",
        "minutes",
        "units",
        "amount_cents",
        "contract_version",
    ),
    checkpoints=("V09", "V10", "V11", "V12", "V13"),
    timing=Timing(
        schedule="30 2,12 * * *",
        warn_after=timedelta(hours=26),
        fail_after=timedelta(hours=50),
        stuck_after=timedelta(days=3),
        rests=True,
        deadlines=(
            # reconciled before the morning's claims are built, and again after midday
            Deadline("business", begins=time(2, 30), warn=time(5, 30), fail=time(6, 30)),
            Deadline("business", begins=time(12, 30), warn=time(15, 30), fail=time(16, 30)),
        ),
        severity="P1",
    ),
    owner="Billing specialist",
)
