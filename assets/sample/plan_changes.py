"""What happens to care plans inside the sample's days: ordinary changes and hop 2's faults.

Clients whose plan changes are otherwise left alone, so that a visit's fault never decides whether
a caregiver had acknowledged in time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.sample.agency import hire, is_nursed
from assets.sample.faults_on_paper import tells_tasks
from assets.sample.kinds import HOP_3
from assets.sample.plan_moments import is_quiet, planned, quiet_moment
from assets.sample.plans import enter_plan
from assets.sample.times import Row, instant, local, local_date
from assets.sample.week import add_schedule
from assets.sample.world import Client, Fate, World

#: Share of clients whose plan changes without anything going wrong.
ORDINARY = 0.2
ROOM = timedelta(hours=5)


@dataclass(frozen=True)
class PlanKind:
    """One kind of plan change.

    Args:
        name: What the truth calls it.
        codes: Every code it brings about.
        change: Plants it with one client and says whether it could.
    """

    name: str
    codes: tuple[str, ...]
    change: Callable[[World, Client], bool]


def _simple(
    world: World,
    client: Client,
    at: datetime | None,
    fate: Fate,
    urgency: str = "routine",
    **changes: object,
) -> bool:
    """Enter a change at that moment, with that fate for everybody it concerns."""
    if at is None:
        return False
    plan = enter_plan(world, client, at, urgency=urgency, **changes)
    world.fates[str(plan["plan_id"]), int(str(plan["plan_version"])), "*"] = fate
    return True


def _ordinary(world: World, client: Client) -> bool:
    at = quiet_moment(world, client, ROOM)
    urgency = world.rng.choice(("routine", "routine", "urgent", "safety"))
    return _simple(world, client, at, Fate("allowed: plan changed"), urgency)


def _without_right(world: World, client: Client) -> bool:
    fate = Fate("PERM-PLAN-EDIT", ("PERM-PLAN-EDIT",))
    at = quiet_moment(world, client, ROOM)
    return _simple(world, client, at, fate, entered_by="front_desk01", entered_by_role="front_desk")


def _order_unsigned(world: World, client: Client) -> bool:
    fate = Fate("DOC-ORDER-UNSIGNED", ("DOC-ORDER-UNSIGNED",))
    at = quiet_moment(world, client, ROOM)
    return _simple(world, client, at, fate, order_required=True, order_signed_at=None)


def _unconfirmed(world: World, client: Client) -> bool:
    fate = Fate("CP-NOT-CONFIRMED", ("CP-NOT-CONFIRMED",), "unconfirmed")
    return _simple(world, client, quiet_moment(world, client, ROOM), fate)


def _never_read(world: World, client: Client) -> bool:
    fate = Fate("CP-UNACKED-VISIT", ("CP-UNACKED-VISIT",), "delivered")
    return _simple(world, client, _before_a_visit(world, client), fate)


def _read_after(world: World, client: Client) -> bool:
    fate = Fate("CP-UNACKED-VISIT read too late", ("CP-UNACKED-VISIT",), "after the visit")
    return _simple(world, client, _before_a_visit(world, client), fate, "urgent")


def _before_a_visit(world: World, client: Client) -> datetime | None:
    """A quiet moment some days before the end, with a visit still to come before it."""
    at = quiet_moment(world, client, ROOM, (9, 4))
    soon = world.period.as_of - timedelta(days=1)
    if at and any(at < instant(row, "start_at") < soon for row in planned(world, client)):
        return at
    return None


def _last_afternoon(world: World, client: Client, until: datetime) -> datetime | None:
    at = local(world.period.end, 15, world.rng.randint(0, 59))
    return at if is_quiet(world, client, at, until) else None


def _unreachable(world: World, client: Client) -> bool:
    fate = Fate("CP-UNREACHABLE", ("CP-NOT-ACKED", "CP-UNREACHABLE"), "none")
    until = world.period.as_of + timedelta(hours=3)
    return _simple(world, client, _last_afternoon(world, client, until), fate)


def _not_due(world: World, client: Client) -> bool:
    fate = Fate("CP-NOT-ACKED", ("CP-NOT-ACKED",), "delivered")
    until = world.period.as_of + timedelta(hours=3)
    return _simple(world, client, _last_afternoon(world, client, until), fate)


def _just_entered(world: World, client: Client) -> bool:
    at = world.period.as_of - timedelta(minutes=10)
    fate = Fate("CP-NOT-DELIVERED", ("CP-NOT-ACKED", "CP-NOT-DELIVERED"), "none")
    quiet = is_quiet(world, client, at, at + timedelta(hours=3))
    return _simple(world, client, at if quiet else None, fate)


def _overdue(world: World, client: Client) -> bool:
    """Due two hours before a visit that is less than two hours away."""
    at = _last_afternoon(world, client, world.period.as_of)
    if at is None:
        return False
    start = world.period.as_of + timedelta(minutes=90)
    caregiver_id = str(planned(world, client)[0]["caregiver_id"])
    known = at - timedelta(days=1)
    add_schedule(world, client, caregiver_id, start, start + timedelta(hours=1), known_at=known)
    fate = Fate("CP-ACK-LATE", ("CP-ACK-LATE",), "delivered")
    return _simple(world, client, at, fate)


def _old_tasks(world: World, client: Client) -> bool:
    """One visit after the change still followed the version before."""
    at = _before_a_visit(world, client)
    if at is None:
        return False
    later = [
        visit
        for visit in world.visits
        if visit.client is client and local_date(visit.began) > local_date(at)
    ]
    if not later:
        return False
    world.old_tasks.add(later[0].record_id)
    if tells_tasks(later[0]):
        later[0].is_plain = False
        later[0].fault = "DOC-DUTIES by an old list"
        later[0].codes[HOP_3] = ("DOC-DUTIES",)
    fate = Fate("CP-OLD-VERSION-DELIVERED", warns=("CP-OLD-VERSION-DELIVERED",))
    return _simple(world, client, at, fate)


def _superseded(world: World, client: Client) -> bool:
    """The next morning's version overtakes it before anybody read it."""
    at = quiet_moment(world, client, timedelta(hours=26), (12, 3))
    fate = Fate("CP-SUPERSEDED", ("CP-SUPERSEDED",), "none")
    if not _simple(world, client, at, fate) or at is None:
        return False
    again = local(local_date(at) + timedelta(days=1), 11)
    return _simple(world, client, again, Fate("allowed: plan changed again"))


