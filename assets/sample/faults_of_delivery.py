"""What goes wrong with the visit itself on its way to a claim: hop 3's and hop 4's other kinds."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from assets.sample.agency import UNENROLLED, hire, is_nursed, plan_began
from assets.sample.kinds import (
    HOP_1,
    HOP_3,
    HOP_4,
    Kind,
    anywhere,
    correct,
    goes_out,
    in_a_visit,
    is_day,
    planted,
    small_client,
)
from assets.sample.paperwork import unsign
from assets.sample.payers import BY_ID, NURSING
from assets.sample.times import Row, local, local_date
from assets.sample.week import add_schedule, add_visit, clock_by
from assets.sample.world import Visit, World

BUCKEYE, HARBOR = "BUCKEYE-FICTIVE", "HARBOR-FICTIVE"


@in_a_visit("MAP-SERVICE", HOP_3, ("MAP-SERVICE",))
def _service_not_agreed(world: World, visit: Visit) -> None:
    if world.chance(0.5):
        visit.row["modifier2"] = "U9"
        visit.row["modifier1"] = visit.row["modifier1"] or "TT"
    else:
        visit.row.update(service_code="S9122", modifier1=None, modifier2=None)


@in_a_visit("MAP-NEAR-MISS", HOP_3, ("MAP-NEAR-MISS",), where=lambda visit: ";" in visit.modifiers)
def _modifiers_swapped(_: World, visit: Visit) -> None:
    row = visit.row
    row["modifier1"], row["modifier2"] = row["modifier2"], row["modifier1"]


@in_a_visit(
    "MAP-LOCATION",
    HOP_3,
    ("MAP-LOCATION",),
    where=lambda visit: is_day(visit) and visit.client.is_billed and not goes_out(visit),
)
def _place_not_agreed(world: World, visit: Visit) -> None:
    """In the community, for which the payer's contract has no place of service."""
    clock_by(world, visit.row, visit.client, "Mobile")
    visit.row["location_type"] = "community"


@in_a_visit(
    "UNIT-ZERO",
    HOP_3,
    ("UNIT-ZERO",),
    where=lambda visit: is_day(visit) and visit.row["service_code"] != "T1001",
)
def _too_short(world: World, visit: Visit) -> None:
    cut_to(world, visit, world.rng.randint(2, 6))


def cut_to(world: World, visit: Visit, minutes: int) -> None:
    """End a visit after so many minutes, which is also a deviation from the plan."""
    end = visit.began + timedelta(minutes=minutes)
    visit.row.update(call_out_at=end, source_updated_at=end + timedelta(minutes=14))
    world.deviations.add(("shortened", visit.record_id))


@in_a_visit("EVV-NO-SCHEDULE", HOP_3, ("EVV-NO-SCHEDULE",), where=anywhere)
def _unplanned(world: World, visit: Visit) -> None:
    """Nobody planned it: the planned visit is taken out of the plan."""
    forget_plan(world, visit)
    visit.row["schedule_id"] = None


@in_a_visit("EVV-NO-SCHEDULE unknown id", HOP_3, ("EVV-NO-SCHEDULE",), where=anywhere)
def _plan_unknown(world: World, visit: Visit) -> None:
    forget_plan(world, visit)


def forget_plan(world: World, visit: Visit) -> None:
    """Take the planned visit back, as if it had never been sent."""
    del world.schedules[str(visit.row["schedule_id"])]
    visit.schedule = None
    world.deviations.add(("unscheduled", visit.record_id))


def fitting(visit: Visit) -> str:
    """A discipline the contract pays the visit's service by."""
    return "RN" if visit.row["service_code"] in NURSING else "aide"


def given_by(visit: Visit, caregiver: Row) -> None:
    """Somebody else gave it."""
    visit.row["caregiver_id"] = caregiver["caregiver_id"]


@in_a_visit("MAP-DISCIPLINE", HOP_3, ("MAP-DISCIPLINE",), where=anywhere)
def _discipline_not_paid(world: World, visit: Visit) -> None:
    given_by(visit, hire(world, "therapist"))


@in_a_visit("PROV-CAREGIVER-INELIG credential", HOP_3, ("PROV-CAREGIVER-INELIG",), where=anywhere)
def _credential_expired(world: World, visit: Visit) -> None:
    expired = local_date(visit.began) - timedelta(days=1)
    given_by(visit, hire(world, fitting(visit), credential_expires_on=expired))


@in_a_visit("PROV-CAREGIVER-INELIG left", HOP_3, ("PROV-CAREGIVER-INELIG",), where=anywhere)
def _left_the_agency(world: World, visit: Visit) -> None:
    left = local_date(visit.began) - timedelta(days=1)
    given_by(visit, hire(world, fitting(visit), ended_on=left))


@in_a_visit("PROV-CAREGIVER-INELIG excluded", HOP_3, ("PROV-CAREGIVER-INELIG",), where=anywhere)
def _on_exclusion_list(world: World, visit: Visit) -> None:
    given_by(visit, hire(world, fitting(visit), is_excluded=True))


@in_a_visit("PROV-CAREGIVER-INELIG kept away", HOP_3, ("PROV-CAREGIVER-INELIG",))
def _kept_from_the_client(world: World, visit: Visit) -> None:
    _keep_away(world, visit, local_date(visit.began), local_date(visit.began))


@in_a_visit("allowed: kept away until the day before", HOP_3)
def _no_longer_kept_away(world: World, visit: Visit) -> None:
    ended = local_date(visit.began) - timedelta(days=1)
    _keep_away(world, visit, ended, ended)


