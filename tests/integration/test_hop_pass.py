"""What every hop keeps, whatever it moves."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.flow import hop_pass, judging
from orchestration.flow.audit import CheckResult, check
from orchestration.flow.ledger import register_hops
from orchestration.ground.failures import (
    ConservationFailure,
    ContractFailure,
    TransientFailure,
)
from orchestration.ground.migrations import migrate
from orchestration.ground.sql import bound
from tests.conftest import connect, drop_database, make_database
from tests.integration.toy_hop import SHELVING, SHIPPING, SUITE, Parcels

GOOD = ("P1", 1, 10, "here", "L1")


@pytest.fixture(scope="module")
def bare(administrator: sa.Engine, server_url: sa.URL) -> Iterator[str]:
    name = make_database(administrator, server_url, None)
    database = connect(server_url, name)
    migrate(database.engine)
    database.engine.dispose()
    yield name
    drop_database(administrator, name)


@pytest.fixture
def parcels(
    administrator: sa.Engine, server_url: sa.URL, bare: str, tmp_path: Path
) -> Iterator[Parcels]:
    name = make_database(administrator, server_url, bare)
    database = connect(server_url, name)
    yield Parcels(database, tmp_path)
    database.engine.dispose()
    drop_database(administrator, name)


@pytest.mark.proves("S0-04")
def test_a_good_record_moves_and_waits_at_the_next_hop_in_the_same_transaction(parcels):
    parcels.land(GOOD)
    assert parcels.states() == {"P1": ("waiting", None)}
    outcome = parcels.run()
    assert outcome.decided["moved"] == 1
    assert parcels.states() == {"P1": ("moved", None)}
    assert parcels.states("shipping") == {"P1": ("waiting", None)}
    assert parcels.all("select record_id, weight from core.shelf") == [("P1", 10)]


@pytest.mark.proves("S0-29")
def test_a_bad_record_is_held_with_every_reason_and_its_neighbours_go_on(parcels):
    parcels.land(GOOD, ("P2", 1, 10, None, None))
    parcels.run()
    assert parcels.states() == {"P1": ("moved", None), "P2": ("held", "NO-ADDRESS")}
    assert parcels.all("select code from ledger.reason order by checkpoint") == [
        ("NO-ADDRESS",),
        ("NO-LABEL",),
    ]
    (entry,) = parcels.all(
        "select checkpoint, next_checkpoint, owner_role, due_at from ledger.entry "
        "where record_id = 'P2'"
    )
    assert entry[:3] == ("P01", "P02", "Data on-call")
    # Friday noon plus two business days: Tuesday at five in New York
    assert entry[3].isoformat() == "2026-11-24T22:00:00+00:00"


def test_open_work_of_one_hop_is_found_by_its_index_whatever_waits_elsewhere(parcels):
    with parcels.database.transaction() as connection:
        for hop, state in (("shelving", "moved"), ("shipping", "waiting")):
            connection.exec_driver_sql(
                "insert into ledger.entry (hop, record_id, state, has_moved, since, received_at) "
                f"select '{hop}', n, '{state}', '{state}' = 'moved', now(), now() "
                "from generate_series(1, 20000) as n"
            )
        connection.exec_driver_sql("analyze ledger.entry")
        for question in (judging.WORK.replace("HOP", "shelving"), hop_pass.OLDEST):
            plan = connection.execute(bound(f"explain {question}", {"hop": "shelving"}))
            assert re.findall(r"\bentry_\w+", "\n".join(plan.scalars())) == ["entry_open"]


def test_a_warning_is_written_down_and_does_not_stop_the_record(parcels):
    parcels.land(("P1", 1, 99, "here", "L1"))
    parcels.run()
    assert parcels.states() == {"P1": ("moved", None)}
    assert parcels.all("select code, severity from ledger.reason") == [("TOO-HEAVY", "WARN")]


@pytest.mark.proves("S0-12")
def test_what_a_filter_leaves_out_is_in_the_ledger_under_the_filters_name(parcels):
    parcels.land(("P1", 1, 9, "elsewhere", "L1"))
    parcels.run()
    assert parcels.states() == {"P1": ("excluded", "NOT-OURS")}


def test_an_edit_that_joins_holds_just_the_row_that_breaks_it(parcels):
    parcels.land(GOOD, ("P2", 1, 10, "here", "L1"))
    parcels.run()
    assert parcels.states() == {"P1": ("moved", None), "P2": ("held", "LABEL-TWICE")}


def test_running_twice_changes_nothing(parcels):
    parcels.land(GOOD, ("P2", 1, 10, None, "L2"))
    parcels.run()
    before = [
        parcels.all(f"select * from {table} order by 1")
        for table in ("ledger.entry", "ledger.transition", "ledger.reason", "core.shelf")
    ]
    parcels.now += timedelta(hours=1)
    outcome = parcels.run()
    after = [
        parcels.all(f"select * from {table} order by 1")
        for table in ("ledger.entry", "ledger.transition", "ledger.reason", "core.shelf")
    ]
    assert after == before
    assert outcome.written == {"shelf": 0}


def test_a_held_record_goes_on_by_itself_when_nothing_objects_any_more(parcels):
    parcels.land(("P1", 1, 10, None, "L1"))
    parcels.run()
    parcels.land(("P1", 2, 10, "here", "L1"), file_id=2)
    parcels.now += timedelta(hours=1)
    parcels.run()
    assert parcels.states() == {"P1": ("moved", None)}
    assert parcels.all("select from_state, to_state from ledger.transition order by 1") == [
        ("held", "waiting"),
        ("waiting", "held"),
        ("waiting", "moved"),
    ]
    assert parcels.all("select count(*) from ledger.reason") == [(0,)]


def test_a_reason_that_stays_keeps_its_first_day_and_its_due_date(parcels):
    parcels.land(("P1", 1, 10, None, None))
    parcels.run()
    first = parcels.all("select code, first_at, due_at from ledger.reason order by 1")
    parcels.now += timedelta(days=1)
    parcels.run()
    assert parcels.all("select code, first_at, due_at from ledger.reason order by 1") == first


def test_a_newer_version_of_a_moved_record_comes_back_and_replaces_its_row(parcels):
    parcels.land(GOOD)
    parcels.run()
    parcels.land(("P1", 2, 20, "here", "L1"), file_id=2)
    assert parcels.states() == {"P1": ("waiting", None)}
    parcels.run()
    assert parcels.all("select weight, version from core.shelf") == [(20, 2)]
    assert parcels.states("shipping") == {"P1": ("waiting", None)}


def test_the_same_version_again_disturbs_nobody(parcels):
    parcels.land(GOOD)
    parcels.run()
    parcels.land(GOOD, file_id=2)
    assert parcels.states() == {"P1": ("moved", None)}


@pytest.mark.proves("S0-28")
def test_nothing_exists_at_a_hop_before_it_moved_through_the_one_it_follows(parcels):
    with (
        pytest.raises(sa.exc.IntegrityError, match="before it moved"),
        parcels.database.transaction() as connection,
    ):
        connection.exec_driver_sql(
            "insert into ledger.entry (hop, record_id, since, received_at) "
            "values ('shipping', 'P9', now(), now())"
        )


@pytest.mark.proves("S0-28", "S0-35", "S1-22")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("update ledger.entry set state = 'held'", "violates check"),
        ("update ledger.entry set state = 'moved', has_moved = true", "last checkpoint"),
        ("delete from ledger.entry", "append-only"),
        ("update ledger.transition set actor = 'me'", "append-only"),
        ("delete from ledger.transition", "append-only"),
        ("truncate ledger.transition", "append-only"),
    ],
)
def test_the_database_itself_refuses_what_would_break_the_ledger(parcels, wrong, says):
    parcels.land(GOOD, ("P2", 1, 10, None, None))
    with pytest.raises(sa.exc.DBAPIError, match=says), parcels.database.transaction() as connection:
        connection.exec_driver_sql(wrong)


def test_that_a_record_moved_cannot_be_undone(parcels):
    parcels.land(GOOD)
    parcels.run()
    with (
        pytest.raises(sa.exc.IntegrityError, match="cannot be undone"),
        parcels.database.transaction() as connection,
    ):
        connection.exec_driver_sql(
            "update ledger.entry set state = 'waiting', has_moved = false where hop = 'shelving'"
        )


def test_a_pass_that_loses_a_record_publishes_nothing(parcels):
    parcels.land(GOOD, ("P2", 1, 10, "here", "L2"))
    path = parcels.folder / "models/shelving/candidate.sql"
    path.write_text(path.read_text() + " where work.record_id <> 'P2'")
    with pytest.raises(ConservationFailure, match="2 records are up but its candidate has 1"):
        parcels.run()
    assert parcels.all("select count(*) from core.shelf") == [(0,)]
    assert parcels.states() == {"P1": ("waiting", None), "P2": ("waiting", None)}


def test_a_record_that_moves_but_is_published_nowhere_stops_the_publish(parcels):
    parcels.land(GOOD, ("P2", 1, 10, "here", "L2"))
    path = parcels.folder / "models/shelving/shelf.sql"
    path.write_text(path.read_text() + " where record_id <> 'P2'")
    with pytest.raises(ConservationFailure, match="leave nothing in shelf"):
        parcels.run()
    assert parcels.all("select count(*) from core.shelf") == [(0,)]


@pytest.mark.proves("S0-01")
def test_records_that_do_not_add_up_stop_the_publish(parcels):
    parcels.land(GOOD)
    with parcels.database.transaction() as connection:
        connection.exec_driver_sql("update ledger.received set records = 2")
    with pytest.raises(ConservationFailure, match="brought 2 records, 1 are accounted for"):
        parcels.run()
    assert parcels.states() == {"P1": ("waiting", None)}


def test_a_must_that_fails_stops_the_batch_and_its_records_wait(parcels):
    parcels.land(("P1", 1, 0, "here", "L1"))
    outcome = parcels.run(suite=SUITE, audit=check)
    assert outcome.outcome == "stopped"
    assert [(result.expect.name, result.passed) for result in outcome.checks] == [
        ("record_id_unique", True),
        ("weight_positive", False),
    ]
    assert parcels.states() == {"P1": ("waiting", None)}
    assert parcels.all("select count(*) from core.shelf") == [(0,)]
    assert parcels.all("select outcome, failed_expectations from ledger.pass") == [
        ("stopped", ["weight_positive"])
    ]


def test_an_expectation_that_cannot_run_never_counts_as_passed(parcels):
    parcels.land(GOOD)
    suite = [SUITE[0].__class__("x_present", "ColumnValuesToNotBeNull", "SHOULD", "x",
                                {"column": "no_such_column"})]  # fmt: skip
    outcome = parcels.run(suite=suite, audit=check)
    assert outcome.outcome == "stopped"
    assert outcome.checks[0].could_not_run


def test_an_expectation_never_carries_a_value_out_of_the_database(parcels):
    parcels.land(("P1", 1, 0, "ZZPHI Street 1", "L1"))
    outcome = parcels.run(suite=SUITE, audit=check)
    assert "ZZPHI" not in repr(outcome)


def test_a_hop_never_runs_beside_itself(parcels):
    parcels.land(GOOD)

    def audit_that_runs_the_hop_again(*_: object) -> list[CheckResult]:
        with pytest.raises(TransientFailure, match="already running"):
            parcels.run()
        return []

    assert parcels.run(audit=audit_that_runs_the_hop_again).outcome == "published"


def test_a_pass_that_died_is_marked_failed_by_the_next(parcels):
    with parcels.database.transaction() as connection:
        connection.exec_driver_sql(
            "insert into ledger.pass (hop, started_at) values ('shelving', now())"
        )
    parcels.run()
    assert parcels.all("select outcome from ledger.pass order by pass_id") == [
        ("failed",),
        ("published",),
    ]


def test_the_second_hop_moves_what_the_first_handed_on(parcels):
    parcels.land(GOOD, ("P2", 1, 10, None, "L2"))
    parcels.run()
    parcels.run(SHIPPING)
    assert parcels.states("shipping") == {"P1": ("moved", None)}
    assert parcels.all("select record_id from core.shipment") == [("P1",)]


def test_a_hop_that_follows_nobody_known_is_refused(parcels):
    from dataclasses import replace

    with (
        pytest.raises(ContractFailure, match="follow hops that do not exist"),
        parcels.database.transaction() as connection,
    ):
        register_hops(connection, [replace(SHIPPING, name="flying", follows="nowhere")])


def test_an_edit_for_a_checkpoint_the_hop_does_not_cover_is_refused(parcels):
    path = parcels.folder / "edits/shelving/label_missing.sql"
    path.write_text(path.read_text().replace("P03", "P99"))
    parcels.land(GOOD)
    with pytest.raises(ContractFailure, match="label_missing names P99"):
        parcels.run()


def test_edits_about_one_row_are_asked_in_one_scan(parcels):
    from orchestration.flow.edits import load_edits

    edits = load_edits(parcels.library, "shelving", ("candidate",))
    assert {edit.code: edit.row_condition is not None for edit in edits} == {
        "NOT-OURS": True,
        "NO-ADDRESS": True,
        "TOO-HEAVY": True,
        "LABEL-TWICE": False,
        "NO-LABEL": True,
    }
    assert SHELVING.name == edits[0].hop
