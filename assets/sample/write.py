"""Write the sample agency's feeds and the truth about them.

``FOLDER/feeds`` holds the files to land, each as old as it pretends to be; ``FOLDER/truth.jsonl``
says what must become of everything in them (see ``truth``). ``FOLDER/later`` holds the same for
what arrives after a first run (see ``later``). The same seed writes the same bytes.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from assets.sample.agency import enrol_clients, enrolments, role_rights
from assets.sample.arrivals import in_order, loads, replayed
from assets.sample.faults import plant_all
from assets.sample.faults_of_lines import spoil_lines, spoil_other_lines
from assets.sample.files import OutFile, bad_files, good_file
from assets.sample.later import JUDGED, later_files, play
from assets.sample.paperwork import equip
from assets.sample.payers import contract_rows
from assets.sample.plan_changes import change_plans
from assets.sample.plans import first_plans, landed_pairs, write_tasks
from assets.sample.receipts import write_receipts
from assets.sample.sending import everything_sent
from assets.sample.times import ZONE_NAME, Period
from assets.sample.truth import tell_deviations, tell_files, tell_records
from assets.sample.week import fill_days
from assets.sample.world import Pair, World

END = date(2026, 11, 20)
CLIENTS = 120
DAYS = 28


@dataclass(frozen=True)
class SampleSummary:
    """What was written.

    Args:
        folder: Where.
        files: How many files to land first, manifests counted.
        visits: Visits with a record.
        records: Records by hop and state.
        planted: How often each thing was planted.
    """

    folder: Path
    files: int
    visits: int
    records: dict[str, dict[str, int]]
    planted: dict[str, int]


def write_sample(
    out: Path, seed: int, clients: int = CLIENTS, days: int = DAYS, end: date = END
) -> SampleSummary:
    """Write feeds and truth into a folder, for a first run and for a second.

    Args:
        out: The folder; feeds left there by an earlier sample are replaced.
        seed: The same seed writes the same bytes.
        clients: How many clients.
        days: How many days, counted back from ``end``.
        end: The last day; everything is judged at seven the next morning.
    """
    world = make_world(seed, clients, days, end)
    files, pairs = make_files(world)
    head = {"seed": seed, "clients": clients, "days": days, "end": end.isoformat()}
    said = [*tell_files(files), *tell_records(world, pairs), *tell_deviations(world)]
    _write_act(out, files, world.period.as_of, head, said)
    visits, records, planted = len(world.visits), _counted(said), dict(world.planted)

    later = play(world, pairs)
    files = later_files(later)
    said = [*tell_files(files), *tell_records(world, pairs, later.stays), *tell_deviations(world)]
    _write_act(out / "later", files, world.period.as_of + JUDGED, head, said)
    planted = dict(sorted({**planted, **later.planted}.items()))
    return SampleSummary(out, len(list((out / "feeds").iterdir())), visits, records, planted)


def _counted(said: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Records by hop and state."""
    counts: dict[str, Counter[str]] = {}
    for line in said:
        if "hop" in line:
            counts.setdefault(line["hop"], Counter())[line["state"]] += 1
    return {hop: dict(sorted(states.items())) for hop, states in counts.items()}


def _write_act(
    folder: Path,
    files: Sequence[OutFile],
    as_of: datetime,
    head: dict[str, Any],
    said: list[dict[str, Any]],
) -> None:
    """Feeds and truth of one act; feeds of an earlier sample are replaced."""
    feeds = folder / "feeds"
    feeds.mkdir(parents=True, exist_ok=True)
    for old in feeds.iterdir():
        old.unlink()
    for file in files:
        _write(feeds, file)
    first = {"as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"), **head, "zone": ZONE_NAME}
    lines = [json.dumps(line) for line in [first, *said]]
    (folder / "truth.jsonl").write_text("\n".join(lines) + "\n")


def make_world(seed: int, clients: int, days: int, end: date) -> World:
    """Everything the agency's systems know, with what was planted in it."""
    period = Period(end - timedelta(days=days - 1), end)
    world = World(period, Random(seed))  # noqa: S311 - repeatable, not secret
    world.contracts = contract_rows()
    world.rights = role_rights(period)
    world.enrolments = enrolments(period)
    enrol_clients(world, clients)
    fill_days(world)
    equip(world)
    first_plans(world)
    change_plans(world)
    plant_all(world)
    spoil_lines(world)
    write_tasks(world)
    return world


def make_files(world: World) -> tuple[list[OutFile], list[Pair]]:
    """All files in the order they arrive, and the pairs of plan and caregiver that came to be."""
    sent = everything_sent(world)
    moving = [load for feed, rows in sent.items() for load in loads(world.period, feed, rows)]
    pairs = landed_pairs(world, replayed(moving))
    sent["acknowledgements"] = write_receipts(world, pairs)
    spoil_other_lines(world, sent)
    moving = [load for feed, rows in sent.items() for load in loads(world.period, feed, rows)]
    good = [good_file(load) for load in in_order(moving)]
    files = [*good, *bad_files(good)]
    return sorted(files, key=lambda file: (file.at, file.name)), pairs


def _write(folder: Path, file: OutFile) -> None:
    """Write a file, and its manifest, as old as it pretends to be."""
    parts = {file.name: file.content}
    if file.manifest is not None:
        parts[f"{file.name}.manifest.json"] = file.manifest
    for name, content in parts.items():
        path = folder / name
        path.write_bytes(content)
        os.utime(path, (file.at.timestamp(), file.at.timestamp()))
