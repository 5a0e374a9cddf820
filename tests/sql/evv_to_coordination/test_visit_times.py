"""Minutes, days, versions: what coordination is told of a visit, and when it is told anew."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, plan, visit

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(records: Records) -> Records:
    lay_ground(records)
    return records


def _published(bench: Records, visit_id: str) -> dict[str, object]:
    row = bench.one(
        "select * from core.coordination_visit where record_id = :record_id",
        record_id=f"hhax/{visit_id}",
    )
    return {} if row is None else dict(row._mapping)


def test_minutes_are_counted_on_instants_through_both_nights_the_clock_changes(
    bench: Records,
) -> None:
    spring = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)  # 22:00 on 7 March in New York
    autumn = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)  # 22:00 on 31 October
    bench.put(
        "evv_visit",
        visit("spring", spring, call_out_at=datetime(2026, 3, 8, 10, 0, tzinfo=UTC)),
        visit("autumn", autumn, call_out_at=datetime(2026, 11, 1, 11, 0, tzinfo=UTC)),
    )
    bench.run(HOP)
    assert (_published(bench, "spring")["minutes"], _published(bench, "autumn")["minutes"]) == (
        420,
        540,
    )
    assert _published(bench, "spring")["service_date"] == date(2026, 3, 7)
    assert _published(bench, "autumn")["service_date"] == date(2026, 10, 31)


def test_the_day_of_service_is_the_local_day_where_the_visit_was(bench: Records) -> None:
    late = datetime(2026, 11, 11, 5, 30, tzinfo=UTC)  # 00:30 in New York, 23:30 in Chicago
    bench.put(
        "evv_visit",
        visit("here", late),
        visit("west", late + timedelta(minutes=1), time_zone="America/Chicago"),
    )
    bench.run(HOP)
    assert _published(bench, "here")["service_date"] == date(2026, 11, 11)
    assert _published(bench, "west")["service_date"] == date(2026, 11, 10)


@pytest.mark.proves("S2-07")
def test_coordination_is_told_completion_duration_tasks_and_concerns(bench: Records) -> None:
    bench.put(
        "evv_visit",
        visit("V1", concern_codes="FALL;SKIN", modifier1="U1", modifier2="TT"),
        visit("V2", START + timedelta(days=1), tasks=None, sequence_id=1),
    )
    bench.run(HOP)
    told = _published(bench, "V1")
    wanted = {
        "completion": "completed",
        "minutes": 120,
        "tasks_done": 2,
        "tasks_refused": 1,
        "tasks_missed": 1,
        "concern_codes": "FALL;SKIN",
        "modifiers": "U1;TT",
    }
    assert {name: told[name] for name in wanted} == wanted
    nothing = _published(bench, "V2")
    assert (nothing["tasks_done"], nothing["concern_codes"], nothing["modifiers"]) == (0, "-", "-")


def test_adjusted_times_supersede_the_calls_one_by_one(bench: Records) -> None:
    reasoned = {
        "change_reason_code": "99",
        "change_attested": True,
        "updated_by_role": "Coordinator",
    }
    bench.put(
        "evv_visit",
        visit("V1", adjusted_in_at=START + timedelta(minutes=30), **reasoned),
        visit("V2", adjusted_out_at=START + timedelta(minutes=60, seconds=59), **reasoned),
    )
    bench.run(HOP)
    assert _published(bench, "V1")["minutes"] == 90
    assert _published(bench, "V2")["minutes"] == 60


def test_a_visit_waits_for_its_client_and_then_goes_on_by_itself(bench: Records) -> None:
    bench.put("evv_visit", visit("V1", client_id="C-new"))
    bench.run(HOP)
    assert bench.codes("hhax/V1", HOP) == ["EVV-UNKNOWN-CLIENT"]
    bench.put("client", client_id="C-new", medicaid_id="000000000102")
    bench.run(HOP)
    assert bench.state("hhax/V1", "evv_to_coordination") == "moved"
    assert bench.codes("hhax/V1", HOP) == []


def test_a_newer_version_is_taken_up_again_and_an_older_one_is_only_history(bench: Records) -> None:
    editor = {"updated_by_role": "Coordinator"}
    bench.put("evv_visit", visit("V1", sequence_id=10, **editor))
    bench.run(HOP)
    bench.put("evv_visit", visit("V1", minutes=60, sequence_id=8, **editor))
    assert bench.state("hhax/V1", "evv_to_coordination") == "moved"
    bench.put("evv_visit", visit("V1", minutes=45, sequence_id=15, **editor))
    assert bench.state("hhax/V1", "evv_to_coordination") == "waiting"
    bench.run(HOP)
    told = _published(bench, "V1")
    assert (told["sequence_id"], told["minutes"]) == (15, 45)


def test_a_correction_that_is_not_right_yet_leaves_what_was_told_before(bench: Records) -> None:
    bench.put("evv_visit", visit("V1"))
    bench.run(HOP)
    bench.put(
        "evv_visit", visit("V1", sequence_id=2, call_out_at=None, updated_by_role="Coordinator")
    )
    bench.run(HOP)
    assert bench.state("hhax/V1", "evv_to_coordination") == "held"
    assert _published(bench, "V1")["sequence_id"] == 1


def test_a_mistyped_year_holds_its_visit_and_not_the_pass(bench: Records) -> None:
    far = datetime(9999, 1, 1, tzinfo=UTC)
    bench.put("schedule", plan("V1", end_at=far))
    bench.put("evv_visit", visit("V1"), visit("V3", START + timedelta(days=2), call_out_at=far))
    bench.run(HOP)
    assert bench.codes("hhax/V3", HOP) == ["EVV-TOO-LONG"]
    assert bench.codes("hhax/V1", HOP) == []
    assert bench.state("hhax/V1", HOP) == "moved"
    rows = bench.all("select subject from core.visit_deviation where minutes_short > 1000000")
    assert {row.subject for row in rows} == {"hhax/V1"}


def test_running_again_writes_nothing(bench: Records) -> None:
    bench.put("schedule", plan("V1"))
    bench.put("evv_visit", visit("V1"), visit("V2", START + timedelta(days=1), call_out_at=None))
    bench.run(HOP)
    again = bench.run(HOP)
    assert again.taken == 1
    assert again.written == {"coordination_visit": 0, "visit_deviation": 0}


def test_no_place_and_no_member_id_leaves_landing(bench: Records) -> None:
    bench.put("evv_visit", visit("V1", client_medicaid_id="000000000999"))
    bench.run(HOP)
    columns = bench.all(
        "select column_name from information_schema.columns "
        "where table_schema in ('audit', 'core') and column_name ~ 'latitude|longitude|medicaid'"
        " and table_name <> 'claim'"
    )
    assert columns == []
