"""Whatever a hop needs is there: models, suite, timing, owner, runbook, tables, indexes."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow.edits import OWNER_ROLES
from orchestration.ground.contracts import Hop
from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER

ROOT = SQL_FOLDER.parent
HOPS = pytest.mark.parametrize("hop", assembly.hops(), ids=lambda hop: hop.name)


def test_there_are_the_four_hops_of_the_mission() -> None:
    assert {hop.name for hop in assembly.hops()} >= {
        "evv_to_coordination",
        "care_plan_to_frontline",
        "delivery_to_billing",
        "billing_to_clearinghouse",
    }


@HOPS
def test_a_hop_has_its_models(hop: Hop) -> None:
    folder = SQL_FOLDER / "models" / hop.name
    wanted = {"intake", "candidate", *(target.name for target in hop.targets)}
    assert wanted <= {path.stem for path in folder.glob("*.sql")}


@HOPS
def test_a_hop_s_first_line_says_grain_and_key(hop: Hop) -> None:
    for path in (SQL_FOLDER / "models" / hop.name).glob("*.sql"):
        assert path.read_text().startswith("-- "), path


@HOPS
def test_a_hop_has_a_suite_that_can_stop_it(hop: Hop) -> None:
    suite = assembly.suite_of(hop.name)
    assert any(expect.severity == "MUST" for expect in suite)
    assert all(expect.because for expect in suite)
    assert len({expect.name for expect in suite}) == len(suite)


@pytest.mark.proves("S0-34", "S2-05")
@HOPS
def test_a_hop_has_a_timing_rule(hop: Hop) -> None:
    timing = hop.timing
    assert len(timing.schedule.split()) == 5
    assert timing.warn_after < timing.fail_after
    assert timing.stuck_after.total_seconds() > 0


@pytest.mark.proves("S0-34", "S2-05")
@HOPS
def test_a_hop_has_an_owner_a_minimum_dataset_and_checkpoints(hop: Hop) -> None:
    assert hop.owner in OWNER_ROLES
    assert hop.meaning.endswith(".")
    assert hop.minimum_dataset
    assert len(set(hop.checkpoints)) == len(hop.checkpoints) > 0


@HOPS
def test_a_hop_has_a_runbook_that_names_its_owner(hop: Hop) -> None:
    assert hop.owner.lower() in (ROOT / hop.runbook).read_text().lower()


@HOPS
def test_a_hop_s_module_is_a_declaration(hop: Hop) -> None:
    lines = (ROOT / "assets" / f"{hop.name}.py").read_text().splitlines()
    assert len(lines) <= 80


@pytest.mark.proves("S0-34", "S2-01")
def test_every_feed_has_an_owner_and_a_sane_clock() -> None:
    for feed in assembly.feeds():
        assert feed.owner in OWNER_ROLES, feed.name
        assert feed.warn_after < feed.fail_after, feed.name
        assert feed.meaning.endswith("."), feed.name


def test_every_published_table_is_found_by_its_ids(database: Database) -> None:
    with database.engine.connect() as connection:
        led_by = {
            (row.table_name, row.column_name)
            for row in connection.execute(
                sa.text("""
                    select relation.relname as table_name, attribute.attname as column_name
                    from pg_index as index
                    inner join pg_class as relation on index.indrelid = relation.oid
                    inner join pg_attribute as attribute
                        on attribute.attrelid = relation.oid and attribute.attnum = index.indkey[0]
                    where relation.relnamespace = cast('core' as regnamespace)
                """)
            )
        }
        columns = {
            (row.table_name, row.column_name)
            for row in connection.execute(
                sa.text(
                    "select table_name, column_name from information_schema.columns"
                    " where table_schema = 'core'"
                )
            )
        }
    for hop in assembly.hops():
        for target in hop.targets:
            assert (target.name, "batch_id") in columns, target.name
            for column in target.identifies:
                assert (target.name, column) in led_by, f"{target.name}.{column} has no index"


def test_a_runbook_is_about_a_hop_or_a_kind_of_page() -> None:
    for path in (ROOT / "docs" / "runbooks").glob("*.md"):
        assert path.read_text().startswith("# "), path


def test_nothing_in_the_sql_folders_belongs_to_no_hop() -> None:
    names = {hop.name for hop in assembly.hops()}
    for kind in ("models", "edits", "changes"):
        folders = {path.name for path in (SQL_FOLDER / kind).iterdir() if path.is_dir()}
        assert folders <= names
    assert Path(SQL_FOLDER / "migrations").is_dir()
