"""Landing as the house does it, importable by a process of its own."""

from pathlib import Path

from orchestration import assembly
from orchestration.flow import ledger
from orchestration.flow.landing.landing import Landing
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database, open_database
from orchestration.ground.settings import read_settings
from tests.bench.bulk import NOW

ZONE = "America/New_York"


def make_landing(database: Database, home: Path) -> Landing:
    """Landing over a home, handing on to the hops' queues as in the house."""
    intake = ledger.Intake(assembly.hops(), assembly.sql_library(), ZONE)
    return Landing(
        engine=database.engine,
        feeds=assembly.feeds(),
        kept=home / "kept",
        clock=FixedClock(NOW),
        zone=ZONE,
        hand_on=lambda connection, table, batch: intake.hand_on(connection, table, batch, NOW),
    )


def land(home: Path, path: Path) -> None:
    """Land one file in this process; for measuring memory apart."""
    database = open_database(read_settings({"CAREHOPS_HOME": str(home)}))
    verdict = make_landing(database, home).land(path, "evv_visits_hhax")
    assert verdict.verdict == "landed", verdict
    database.engine.dispose()
