"""Care plans, their changes inside the sample's days, and who acknowledged them when.

Which records exist follows the rule of the hop: a pair (plan version, caregiver) is made when the
plan version lands and the caregiver has a current, planned visit for the client, of one of the
plan's services, that starts in the version's window (from its entry to the next version's entry);
or when such a planned visit lands and the plan version is known. A version that lands while nobody
has such a visit is the record ``plan/vN/-``. ``landed_pairs`` replays the files in the order they
arrive. Whatever was planted in a version is written down by ``plan_changes``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.sample.agency import is_nursed
from assets.sample.payers import NURSING
from assets.sample.times import Row, instant, local, local_date
from assets.sample.world import Client, Pair, Visit, World

CARE_TASKS = ("BATH", "DRESS", "MEAL", "MOBILITY", "LAUNDRY", "COMPANY")
NURSE_TASKS = ("VITALS", "WOUND", "MEDS_SET", "TEACH", "ASSESS", "CALL_DR")


@dataclass(frozen=True)
class Batch:
    """What one file brought, for replaying."""

    at: datetime
    feed: str
    rows: tuple[Row, ...]


def enter_plan(world: World, client: Client, at: datetime, **changes: object) -> Row:
    """Enter the next version of a client's plan."""
    version = len(client.plans) + 1
    names = NURSE_TASKS if client.main_service[0] in NURSING else CARE_TASKS
    # each version drops the oldest task and brings a new one
    tasks = [names[(version + place) % len(names)] for place in range(4)]
    row: Row = {
        "plan_id": f"P{client.client_id[1:]}",
        "plan_version": version,
        "client_id": client.client_id,
        "change_type": "revise" if version > 1 else "new",
        "entered_at": at,
        "entered_by": "nurse01",
        "entered_by_role": "nurse_manager",
        "effective_from": local_date(at) + timedelta(days=int(version > 1)),
        "effective_to": None,
        "urgency": "routine",
        "service_codes": client.main_service[0],
        "tasks": ";".join(
            f"{task}:{'optional' if place == 0 else 'required'}" for place, task in enumerate(tasks)
        ),
        "supervisor_id": "N01",
        "order_required": is_nursed(client),
        "order_signed_at": at - timedelta(days=1) if is_nursed(client) else None,
        "source_updated_at": at,
        **changes,
    }
    client.plans.append(row)
    return row


def first_plans(world: World) -> None:
    """Every client has a plan in force, and acknowledged, before the first visit."""
    for client in world.clients:
        newcomer = client.first_day > world.period.start
        days_before = 2 if newcomer else 40
        enter_plan(world, client, local(client.first_day - timedelta(days=days_before), 10))


def window_of(client: Client, plan: Row) -> tuple[datetime, datetime | None]:
    """From a version's entry to the next version's."""
    later = [other for other in client.plans if other["plan_version"] == _next(plan)]
    return instant(plan, "entered_at"), instant(later[0], "entered_at") if later else None


def _next(plan: Row) -> int:
    return int(str(plan["plan_version"])) + 1


def is_within(at: datetime, window: tuple[datetime, datetime | None]) -> bool:
    """Whether an instant lies in a half-open window."""
    return window[0] <= at and (window[1] is None or at < window[1])


def write_tasks(world: World) -> None:
    """Record on every visit the tasks of the plan version in whose window it began."""
    for visit in world.visits:
        plan = _plan_at(visit)
        if plan is None or visit.record_id in world.no_tasks:
            continue
        if visit.record_id in world.old_tasks:
            plan = visit.client.plans[int(str(plan["plan_version"])) - 2]
        tasks = [entry.split(":") for entry in str(plan["tasks"]).split(";")]
        visit.row["tasks"] = ";".join(f"{name}:{_done(world, need)}" for name, need in tasks)
        for version in visit.earlier:
            version["tasks"] = visit.row["tasks"]


def _done(world: World, need: str) -> str:
    if world.chance(0.02):
        return "refused"
    return "not_done" if need == "optional" and world.chance(0.2) else "done"


def _plan_at(visit: Visit) -> Row | None:
    began = visit.start or (visit.schedule and instant(visit.schedule, "start_at"))
    if not isinstance(began, datetime):
        return visit.client.plans[0]
    fit = [plan for plan in visit.client.plans if is_within(began, window_of(visit.client, plan))]
    return fit[0] if fit else visit.client.plans[0]


def landed_pairs(world: World, batches: Iterable[Batch]) -> list[Pair]:
    """Replay the files: every pair that ever came to be, and versions nobody was there for."""
    known: dict[str, Row] = {}
    plans: dict[str, list[Row]] = {}
    made: dict[Pair, None] = {}
    by_client: dict[str, set[str]] = {}
    for batch in batches:
        if batch.feed == "schedules":
            for row in batch.rows:
                _keep_newest(known, row)
                by_client.setdefault(str(row["client_id"]), set()).add(str(row["schedule_id"]))
            landed = {str(row["schedule_id"]) for row in batch.rows}
            for client_id in dict.fromkeys(str(row["client_id"]) for row in batch.rows):
                mine = sorted(landed & by_client[client_id])
                for plan in plans.get(client_id, []):
                    for caregiver_id in _coming(plan, plans[client_id], known, mine):
                        made[str(plan["plan_id"]), _version(plan), caregiver_id] = None
        else:
            for row in batch.rows:
                plans.setdefault(str(row["client_id"]), []).append(row)
            for row in batch.rows:
                client_id = str(row["client_id"])
                mine = sorted(by_client.get(client_id, ()))
                coming = list(_coming(row, plans[client_id], known, mine)) or ["-"]
                for caregiver_id in coming:
                    made[str(row["plan_id"]), _version(row), caregiver_id] = None
    return list(made)


def _version(plan: Row) -> int:
    return int(str(plan["plan_version"]))


def _keep_newest(known: dict[str, Row], row: Row) -> None:
    schedule_id = str(row["schedule_id"])
    before = known.get(schedule_id)
    if before is None or int(str(before["schedule_version"])) < int(str(row["schedule_version"])):
        known[schedule_id] = row


def _coming(
    plan: Row, versions: list[Row], known: dict[str, Row], schedule_ids: list[str]
) -> Iterator[str]:
    """Caregivers with a current planned visit in the window of a plan version."""
    later = [instant(other, "entered_at") for other in versions if _version(other) > _version(plan)]
    window = instant(plan, "entered_at"), min(later, default=None)
    services = str(plan["service_codes"]).split(";")
    for schedule_id in schedule_ids:
        row = known[schedule_id]
        planned = row["status"] == "planned" and row["caregiver_id"] is not None
        touched = row["service_code"] in services
        if planned and touched and is_within(instant(row, "start_at"), window):
            yield str(row["caregiver_id"])
