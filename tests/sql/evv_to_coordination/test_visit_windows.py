"""A visit inside its file's window by one date and outside by another is shown, and goes on."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NOVEMBER_10 = {"window_from": "2026-11-10", "window_to": "2026-11-10"}
NIGHT = START.replace(day=11, hour=3)  # 22:00 of the 10th in New York
SHOWN = {
    "changed-the-day-after": "inside by service_date, outside by updated_at",
    "of-the-day-before": "inside by updated_at, outside by service_date",
}


def send(records: Records, manifest: dict[str, str] | None, *rows: dict[str, object]) -> None:
    file_id = records.put("evv_visit", *rows)
    if manifest is not None:
        with records.database.transaction() as connection:
            connection.execute(
                sa.text("update landing.file set manifest = :said where file_id = :id"),
                {"said": json.dumps(manifest), "id": file_id},
            )


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    lay_ground(module_records)
    send(
        module_records,
        NOVEMBER_10,
        visit("that-day"),
        visit("that-night", NIGHT - 3 * HOUR, source_updated_at=NIGHT),
        visit("changed-the-day-after", START + HOUR, source_updated_at=START + DAY),
        visit("of-the-day-before", START - DAY, source_updated_at=START - HOUR),
        visit("long-ago", START - 9 * DAY, source_updated_at=START - 9 * DAY + 3 * HOUR),
    )
    late = {"source_updated_at": START + DAY}
    send(module_records, None, visit("no-manifest", START + 2 * HOUR, **late))
    send(
        module_records,
        {"window_from": "the 10th", "window_to": "2026-11-10"},
        visit("no-day", START + 4 * HOUR, **late),
    )
    module_records.run(HOP)
    return module_records


@pytest.mark.proves("S0-11")
@pytest.mark.parametrize(
    "name", [*SHOWN, "that-day", "that-night", "long-ago", "no-manifest", "no-day"]
)
def test_only_what_the_two_dates_disagree_about_is_shown(judged: Records, name: str) -> None:
    found = judged.all(
        "select reason.code, reason.reason_class, reason.fact from ledger.reason"
        " inner join ledger.entry on reason.entry_id = entry.entry_id"
        " where entry.record_id = :record_id and reason.code = 'EVV-WINDOW-BASIS'",
        record_id=f"hhax/{name}",
    )
    wanted = [("EVV-WINDOW-BASIS", "DATE_RANGE", SHOWN[name])] if name in SHOWN else []
    assert [tuple(row) for row in found] == wanted
    assert judged.state(f"hhax/{name}", HOP) == "moved"
