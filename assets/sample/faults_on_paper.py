"""What goes wrong with authorizations, documents and cover: hop 3's kinds that paper decides."""

from collections.abc import Sequence
from datetime import date, timedelta

from assets.sample.agency import NPIS, is_nursed
from assets.sample.kinds import (
    HOP_1,
    HOP_3,
    Kind,
    Where,
    anywhere,
    in_a_visit,
    is_day,
    planted,
    small_client,
)
from assets.sample.paperwork import authorize, unsign
from assets.sample.payers import BY_ID, RESPITE
from assets.sample.pricing import units_of
from assets.sample.times import instant, local_date
from assets.sample.world import Visit, World


def tells_tasks(visit: Visit) -> bool:
    """Whether the payer asks for the tasks of each visit and the client's signature."""
    return visit.client.row["payer_id"] == "MAPLE-FICTIVE"


def week_of(visit: Visit) -> date:
    """First day of the authorization week a visit falls in."""
    day = local_date(visit.began)
    starts_on = BY_ID[str(visit.row["payer_id"])].week_starts_on
    # Python's Monday is 0; authorizations count from Sunday
    return day - timedelta(days=((day.weekday() + 1) % 7 - starts_on) % 7)


def takes_parts(visit: Visit) -> bool:
    """Whether the payer takes the part of a visit that an authorization has room for."""
    return visit.client.row["payer_id"] == "MAPLE-FICTIVE"


def takes_all_or_nothing(visit: Visit) -> bool:
    """Whether a visit that does not fit its authorization is held whole."""
    return not takes_parts(visit)


def respite(world: World, many: int, weeks: int = 1, *, where: Where = anywhere) -> list[Visit]:
    """Turn visits of a client who never had respite into respite, with units of their own.

    Args:
        world: The world.
        many: How many visits in a row.
        weeks: Over how many authorization weeks they must spread.
        where: Which visits suit.
    """

    def suits(visit: Visit) -> bool:
        return _is_fit(visit) and not _has_respite(visit) and where(visit)

    first = world.take(suits)
    tries = 60
    while first is not None and tries:
        run = _run_from(world, first, many)
        if len(run) == many and len({week_of(visit) for visit in run}) == weeks:
            for visit in run:
                visit.row.update(service_code=RESPITE[0], modifier1=None, modifier2=None)
                if visit.schedule is not None:
                    visit.schedule["service_code"] = RESPITE[0]
            run[0].client.services.append(RESPITE[0])
            return run
        tries -= 1
        first = world.take(suits)
    return []


def _is_fit(visit: Visit) -> bool:
    return is_day(visit) and not is_nursed(visit.client)


def _has_respite(visit: Visit) -> bool:
    return RESPITE[0] in visit.client.services


def _run_from(world: World, first: Visit, many: int) -> list[Visit]:
    """The visit and the client's next ones, as far as nothing is odd about them."""
    later = [
        visit
        for visit in world.visits
        if visit.client is first.client and visit.start and visit.start >= first.began
    ]
    run = sorted(later, key=lambda visit: visit.began)[:many]
    odd = any(not visit.is_plain or visit.fault or not is_day(visit) for visit in run)
    return [] if odd else run


def _allowed(run: list[Visit], name: str) -> None:
    for visit in run:
        visit.is_plain = False
        visit.fault = f"allowed: {name}"


@planted("AUTH-NONE", HOP_3, ("AUTH-NONE",))
def _never_asked(world: World) -> Sequence[Visit]:
    return respite(world, 1)


@planted("AUTH-NONE while pending", HOP_3, ("AUTH-NONE",))
def _still_pending(world: World) -> Sequence[Visit]:
    run = respite(world, 1)
    for visit in run:
        authorize(world, visit.client, RESPITE, status="pending", decided_at=None)
    return run


@planted("AUTH-PERIOD", HOP_3, ("AUTH-PERIOD",))
def _ended_yesterday(world: World) -> Sequence[Visit]:
    run = respite(world, 1)
    for visit in run:
        ended = local_date(visit.began) - timedelta(days=1)
        authorize(world, visit.client, RESPITE, period_to=ended)
    return run


