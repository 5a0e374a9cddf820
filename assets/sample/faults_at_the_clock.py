"""What goes wrong between the clock and care coordination: hop 1's kinds.

Each changes one visit (or one client's) so that just the codes it declares must be found.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from assets.sample.kinds import (
    HOP_1,
    Kind,
    anywhere,
    by_hand,
    correct,
    in_a_visit,
    is_day,
    next_office_hour,
    planted,
    replan,
    small_client,
)
from assets.sample.payers import RESPITE
from assets.sample.times import local_date
from assets.sample.typed import FEWEST_VISITS
from assets.sample.week import clock_by
from assets.sample.world import Visit, World

#: One client more than any contract of the sample lets be in a group.
CROWD = 4


def _is_for_personal_care(visit: Visit) -> bool:
    """Of a client nobody ever asked respite for."""
    own = visit.client.services
    return is_day(visit) and visit.row["service_code"] == "T1019" and RESPITE[0] not in own


@planted("EVV-MANUAL-RATE", HOP_1, warns=("EVV-MANUAL-RATE",), share=0.0002)
def _types_every_other(world: World) -> Sequence[Visit]:
    """Half of a caregiver's visits are typed; told of the last one, seen on most of them."""
    mine: dict[str, list[Visit]] = {}
    for visit in world.visits:
        if visit.is_plain and visit.fault is None and not visit.client.is_special and is_day(visit):
            mine.setdefault(str(visit.row["caregiver_id"]), []).append(visit)
    fit = [visits for visits in mine.values() if len(visits) >= 2 * FEWEST_VISITS]
    if not fit:
        return ()
    *others, last = sorted(world.rng.choice(fit)[::2], key=lambda visit: visit.began)
    for visit in (*others, last):
        by_hand(world, visit, "coordinator")
    for visit in others:
        visit.is_plain, visit.fault = False, "allowed: typed with a reason, and often"
    return (last,)


@in_a_visit("EVV-CANCELLED", HOP_1, ("EVV-CANCELLED",))
def _cancelled(world: World, visit: Visit) -> None:
    """Withdrawn by the sender; every other time the plan was cancelled, too."""
    correct(world, visit, action="cancel")
    if visit.schedule is not None and world.chance(0.5):
        replan(world, visit.schedule, status="cancelled")


@in_a_visit("EVV-UNKNOWN-CLIENT", HOP_1, ("EVV-UNKNOWN-CLIENT",))
def _client_unknown(world: World, visit: Visit) -> None:
    visit.row["client_id"] = world.rng.choice((None, "CX901", "CX902"))


@in_a_visit("EVV-UNKNOWN-STAFF", HOP_1, ("EVV-UNKNOWN-STAFF",))
def _caregiver_unknown(world: World, visit: Visit) -> None:
    visit.row["caregiver_id"] = world.rng.choice((None, "GX901", "GX902"))


@in_a_visit("MAP-PAYER", HOP_1, ("MAP-PAYER",))
def _program_unknown(_: World, visit: Visit) -> None:
    visit.row["payer_program"] = "ENDED-LAST-YEAR"


@in_a_visit("MAP-NEAR-MISS payer", HOP_1, ("MAP-NEAR-MISS",))
def _payer_misspelled(world: World, visit: Visit) -> None:
    payer = str(visit.row["payer_id"])
    visit.row["payer_id"] = world.rng.choice((payer.lower(), f"{payer} ", f"0{payer}"))


@in_a_visit("EVV-NO-SERVICE", HOP_1, ("EVV-NO-SERVICE",))
def _no_service(_: World, visit: Visit) -> None:
    visit.row.update(service_code=None, modifier1=None, modifier2=None)


@in_a_visit("EVV-NO-IN", HOP_1, ("EVV-NO-IN",))
def _no_in(_: World, visit: Visit) -> None:
    visit.row["call_in_at"] = None


@in_a_visit("EVV-NO-OUT", HOP_1, ("EVV-NO-OUT",), share=0.002)
def _no_out(_: World, visit: Visit) -> None:
    visit.row["call_out_at"] = None


@in_a_visit("EVV-TIME-ORDER", HOP_1, ("EVV-TIME-ORDER",))
def _out_before_in(world: World, visit: Visit) -> None:
    backwards = timedelta(minutes=world.rng.choice((0, 30, 45)))
    visit.row["call_out_at"] = visit.began - backwards


@planted("EVV-TOO-LONG", HOP_1, ("EVV-TOO-LONG",))
def _too_long(world: World) -> Sequence[Visit]:
    """Clocked out the day after."""
    latest = world.period.end - timedelta(days=2)
    visit = world.take(lambda visit: is_day(visit) and local_date(visit.began) <= latest)
    if visit is None:
        return ()
    end = visit.began + timedelta(hours=26)
    visit.row.update(call_out_at=end, source_updated_at=end + timedelta(minutes=15))
    return (visit,)


