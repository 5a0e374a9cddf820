"""Recurring weeks become planned visits, and planned visits become clocked ones.

Slots keep a caregiver's visits at least an hour apart, so that nobody is in two places unless a
fault puts them there. Clock times stray from the plan by less than any rule minds.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assets.sample.agency import hire, is_nursed
from assets.sample.paperwork import write_note
from assets.sample.payers import BY_ID
from assets.sample.times import ZONE_NAME, Row, instant, local
from assets.sample.world import Client, Visit, World

#: Days that plans reach beyond the last day.
AHEAD = 14
MINUTES_OF_DAY = 60 * 24
NIGHT_EVERY = 8
HOUSE_EVERY = 23

METHODS = ("Mobile", "Telephony", "FVV")
METHOD_WEIGHTS = (76, 16, 8)

PATTERNS = (
    (0.32, (0, 2, 4)),
    (0.56, (1, 3, 5)),
    (0.86, (0, 1, 2, 3, 4)),
    (1.00, (0, 1, 2, 3, 4, 5, 6)),
)
#: Nights always include the one from Saturday to Sunday, on which clocks change.
NIGHTS = ((1, 3, 5), (1, 3, 5), (0, 1, 2, 3, 4, 5, 6))
#: Slot: earliest start and latest start in minutes of the day, and possible durations.
SLOTS = {
    "morning": (450, 525, (90, 120, 150, 180)),
    "midday": (735, 780, (60, 90, 120, 180)),
    "evening": (1020, 1065, (60, 90, 120, 150)),
    "night": (1320, 1320, (480,)),
}


@dataclass(frozen=True)
class Weekly:
    """One recurring visit of a client."""

    client: Client
    caregiver_id: str
    weekdays: tuple[int, ...]
    start_minute: int
    minutes: int

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Planned start and end on a day; a night ends at its wall-clock time."""
        start = local(day, *divmod(self.start_minute, 60))
        nights, minute = divmod(self.start_minute + self.minutes, MINUTES_OF_DAY)
        return start, local(day + timedelta(days=nights), *divmod(minute, 60))