def _keep_away(world: World, visit: Visit, first: date, last: date) -> None:
    """Somebody new comes on that day, whom the client has turned away for some days."""
    given_by(visit, hire(world, fitting(visit)))
    world.restrictions.append(
        {
            "caregiver_id": visit.row["caregiver_id"],
            "client_id": visit.client.client_id,
            "record_version": 1,
            "restricted_from": first,
            "restricted_to": last,
            # known from the first morning
            "source_updated_at": world.period.opens - timedelta(hours=9),
        }
    )


@planted("CLM-TIMELY", HOP_3, ("CLM-TIMELY",), share=0.0008)
def _found_too_late(world: World) -> Sequence[Visit]:
    """A visit of last season turns up after the payer's last filing day."""
    return _of_last_season(world, HARBOR, _filing_days() + world.number("late claim"))


@planted("CLM-TIMELY-NEAR", HOP_3, warns=("CLM-TIMELY-NEAR",), share=0.0005)
def _found_just_in_time(world: World) -> Sequence[Visit]:
    """A visit of last season turns up some days before the payer's last filing day."""
    return _of_last_season(world, HARBOR, _filing_days() - 9 - world.number("claim just in time"))


@planted("EVV-WINDOW-CLOSED", HOP_1, ("EVV-WINDOW-CLOSED",), share=0.0005)
def _changed_too_late(world: World) -> Sequence[Visit]:
    """A visit of last season is corrected after the payer's window for changes has closed."""
    found = _of_last_season(world, BUCKEYE, 119 + world.number("late change"))
    for visit in found:
        correct(world, visit)
    return found


def _filing_days() -> int:
    return BY_ID[HARBOR].filing_limit_days


def _of_last_season(world: World, payer_id: str, days_ago: int) -> Sequence[Visit]:
    pattern = world.take(lambda visit: is_day(visit) and visit.row["payer_id"] == payer_id)
    if pattern is None or pattern.schedule is None:
        return ()
    # each on a day of its own, so that two of them never meet
    day = local_date(world.period.as_of) - timedelta(days=days_ago)
    if -UNENROLLED <= (day - world.period.start).days < 0:
        return ()
    start = local(day, 9)
    schedule = add_schedule(
        world, pattern.client, str(pattern.row["caregiver_id"]), start, start + timedelta(hours=2)
    )
    visit = add_visit(world, pattern.client, schedule)
    visit.row["source_updated_at"] = local(local_date(pattern.began), 16)
    return (visit,)


@planted("PROV-TAXONOMY", HOP_4, ("PROV-TAXONOMY",), share=0.0005)
def _before_enrolment(world: World) -> Sequence[Visit]:
    """A visit of the days on which the agency's enrolment had lapsed."""
    before = world.number("unenrolled")
    day = world.period.start - timedelta(days=before)
    pattern = world.take(
        lambda visit: (
            is_day(visit) and not is_nursed(visit.client) and plan_began(visit.client) <= day
        )
    )
    if before > UNENROLLED or pattern is None or pattern.schedule is None:
        return ()
    caregiver_id = str(hire(world, "aide")["caregiver_id"])
    start = local(day, 9)
    schedule = add_schedule(world, pattern.client, caregiver_id, start, start + timedelta(hours=2))
    visit = add_visit(world, pattern.client, schedule)
    visit.row["source_updated_at"] = local(local_date(pattern.began), 16)
    return (visit,)


@planted("RECON-TODAY", HOP_3, ("RECON-TODAY",), share=0.0008)
def _today(world: World) -> Sequence[Visit]:
    """An early visit of the very day everything is judged."""
    today = local_date(world.period.as_of)
    start = local(today, 4)
    end = start + timedelta(minutes=90)
    pattern = world.take(
        lambda visit: (
            visit.client.source != "hhax"
            and is_day(visit)
            and not _comes_again(world, visit, end - timedelta(hours=12))
            and world.is_free(str(visit.row["caregiver_id"]), start, end)
        )
    )
    if pattern is None:
        return ()
    caregiver_id = str(pattern.row["caregiver_id"])
    known = world.period.as_of - timedelta(days=1)
    schedule = add_schedule(world, pattern.client, caregiver_id, start, end, known_at=known)
    return (add_visit(world, pattern.client, schedule),)


def _comes_again(world: World, visit: Visit, after: datetime) -> bool:
    """Whether the client has a visit that starts after an instant."""
    return any(
        other.client is visit.client and other.start and other.start > after
        for other in world.visits
    )


@planted("CODE-DX", HOP_4, ("CODE-DX",), share=0.0001)
def _no_diagnosis(world: World) -> Sequence[Visit]:
    client, visits = small_client(world)
    if client is not None:
        client.row["diagnosis_code"] = None
    return visits


@planted("CLM-GATE", HOP_4, ("CLM-GATE",), share=0.0001)
def _city_too_long(world: World) -> Sequence[Visit]:
    """A city's name that no claim can spell: every claim of the client is refused."""
    client, visits = small_client(world)
    if client is not None:
        client.row["city"] = "Llanfairpwllgwyngyll under Sampleton"
    return visits


@in_a_visit(
    "DOC-NOTE-UNSIGNED and EVV-NO-SCHEDULE",
    HOP_3,
    ("DOC-NOTE-UNSIGNED", "EVV-NO-SCHEDULE"),
    share=0.0008,
)
def _unplanned_unsigned(world: World, visit: Visit) -> None:
    forget_plan(world, visit)
    if visit.note is not None:
        unsign(visit.note, "draft")


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
