"""What stands beside a visit on paper: notes, orders and the like, authorizations, incidents."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

from assets.sample.agency import OWN_NPI, is_nursed
from assets.sample.payers import BY_ID
from assets.sample.times import Row, instant, local
from assets.sample.world import Client, Visit, World

#: More units than a client of the sample can use in a day and in a week.
PLENTY_A_DAY = 40
PLENTY_A_WEEK = 400
#: Part of a visit that its recorded tasks take.
TASK_SHARE = 0.9
SUPERVISED_EVERY = timedelta(days=7)


def write_note(world: World, visit: Visit) -> Row:
    """The signed note of a visit; the latest ones are signed before everything is judged."""
    ended = instant(visit.row, "call_out_at")
    latest = world.period.as_of - timedelta(minutes=35)
    signed = min(ended + timedelta(minutes=world.rng.randint(10, 600)), latest)
    return _document(world, "note", visit.client.client_id, signed) | {
        "visit_source": visit.row["source_system"],
        "visit_id": visit.row["visit_id"],
        "status": world.rng.choice(("signed", "signed", "signed", "locked")),
        "completed_at": min(ended + timedelta(minutes=5), signed),
        "locked_at": None,
        "client_signed_at": ended,
        "duty_minutes": int((visit.ended - visit.began) / timedelta(minutes=1) * TASK_SHARE),
        "updated_by": str(visit.row["caregiver_id"]),
    }


def _document(world: World, kind: str, client_id: str, signed: datetime) -> Row:
    document_id = f"D{world.number('document'):06d}"
    return {
        "document_id": document_id,
        "document_version": 1,
        "document_kind": kind,
        "client_id": client_id,
        "visit_source": None,
        "visit_id": None,
        "status": "signed",
        "covers_from": None,
        "covers_to": None,
        "happened_on": None,
        "service_codes": None,
        "weekly_visits_most": None,
        "is_as_needed": False,
        "as_needed_visits_most": None,
        "duty_minutes": None,
        "client_signed_at": None,
        "completed_at": signed,
        "signed_at": signed,
        "locked_at": None,
        "accepted_at": None,
        "content_hash": sha256(document_id.encode()).hexdigest()[:16],
        "source_updated_at": signed,
        "updated_by": "physician01",
    }


def unsign(note: Row, status: str) -> None:
    """Take a note's signature away."""
    note.update(status=status, signed_at=None, locked_at=None)
    if status == "draft":
        note.update(completed_at=None)


def write_order(world: World, client: Client, until: date | None = None) -> Row:
    """A signed order that covers the whole sample, or up to a day."""
    order = _document(
        world, "order", client.client_id, local(world.period.start - timedelta(days=50), 15)
    )
    order.update(covers_from=world.period.start - timedelta(days=400), covers_to=until)
    client.orders.append(order)
    return order


def file_paper(world: World, client: Client, kind: str, signed: datetime, **columns: object) -> Row:
    """One more paper of a client, signed at that instant, and whatever else is said of it."""
    paper = _document(world, kind, client.client_id, signed)
    paper.update(covers_from=world.period.start - timedelta(days=400))
    paper.update(columns)
    client.papers.append(paper)
    return paper


def assess(world: World, client: Client, since: date, signed: datetime, **columns: object) -> Row:
    """An OASIS assessment, locked and accepted unless said otherwise."""
    given = {"covers_from": since, "status": "locked", "locked_at": signed, "accepted_at": signed}
    return file_paper(world, client, "oasis", signed, **{**given, **columns})


def _admit(world: World, client: Client) -> None:
    """What skilled care needs before its first claim."""
    before = world.period.start - timedelta(days=60)
    signed = local(before, 14)
    assess(world, client, world.period.start - timedelta(days=400), signed)
    file_paper(world, client, "admission_notice", signed, accepted_at=signed)
    began = world.period.start - timedelta(days=400)
    seen = began - timedelta(days=world.number("encounter") % 80)
    file_paper(world, client, "face_to_face", signed, happened_on=seen)


def supervise(world: World, client: Client, day: date) -> Row:
    """A supervisory visit."""
    return file_paper(world, client, "supervision", local(day, 15), happened_on=day)


def _supervise_weekly(world: World, client: Client) -> None:
    day = world.period.start - timedelta(days=5)
    while day <= world.period.end:
        supervise(world, client, day)
        day += SUPERVISED_EVERY


def authorize(world: World, client: Client, service: tuple[str, str], **changes: object) -> Row:
    """An authorization, generous unless said otherwise."""
    number = world.number("auth")
    payer = BY_ID[str(client.row["payer_id"])]
    modifiers = None if service[1] == "-" else ";".join(reversed(service[1].split(";")))
    decided = local(world.period.start - timedelta(days=35), 12)
    row: Row = {
        "auth_id": f"A{number:05d}",
        "auth_version": 1,
        "auth_number": f"FICT-{number:05d}",
        "payer_id": payer.payer_id,
        "payer_program": client.row["payer_program"],
        "client_id": client.client_id,
        "service_code": service[0],
        "modifiers": modifiers,
        "unit_type": "visit" if service[0] == "T1001" else "15min",
        "units_total": PLENTY_A_DAY * ((world.period.end - world.period.start).days + 60),
        "cap_day": None,
        "cap_month": None,
        "blackout": None,
        "provider_npi": OWN_NPI if number % 3 == 0 else None,
        "cap_week": PLENTY_A_WEEK if number % 2 else None,
        "week_starts_on": payer.week_starts_on,
        "period_from": world.period.start - timedelta(days=400),
        "period_to": world.period.end + timedelta(days=120),
        "status": ("approved", "approved", "partial", "reduced")[number % 4],
        "decided_at": decided,
        "source_updated_at": decided,
        "updated_by": "portal",
        **changes,
    }
    client.auths.append(row)
    return row


def equip(world: World) -> None:
    """Give every billed client what its visits need on paper."""
    for client in world.clients:
        if client.is_billed:
            authorize(world, client, client.main_service)
            _supervise_weekly(world, client)
            if is_nursed(client):
                write_order(world, client)
                _admit(world, client)


def roster_rows(client: Client, odd_days: Mapping[date, Row]) -> Iterator[Row]:
    """The payer's roster of a client: open, cut where a day is told otherwise."""
    named = ("payer_id", "payer_program", "client_id", "last_name", "first_name", "birth_date")
    row: Row = {
        **{name: client.row[name] for name in (*named, "sex", "source_updated_at")},
        "roster_version": 1,
        "share_of_cost_cents": 0,
        "share_met_cents": 0,
        "other_payer_id": None,
        "other_covered_from": None,
        "other_covered_to": None,
    }
    since: object = client.row["eligible_from"]
    for day in sorted(odd_days):
        yield {**row, "covered_from": since, "covered_to": day - timedelta(days=1)}
        yield {**row, "covered_from": day, "covered_to": day, **odd_days[day]}
        since = day + timedelta(days=1)
    yield {**row, "covered_from": since, "covered_to": None}


def report_incident(world: World, visit: Visit, category: str) -> Row:
    """An incident report that belongs to a visit."""
    row: Row = {
        "incident_id": f"I{world.number('incident'):04d}",
        "incident_version": 1,
        "client_id": visit.client.client_id,
        "caregiver_id": visit.row["caregiver_id"],
        "occurred_at": visit.began + timedelta(minutes=20),
        "category_code": category,
        "severity": world.rng.choice(("low", "moderate", "high")),
        "status": "open",
        "source_updated_at": visit.ended + timedelta(minutes=30),
    }
    world.incidents.append(row)
    return row
