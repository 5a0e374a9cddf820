"""What each system sends, and when it had it: all rows of the world, feed by feed."""

from datetime import datetime, timedelta

from assets.sample.dialects import VISIT_FEEDS
from assets.sample.paperwork import roster_rows
from assets.sample.times import Row, instant, local
from assets.sample.world import Sent, Visit, World

#: Share of clients and authorizations that are sent again, unchanged in what rules look at.
TOUCHED = 0.06
LATE_SIGNED = 0.1


def everything_sent(world: World) -> dict[str, list[Sent]]:
    """Rows by feed, except receipts, which follow from what arrives when."""
    sent: dict[str, list[Sent]] = {feed.name: [] for feed in VISIT_FEEDS.values()}
    sent["role_rights"] = [*_once(world, world.rights), _latest_right(world)]
    sent["caregivers"] = [*_once(world, world.caregivers), _renewed(world, world.caregivers[0])]
    sent["provider_enrolments"] = _enrolments(world)
    sent["eligibility_rosters"] = _rosters(world)
    sent["funding_shares"] = _once(world, world.funding_shares)
    sent["primary_answers"] = _once(world, world.primary_answers)
    sent["clients"] = _clients(world)
    sent["service_auths"] = _auths(world)
    sent["schedules"] = [
        Sent(row, instant(row, "source_updated_at"))
        for versions in world.schedules.values()
        for row in versions
    ]
    sent["care_plans"] = [
        Sent(row, instant(row, "source_updated_at"))
        for client in world.clients
        for row in client.plans
    ]
    for visit in world.visits:
        sent[VISIT_FEEDS[str(visit.row["source_system"])].name].extend(_visit(visit))
    sent["documentation"] = _documents(world)
    sent["incidents"] = _once(world, world.incidents)
    sent["inpatient_stays"] = _once(world, world.stays)
    sent["live_ins"] = _once(world, world.live_ins)
    sent["caregiver_restrictions"] = _once(world, world.restrictions)
    for feed, rows in world.more.items():
        sent[feed].extend(rows)
    return sent


def _once(world: World, rows: list[Row]) -> list[Sent]:
    return [Sent(row, instant(row, "source_updated_at")) for row in rows]


def _this_morning(world: World) -> datetime:
    return local(world.period.end + timedelta(days=1), 5)


def _latest_right(world: World) -> Sent:
    """The access register was looked at this morning: one role is new."""
    at = _this_morning(world)
    row = {
        **world.rights[0],
        "role": "trainer",
        "right_code": "schedule_edit",
        "valid_from": world.period.end,
        "source_updated_at": at,
    }
    return Sent(row, at)


def _renewed(world: World, row: Row) -> Sent:
    """The next version of something, as it was, known this morning."""
    at = _this_morning(world)
    version = next(name for name in row if name.endswith("_version"))
    return Sent({**row, version: int(str(row[version])) + 1, "source_updated_at": at}, at)


def _rosters(world: World) -> list[Sent]:
    """Every billed client as the payer has them; days it has otherwise are rows of their own."""
    sent = []
    for client in world.clients:
        if client.is_billed:
            rows = list(roster_rows(client, world.roster_days.get(client.client_id, {})))
            sent += _once(world, rows)
    return [*sent, _renewed(world, sent[-1].row)] if sent else []


def _enrolments(world: World) -> list[Sent]:
    return [*_once(world, world.enrolments), _renewed(world, world.enrolments[0])]


def _some_moment(world: World) -> datetime:
    days = (world.period.end - world.period.start).days
    day = world.period.start + timedelta(days=world.rng.randint(0, days))
    return local(day, world.rng.randint(8, 16))


def _clients(world: World) -> list[Sent]:
    """Every client; a few had another telephone number before."""
    sent = []
    for number, client in enumerate(world.clients):
        if world.chance(TOUCHED):
            at = _some_moment(world)
            before = {**client.row, "phone": "6145550199"}
            sent.append(Sent(before, instant(before, "source_updated_at")))
            sent.append(Sent({**client.row, "record_version": 2, "source_updated_at": at}, at))
        else:
            sent.append(Sent(client.row, instant(client.row, "source_updated_at")))
            if number == len(world.clients) - 1:
                sent.append(_renewed(world, client.row))
    return sent


def _auths(world: World) -> list[Sent]:
    """Every authorization; a few were confirmed again, the last one this morning."""
    rows = [row for client in world.clients for row in client.auths]
    sent = _once(world, rows)
    for row in rows[:-1]:
        if world.chance(TOUCHED):
            at = _some_moment(world)
            sent.append(Sent({**row, "auth_version": 2, "source_updated_at": at}, at))
    return [*sent, *[_renewed(world, row) for row in rows[-1:]]]


def _visit(visit: Visit) -> list[Sent]:
    """All versions of a visit, the ones that come late and the ones that come again."""
    versions = {int(str(row["sequence_id"])): row for row in [*visit.earlier, visit.row]}
    sent = [
        Sent(row, visit.arrivals.get(sequence, instant(row, "source_updated_at")))
        for sequence, row in versions.items()
    ]
    return sent + [Sent(versions[sequence], at) for sequence, at in visit.repeats]


def _documents(world: World) -> list[Sent]:
    """Orders, other papers and notes; some notes were complete before they were signed."""
    sent = _once(world, [paper for one in world.clients for paper in (*one.orders, *one.papers)])
    for visit in world.visits:
        note = visit.note
        if note is None:
            continue
        at = instant(note, "source_updated_at")
        if visit.note_before is not None:
            sent.append(Sent(visit.note_before, instant(visit.note_before, "source_updated_at")))
        elif note["signed_at"] and world.chance(LATE_SIGNED):
            written = min(instant(note, "completed_at"), at)
            before = {**note, "status": "complete", "signed_at": None, "source_updated_at": written}
            sent.append(Sent(before, written))
            note = {**note, "document_version": 2}
        sent.append(Sent(note, at))
    return sent
