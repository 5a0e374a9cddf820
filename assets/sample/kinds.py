"""How a thing that goes wrong, or only looks wrong, is declared: once, with what follows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.sample.times import Row, instant, local, local_date
from assets.sample.week import clock_by
from assets.sample.world import Client, Visit, World

HOP_1 = "evv_to_coordination"
HOP_2 = "care_plan_to_frontline"
HOP_3 = "delivery_to_billing"
HOP_4 = "billing_to_clearinghouse"

Plant = Callable[[World], Sequence[Visit]]
Mend = Callable[[World, Visit], None]
Where = Callable[[Visit], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is planted in visits.

    Args:
        name: What the truth calls it; one that breaks no rule starts with ``allowed``.
        hop: Where it must be noticed.
        codes: Blocking reasons it must show there, sorted; none when it is allowed.
        warns: Warnings it must show there.
        share: How often, of all visits.
        plant: Plants one and names the visits that bear it, or none when nothing suits.
    """

    name: str
    hop: str
    codes: tuple[str, ...]
    warns: tuple[str, ...]
    share: float
    plant: Plant


def is_day(visit: Visit) -> bool:
    """Whether it is over long before midnight."""
    return local_date(visit.began) == local_date(visit.ended)


def anywhere(_: Visit) -> bool:
    """Any visit suits."""
    return True


def goes_out(visit: Visit) -> bool:
    """Whether the payer agreed to care in the community."""
    return visit.row["payer_id"] != "HARBOR-FICTIVE"


def planted(
    name: str,
    hop: str,
    codes: tuple[str, ...] = (),
    *,
    warns: tuple[str, ...] = (),
    share: float = 0.0015,
) -> Callable[[Plant], Kind]:
    """Declare a kind whose function finds its own visits."""
    return lambda plant: Kind(name, hop, tuple(sorted(codes)), warns, share, plant)


def in_a_visit(
    name: str,
    hop: str,
    codes: tuple[str, ...] = (),
    *,
    warns: tuple[str, ...] = (),
    share: float = 0.0015,
    where: Where = is_day,
) -> Callable[[Mend], Kind]:
    """Declare a kind whose function spoils one visit it is given."""

    def declare(spoil: Mend) -> Kind:
        def plant(world: World) -> Sequence[Visit]:
            visit = world.take(where)
            if visit is None:
                return ()
            spoil(world, visit)
            return (visit,)

        return Kind(name, hop, tuple(sorted(codes)), warns, share, plant)

    return declare


def next_office_hour(world: World, after: datetime) -> datetime:
    """A moment of the next morning, but before everything is judged."""
    morning = local(local_date(after) + timedelta(days=1), 8) + timedelta(
        minutes=world.rng.randint(0, 400)
    )
    return min(morning, world.period.as_of - timedelta(minutes=25))


def correct(world: World, visit: Visit, **changes: object) -> None:
    """The coordinator sends the visit again with changes; the version before stays history."""
    visit.earlier.append(dict(visit.row))
    visit.row.update(
        sequence_id=int(str(visit.row["sequence_id"])) + world.rng.choice((1, 1, 1, 2)),
        source_updated_at=next_office_hour(world, instant(visit.row, "source_updated_at")),
        updated_by="coordinator01",
        updated_by_role="coordinator",
        **changes,
    )


def replan(world: World, schedule: Row, **changes: object) -> None:
    """The scheduler sends a planned visit again with changes, the day before it."""
    versions = world.schedules[str(schedule["schedule_id"])]
    start = instant(schedule, "start_at")
    known = max(
        local(local_date(start) - timedelta(days=1), 15),
        instant(versions[-1], "source_updated_at") + timedelta(minutes=1),
    )
    changed = {
        **versions[-1],
        "schedule_version": len(versions) + 1,
        "source_updated_at": known,
        **changes,
    }
    versions.append(changed)


def by_hand(world: World, visit: Visit, role: str, **reason: object) -> None:
    """Make the clock times manual, entered later by somebody of that role."""
    clock_by(world, visit.row, visit.client, "Manual")
    entered = visit.ended + timedelta(minutes=world.rng.randint(40, 150))
    visit.row.update(
        updated_by=f"{role}01",
        updated_by_role=role,
        source_updated_at=min(entered, world.period.as_of - timedelta(minutes=25)),
        change_reason_code="99",
        change_attested=True,
    )
    visit.row.update(reason)


def small_client(world: World) -> tuple[Client | None, list[Visit]]:
    """The client with the fewest visits, none of them odd, to plant something in all of them."""
    by_client: dict[str, list[Visit]] = {}
    for visit in world.visits:
        by_client.setdefault(visit.client.client_id, []).append(visit)
    fit = [
        visits
        for visits in by_client.values()
        if not visits[0].client.is_special
        and all(visit.is_plain and visit.fault is None for visit in visits)
    ]
    if not fit:
        return None, []
    fewest = min(fit, key=len)
    fewest[0].client.is_special = True
    return fewest[0].client, fewest
