"""The people of the sample agency: clients, caregivers, and what each role may change.

Nobody here exists. Family names are ``Fictional-017``, member numbers are ``000000000117``,
telephones end in 01xx, homes lie in the middle of an ocean.
"""

from datetime import date, timedelta

from assets.sample.payers import NURSING, PAYERS, Payer
from assets.sample.times import Period, Row, local
from assets.sample.world import Client, World

#: Share of clients by payer, in the payers' order; the last is private pay.
PAYER_SHARES = (0.38, 0.32, 0.26, 0.04)
NEWCOMER_EVERY = 11
NURSED_EVERY = 5
NPIS = ("1999999984", "1999999976", "2999999917", "1000000004")

#: The agency's own number, as in agency.toml.
OWN_NPI = "1234567893"

#: Days just before the sample's first on which no enrolment held.
UNENROLLED = 3

RIGHTS = {
    "coordinator": ("visit_edit",),
    "scheduler": ("schedule_edit", "visit_edit"),
    "nurse_manager": ("plan_edit", "visit_edit"),
    "auth_clerk": ("auth_edit",),
}


def role_rights(period: Period) -> list[Row]:
    """Rights by role; the front desk and the caregivers have none."""
    since = date(period.start.year - 2, 1, 1)
    rows = [_right(role, right, since, None) for role, rights in RIGHTS.items() for right in rights]
    # a stand-in whose right ended half way
    middle = period.start + (period.end - period.start) / 2
    rows.append(_right("relief_coordinator", "visit_edit", since, middle))
    return rows


def _right(role: str, right: str, since: date, until: date | None) -> Row:
    return {
        "role": role,
        "right_code": right,
        "valid_from": since,
        "record_version": 1,
        "valid_to": until,
        "granted_by": "privacy01",
        "source_updated_at": local(since, 9),
    }


def enrolments(period: Period) -> list[Row]:
    """The agency's own location with every programme, but for some days it had let lapse."""
    return [
        {
            "payer_id": payer.payer_id,
            "payer_program": program,
            "npi": OWN_NPI,
            "enrolled_from": since,
            "record_version": 1,
            "enrolled_to": until,
            "taxonomy_code": "253Z00000X",
            "source_updated_at": local(period.start - timedelta(days=20), 10),
        }
        for payer in PAYERS
        for program in payer.programs
        for since, until in (
            (date(2020, 1, 1), period.start - timedelta(days=UNENROLLED + 1)),
            (period.start, None),
        )
    ]


def enrol_clients(world: World, many: int) -> None:
    """Make the clients, divided over the payers."""
    bounds = [sum(PAYER_SHARES[: place + 1]) for place in range(len(PAYERS))]
    for number in range(1, many + 1):
        # spread payers evenly rather than in blocks: 0.618 is the golden ratio's fraction
        spot = (number * 0.6180339887) % 1
        payer = next(
            (payer for payer, bound in zip(PAYERS, bounds, strict=True) if spot < bound), PAYERS[-1]
        )
        world.clients.append(enrol(world, number, payer))


def enrol(world: World, number: int, payer: Payer) -> Client:
    """One client of a payer."""
    period = world.period
    nursed = payer.is_billed and number % NURSED_EVERY == 0
    main = payer.services[3] if nursed else payer.services[0]
    if payer.is_billed and number % NURSED_EVERY == NURSED_EVERY // 2:
        main = payer.services[2]
    late = number % NEWCOMER_EVERY == 0 and (period.end - period.start).days >= NEWCOMER_EVERY
    first_day = period.end - timedelta(days=world.rng.randint(4, 9)) if late else period.start
    row: Row = {
        "client_id": f"C{number:04d}",
        "record_version": 1,
        "medicaid_id": f"{100 + number:012d}",
        "last_name": f"Fictional-{number:03d}",
        "first_name": "Testcase",
        "birth_date": date(1930 + number % 60, 1 + number % 12, 1 + number % 28),
        "sex": "FMU"[number % 3] if number % 10 == 0 else "FM"[number % 2],
        "address_line": f"{number} Example Lane",
        "city": "Sampleton",
        "state_code": "OH",
        "zip_code": "000019999" if number % 2 else "00001",
        # a small town: nobody's way to the next client is long
        "home_latitude": round(12 + number % 100 * 0.0005, 6),
        "home_longitude": round(-40 - number % 100 * 0.0005, 6),
        "phone": f"61455501{number % 100:02d}",
        "diagnosis_code": "R69",
        "payer_id": payer.payer_id,
        "payer_program": payer.programs[0],
        "eligible_from": date(period.start.year - 2, 1, 1),
        "eligible_to": None,
        "source_updated_at": local(first_day - timedelta(days=20), 11),
    }
    return Client(row, payer.source, main, [main[0]], first_day)


def is_nursed(client: Client) -> bool:
    """Whether nurses come to this client, who need a signed order."""
    return client.main_service[0] in NURSING


def plan_began(client: Client) -> date:
    """First day of the client's first plan."""
    since = client.plans[0]["effective_from"]
    return since if isinstance(since, date) else date.max


def hire(world: World, discipline: str, **changes: object) -> Row:
    """One more caregiver."""
    number = world.number("caregiver")
    period = world.period
    row: Row = {
        "caregiver_id": f"G{number:04d}",
        "record_version": 1,
        "last_name": f"Sample-{number:03d}",
        "first_name": "Carer",
        "npi": NPIS[number % len(NPIS)] if discipline in ("RN", "LPN") else None,
        "discipline": discipline,
        "hired_on": period.start - timedelta(days=700 + number),
        "ended_on": None,
        "credential_expires_on": period.end + timedelta(days=200 + number % 90),
        "is_excluded": False,
        "has_app": number % 12 != 0,
        "source_updated_at": local(period.start - timedelta(days=60), 9),
        **changes,
    }
    world.caregivers.append(row)
    return row
