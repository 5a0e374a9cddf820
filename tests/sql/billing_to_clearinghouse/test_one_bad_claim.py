"""One bad claim never sinks its batch, whichever gate it falls at, or if the gate itself falls."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from orchestration.partners import claim_rows, rehearsal
from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.gates.gatekeepers import Gatekeepers
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, claims, files, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill, client
from tests.unit.good_files import gates_say

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
MEMBER = {"medicaid_id": "000000000103"}


@pytest.fixture
def fragile(programs: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Gatekeepers that die over whoever is called Deadly."""
    program = ("-m", "tests.unit.dying_gate")
    with Gatekeepers(1, at_home=0, program=program) as gatekeepers:
        monkeypatch.setattr(rehearsal, "standing_gatekeepers", lambda: gatekeepers)
        yield


def held(records: Records, client_id: str) -> list[str]:
    """The rules that hold a client's visit; its neighbour went out in a clean file."""
    assert [claim[0] for claim in claims(records)] == ["C1"]
    (content,) = files(records).values()
    assert gates_say(content) == []
    assert records.codes(f"hhax/{client_id}-1109-12", HOP) == ["CLM-GATE"]
    rows = records.all("select distinct rule from core.gate_finding order by rule")
    return [row.rule for row in rows]


def test_a_claim_the_guide_refuses_waits_alone(records: Records) -> None:
    lay_claim_ground(records)
    records.put("client", client("C2", **MEMBER, city=""))
    bill(records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    records.run(HOP)
    assert held(records, "C2") == ["guide_element_1"]


def test_a_claim_the_second_reader_adds_up_otherwise_waits_alone(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_claim_ground(records, "C2")
    bill(records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    make = claim_rows._claim

    def one_cent_off(claim_id: str, lines: list[claim_rows.sa.Row]) -> Claim:
        claim = make(claim_id, lines)
        return replace(claim, total=claim.total * 2) if lines[0].record_id[5:7] == "C2" else claim

    monkeypatch.setattr(claim_rows, "_claim", one_cent_off)
    records.run(HOP)
    assert held(records, "C2") == ["total_differs_from_lines"]


def test_a_claim_our_own_rules_refuse_waits_alone(records: Records) -> None:
    lay_claim_ground(records)
    records.put("client", client("C2", **MEMBER, birth_date=date(2027, 1, 1)))
    bill(records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    records.run(HOP)
    assert held(records, "C2") == ["born_after_service", "born_in_the_future"]


def test_a_claim_the_writer_cannot_spell_waits_alone(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_claim_ground(records, "C2")
    bill(records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    make = claim_rows._claim

    def unspellable(claim_id: str, lines: list[claim_rows.sa.Row]) -> Claim:
        claim = make(claim_id, lines)
        if lines[0].record_id[5:7] == "C2":
            object.__setattr__(claim, "diagnoses", (None,))
        return claim

    monkeypatch.setattr(claim_rows, "_claim", unspellable)
    records.run(HOP)
    assert held(records, "C2") == ["malformed"]


def test_a_claim_over_which_the_gate_itself_dies_waits_alone(
    records: Records, fragile: None
) -> None:
    lay_claim_ground(records)
    records.put("client", client("C2", **MEMBER, last_name="Deadly"))
    bill(records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    records.run(HOP)
    assert held(records, "C2") == ["check_did_not_end"]


def test_the_reason_names_every_rule_and_its_place(records: Records) -> None:
    lay_claim_ground(records)
    records.put("client", client("C2", **MEMBER, city="", birth_date=date(2027, 1, 1)))
    bill(records, of("C2", MONDAY))
    records.run(HOP)
    rows = records.all("select fact from ledger.reason where code = 'CLM-GATE'")
    assert [row.fact for row in rows] == [
        "born_after_service at DMG02, born_in_the_future at DMG02, guide_element_1 at N401"
    ]
