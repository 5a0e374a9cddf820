"""Care-plan changes reach the caregivers who will act on them, and their answers come back.

A record is one plan version for one caregiver. It moves when the version was delivered, the
caregiver acknowledged it before a visit, and the supervisor confirmed that.
"""

from datetime import timedelta

from orchestration.ground.contracts import Hop, Target, Timing

HOP = Hop(
    name="care_plan_to_frontline",
    meaning="Every caregiver with a visit ahead gets each new plan version's tasks, acknowledges "
    "them before that visit, and the supervisor confirms it.",
    record="plan delivery",
    takes=("landing.care_plan", "landing.schedule"),
    reads=("landing.plan_ack", "landing.evv_visit", "landing.role_right"),
    targets=(
        Target(
            name="plan_delivery",
            key=("record_id",),
            meaning="How far one plan version got with one caregiver.",
            per_record=True,
            identifies={"plan_id": "plan", "caregiver_id": "caregiver"},
        ),
        Target(
            name="frontline_task",
            key=("plan_id", "plan_version", "caregiver_id", "task_code"),
            meaning="One task of one plan version on one caregiver's list.",
        ),
    ),
    # not the three receipts: an exception may move a delivery that was breached without them
    minimum_dataset=("client_id", "caregiver_id", "plan_id", "plan_version", "tasks"),
    checkpoints=("C01", "C02", "C03", "C04", "C05", "C06"),
    timing=Timing(
        schedule="*/10 * * * *",
        warn_after=timedelta(minutes=15),
        fail_after=timedelta(minutes=60),
        stuck_after=timedelta(hours=24),
    ),
    owner="Clinical supervisor",
)