@planted("EVV-NO-MEDICAID-ID", HOP_1, ("EVV-NO-MEDICAID-ID",), share=0.0001)
def _no_member_id(world: World) -> Sequence[Visit]:
    """A new client whose member number is still to come."""
    client, visits = small_client(world)
    if client is not None:
        client.row["medicaid_id"] = None
    for visit in visits:
        visit.row["client_medicaid_id"] = None
    return visits


@in_a_visit("EVV-MANUAL-NO-REASON", HOP_1, ("EVV-MANUAL-NO-REASON",), share=0.002)
def _manual_without_reason(world: World, visit: Visit) -> None:
    lacking = world.rng.choice(
        ({"change_reason_code": None}, {"change_attested": False}, {"change_attested": None})
    )
    by_hand(world, visit, "coordinator", **lacking)


@in_a_visit("EVV-MANUAL-NO-REASON on an adjusted time", HOP_1, ("EVV-MANUAL-NO-REASON",))
def _adjusted_without_reason(world: World, visit: Visit) -> None:
    correct(world, visit, adjusted_out_at=visit.ended - timedelta(minutes=5))


@planted("EVV-DUP", HOP_1, ("EVV-DUP",))
def _clocked_twice(world: World) -> Sequence[Visit]:
    """The same visit under two ids: the first goes on, its double does not."""
    first = world.take(is_day)
    if first is None:
        return ()
    first.is_plain = False
    first.fault = "allowed: first of a visit clocked twice"
    row = {**first.row, "visit_id": f"V{world.number('visit'):06d}"}
    double = Visit(row, first.client, first.schedule)
    world.visits.append(double)
    return (double,)


@in_a_visit("PERM-VISIT-EDIT", HOP_1, ("PERM-VISIT-EDIT",))
def _without_right(world: World, visit: Visit) -> None:
    by_hand(world, visit, "front_desk")


@in_a_visit("PERM-VISIT-EDIT on a correction", HOP_1, ("PERM-VISIT-EDIT",))
def _corrected_without_right(world: World, visit: Visit) -> None:
    correct(world, visit)
    visit.row.update(updated_by="front_desk01", updated_by_role="front_desk")


@planted("PERM-VISIT-EDIT after the right ended", HOP_1, ("PERM-VISIT-EDIT",))
def _right_ended(world: World) -> Sequence[Visit]:
    ended = next(row["valid_to"] for row in world.rights if row["role"] == "relief_coordinator")
    visit = world.take(lambda visit: is_day(visit) and str(local_date(visit.began)) > str(ended))
    if visit is None:
        return ()
    by_hand(world, visit, "relief_coordinator")
    return (visit,)


@planted("EVV-NOT-VERIFIED", HOP_1, ("EVV-NOT-VERIFIED",), share=0.008)
def _still_with_aggregator(world: World) -> Sequence[Visit]:
    """The last day's visits are still with the aggregator."""
    last = world.period.end
    visit = world.take(lambda visit: local_date(visit.began) == last)
    if visit is None:
        return ()
    visit.row["aggregator_status"] = "In Process"
    return (visit,)


@in_a_visit("EVV-NOT-VERIFIED never sent", HOP_1, ("EVV-NOT-VERIFIED",), where=anywhere)
def _no_status(_: World, visit: Visit) -> None:
    visit.row.update(aggregator_status=None, aggregator_txn_id=None)


@in_a_visit("EVV-REFUSED", HOP_1, ("EVV-REFUSED",), where=anywhere)
def _refused(world: World, visit: Visit) -> None:
    visit.row["aggregator_status"] = world.rng.choice(("Incomplete", "Omit"))


def _move_away(world: World, visit: Visit) -> None:
    clock_by(world, visit.row, visit.client, "Mobile")
    visit.row["call_in_latitude"] = float(str(visit.row["call_in_latitude"])) + 0.07


def _widen(world: World, visit: Visit) -> None:
    correct(
        world,
        visit,
        adjusted_out_at=visit.ended + timedelta(minutes=10),
        change_reason_code="99",
        change_attested=True,
    )


def _of_harbor(visit: Visit) -> bool:
    """Harbor notes places and takes no wider times; the other payers the other way round."""
    return is_day(visit) and visit.client.source == "hhax"


def _of_others(visit: Visit) -> bool:
    return is_day(visit) and visit.client.source != "hhax"


@in_a_visit("EVV-GPS", HOP_1, ("EVV-GPS",), where=_of_others)
def _far_away(world: World, visit: Visit) -> None:
    _move_away(world, visit)


@in_a_visit("EVV-GPS without a place", HOP_1, ("EVV-GPS",), where=_of_others)
def _no_place(world: World, visit: Visit) -> None:
    clock_by(world, visit.row, visit.client, "Mobile")
    visit.row.update(call_in_latitude=None, call_in_longitude=None)


