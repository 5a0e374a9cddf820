"""Visits that meet in time: hop 3's kinds about who was where with whom."""

from collections.abc import Sequence
from datetime import timedelta

from assets.sample.agency import is_nursed
from assets.sample.kinds import HOP_3, Kind, Where, is_day, planted
from assets.sample.paperwork import write_note
from assets.sample.times import instant
from assets.sample.week import add_schedule, add_visit
from assets.sample.world import Visit, World


@planted("OVLP-CAREGIVER", HOP_3, ("OVLP-CAREGIVER",), share=0.001)
def _in_two_places(world: World) -> Sequence[Visit]:
    """One caregiver's id stands on two visits at the same time: both are held."""
    for _ in range(20):
        one = world.take(is_day)
        if one is None:
            return ()
        caregiver_id = one.row["caregiver_id"]
        other = world.take(_meets(one))
        if other is not None and len(_at_the_time_of(world, other, caregiver_id)) == 1:
            other.row["caregiver_id"] = caregiver_id
            return (one, other)
    return ()


def _meets(one: Visit) -> Where:
    def meets(other: Visit) -> bool:
        return (
            other.client is not one.client
            and other.row["caregiver_id"] != one.row["caregiver_id"]
            and _overlap(one, other)
            and is_nursed(other.client) == is_nursed(one.client)
            and is_day(other)
        )

    return meets


def _overlap(one: Visit, other: Visit) -> bool:
    if not (one.start and one.end and other.start and other.end):
        return False
    return one.start < other.end and other.start < one.end


def _at_the_time_of(world: World, visit: Visit, caregiver_id: object) -> list[Visit]:
    """What a caregiver does while a visit lasts."""
    return [
        other
        for other in world.visits
        if other.row["caregiver_id"] == caregiver_id and _overlap(visit, other)
    ]


@planted("OVLP-SAME-VISIT", HOP_3, ("OVLP-SAME-VISIT",), share=0.0008)
def _recorded_twice(world: World) -> Sequence[Visit]:
    """One visit under two ids whose times differ a little: both are held."""
    one = world.take(is_day)
    if one is None:
        return ()
    row = {**one.row, "visit_id": f"V{world.number('visit'):06d}"}
    row["call_in_at"] = one.began + timedelta(minutes=4)
    other = Visit(row, one.client, one.schedule)
    other.note = write_note(world, other)
    world.visits.append(other)
    return (one, other)


@planted("OVLP-CLIENT", HOP_3, ("OVLP-CLIENT",), share=0.001)
def _two_at_once(world: World) -> Sequence[Visit]:
    """A second caregiver comes before the first has left: both visits are held."""
    one = world.take(is_day)
    if one is None or one.schedule is None:
        return ()
    start = instant(one.schedule, "start_at") + timedelta(minutes=30)
    end = instant(one.schedule, "end_at") + timedelta(minutes=30)
    second = somebody_free(world, one, start, end)
    if second is None:
        return ()
    known = max(start - timedelta(days=3), world.period.opens - timedelta(hours=9))
    schedule = add_schedule(world, one.client, second, start, end, known_at=known)
    other = add_visit(world, one.client, schedule)
    return (one, other)


def somebody_free(world: World, like: Visit, start: object, end: object) -> str | None:
    """Another caregiver of the same discipline who has room for a span."""
    span = {"start": start, "end": end}
    discipline = next(
        (
            row["discipline"]
            for row in world.caregivers
            if row["caregiver_id"] == like.row["caregiver_id"]
        ),
        None,
    )
    for row in world.rng.sample(world.caregivers, len(world.caregivers)):
        caregiver_id = str(row["caregiver_id"])
        able = row["discipline"] == discipline and caregiver_id != like.row["caregiver_id"]
        able = able and not row["is_excluded"] and row["ended_on"] is None
        able = able and str(row["credential_expires_on"]) > str(world.period.end)
        if able and world.is_free(caregiver_id, instant(span, "start"), instant(span, "end")):
            return caregiver_id
    return None


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
