"""What goes wrong in the clinical record: assessments, plans, supervision, tasks, frequency.

What belongs to a client for a while ends the day before the client's last visit, so that it is
missing for that visit only.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from assets.sample.agency import is_nursed, plan_began
from assets.sample.faults_on_paper import is_last, tells_tasks, week_of
from assets.sample.kinds import HOP_3, Kind, Where, in_a_visit, is_day, planted
from assets.sample.paperwork import assess, file_paper, supervise
from assets.sample.times import Row, local, local_date
from assets.sample.world import Visit, World

RARE = 0.0003
REVIEWED = frozenset({"BUCKEYE-FICTIVE", "MAPLE-FICTIVE"})
YESTERDAY = timedelta(days=1)


def _last_visit(world: World, where: Where) -> Visit | None:
    """The last visit of a client nothing is odd about."""
    last = world.take(lambda visit: is_day(visit) and where(visit) and is_last(world, visit))
    if last is not None:
        last.client.is_special = True
    return last


def _unnursed(visit: Visit) -> bool:
    return not is_nursed(visit.client)


def _last_by_nurse(world: World) -> tuple[Visit | None, date, datetime]:
    """The last visit of a client with skilled care, its day, and when papers of it are signed."""
    last = _last_visit(world, lambda visit: is_nursed(visit.client))
    day = world.period.end if last is None else local_date(last.began)
    return last, day, local(day - YESTERDAY, 16)


def _paper(visit: Visit, kind: str) -> Row:
    return next(paper for paper in visit.client.papers if paper["document_kind"] == kind)


@planted("DOC-ASSESS-INCOMPLETE", HOP_3, ("DOC-ASSESS-INCOMPLETE",), share=RARE)
def _assessment_open(world: World) -> Sequence[Visit]:
    last = _last_visit(world, _unnursed)
    if last is None:
        return ()
    day = local_date(last.began)
    begun = local(day - YESTERDAY, 11)
    draft = {"status": "draft", "completed_at": None, "signed_at": None}
    file_paper(world, last.client, "assessment", begun, covers_from=day, **draft)
    return (last,)


@planted("allowed: assessment complete", HOP_3, share=RARE)
def _assessment_complete(world: World) -> Sequence[Visit]:
    last = _last_visit(world, _unnursed)
    if last is None:
        return ()
    day = local_date(last.began)
    file_paper(world, last.client, "assessment", local(day - YESTERDAY, 11), covers_from=day)
    return (last,)


@planted("DOC-PLAN-EXPIRED", HOP_3, ("DOC-PLAN-EXPIRED",), share=RARE)
def _plan_ended(world: World) -> Sequence[Visit]:
    last = _last_visit(world, lambda visit: _unnursed(visit) and visit.row["payer_id"] in REVIEWED)
    if last is None:
        return ()
    last.client.plans[-1]["effective_to"] = local_date(last.began) - YESTERDAY
    return (last,)


@planted("DOC-SUPERVISION", HOP_3, ("DOC-SUPERVISION",), share=RARE)
def _supervision_overdue(world: World) -> Sequence[Visit]:
    """The last supervisory visit is one day too long ago."""
    last = _last_visit(
        world,
        lambda visit: (
            visit.row["payer_id"] in REVIEWED
            and _unnursed(visit)
            and plan_began(visit.client) < local_date(visit.began) - timedelta(days=60)
        ),
    )
    if last is None:
        return ()
    papers = last.client.papers
    papers[:] = [paper for paper in papers if paper["document_kind"] != "supervision"]
    supervise(world, last.client, local_date(last.began) - timedelta(days=61))
    return (last,)


@planted("DOC-OASIS-OPEN", HOP_3, ("DOC-OASIS-OPEN",), share=RARE)
def _oasis_open(world: World) -> Sequence[Visit]:
    last, day, signed = _last_by_nurse(world)
    if last is None:
        return ()
    _paper(last, "oasis")["covers_to"] = day - YESTERDAY
    assess(world, last.client, day, signed, status="complete", locked_at=None, accepted_at=None)
    return (last,)


@planted("DOC-OASIS-UNSENT", HOP_3, warns=("DOC-OASIS-UNSENT",), share=RARE)
def _oasis_unsent(world: World) -> Sequence[Visit]:
    last, day, _ = _last_by_nurse(world)
    if last is None:
        return ()
    _paper(last, "oasis")["covers_to"] = day - YESTERDAY
    assess(world, last.client, day, local(day - timedelta(days=31), 9), accepted_at=None)
    return (last,)


@planted("DOC-OASIS-LOCKED-DIFF", HOP_3, ("DOC-OASIS-LOCKED-DIFF",), share=RARE)
def _oasis_changed(world: World) -> Sequence[Visit]:
    last, day, signed = _last_by_nurse(world)
    if last is None:
        return ()
    _paper(last, "oasis")["covers_to"] = day - YESTERDAY
    locked = assess(world, last.client, day, signed)
    changed = {
        **locked,
        "document_version": 2,
        "content_hash": str(locked["content_hash"])[::-1],
        "source_updated_at": signed + timedelta(minutes=30),
    }
    last.client.papers.append(changed)
    return (last,)


@planted("DOC-NOA-MISSING", HOP_3, ("DOC-NOA-MISSING",), share=RARE)
def _notice_missing(world: World) -> Sequence[Visit]:
    last, day, _ = _last_by_nurse(world)
    if last is None:
        return ()
    _paper(last, "admission_notice")["covers_to"] = day - YESTERDAY
    return (last,)


@planted("DOC-F2F-MISSING", HOP_3, ("DOC-F2F-MISSING",), share=RARE)
def _encounter_missing(world: World) -> Sequence[Visit]:
    last, day, _ = _last_by_nurse(world)
    if last is None:
        return ()
    _paper(last, "face_to_face")["covers_to"] = day - YESTERDAY
    return (last,)


@planted("FREQ-ORDER", HOP_3, ("FREQ-ORDER",), share=RARE)
def _one_too_many(world: World) -> Sequence[Visit]:
    """The order of the client's last week has room for one visit less than there were."""
    last = _last_visit(
        world, lambda visit: _unnursed(visit) and len(_in_its_week(world, visit)) > 1
    )
    if last is None:
        return ()
    week = week_of(last)
    file_paper(
        world,
        last.client,
        "order",
        local(week - timedelta(days=3), 10),
        covers_from=week,
        weekly_visits_most=len(_in_its_week(world, last)) - 1,
        service_codes=last.client.main_service[0],
    )
    return (last,)


def _in_its_week(world: World, visit: Visit) -> list[Visit]:
    """The client's visits of that week; none, when one of them is odd."""
    week = week_of(visit)
    mine = [
        other
        for other in world.visits
        if other.client is visit.client and (other.start is None or week_of(other) == week)
    ]
    odd = any(other.fault or not other.is_plain or not is_day(other) for other in mine)
    return [] if odd else mine


@in_a_visit("DOC-DUTIES not recorded", HOP_3, ("DOC-DUTIES",), where=tells_tasks)
def _no_tasks(world: World, visit: Visit) -> None:
    world.no_tasks.add(visit.record_id)


@in_a_visit("DOC-DUTIES too short", HOP_3, ("DOC-DUTIES",), where=tells_tasks)
def _short_tasks(_: World, visit: Visit) -> None:
    if visit.note is not None:
        visit.note["duty_minutes"] = int((visit.ended - visit.began) / timedelta(minutes=1) * 0.2)


@in_a_visit("DOC-CLIENT-SIGNATURE", HOP_3, ("DOC-CLIENT-SIGNATURE",), where=tells_tasks)
def _not_signed_by_client(_: World, visit: Visit) -> None:
    if visit.note is not None:
        visit.note["client_signed_at"] = None


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
