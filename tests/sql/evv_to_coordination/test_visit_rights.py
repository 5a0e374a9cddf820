"""Changes by people without the right are found, named and counted, also when nothing is held."""

from datetime import timedelta

import pytest

from orchestration import assembly
from orchestration.views.rights import Trespass, trespasses
from orchestration.views.sight import Sight
from tests.bench_of_records import ZONE, Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

AGAIN = {"updated_by": "temp07", "updated_by_role": "Temp"}


def found(records: Records, days: int = 90) -> list[Trespass]:
    with records.database.engine.connect() as connection:
        sight = Sight(
            connection, assembly.hops(), assembly.feeds(), assembly.sql_library(), records.now, ZONE
        )
        return trespasses(sight, records.now - timedelta(days=days))


@pytest.mark.proves("S0-08", "S0-10")
def test_repeats_are_counted_by_user_also_under_a_version_that_is_right(records: Records) -> None:
    lay_ground(records)
    editor = {"updated_by": "coord01", "updated_by_role": "Coordinator"}
    first, second = (visit(name, START + timedelta(hours=3 * n)) for n, name in enumerate("AB"))
    later = START + timedelta(days=1)
    records.put("evv_visit", {**first, "sequence_id": 2, **AGAIN})
    records.put("evv_visit", {**first, "sequence_id": 3, **editor, "source_updated_at": later})
    records.put(
        "evv_visit",
        {**second, "sequence_id": 2, **AGAIN, "source_updated_at": later},
        visit("by-editor", START + timedelta(days=2), sequence_id=2, **editor),
        visit("first-version", START + timedelta(days=3), **AGAIN),
    )
    records.run(HOP)
    assert records.codes("hhax/A", HOP) == []
    assert records.codes("hhax/B", HOP) == ["PERM-VISIT-EDIT"]
    (temp,) = found(records)
    assert (temp.user, temp.role, temp.missing_right) == ("temp07", "Temp", "visit_edit")
    assert (temp.changes, temp.records, temp.held) == (2, 2, 1)
    assert (temp.hop, temp.owner) == (HOP, "Privacy/security officer")
    assert (temp.first_at, temp.last_at) == (START + timedelta(hours=3), later)


def test_only_changes_since_then_are_counted(records: Records) -> None:
    lay_ground(records)
    records.put("evv_visit", visit("A", sequence_id=2, **AGAIN))
    assert len(found(records, days=30)) == 1
    assert found(records, days=5) == []


def test_a_plan_entered_without_the_right_counts_as_well(records: Records) -> None:
    lay_ground(records)
    plan = {"plan_id": "PL1", "client_id": "C1", "entered_by": "aide3", "entered_by_role": "Aide"}
    records.put("care_plan", {**plan, "entered_at": START})
    (aide,) = found(records)
    assert (aide.user, aide.missing_right, aide.hop) == (
        "aide3",
        "plan_edit",
        "care_plan_to_frontline",
    )