def _swapped(world: World, client: Client) -> bool:
    """That evening somebody else takes over all visits to come."""
    at = quiet_moment(world, client, timedelta(hours=30), (9, 3))
    if at is None:
        return False
    evening = at + timedelta(hours=4)
    successor = str(hire(world, "RN" if is_nursed(client) else "aide")["caregiver_id"])
    gone = str(planned(world, client)[0]["caregiver_id"])
    for row in planned(world, client):
        if instant(row, "start_at") > at:
            if instant(row, "source_updated_at") > evening:
                row["caregiver_id"] = successor
            else:
                _next_version(world, row, evening, caregiver_id=successor)
    for visit in world.visits:
        if visit.client is client and visit.began > at:
            visit.row["caregiver_id"] = successor
    _simple(world, client, at, Fate("allowed: plan changed"))
    plan = client.plans[-1]
    pair = (str(plan["plan_id"]), int(str(plan["plan_version"])), gone)
    world.fates[pair] = Fate("CP-SWAPPED", ("CP-SWAPPED",), "none")
    return True


def _next_version(world: World, row: Row, known: datetime, **changes: object) -> None:
    number = int(str(row["schedule_version"])) + 1
    changed = {**row, "schedule_version": number, "source_updated_at": known, **changes}
    world.schedules[str(row["schedule_id"])].append(changed)


def _discharged(world: World, client: Client) -> bool:
    """All visits to come are cancelled, then the plan ends: nobody is left to tell."""
    at = quiet_moment(world, client, ROOM, (8, 2))
    if at is None:
        return False
    known = at - timedelta(hours=20)
    for row in planned(world, client):
        if instant(row, "start_at") > known + timedelta(hours=16):
            if instant(row, "source_updated_at") > known:
                del world.schedules[str(row["schedule_id"])]
            else:
                _next_version(world, row, known, status="cancelled")
            gone = row["schedule_id"]
            world.visits = [visit for visit in world.visits if visit.row["schedule_id"] != gone]
    fate = Fate("CP-NO-VISIT-AHEAD", ("CP-NO-VISIT-AHEAD",), "none")
    return _simple(world, client, at, fate, change_type="discharge")


KINDS = (
    PlanKind("PERM-PLAN-EDIT", ("PERM-PLAN-EDIT",), _without_right),
    PlanKind("DOC-ORDER-UNSIGNED", ("DOC-ORDER-UNSIGNED",), _order_unsigned),
    PlanKind("CP-NOT-CONFIRMED", ("CP-NOT-CONFIRMED",), _unconfirmed),
    PlanKind("CP-UNREACHABLE", ("CP-NOT-ACKED", "CP-UNREACHABLE"), _unreachable),
    PlanKind("CP-NOT-ACKED", ("CP-NOT-ACKED",), _not_due),
    PlanKind("CP-NOT-DELIVERED", ("CP-NOT-ACKED", "CP-NOT-DELIVERED"), _just_entered),
    PlanKind("CP-ACK-LATE", ("CP-ACK-LATE",), _overdue),
    PlanKind("CP-SUPERSEDED", ("CP-SUPERSEDED",), _superseded),
    PlanKind("CP-SWAPPED", ("CP-SWAPPED",), _swapped),
    PlanKind("CP-NO-VISIT-AHEAD", ("CP-NO-VISIT-AHEAD",), _discharged),
    PlanKind("CP-UNACKED-VISIT", ("CP-UNACKED-VISIT",), _never_read),
    PlanKind("CP-UNACKED-VISIT read too late", ("CP-UNACKED-VISIT",), _read_after),
    PlanKind("CP-OLD-VERSION-DELIVERED", ("CP-OLD-VERSION-DELIVERED",), _old_tasks),
)


def change_plans(world: World) -> None:
    """Plant each kind once and let some more plans change without trouble."""
    pool = [client for client in world.clients if _has_one_caregiver(world, client)]
    world.rng.shuffle(pool)
    # few have skilled care, and their papers go wrong in ways of their own
    pool.sort(key=is_nursed)
    left = len(world.clients) // 3
    ordinary = PlanKind("allowed: plan changed", (), _ordinary)
    for kind in (*KINDS, *[ordinary] * round(ORDINARY * len(world.clients))):
        client = next((one for one in pool if kind.change(world, one)), None) if left else None
        if client is not None:
            pool.remove(client)
            client.is_special = True
            left -= 1
            world.planted[kind.name] = world.planted.get(kind.name, 0) + 1


def _has_one_caregiver(world: World, client: Client) -> bool:
    rows = planned(world, client)
    return client.house is None and len({str(row["caregiver_id"]) for row in rows}) == 1
