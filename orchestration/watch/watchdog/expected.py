"""Which sensors and schedules must be at work, and how often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from orchestration.ground.contracts import Hop
from orchestration.reports.days import SCHEDULE, SCHEDULE_NAME
from orchestration.watch.looking.heartbeats import NOTIFIER, PAGER

HOPS_LOCATION, PAGER_LOCATION = "hops", "pager"


@dataclass(frozen=True)
class Expected:
    """A sensor or schedule that must be at work.

    Args:
        name: Its name in Dagster.
        location: The code location it is in.
        every: How often a sensor ticks.
        schedule: Its cron, for a schedule.
        zone: The zone of that.
    """

    name: str
    location: str
    every: timedelta = timedelta(0)
    schedule: str | None = None
    zone: ZoneInfo | None = None


def expected(hops: Iterable[Hop], zone: ZoneInfo) -> list[Expected]:
    """Everything that ticks in both code locations."""
    often, hourly = timedelta(seconds=30), timedelta(hours=1)
    return [
        Expected("drop_folder", HOPS_LOCATION, often),
        Expected("own_files", HOPS_LOCATION, often),
        Expected("after_landing", HOPS_LOCATION, often),
        Expected("exchange_due", HOPS_LOCATION, timedelta(minutes=1)),
        Expected(PAGER, PAGER_LOCATION, often),
        Expected(NOTIFIER, PAGER_LOCATION, often),
        Expected("freshness_watch", PAGER_LOCATION, often),
        Expected("housekeeping", PAGER_LOCATION, hourly),
        *(
            Expected(f"{hop.name}_schedule", HOPS_LOCATION, schedule=hop.timing.schedule, zone=zone)
            for hop in hops
        ),
        Expected(SCHEDULE_NAME, HOPS_LOCATION, schedule=SCHEDULE, zone=zone),
    ]
