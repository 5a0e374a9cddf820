"""Delivery and reading receipts of plan versions, for every pair that came to be."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from assets.sample.plans import is_within, window_of
from assets.sample.times import Row, instant
from assets.sample.world import Client, Fate, Pair, Sent, World

LEAD = timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def write_receipts(world: World, pairs: Iterable[Pair]) -> list[Sent]:
    """Receipts for all pairs: in time, unless something else was planted."""
    clients = {str(plan["plan_id"]): client for client in world.clients for plan in client.plans}
    clocked: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for visit in world.visits:
        if isinstance(visit.row["call_in_at"], datetime):
            who = str(visit.row["client_id"]), str(visit.row["caregiver_id"])
            clocked[who].append(visit.row["call_in_at"])
    sent = []
    for pair in pairs:
        fate = world.fate(pair) or Fate("")
        client = clients[pair[0]]
        if pair[2] != "-" and fate.acks != "none":
            calls = clocked[client.client_id, pair[2]]
            for receipt in _receipts(world, client, pair, fate, calls):
                sent.append(receipt)
                world.receipts[pair] = receipt.row
    return sent


def _receipts(
    world: World, client: Client, pair: Pair, fate: Fate, calls: list[datetime]
) -> list[Sent]:
    plan = client.plans[pair[1] - 1]
    window = window_of(client, plan)
    visits = [
        row
        for row in (
            world.schedules[one][-1] for one in client.schedule_ids if one in world.schedules
        )
        if row["caregiver_id"] == pair[2]
        and row["status"] == "planned"
        and is_within(instant(row, "start_at"), window)
    ]
    if not visits:
        return []
    entered = instant(plan, "entered_at")
    known = min(instant(row, "source_updated_at") for row in visits)
    published = max(entered, known)
    first = min(instant(row, "start_at") for row in visits)
    call = min((call for call in calls if is_within(call, window)), default=first)
    # what was in force before the sample's first day was read long ago
    start = published if published > world.period.opens else entered
    latest = min(first - LEAD, call - 5 * MINUTE)
    if start + 10 * MINUTE > latest:
        start = latest - timedelta(hours=3)
    delivered, read, confirmed = _times(world, start, latest, plan["urgency"] == "safety")
    if fate.acks == "after the visit":
        read, confirmed = call + timedelta(hours=3), call + timedelta(hours=4)
    times = [delivered, read, confirmed]
    many = {"delivered": 1, "unconfirmed": 2}.get(fate.acks, 3)
    numbers = [3] if confirmed <= world.period.opens else range(1, many + 1)
    method = world.rng.choice(("app", "app", "phone", "in-person"))
    return [_receipt(pair, number, times, method) for number in numbers]


def _times(
    world: World, start: datetime, latest: datetime, is_safety: bool
) -> tuple[datetime, datetime, datetime]:
    """When it was delivered, read and confirmed: at the latest at ``latest``."""
    room = (latest - start) / MINUTE
    first = min(world.rng.randint(3, 9), room * 0.1)
    second = min(world.rng.randint(10, 20) if is_safety else world.rng.randint(30, 150), room * 0.6)
    third = min(second + world.rng.randint(15, 60), room * 0.9)
    delivered, read, confirmed = (
        (start + minutes * MINUTE).replace(microsecond=0) for minutes in (first, second, third)
    )
    return delivered, read, confirmed


def _receipt(pair: Pair, number: int, times: list[datetime], method: str) -> Sent:
    reached = [time if place < number else None for place, time in enumerate(times)]
    row: Row = {
        "plan_id": pair[0],
        "plan_version": pair[1],
        "caregiver_id": pair[2],
        "ack_version": number,
        "delivered_at": reached[0],
        "acknowledged_at": reached[1],
        "confirmed_at": reached[2],
        "confirmed_by": "N01" if reached[2] else None,
        "method": method,
        "source_updated_at": times[number - 1],
    }
    return Sent(row, times[number - 1])
