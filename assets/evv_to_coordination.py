"""Clocked visits become what care coordination works with.

This hop decides whether a visit happened as recorded: who, whom, what, when, where. Whether it
may be billed is decided downstream.
"""

from datetime import time, timedelta

from orchestration.ground.business_time import Night
from orchestration.ground.contracts import Hop, Target, Timing

HOP = Hop(
    name="evv_to_coordination",
    meaning="Visits from the EVV systems reach care coordination with completion, duration, tasks "
    "and concerns; missed, short, late and unplanned ones are listed for the daily review.",
    record="visit",
    takes=("landing.evv_visit",),
    reads=(
        "landing.client",
        "landing.caregiver",
        "landing.schedule",
        "landing.payer_contract",
        "landing.mapping_approval",
        "landing.role_right",
        "landing.service_auth",
        "landing.inpatient_stay",
        "landing.live_in",
    ),
    targets=(
        Target(
            name="coordination_visit",
            key=("record_id",),
            meaning="One visit whose people, times and tasks stand.",
            per_record=True,
            identifies={"caregiver_id": "caregiver"},
        ),
        Target(
            name="visit_deviation",
            key=("kind", "subject"),
            meaning="One way in which delivery strayed from the plan, for review.",
        ),
    ),
    minimum_dataset=(
        "client_id",
        "caregiver_id",
        "service_code",
        "location_type",
        "effective_in_at",
        "effective_out_at",
        "minutes",
        "tasks_done",
        "concern_codes",
    ),
    checkpoints=("V01", "V02", "V03", "V04", "V05", "V06", "V07"),
    timing=Timing(
        schedule="*/15 * * * *",
        warn_after=timedelta(minutes=60),
        fail_after=timedelta(minutes=120),
        stuck_after=timedelta(hours=24),
        # visits happen day and night, fewer of them at night
        night=Night(begins=time(22), ends=time(6), slower=2),
        severity="P1",
    ),
    owner="EVV coordinator",
)
