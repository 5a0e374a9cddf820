"""A file that names a kind of change, or a lock, says what it lacks and where."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration import assembly
from orchestration.flow.changes import load_kinds
from orchestration.flow.edits import load_edits
from orchestration.ground.failures import ContractFailure

HOP = "delivery_to_billing"
GOOD = {
    "table": "service_auth",
    "differs": "status, units_total",
    "owner": "Authorization specialist",
    "open": "Judged again.",
    "final": "Adjust the claim.",
    "source": "a test",
}


def kinds_of(folder: Path, **changes: str) -> list[str]:
    path = folder / "changes" / HOP / "cut.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {**GOOD, **changes}
    lines = [f"-- {key}: {value}" for key, value in head.items() if value]
    path.write_text("-- cut: Something was cut.\n" + "\n".join(lines) + "\nselect 1\n")
    library = replace(assembly.sql_library(), folder=folder)
    load_kinds.cache_clear()
    return [kind.name for kind in load_kinds(library, HOP)]


def test_a_good_file_is_a_kind_of_change(tmp_path: Path) -> None:
    assert kinds_of(tmp_path) == ["cut"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"table": "nothing"}, "table is 'nothing'; use one of"),
        ({"differs": "status, colour"}, "service_auth has no column colour"),
        ({"owner": "The boss"}, "owner is 'The boss'; use one of"),
        ({"open": ""}, "the head lacks open"),
        ({"first": "maybe"}, "first is 'maybe'"),
        ({"colour": "blue"}, "not one of table, differs"),
    ],
)
def test_a_wrong_file_says_what_and_where(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(ContractFailure) as refused:
        kinds_of(tmp_path, **changes)
    assert said in str(refused.value)
    assert "cut.sql" in str(refused.value)


@pytest.mark.proves("S1-06")
def test_billing_is_told_of_every_kind_of_change_it_relies_on() -> None:
    names = {kind.name for kind in load_kinds(assembly.sql_library(), HOP)}
    assert names >= {
        *("authorization", "contract", "discipline", "document", "eligibility", "plan"),
        *("schedule", "visit"),
    }


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("-- lock: paid claim\n", "go together"),
        (
            "-- lock: paid claim\n-- locks: A paid claim.\n-- unlock: Nobody: never.\n",
            "unlock is a role and how",
        ),
    ],
)
def test_a_lock_without_a_way_out_is_no_lock(tmp_path: Path, lock: str, said: str) -> None:
    path = tmp_path / "edits" / HOP / "changed_after_lock.sql"
    path.parent.mkdir(parents=True)
    path.write_text(
        "-- X-LOCKED: Changed after a lock.\n-- checkpoint: V12\n-- class: STATUS_LOCK\n"
        "-- severity: HOLD\n-- owner: Billing manager\n-- due: 1 business day\n-- clinical: A.\n"
        f"-- billing: B.\n-- next: C.\n{lock}-- source: a test\nselect record_id from x\n"
    )
    library = replace(assembly.sql_library(), folder=tmp_path)
    with pytest.raises(ContractFailure, match=said):
        load_edits(library, HOP, ("candidate",))
