"""What looks odd and is right, and what merely deviates from the plan: nothing here is held."""

from collections.abc import Sequence
from datetime import timedelta

from assets.sample.faults_of_delivery import cut_to
from assets.sample.faults_of_overlap import somebody_free
from assets.sample.kinds import (
    HOP_1,
    Kind,
    Where,
    anywhere,
    by_hand,
    correct,
    goes_out,
    in_a_visit,
    is_day,
    next_office_hour,
    planted,
    replan,
)
from assets.sample.paperwork import report_incident
from assets.sample.times import instant, local_date
from assets.sample.week import add_schedule, add_visit, clock_by
from assets.sample.world import Visit, World


@in_a_visit("allowed: verified the day after", HOP_1, share=0.05, where=anywhere)
def _verified_later(world: World, visit: Visit) -> None:
    correct(world, visit)
    visit.earlier[-1]["aggregator_status"] = "In Process"


@in_a_visit("allowed: corrected twice", HOP_1, share=0.004)
def _corrected_twice(world: World, visit: Visit) -> None:
    correct(world, visit)
    visit.earlier[-1]["call_out_at"] = None
    correct(world, visit)


@in_a_visit("allowed: an older version straggles in", HOP_1, share=0.003)
def _straggler(world: World, visit: Visit) -> None:
    correct(world, visit)
    newest = instant(visit.row, "source_updated_at")
    first = int(str(visit.earlier[-1]["sequence_id"]))
    visit.arrivals[first] = next_office_hour(world, newest)


@in_a_visit("allowed: sent twice word for word", HOP_1, share=0.003, where=anywhere)
def _repeated(world: World, visit: Visit) -> None:
    sent = instant(visit.row, "source_updated_at")
    visit.repeats.append((int(str(visit.row["sequence_id"])), next_office_hour(world, sent)))


@in_a_visit("allowed: sent twice in one file", HOP_1, share=0.001)
def _repeated_at_once(_: World, visit: Visit) -> None:
    sent = instant(visit.row, "source_updated_at")
    visit.repeats.append((int(str(visit.row["sequence_id"])), sent))


@in_a_visit("allowed: adjusted with a reason", HOP_1, share=0.008)
def _adjusted(world: World, visit: Visit) -> None:
    correct(
        world,
        visit,
        adjusted_in_at=visit.began + timedelta(minutes=1),
        adjusted_out_at=visit.ended - timedelta(minutes=1),
        change_reason_code="99",
        change_attested=True,
    )


@in_a_visit("allowed: manual with a reason", HOP_1, share=0.02)
def _manual(world: World, visit: Visit) -> None:
    by_hand(world, visit, world.rng.choice(("coordinator", "scheduler", "nurse_manager")))


def out_by_day(visit: Visit) -> bool:
    """Whether it is over before midnight, and paid for in the community too."""
    return is_day(visit) and goes_out(visit)


@in_a_visit("allowed: far from home in the community", HOP_1, share=0.004, where=out_by_day)
def _community(world: World, visit: Visit) -> None:
    clock_by(world, visit.row, visit.client, "Mobile")
    visit.row["location_type"] = "community"
    visit.row["call_in_latitude"] = float(str(visit.row["call_in_latitude"])) + 0.09


@planted("allowed: one visit begins as the other ends", HOP_1, share=0.001)
def _back_to_back(world: World) -> Sequence[Visit]:
    """The same caregiver goes on to another client without a minute between."""
    pair = back_to_back(world)
    for visit in pair[1:]:
        # in the flat below, by its landline
        clock_by(world, visit.row, visit.client, "Telephony")
    return pair


def back_to_back(world: World, where: Where = is_day) -> Sequence[Visit]:
    """Two visits of one caregiver, the second clocked in as the first is clocked out."""
    return next(filter(None, (_one_after_the_other(world, where) for _ in range(20))), ())


