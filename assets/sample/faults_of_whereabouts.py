"""Hop 1's kinds about clients away, caregivers who live in, and trips nobody can make."""

from collections.abc import Sequence
from datetime import date, timedelta

from assets.sample.allowed import back_to_back, out_by_day
from assets.sample.kinds import HOP_1, Kind, Where, is_day, planted
from assets.sample.times import Row, local, local_date
from assets.sample.week import clock_by
from assets.sample.world import Visit, World


def _alone_on_its_day(world: World) -> Where:
    """Visits of clients who have but one on that day and the days beside it."""
    days = [(visit.client, local_date(visit.began)) for visit in world.visits if visit.start]

    def alone(visit: Visit) -> bool:
        day = local_date(visit.began)
        near = [
            other
            for client, other in days
            if client is visit.client and abs(other - day) <= timedelta(days=1)
        ]
        return is_day(visit) and len(near) == 1

    return alone


def _admit(world: World, visit: Visit, first: date, last: date | None) -> Row:
    number = world.number("stay")
    row: Row = {
        "stay_id": f"H{number:04d}",
        "record_version": 1,
        "client_id": visit.client.client_id,
        "admitted_on": first,
        "discharged_on": last,
        "is_void": False,
        "source_updated_at": _known(world, first),
    }
    world.stays.append(row)
    return row


def _known(world: World, day: date) -> object:
    return max(local(day, 10), world.period.opens - timedelta(hours=9))


@planted("OVLP-INPATIENT", HOP_1, ("OVLP-INPATIENT",))
def _in_hospital(world: World) -> Sequence[Visit]:
    """Admitted the day before, discharged the day after."""
    visit = world.take(_alone_on_its_day(world))
    if visit is None:
        return ()
    day = local_date(visit.began)
    _admit(world, visit, day - timedelta(days=1), day + timedelta(days=1))
    return (visit,)


@planted("allowed: on the day of admission or discharge", HOP_1)
def _on_the_way(world: World) -> Sequence[Visit]:
    visit = world.take(_alone_on_its_day(world))
    if visit is None:
        return ()
    day, night = local_date(visit.began), timedelta(days=1)
    first, last = world.rng.choice(((day - night, day), (day, day + night)))
    _admit(world, visit, first, last)
    return (visit,)


@planted("allowed: a stay told by mistake", HOP_1)
def _never_there(world: World) -> Sequence[Visit]:
    visit = world.take(_alone_on_its_day(world))
    if visit is None:
        return ()
    day = local_date(visit.began)
    _admit(world, visit, day - timedelta(days=1), day + timedelta(days=1))["is_void"] = True
    return (visit,)


def _move_in(world: World, visit: Visit, **proof: object) -> None:
    """The caregiver lives with the client on that day."""
    day = local_date(visit.began)
    row: Row = {
        "caregiver_id": visit.row["caregiver_id"],
        "client_id": visit.client.client_id,
        "record_version": 1,
        "lives_in_from": day,
        "lives_in_to": day,
        "attested_on": day - timedelta(days=30),
        # known from the first morning
        "source_updated_at": world.period.opens - timedelta(hours=9),
        **proof,
    }
    world.live_ins.append(row)


def _fit(world: World, *, allowed: bool) -> Where:
    """One caregiver's only visit of the day, with a payer who takes live-in care or does not."""
    known = {(row["caregiver_id"], row["client_id"]) for row in world.live_ins}

    def fit(visit: Visit) -> bool:
        takes_it = visit.client.row["payer_id"] == "BUCKEYE-FICTIVE"
        pair = (visit.row["caregiver_id"], visit.client.client_id)
        if not is_day(visit) or takes_it is not allowed or pair in known:
            return False
        day = local_date(visit.began)
        return not any(
            other is not visit
            and (other.row["caregiver_id"], other.client.client_id) == pair
            and other.start
            and local_date(other.began) == day
            for other in world.visits
        )

    return fit


@planted("LIVEIN-ATTEST", HOP_1, ("LIVEIN-ATTEST",))
def _proof_lapsed(world: World) -> Sequence[Visit]:
    """No proof, or one that is more than a year old."""
    visit = world.take(_fit(world, allowed=True))
    if visit is None:
        return ()
    day = local_date(visit.began)
    _move_in(world, visit, attested_on=world.rng.choice((None, day - timedelta(days=366))))
    return (visit,)


@planted("LIVEIN-ATTEST where the payer takes none", HOP_1, ("LIVEIN-ATTEST",), share=0.0008)
def _not_taken(world: World) -> Sequence[Visit]:
    visit = world.take(_fit(world, allowed=False))
    if visit is None:
        return ()
    _move_in(world, visit)
    return (visit,)


@planted("allowed: lives in, with this year's proof", HOP_1)
def _proven(world: World) -> Sequence[Visit]:
    visit = world.take(_fit(world, allowed=True))
    if visit is None:
        return ()
    _move_in(world, visit)
    return (visit,)


@planted("OVLP-TRAVEL", HOP_1, warns=("OVLP-TRAVEL",), share=0.0005)
def _flew(world: World) -> Sequence[Visit]:
    """Clocked in half a degree away as the visit before was clocked out."""
    pair = back_to_back(world, out_by_day)
    for visit in pair:
        clock_by(world, visit.row, visit.client, "Mobile")
    for visit in pair[1:]:
        visit.row["location_type"] = "community"
        for call in ("in", "out"):
            visit.row[f"call_{call}_latitude"] = 12.5
    return pair


KINDS = tuple(found for found in list(globals().values()) if isinstance(found, Kind))
