"""When a plan can change: moments at which no visit of the client is near."""

from datetime import datetime, timedelta

from assets.sample.times import Row, instant, local
from assets.sample.world import Client, World


def planned(world: World, client: Client) -> list[Row]:
    """The client's planned visits, by start."""
    mine = [world.schedules[one][-1] for one in client.schedule_ids if one in world.schedules]
    return sorted(
        (row for row in mine if row["status"] == "planned"),
        key=lambda row: instant(row, "start_at"),
    )


def is_quiet(world: World, client: Client, at: datetime, until: datetime) -> bool:
    """Whether no visit begins between, but some began before and some begin later."""
    starts = [instant(row, "start_at") for row in planned(world, client)]
    early = at - timedelta(minutes=15)
    between = any(early <= start <= until for start in starts)
    return not between and starts[0] < early and starts[-1] > until


def quiet_moment(
    world: World, client: Client, room: timedelta, from_end: tuple[int, int] | None = None
) -> datetime | None:
    """An office hour after which the client has no visit for a while."""
    end = world.period.end
    first, last = (
        (end - timedelta(days=days) for days in from_end)
        if from_end
        else (client.first_day + timedelta(days=1), end - timedelta(days=2))
    )
    days = [day for day in world.period.days() if first <= day <= last and day > client.first_day]
    for day in world.rng.sample(days, len(days)):
        at = local(day, 15, world.rng.randint(0, 59))
        if is_quiet(world, client, at, at + room):
            return at
    return None