def _one_after_the_other(world: World, where: Where) -> Sequence[Visit]:
    one = world.take(lambda visit: where(visit) and visit.row["group_code"] is None)
    if one is None:
        return ()
    day = local_date(one.began)
    caregiver_id = str(one.row["caregiver_id"])
    start, end = one.ended, one.ended + timedelta(minutes=60)
    elsewhere = [visit for visit in world.visits if visit is not one and visit.start]
    if any(
        visit.row["caregiver_id"] == caregiver_id and one.began <= visit.began < end
        for visit in elsewhere
    ):
        return ()
    busy = {visit.client.client_id for visit in elsewhere if local_date(visit.began) == day}
    pattern = world.take(
        lambda visit: (
            visit.client.client_id not in busy
            and visit.client is not one.client
            and visit.client.source == one.client.source
            and visit.client.main_service == one.client.main_service
            and visit.client.first_day <= day
        )
    )
    if pattern is None or end > world.period.as_of - timedelta(hours=9):
        return ()
    known = max(start - timedelta(days=2), world.period.opens - timedelta(hours=9))
    schedule = add_schedule(world, pattern.client, caregiver_id, start, end, known_at=known)
    other = add_visit(world, pattern.client, schedule)
    other.row["call_in_at"] = one.ended
    return (one, other)


@planted("allowed: client away, plan cancelled", HOP_1, share=0.01)
def _away(world: World) -> Sequence[Visit]:
    visit = world.take(anywhere)
    if visit is None or visit.schedule is None:
        return ()
    replan(world, visit.schedule, status="cancelled")
    world.visits.remove(visit)
    return (visit,)


@planted("allowed: somebody else came", HOP_1, share=0.01)
def _substitute(world: World) -> Sequence[Visit]:
    """The caregiver was ill; the plan named a substitute the day before."""
    visit = world.take(is_day)
    if visit is None or visit.schedule is None:
        return ()
    start, end = (instant(visit.schedule, name) for name in ("start_at", "end_at"))
    other = somebody_free(world, visit, start, end)
    if other is None:
        return ()
    replan(world, visit.schedule, caregiver_id=other)
    visit.row["caregiver_id"] = other
    return (visit,)


@planted("missed", HOP_1, share=0.006)
def _missed(world: World) -> Sequence[Visit]:
    """Planned, and nobody came."""
    visit = world.take(anywhere)
    if visit is None:
        return ()
    world.visits.remove(visit)
    return (visit,)


@in_a_visit("shortened", HOP_1, share=0.006)
def _shortened(world: World, visit: Visit) -> None:
    cut_to(world, visit, world.rng.randint(22, 38))


@in_a_visit(
    "shortened to the fewest minutes that count",
    HOP_1,
    share=0.0005,
    where=lambda visit: is_day(visit) and visit.client.source == "carebridge",
)
def _eight_minutes(world: World, visit: Visit) -> None:
    cut_to(world, visit, 8)


@planted("late", HOP_1, share=0.006)
def _late(world: World) -> Sequence[Visit]:
    """Starts late and stays as long as planned, where nobody is met by that."""
    by = timedelta(minutes=world.rng.randint(24, 40))
    visit = world.take(lambda visit: is_day(visit) and not _meets(world, visit, by))
    if visit is None:
        return ()
    for name in ("call_in_at", "call_out_at", "source_updated_at"):
        visit.row[name] = instant(visit.row, name) + by
    world.deviations.add(("late", visit.record_id))
    return (visit,)


def _meets(world: World, visit: Visit, by: timedelta) -> bool:
    """Whether the caregiver or the client has another visit so soon afterwards."""
    return any(
        other.start and visit.began < other.start < visit.ended + by
        for other in world.visits
        if other.client is visit.client or other.row["caregiver_id"] == visit.row["caregiver_id"]
    )


@in_a_visit("risk_flag", HOP_1, share=0.006)
def _concern(world: World, visit: Visit) -> None:
    concern = world.rng.choice(("FALL_RISK", "SKIN", "MOOD", "NO_FOOD"))
    visit.row["concern_codes"] = concern
    if world.chance(0.5):
        incident = report_incident(world, visit, concern)
        incident["status"] = "closed"
        visit.row["incident_id"] = incident["incident_id"]
    world.deviations.add(("risk_flag", visit.record_id))


@in_a_visit("allowed: as late and as short as tolerated", HOP_1, share=0.002)
def _at_the_limit(_: World, visit: Visit) -> None:
    if visit.schedule is not None:
        start, end = (instant(visit.schedule, name) for name in ("start_at", "end_at"))
        visit.row.update(call_in_at=start + timedelta(minutes=15), call_out_at=end)


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
