"""Planned visits: who should be where, when, for which payer."""

from datetime import time, timedelta

from orchestration.ground.business_time import Night
from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

SCHEDULE = Table(
    name="schedule",
    key=("schedule_id",),
    version="schedule_version",
    event_at="source_updated_at",
    meaning="One version of a planned visit.",
    indexes=(("client_id", "start_at"), ("end_at",)),
    columns=(
        Column(
            "schedule_id",
            "text",
            "The planned visit.",
            required=True,
            pattern=r"[A-Za-z0-9._-]{1,50}",
            identifies="schedule",
        ),
        Column("schedule_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("client_id", "text", "Whose visit.", required=True, identifies="client"),
        Column(
            "caregiver_id",
            "text",
            "Who is to go; empty while the shift is open.",
            identifies="caregiver",
        ),
        Column("payer_id", "text", "Who is expected to pay.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column("service_code", "text", "Planned service.", required=True, pattern=r"[A-Z0-9]{2,5}"),
        Column("start_at", "instant", "Planned start.", required=True),
        Column("end_at", "instant", "Planned end.", required=True),
        Column(
            "status",
            "text",
            "Planned or cancelled.",
            required=True,
            one_of=("planned", "cancelled"),
        ),
        Column("is_critical", "boolean", "A missed visit is an emergency.", required=True),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
        Column("updated_by", "text", "Who changed it.", required=True),
        Column("updated_by_role", "text", "That person's role.", required=True),
    ),
)

SCHEDULES = Feed(
    name="schedules",
    meaning="Planned visits from the scheduling system.",
    system="scheduling",
    table=SCHEDULE,
    files="schedules_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="service_date",
    cadence=timedelta(hours=1),
    owner="Scheduler",
    warn_after=timedelta(hours=1),
    fail_after=timedelta(hours=4),
    old_after=timedelta(hours=50),
    night=Night(begins=time(22), ends=time(6), slower=3),
    sources={column.name: Source(column.name) for column in SCHEDULE.columns},
)

FEEDS = (SCHEDULES,)