@in_a_visit("EVV-GPS-WARN", HOP_1, warns=("EVV-GPS-WARN",), where=_of_harbor)
def _far_away_and_noted(world: World, visit: Visit) -> None:
    _move_away(world, visit)


@in_a_visit("EVV-BILLTIME-WIDENED", HOP_1, ("EVV-BILLTIME-WIDENED",), where=_of_harbor)
def _widened(world: World, visit: Visit) -> None:
    _widen(world, visit)


@in_a_visit(
    "EVV-BILLTIME-WIDENED-WARN", HOP_1, warns=("EVV-BILLTIME-WIDENED-WARN",), where=_of_others
)
def _widened_and_noted(world: World, visit: Visit) -> None:
    _widen(world, visit)


@in_a_visit("EVV-PHONE-UNLINKED", HOP_1, ("EVV-PHONE-UNLINKED",))
def _another_phone(world: World, visit: Visit) -> None:
    clock_by(world, visit.row, visit.client, "Telephony")
    visit.row["call_in_phone"] = "6145550198"


@planted("EVV-EXTRANEOUS and EVV-NO-OUT", HOP_1, ("EVV-EXTRANEOUS", "EVV-NO-OUT"))
def _called_once_more(world: World) -> Sequence[Visit]:
    """The caregiver clocked in a second time half way; the visit itself goes on."""
    whole = world.take(is_day)
    if whole is None:
        return ()
    whole.is_plain = False
    whole.fault = "allowed: a visit with one call too many beside it"
    half = (whole.ended - whole.began) / 2
    row = {
        **whole.row,
        "visit_id": f"V{world.number('visit'):06d}",
        "call_in_at": whole.began + half - timedelta(seconds=half.seconds % 60),
        "call_out_at": None,
    }
    extra = Visit(row, whole.client, whole.schedule)
    world.visits.append(extra)
    return (extra,)


@in_a_visit("EVV-UNAUTH-SERVICE", HOP_1, ("EVV-UNAUTH-SERVICE",), where=_is_for_personal_care)
def _wrong_service_picked(_: World, visit: Visit) -> None:
    visit.client.services.append(RESPITE[0])
    visit.row.update(service_code=RESPITE[0], modifier1=None, modifier2=None)


@planted("GROUP-RATIO", HOP_1, ("GROUP-RATIO",), share=0.0005)
def _four_at_once(world: World) -> Sequence[Visit]:
    """Four clients under one group code and one caregiver: all four are held."""
    for _ in range(20):
        first = world.take(is_day)
        if first is None:
            return ()
        crowd = [first]
        while len(crowd) < CROWD:
            other = world.take(partial(_joins, tuple(crowd)))
            if other is None:
                break
            crowd.append(other)
        if len(crowd) == CROWD:
            code = f"GX{world.number('crowd'):03d}"
            for visit in crowd:
                visit.row.update(group_code=code, caregiver_id=first.row["caregiver_id"])
            return crowd
    return ()


def _joins(crowd: Sequence[Visit], visit: Visit) -> bool:
    return is_day(visit) and all(
        visit.client is not other.client
        and visit.client.source == other.client.source
        and visit.began < other.ended
        and other.began < visit.ended
        for other in crowd
    )


@planted("EVV-LATE-SUBMIT", HOP_1, warns=("EVV-LATE-SUBMIT",))
def _sent_late(world: World) -> Sequence[Visit]:
    """First heard of two mornings later."""
    latest = world.period.end - timedelta(days=3)
    visit = world.take(lambda visit: is_day(visit) and local_date(visit.began) <= latest)
    if visit is None:
        return ()
    visit.row["source_updated_at"] = next_office_hour(world, visit.ended + timedelta(hours=30))
    return (visit,)


@in_a_visit(
    "EVV-MANUAL-NO-REASON and PERM-VISIT-EDIT",
    HOP_1,
    ("EVV-MANUAL-NO-REASON", "PERM-VISIT-EDIT"),
    share=0.0008,
)
def _manual_by_front_desk(world: World, visit: Visit) -> None:
    by_hand(world, visit, "front_desk", change_reason_code=None)


@in_a_visit("EVV-NO-OUT and EVV-NO-SERVICE", HOP_1, ("EVV-NO-OUT", "EVV-NO-SERVICE"), share=0.0008)
def _no_out_no_service(_: World, visit: Visit) -> None:
    visit.row.update(call_out_at=None, service_code=None, modifier1=None, modifier2=None)


@in_a_visit(
    "EVV-REFUSED and EVV-UNKNOWN-STAFF",
    HOP_1,
    ("EVV-REFUSED", "EVV-UNKNOWN-STAFF"),
    share=0.0008,
)
def _nobody_known_and_refused(_: World, visit: Visit) -> None:
    visit.row.update(caregiver_id=None, aggregator_status="Incomplete")


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
