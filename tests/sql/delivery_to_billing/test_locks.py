"""A change after a status lock is held under the lock's name; a lock set too early is found."""

from datetime import timedelta
from typing import Any

import pytest

from orchestration import assembly
from orchestration.views.locks import locks
from orchestration.views.sight import Sight
from tests.bench_of_records import ZONE, Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    bill,
    contract,
    lay_ground,
    local,
    visit,
)

SIGNED = local(DAY, 12)


def note(visit_id: str, **columns: Any) -> dict[str, Any]:
    return {
        "document_id": f"D-{visit_id}",
        "document_version": 1,
        "document_kind": "note",
        "client_id": "C1",
        "visit_source": "hhax",
        "visit_id": visit_id,
        "status": "signed",
        "completed_at": SIGNED,
        "signed_at": SIGNED,
        "content_hash": "aaaaaaaa",
        **columns,
    }


@pytest.fixture(scope="module")
def ground(module_records: Records) -> Records:
    records = module_records
    lay_ground(records)
    records.put("payer_contract", contract("NOTE1", needs_signed_note=True))
    records.put(
        "document",
        *(note(name) for name in ("changed", "resigned", "untouched", "draft-first")),
        note("early", status="locked", locked_at=SIGNED - timedelta(hours=1)),
        note("late", status="locked", locked_at=SIGNED + timedelta(hours=1)),
    )
    later = {"document_version": 2, "content_hash": "bbbbbbbb"}
    records.put(
        "document",
        note("changed", **later),
        note("resigned", **later, signed_at=SIGNED + timedelta(hours=2)),
    )
    names = ("changed", "resigned", "untouched", "early", "late")
    bill(
        records,
        *(
            visit(name, local(DAY, 6 + 2 * place), service_code="NOTE1")
            for place, name in enumerate(names)
        ),
    )
    return records


@pytest.mark.proves("S0-15", "S1-13")
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("changed", ["DOC-NOTE-CHANGED"]),
        ("resigned", []),
        ("untouched", []),
    ],
)
def test_a_note_changed_after_its_signature_is_held_until_signed_again(
    ground: Records, name: str, codes: list[str]
) -> None:
    assert ground.codes(f"hhax/{name}", HOP) == codes


@pytest.mark.proves("S0-18")
@pytest.mark.parametrize(("name", "codes"), [("early", ["DOC-LOCKED-EARLY"]), ("late", [])])
def test_a_note_locked_before_it_was_signed_is_found(
    ground: Records, name: str, codes: list[str]
) -> None:
    assert ground.codes(f"hhax/{name}", HOP) == codes


@pytest.mark.proves("S0-15")
def test_the_register_says_what_each_lock_holds_and_who_unlocks(ground: Records) -> None:
    with ground.database.engine.connect() as connection:
        sight = Sight(
            connection, assembly.hops(), assembly.feeds(), assembly.sql_library(), ground.now, ZONE
        )
        found = {row.lock: row for row in locks(sight) if row.hop == HOP}
    assert found["signed note"].records == 1
    assert found["signed note"].unlocked_by == "Clinical supervisor"
    assert found["submitted claim"].records == 0
    assert "void" in found["submitted claim"].way_out