def plan_weeks(world: World) -> Iterator[Weekly]:
    """Give every client a week, and each visit of it a caregiver whose slot is free."""
    rng = world.rng
    taken: dict[tuple[str, str], set[int]] = defaultdict(set)
    aides = [str(hire(world, "aide")["caregiver_id"]) for _ in range(len(world.clients) // 2 + 2)]
    nurses = [str(hire(world, "RN")["caregiver_id"]) for _ in range(len(world.clients) // 20 + 1)]
    last: Weekly | None = None
    for number, client in enumerate(world.clients, start=1):
        if last and number % HOUSE_EVERY == 0 and _may_share(last.client, client):
            # two who live together are cared for at the same time: a group visit
            client.house = last.client.house = f"GR{number}"
            yield Weekly(client, last.caregiver_id, last.weekdays, last.start_minute, last.minutes)
            continue
        slots = [
            "night" if number % NIGHT_EVERY == 0 else rng.choice(("morning", "morning", "midday"))
        ]
        if world.chance(0.2) and slots[0] != "night":
            slots.append("evening")
        for slot in slots:
            weekdays = rng.choice(NIGHTS) if slot == "night" else _weekdays(rng.random())
            pool = nurses if is_nursed(client) else aides
            found = [who for who in pool if not taken[who, slot] & set(weekdays)]
            if not found:
                discipline = "RN" if is_nursed(client) else "aide"
                found = [str(hire(world, discipline)["caregiver_id"])]
                pool.append(found[0])
            caregiver_id = rng.choice(found)
            taken[caregiver_id, slot].update(weekdays)
            earliest, latest, lengths = SLOTS[slot]
            start = rng.randrange(earliest, latest + 1, 15)
            last = Weekly(client, caregiver_id, weekdays, start, rng.choice(lengths))
            yield last


def _may_share(one: Client, other: Client) -> bool:
    same = all(one.row[name] == other.row[name] for name in ("payer_id", "payer_program"))
    return same and one.main_service == other.main_service and one.first_day == other.first_day


def _weekdays(chance: float) -> tuple[int, ...]:
    return next((days for bound, days in PATTERNS if chance < bound), PATTERNS[-1][1])


def fill_days(world: World) -> None:
    """Plan every day two weeks ahead, and clock the days that are over."""
    weeks = list(plan_weeks(world))
    for day in world.period.days(last=AHEAD):
        together: dict[str, Visit] = {}
        for weekly in weeks:
            if day.weekday() in weekly.weekdays and day >= weekly.client.first_day:
                start, end = weekly.on(day)
                schedule = add_schedule(world, weekly.client, weekly.caregiver_id, start, end)
                if day <= world.period.end:
                    visit = add_visit(world, weekly.client, schedule)
                    if weekly.client.house:
                        _join(visit, together)


def _join(visit: Visit, together: dict[str, Visit]) -> None:
    """Visits of one house on one day are one group visit with one pair of clock times."""
    house = str(visit.client.house)
    visit.is_plain = False
    visit.row["group_code"] = house
    first = together.setdefault(house, visit)
    for column in ("call_in_at", "call_out_at", "source_updated_at"):
        visit.row[column] = first.row[column]


def add_schedule(
    world: World,
    client: Client,
    caregiver_id: str,
    start: datetime,
    end: datetime,
    *,
    known_at: datetime | None = None,
) -> Row:
    """One more planned visit; it is known two weeks before unless said otherwise."""
    known = known_at or max(start - timedelta(days=AHEAD), world.period.opens - timedelta(hours=9))
    row: Row = {
        "schedule_id": f"S{world.number('schedule'):06d}",
        "schedule_version": 1,
        "client_id": client.client_id,
        "caregiver_id": caregiver_id,
        "payer_id": client.row["payer_id"],
        "payer_program": client.row["payer_program"],
        "service_code": client.main_service[0],
        "start_at": start,
        "end_at": end,
        "status": "planned",
        "is_critical": world.chance(0.1),
        "source_updated_at": known,
        "updated_by": "scheduling01",
        "updated_by_role": "scheduler",
    }
    world.schedules[str(row["schedule_id"])] = [row]
    client.schedule_ids.append(str(row["schedule_id"]))
    return row


def add_visit(world: World, client: Client, schedule: Row) -> Visit:
    """The visit that answers a planned one, clocked a few minutes off."""
    rng = world.rng
    payer = BY_ID[str(client.row["payer_id"])]
    seconds = rng.randint(0, 59) if client.source == "sandata" else 0
    call_in = instant(schedule, "start_at") + timedelta(minutes=rng.randint(-5, 7))
    call_out = instant(schedule, "end_at") + timedelta(minutes=rng.randint(-4, 9))
    first, second, *_ = [*str(client.main_service[1]).replace("-", "").split(";"), "", ""]
    visit_id = f"V{world.number('visit'):06d}"
    row: Row = {
        "source_system": client.source,
        "visit_id": visit_id,
        "sequence_id": 1,
        "action": "upsert",
        "client_id": client.client_id,
        "client_medicaid_id": client.row["medicaid_id"],
        "caregiver_id": schedule["caregiver_id"],
        "payer_id": schedule["payer_id"],
        "payer_program": schedule["payer_program"],
        "service_code": schedule["service_code"],
        "modifier1": first or None,
        "modifier2": second or None,
        "modifier3": None,
        "modifier4": None,
        "schedule_id": schedule["schedule_id"],
        "call_in_at": call_in + timedelta(seconds=seconds),
        "call_out_at": call_out + timedelta(seconds=seconds // 2),
        "adjusted_in_at": None,
        "adjusted_out_at": None,
        "bill_minutes": None,
        "location_type": "home",
        "time_zone": ZONE_NAME,
        "group_code": None,
        "tasks": None,
        "concern_codes": None,
        "incident_id": None,
        "change_reason_code": None,
        "change_attested": None,
        "aggregator_status": "Verified" if payer.is_billed else None,
        "aggregator_txn_id": f"TX{visit_id[1:]}" if payer.is_billed else None,
        "source_updated_at": call_out + timedelta(minutes=rng.randint(12, 25)),
        "updated_by": "device",
        "updated_by_role": "caregiver",
    }
    clock_by(world, row, client, rng.choices(METHODS, METHOD_WEIGHTS)[0])
    visit = Visit(row, client, schedule, is_plain=payer.is_billed)
    visit.note = write_note(world, visit) if payer.is_billed else None
    world.visits.append(visit)
    return visit


def clock_by(world: World, row: Row, client: Client, method: str) -> None:
    """Set how both calls were made, with the places or numbers that go with it."""
    rng = world.rng
    latitude, longitude = (
        float(str(client.row[name])) for name in ("home_latitude", "home_longitude")
    )
    for call in ("in", "out"):
        row[f"call_{call}_type"] = method
        here = method == "Mobile"
        for name, home in (("latitude", latitude), ("longitude", longitude)):
            place = round(home + rng.uniform(-0.0007, 0.0007), 6) if here else None
            row[f"call_{call}_{name}"] = place
        row[f"call_{call}_phone"] = client.row["phone"] if method == "Telephony" else None
