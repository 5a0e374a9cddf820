"""The truth: what must become of every file, line, record and plan, and why.

One JSON object a line. The first says for which instant it holds. Then, in this order:

    {"file": name, "feed", "verdict", "code", "lines", "rows", "held", "repeated", "fault"}
        every file, in the order of arrival
    {"record": id or null, "state": "held_line", "codes", "fault", "feed", "file", "line"}
        every line that cannot become a row
    {"record": id, "hop", "state", "codes", "warnings", "fault"}
        every record at every hop it must have an entry at; at delivery_to_billing a record that
        moves also has "billable_lines": [[number, date, minutes, units, cents], ...]
    {"deviation": kind, "subject": record or "schedule/<id>"}
        every open deviation from the plan
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from assets.sample.arrivals import record_id
from assets.sample.codes import state_of
from assets.sample.dialects import FEEDS
from assets.sample.files import OutFile, line_number
from assets.sample.kinds import HOP_1, HOP_2, HOP_3, HOP_4
from assets.sample.payers import contract_on
from assets.sample.pricing import lines_of
from assets.sample.times import instant, local_date
from assets.sample.typed import typed_too_often
from assets.sample.world import Fate, Pair, Visit, World

#: How far back a first run looks for planned visits nobody clocked.
LOOK_BACK = timedelta(days=35)
#: The payers of the sample leave so long for a note.
NOTE_DUE = timedelta(hours=48)
#: Days before a last filing day from which on it is said.
FILE_SOON = 30

Said = dict[str, Any]


def tell_files(files: Iterable[OutFile]) -> Iterator[Said]:
    """Every file and, after them, every held line."""
    seen: set[tuple[str, ...]] = set()
    held_lines = []
    for file in files:
        held = repeated = 0
        for place, sent in enumerate(file.rows):
            table = FEEDS[str(file.feed)].table
            names = [*table.key, *filter(None, [table.version])]
            version = (table.name, *(str(sent.row[name]) for name in names))
            if sent.codes:
                held += 1
                held_lines.append(
                    {
                        "record": record_id(str(file.feed), sent),
                        "state": "held_line",
                        "codes": sorted(sent.codes),
                        "fault": sent.fault,
                        "feed": file.feed,
                        "file": file.name,
                        "line": line_number(file, place),
                    }
                )
            elif version in seen:
                repeated += 1
            else:
                seen.add(version)
        lines = len(file.rows)
        yield {
            "file": file.name,
            "feed": file.feed,
            "verdict": file.verdict,
            "code": file.code,
            "lines": lines,
            "rows": lines - held - repeated,
            "held": held,
            "repeated": repeated,
            "fault": file.fault,
        }
    yield from held_lines


def tell_records(
    world: World, pairs: Iterable[Pair], stays: Collection[tuple[str, str]] = ()
) -> Iterator[Said]:
    """Every record at every hop.

    Args:
        world: The world.
        pairs: Every pair of plan version and caregiver that came to be.
        stays: Hops and records that are there although the record stands still upstream now.
    """
    visits = sorted(world.visits, key=lambda visit: visit.record_id)
    # what moved is not counted again, so the second truth says it as the first did
    often = world.typed_often = world.typed_often or typed_too_often(world)
    for visit in visits:
        said = _visit(world, visit, HOP_1)
        if visit.record_id in often:
            said["warnings"] = sorted({*said["warnings"], "EVV-MANUAL-RATE"})
        yield said
    for pair in sorted(pairs):
        yield _pair(world, pair)
    moved = [
        visit for visit in visits if not visit.codes.get(HOP_1) or (HOP_3, visit.record_id) in stays
    ]
    for visit in moved:
        yield _visit(world, visit, HOP_3)
    for visit in moved:
        reached = not visit.codes.get(HOP_3) or (HOP_4, visit.record_id) in stays
        if visit.client.is_billed and reached:
            yield _visit(world, visit, HOP_4)


def _visit(world: World, visit: Visit, hop: str) -> Said:
    codes = visit.codes.get(hop, ())
    if hop == HOP_3 and not visit.client.is_billed:
        codes = ("NOT-BILLED",)
    if "DOC-NOTE-UNSIGNED" in codes and world.period.as_of - visit.ended < NOTE_DUE:
        codes = tuple(code.replace("NOTE-UNSIGNED", "NOTE-NOT-DUE") for code in codes)
    said: Said = {
        "record": visit.record_id,
        "hop": hop,
        "state": state_of(hop, codes),
        "codes": sorted(codes),
        "warnings": sorted({*visit.warnings.get(hop, ()), *_warnings(world, visit, hop)}),
        "fault": visit.fault,
    }
    if hop == HOP_3 and not codes:
        said["billable_lines"] = [
            [line.number, line.day.isoformat(), line.minutes, line.units, line.cents]
            for line in lines_of(visit, world.contracts)
        ]
    return said


def _warnings(world: World, visit: Visit, hop: str) -> Iterator[str]:
    """What follows from times and terms alone."""
    if hop == HOP_1 and visit.end and visit.row["action"] == "upsert":
        late = instant(visit.row, "source_updated_at") - visit.end > timedelta(hours=24)
        yield from ("EVV-LATE-SUBMIT",) * late
    if hop == HOP_3:
        day = local_date(visit.began)
        terms = contract_on(world.contracts, visit.row, visit.modifiers, day)
        if terms and isinstance(terms["review_on"], date) and terms["review_on"] < day:
            yield "CONTRACT-REVIEW-DUE"
        if terms:
            last = day + timedelta(days=int(str(terms["filing_limit_days"])))
            left = (last - local_date(world.period.as_of)).days
            yield from ("CLM-TIMELY-NEAR",) * (0 <= left <= FILE_SOON)


def _pair(world: World, pair: Pair) -> Said:
    plan_id, version, caregiver_id = pair
    fate = world.fate(pair) or Fate("")
    return {
        "record": f"{plan_id}/v{version}/{caregiver_id}",
        "hop": HOP_2,
        "state": state_of(HOP_2, fate.codes),
        "codes": sorted(fate.codes),
        "warnings": sorted(fate.warns),
        "fault": fate.name or None,
    }


def tell_deviations(world: World) -> Iterator[Said]:
    """What deviates from the plan; a planned visit nobody's visit names was missed."""
    known = {visit.record_id for visit in world.visits}
    open_ones = {(kind, subject) for kind, subject in world.deviations if subject in known}
    named = {visit.row["schedule_id"] for visit in world.visits if visit.row["action"] == "upsert"}
    for schedule_id, versions in world.schedules.items():
        row = versions[-1]
        ended = instant(row, "end_at")
        over = world.period.as_of - LOOK_BACK <= ended < world.period.as_of
        if over and row["status"] == "planned" and schedule_id not in named:
            open_ones.add(("missed", f"schedule/{schedule_id}"))
    for kind, subject in sorted(open_ones):
        yield {"deviation": kind, "subject": subject}
