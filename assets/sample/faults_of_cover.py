"""What goes wrong with who pays: rosters, shares of cost, other cover, incidents; hop 3's kinds."""

from collections.abc import Sequence
from datetime import date, timedelta

from assets.sample.kinds import HOP_3, Kind, in_a_visit, is_day, planted, replan
from assets.sample.paperwork import report_incident
from assets.sample.payers import BY_ID
from assets.sample.pricing import whole_minutes
from assets.sample.times import Row, instant, local_date
from assets.sample.world import Visit, World

OTHER_PAYER = "ELDER-FICTIVE"


def _alone(world: World) -> Visit | None:
    """A visit that is its client's only one on its day."""
    return world.take(
        lambda visit: visit.client.is_billed and is_day(visit) and _is_only(world, visit)
    )


def _is_only(world: World, visit: Visit) -> bool:
    day = local_date(visit.began)
    return not any(
        other is not visit
        and other.client is visit.client
        and (other.start is None or local_date(other.start) in (day, day - timedelta(days=1)))
        for other in world.visits
    )


def _told_otherwise(world: World, **changes: object) -> Sequence[Visit]:
    visit = _alone(world)
    if visit is None:
        return ()
    world.roster_days[visit.client.client_id][local_date(visit.began)] = changes
    return (visit,)


@planted("ELIG-DEMOG", HOP_3, ("ELIG-DEMOG",), share=0.0005)
def _born_another_day(world: World) -> Sequence[Visit]:
    return _told_otherwise(world, birth_date=date(1931, 2, 3))


@planted("allowed: name in other letters", HOP_3, share=0.0005)
def _in_capitals(world: World) -> Sequence[Visit]:
    return _told_otherwise(world, sex="U")


@planted("ELIG-INACTIVE share of cost open", HOP_3, ("ELIG-INACTIVE",), share=0.0005)
def _share_open(world: World) -> Sequence[Visit]:
    return _told_otherwise(world, share_of_cost_cents=12_000, share_met_cents=4_000)


@planted("allowed: share of cost met", HOP_3, share=0.0005)
def _share_met(world: World) -> Sequence[Visit]:
    return _told_otherwise(world, share_of_cost_cents=12_000, share_met_cents=12_000)


@planted("COB-PRIMARY-FIRST", HOP_3, ("COB-PRIMARY-FIRST",), share=0.0005)
def _not_asked_first(world: World) -> Sequence[Visit]:
    return _told_otherwise(world, other_payer_id=OTHER_PAYER)


@planted("COB-SECONDARY-DATA", HOP_3, ("COB-SECONDARY-DATA",), share=0.0005)
def _answer_without_reasons(world: World) -> Sequence[Visit]:
    found = _told_otherwise(world, other_payer_id=OTHER_PAYER)
    for visit in found:
        world.primary_answers.append(_answer(visit, adjustments=None))
    return found


@planted("allowed: the first payer has answered", HOP_3, share=0.0005)
def _answered(world: World) -> Sequence[Visit]:
    found = _told_otherwise(world, other_payer_id=OTHER_PAYER)
    for visit in found:
        world.primary_answers.append(_answer(visit))
    return found


def _answer(visit: Visit, **changes: object) -> Row:
    at = instant(visit.row, "source_updated_at") + timedelta(minutes=20)
    return {
        "source_system": visit.row["source_system"],
        "visit_id": visit.row["visit_id"],
        "primary_payer_id": OTHER_PAYER,
        "answer_version": 1,
        "paid_cents": 0,
        "adjustments": "PR1:4000",
        "paid_on": local_date(at),
        "source_updated_at": at,
        **changes,
    }


def _share(world: World, visit: Visit, program: object, minutes: int) -> None:
    world.funding_shares.append(
        {
            "schedule_id": visit.row["schedule_id"],
            "payer_id": visit.row["payer_id"],
            "payer_program": program,
            "share_version": 1,
            "minutes": minutes,
            "source_updated_at": instant(visit.row, "source_updated_at"),
        }
    )


@in_a_visit("SPLIT-PAYER", HOP_3, ("SPLIT-PAYER",), share=0.0005)
def _other_part_missing(world: World, visit: Visit) -> None:
    """A quarter of an hour is another programme's, and was clocked under this one."""
    minutes = whole_minutes(visit.began, visit.ended)
    other = BY_ID[str(visit.row["payer_id"])].programs[1]
    _share(world, visit, visit.row["payer_program"], minutes - 15)
    _share(world, visit, other, 15)


@in_a_visit("allowed: funded to the minute", HOP_3, share=0.0005)
def _funded(world: World, visit: Visit) -> None:
    minutes = whole_minutes(visit.began, visit.ended)
    _share(world, visit, visit.row["payer_program"], minutes)


@planted("RECON-DELIVERED-BILLED", HOP_3, ("RECON-DELIVERED-BILLED",), share=0.0005)
def _incident_open(world: World) -> Sequence[Visit]:
    visit = _alone(world)
    if visit is None:
        return ()
    report_incident(world, visit, "FALL")
    return (visit,)


@in_a_visit("RECON-PLANNED-DELIVERED", HOP_3, ("RECON-PLANNED-DELIVERED",), share=0.0005)
def _plan_cancelled(world: World, visit: Visit) -> None:
    """Called off the day before, and somebody went."""
    if visit.schedule is not None:
        replan(world, visit.schedule, status="cancelled")


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