@planted("AUTH-PERIOD blacked out", HOP_3, ("AUTH-PERIOD",))
def _blacked_out(world: World) -> Sequence[Visit]:
    run = respite(world, 1)
    for visit in run:
        day = local_date(visit.began)
        authorize(world, visit.client, RESPITE, blackout=f"{day - timedelta(days=1)}/{day}")
    return run


@planted("AUTH-SERVICE-MISMATCH", HOP_3, ("AUTH-SERVICE-MISMATCH",))
def _for_other_modifiers(world: World) -> Sequence[Visit]:
    run = respite(world, 1)
    for visit in run:
        authorize(world, visit.client, (RESPITE[0], "U1"))
    return run


@planted("AUTH-PROVIDER", HOP_3, ("AUTH-PROVIDER",))
def _for_another_location(world: World) -> Sequence[Visit]:
    run = respite(world, 1)
    for visit in run:
        authorize(world, visit.client, RESPITE, provider_npi=NPIS[0])
    return run


@planted("AUTH-OVER-DAY", HOP_3, ("AUTH-OVER-DAY",), share=0.0008)
def _day_too_short(world: World) -> Sequence[Visit]:
    run = respite(world, 1, where=takes_all_or_nothing)
    for visit in run:
        cap = units_of(visit, world.contracts) - 1
        authorize(world, visit.client, RESPITE, cap_day=cap)
    return run


@planted("AUTH-OVER-MONTH", HOP_3, ("AUTH-OVER-MONTH",), share=0.0008)
def _month_too_short(world: World) -> Sequence[Visit]:
    run = respite(world, 1, where=takes_all_or_nothing)
    for visit in run:
        cap = units_of(visit, world.contracts) - 1
        authorize(world, visit.client, RESPITE, cap_month=cap)
    return run


@planted("AUTH-OVER-TOTAL", HOP_3, ("AUTH-OVER-TOTAL",))
def _total_used_up(world: World) -> Sequence[Visit]:
    """Two visits, one unit too few: the first goes on."""
    run = respite(world, 2, where=takes_all_or_nothing)
    if not run:
        return ()
    total = sum(units_of(visit, world.contracts) for visit in run) - 1
    authorize(world, run[0].client, RESPITE, units_total=total, cap_week=None)
    _allowed(run[:1], "room was left for this one")
    return run[1:]


@planted("AUTH-OVER-WEEK", HOP_3, ("AUTH-OVER-WEEK",))
def _week_used_up(world: World) -> Sequence[Visit]:
    """Three visits in one authorization week, one unit too few: the last is held."""
    run = respite(world, 3, where=takes_all_or_nothing)
    if not run:
        return ()
    cap = sum(units_of(visit, world.contracts) for visit in run) - 1
    authorize(world, run[0].client, RESPITE, cap_week=cap)
    _allowed(run[:2], "room was left for this one")
    return run[2:]


@planted("AUTH-PARTIAL", HOP_3, warns=("AUTH-PARTIAL",), share=0.0008)
def _part_fits(world: World) -> Sequence[Visit]:
    """One unit too few, at a payer who takes what fits."""
    run = respite(world, 1, where=takes_parts)
    for visit in run:
        visit.units_over = 1
        authorize(world, visit.client, RESPITE, cap_day=units_of(visit, world.contracts))
    return run


@planted("allowed: authorization used to the last unit", HOP_3)
def _just_enough(world: World) -> Sequence[Visit]:
    run = respite(world, 2)
    if run:
        total = sum(units_of(visit, world.contracts) for visit in run)
        authorize(world, run[0].client, RESPITE, units_total=total, cap_week=total)
    return run


@planted("allowed: a weekly cap's worth on both sides of its week", HOP_3)
def _two_weeks(world: World) -> Sequence[Visit]:
    run = respite(world, 2, weeks=2)
    if run:
        cap = max(units_of(visit, world.contracts) for visit in run)
        authorize(world, run[0].client, RESPITE, cap_week=cap)
    return run


