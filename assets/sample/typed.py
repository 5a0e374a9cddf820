"""Which typed visits belong to caregivers who type too often: it follows from all visits."""

from collections import defaultdict
from datetime import timedelta

from assets.sample.payers import contract_on
from assets.sample.times import local_date
from assets.sample.world import Visit, World

#: No contract of the sample says otherwise.
MOST_PERCENT = 15
WINDOW = timedelta(days=28)
FEWEST_VISITS = 10


def is_typed(visit: Visit) -> bool:
    """Whether a time of it was entered by hand."""
    row = visit.row
    calls = (row["call_in_type"], row["call_out_type"])
    return "Manual" in calls or bool(row["adjusted_in_at"] or row["adjusted_out_at"])


def typed_too_often(world: World) -> frozenset[str]:
    """Typed visits on whose day the caregiver's share of the last four weeks is too high."""
    days = defaultdict(list)
    for visit in world.visits:
        if visit.start and visit.row["action"] == "upsert":
            days[visit.row["caregiver_id"]].append((local_date(visit.began), is_typed(visit)))
    found = set()
    for visit in world.visits:
        if not (visit.start and visit.row["action"] == "upsert" and is_typed(visit)):
            continue
        day = local_date(visit.began)
        near = [
            typed
            for other, typed in days[visit.row["caregiver_id"]]
            if visit.row["caregiver_id"] and day - WINDOW < other <= day
        ]
        has_terms = contract_on(world.contracts, visit.row, visit.modifiers, day) is not None
        if has_terms and len(near) >= FEWEST_VISITS and sum(near) * 100 > len(near) * MOST_PERCENT:
            found.add(visit.record_id)
    return frozenset(found)
