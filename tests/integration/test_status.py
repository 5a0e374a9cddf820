"""Every hop and feed on one page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from orchestration import assembly
from orchestration.commands import hop_pages
from orchestration.commands.printing import plain
from orchestration.ground.partner_profiles import partner_reader
from orchestration.ground.sql import SQL_FOLDER
from orchestration.views.sight import Sight
from orchestration.views.status import Fresh, Status, status
from tests.bench_of_records import ZONE, Records


@contextmanager
def looking(records: Records) -> Iterator[Sight]:
    with records.database.engine.connect() as connection:
        yield Sight(
            connection, assembly.hops(), assembly.feeds(), assembly.sql_library(), records.now, ZONE
        )


def look(records: Records, **fresh: Fresh) -> Status:
    with looking(records) as sight:
        return status(sight, fresh)


def visits(records: Records, *numbers: int) -> None:
    records.put(
        "evv_visit",
        *(
            {
                "source_system": "hhax",
                "visit_id": f"V{number}",
                "sequence_id": 1,
                "action": "cancel" if number == 1 else "upsert",
                "payer_id": "MCO",
                "payer_program": "HCBS",
                "time_zone": ZONE,
            }
            for number in numbers
        ),
    )


def test_an_empty_house_has_every_hop_and_feed_with_nothing_in_it(records: Records) -> None:
    page = look(records)
    assert [hop.hop for hop in page.hops] == [hop.name for hop in assembly.hops()]
    assert [feed.feed for feed in page.feeds] == [feed.name for feed in assembly.feeds()]
    assert all(hop.received == 0 and hop.oldest_seconds is None for hop in page.hops)
    assert all(hop.conserved and hop.freshness == "unknown" for hop in page.hops)
    assert all(feed.last_file is None and feed.owner for feed in page.feeds)


@pytest.mark.proves("S0-01")
def test_received_is_the_sum_of_the_states(records: Records) -> None:
    visits(records, 1, 2, 3)
    records.run("evv_to_coordination")
    visits(records, 4)
    records.now += timedelta(hours=2)
    page = look(records)
    hop = next(hop for hop in page.hops if hop.hop == "evv_to_coordination")
    assert (hop.received, hop.cancelled, hop.held, hop.waiting, hop.moved) == (4, 1, 2, 1, 0)
    assert hop.received == (
        hop.moved + hop.held + hop.rejected + hop.excluded + hop.cancelled + hop.waiting
    )
    assert hop.oldest_seconds == 7200
    assert hop.last_outcome == "published"
    assert hop.last_pass_at is not None
    assert hop.owner == "EVV coordinator"


def test_overdue_records_and_money_are_counted(records: Records) -> None:
    visits(records, 2)
    records.run("evv_to_coordination")
    with records.database.transaction() as connection:
        connection.exec_driver_sql("update ledger.entry set amount_cents = 1234")
    records.now += timedelta(days=9)
    hop = next(hop for hop in look(records).hops if hop.hop == "evv_to_coordination")
    assert (hop.overdue, hop.at_stake_cents) == (1, 1234)


def test_a_lost_record_shows(records: Records) -> None:
    visits(records, 2)
    with records.database.transaction() as connection:
        connection.exec_driver_sql("update ledger.received set records = records + 1")
    hop = next(hop for hop in look(records).hops if hop.hop == "evv_to_coordination")
    assert not hop.conserved


def test_a_feed_tells_its_newest_file_and_what_was_quarantined_since(records: Records) -> None:
    records.put("schedule", schedule_id="S1")
    records.now += timedelta(hours=1)
    with records.database.transaction() as connection:
        connection.exec_driver_sql(
            "insert into landing.file (sha256, feed, name, byte_count, verdict, reason_class"
            ", reason_code, reason, arrived_at, landed_at) values (repeat('b', 64), 'schedules'"
            ", 'schedules_bad.csv', 1, 'quarantined', 'SCHEMA', 'EMPTY-FILE', 'empty'"
            f", '{records.now}', '{records.now}')"
        )
    feed = next(feed for feed in look(records).feeds if feed.feed == "schedules")
    assert feed.last_file == "schedule_1.csv"
    assert feed.last_at == records.now - timedelta(hours=1)
    assert feed.expected_at == records.now
    assert feed.quarantined == ("schedules_bad.csv",)


def test_freshness_is_what_the_watch_says(records: Records) -> None:
    page = look(records, evv_to_coordination=Fresh("stale", ("no pass for 3 d",)))
    hop = next(hop for hop in page.hops if hop.hop == "evv_to_coordination")
    assert (hop.freshness, hop.because) == ("stale", ("no pass for 3 d",))


def test_json_has_the_documented_keys(records: Records) -> None:
    page = plain(look(records))
    keys = {"at", "watchers", "incidents", "hops", "feeds", "partners", "rungs", "deliveries"}
    keys.add("awaited")
    assert set(page) == keys
    assert set(page["hops"][0]) == {
        *("hop", "owner", "received", "moved", "held", "rejected", "excluded", "cancelled"),
        *("waiting", "oldest_seconds", "at_stake_cents", "overdue", "freshness", "because"),
        *("conserved", "last_pass_at", "last_outcome"),
    }
    assert set(page["feeds"][0]) == {
        *("feed", "owner", "last_file", "last_at", "newest_event_at", "expected_at"),
        *("quarantined", "held_lines", "freshness", "because"),
    }


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_page_fits_a_narrow_terminal_and_loses_nothing(
    records: Records,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("orchestration.commands.printing._PIPE_WIDTH", width)
    with looking(records) as sight:
        hop_pages.show_hops(status(sight, {}))
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= width
    assert "".join("".join(lines).split()).count("unknown") == len(assembly.hops())


def test_partners_stand_on_the_page_and_what_is_worst_comes_first(
    records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = SQL_FOLDER / "agency" / "partners"
    read = partner_reader(())
    partners = tuple(read(path, path.read_text()) for path in sorted(folder.glob("*.toml")))
    fresh = {
        "evv_to_coordination": Fresh("unknown", ("never",)),
        "schedules": Fresh("warn", ("nearly late",)),
        "any_payer": Fresh("stale", ("1 record is sent without a 999",)),
    }
    with looking(records) as sight:
        page = status(sight, fresh, partners=partners)
        hop_pages.show_status(sight, page)
    assert [each.partner for each in page.partners] == [partner.name for partner in partners]
    said = capsys.readouterr().out
    lines = [line for line in said.splitlines() if " is " in line]
    assert [line.split()[0] for line in lines] == ["any_payer", "schedules", "evv_to_coordination"]