@in_a_visit("DOC-NOTE-UNSIGNED", HOP_3, ("DOC-NOTE-UNSIGNED",), share=0.004, where=anywhere)
def _note_unsigned(world: World, visit: Visit) -> None:
    if visit.note is not None:
        unsign(visit.note, world.rng.choice(("draft", "complete")))


@in_a_visit(
    "DOC-NOTE-UNSIGNED never written",
    HOP_3,
    ("DOC-NOTE-UNSIGNED",),
    where=lambda visit: not tells_tasks(visit),
)
def _no_note(_: World, visit: Visit) -> None:
    visit.note = None


@in_a_visit("DOC-LOCKED-EARLY", HOP_3, ("DOC-LOCKED-EARLY",), where=anywhere)
def _locked_early(_: World, visit: Visit) -> None:
    if visit.note is not None:
        locked = instant(visit.note, "signed_at") - timedelta(minutes=2)
        visit.note.update(status="locked", locked_at=locked)


@in_a_visit("DOC-NOTE-CHANGED", HOP_3, ("DOC-NOTE-CHANGED",), where=anywhere)
def _changed_after_signature(_: World, visit: Visit) -> None:
    if visit.note is not None:
        visit.note_before = dict(visit.note)
        visit.note.update(
            document_version=2,
            content_hash=str(visit.note["content_hash"])[::-1],
            source_updated_at=instant(visit.note, "signed_at") + timedelta(minutes=10),
        )


@planted("DOC-ORDER-UNSIGNED", HOP_3, ("DOC-ORDER-UNSIGNED",), share=0.0004)
def _order_ran_out(world: World) -> Sequence[Visit]:
    """The client's order ends the day before the last visit."""
    last = world.take(
        lambda visit: (
            is_nursed(visit.client)
            and visit.client.orders[0]["covers_to"] is None
            and is_last(world, visit)
        )
    )
    if last is None:
        return ()
    last.client.orders[0]["covers_to"] = local_date(last.began) - timedelta(days=1)
    last.client.is_special = True
    return (last,)


def is_last(world: World, visit: Visit) -> bool:
    """Whether it is the client's only visit of its day and none comes after."""
    day = local_date(visit.began)
    return not any(
        other is not visit
        and other.client is visit.client
        and (other.start is None or local_date(other.start) >= day)
        for other in world.visits
    )


@planted("ELIG-INACTIVE", HOP_3, ("ELIG-INACTIVE",), share=0.0006)
def _cover_ended(world: World) -> Sequence[Visit]:
    """The client's cover ends the day before the last visit; nobody's night is cut in two."""
    last = world.take(
        lambda visit: (
            is_day(visit) and visit.client.row["eligible_to"] is None and is_last(world, visit)
        )
    )
    if last is None:
        return ()
    last.client.row["eligible_to"] = local_date(last.began) - timedelta(days=1)
    last.client.is_special = True
    return (last,)


@in_a_visit("ELIG-PLAN-CHANGED", HOP_3, ("ELIG-PLAN-CHANGED",))
def _other_program(world: World, visit: Visit) -> None:
    """Clocked under the payer's other programme, which has terms and units, too."""
    program = BY_ID[str(visit.row["payer_id"])].programs[1]
    visit.row["payer_program"] = program
    authorize(world, visit.client, visit.client.main_service, payer_program=program)


@planted("ELIG-ID-FORMAT", HOP_3, ("ELIG-ID-FORMAT",), share=0.0001)
def _odd_member_id(world: World) -> Sequence[Visit]:
    client, visits = small_client(world)
    if client is not None:
        client.row["medicaid_id"] = "FICT101"
    for visit in visits:
        visit.row["client_medicaid_id"] = "FICT101"
    return visits


@planted("AUTH-NONE and DOC-NOTE-UNSIGNED", HOP_3, ("AUTH-NONE", "DOC-NOTE-UNSIGNED"), share=0.0008)
def _no_note_no_units(world: World) -> Sequence[Visit]:
    run = respite(world, 1)
    for visit in run:
        if visit.note is not None:
            unsign(visit.note, "complete")
    return run


@in_a_visit("allowed: member number only with the client", HOP_1)
def _id_with_the_client(_: World, visit: Visit) -> None:
    visit.row["client_medicaid_id"] = None


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
