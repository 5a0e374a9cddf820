"""What would come back from the payer is held here, alone, and its neighbours go out."""

import dataclasses
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from orchestration import assembly
from orchestration.flow.edits import load_edits
from orchestration.ground.failures import ContractFailure, TransientFailure
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners import rehearsal
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.guide import guide_findings
from orchestration.partners.x12.gates.tally import Tally
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import (
    HOP,
    P2,
    claims,
    files,
    lay_claim_ground,
    of,
)
from tests.sql.delivery_to_billing.good_delivery import bill, client, contract

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
AGENCY = SQL_FOLDER / "agency" / "agency.toml"


@pytest.fixture(scope="module")
def tried(module_records: Records, caplog_of_module: list[str]) -> Records:
    records = module_records
    lay_claim_ground(records, "C-good")
    records.put(
        "client",
        client("C-no-diagnosis", diagnosis_code=None),
        client("C-city", city=""),
        client("C-state", state_code="ZZ"),
        client("C-long", address_line="ZZPHI" * 20),
        client("C-unborn", birth_date=date(2090, 1, 1)),
        client("C-undated", birth_date=None),
    )
    records.put("payer_contract", contract("RATE1"))
    bill(
        records,
        of("C-good", MONDAY),
        of("C-no-diagnosis", MONDAY, hour=10),
        of("C-city", MONDAY, hour=11),
        of("C-state", MONDAY, hour=12),
        of("C-long", MONDAY, hour=13),
        of("C-unborn", MONDAY, hour=14),
        of("C-undated", MONDAY, hour=18),
        of("C1", MONDAY, hour=15, service_code="RATE1"),
        of("C1", MONDAY, hour=16),
        of("C1", MONDAY, hour=17),
    )
    records.put("payer_contract", contract("RATE1", contract_version=2, rate_cents=500))
    with records.database.transaction() as connection:
        # a visit that is on a claim and asked for again, as a person's replay would
        connection.exec_driver_sql(
            "insert into core.claim_batch (batch_no, payer_id, receiver_id, interchange_control"
            ", group_control, file_name, sha256, claim_count, total_cents, usage, content, batch_id"
            ", published_at, written_at) values ('B999999999', 'P1', 'X', '000000777', '777', 'x'"
            ", encode(sha256('x'), 'hex'), 1, 1700, 'T', 'x', 1, now(), now())"
        )
        connection.exec_driver_sql(
            "insert into core.claim values ('OLD1', 'C1', 'P1', 'WAIVER', null, '2026-11-09', 1700"
            ", 1, 'B999999999', '0001', '1', 'sent', 'none', 1, now())"
        )
        connection.exec_driver_sql(
            "insert into core.claim_line select record_id, line_no, 'OLD1', reconciliation_id"
            ", charge_cents, 1, now() from core.billable_line where record_id = 'hhax/C1-1109-17'"
        )
    records.run(HOP)
    return records


@pytest.fixture(scope="module")
def caplog_of_module() -> "list[str]":
    """Everything logged while the module's pass runs."""
    seen: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    logging.getLogger("orchestration.partners").addHandler(Ear())
    return seen


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("CODE-DX", "C-no-diagnosis-1109-10"),
        ("CLM-GATE", "C-city-1109-11"),
        ("CLM-GATE", "C-state-1109-12"),
        ("CLM-GATE", "C-long-1109-13"),
        ("CLM-GATE", "C-unborn-1109-14"),
        ("CLM-GATE", "C-undated-1109-18"),
        ("CLM-CHARGE", "C1-1109-15"),
        ("CLM-DUP", "C1-1109-17"),
    ],
)
def test_what_would_come_back_is_held(tried: Records, code: str, caught: str) -> None:
    assert tried.codes(f"hhax/{caught}", HOP) == [code]
    assert tried.state(f"hhax/{caught}", HOP) == "held"


@pytest.mark.parametrize("left", ["C-good-1109-9", "C1-1109-16"])
def test_neighbours_go_out_even_of_the_same_client(tried: Records, left: str) -> None:
    assert tried.codes(f"hhax/{left}", HOP) == []
    assert tried.state(f"hhax/{left}", HOP) == "moved"


def test_what_goes_out_without_the_held_ones_is_accepted(tried: Records) -> None:
    (content,) = files(tried).values()
    assert guide_findings(content) == []
    assert [row[:4] for row in claims(tried) if row[0] != "C1"] == [("C-good", "P1", MONDAY, 1)]


def test_why_the_gate_refused_is_kept_without_quoting_anybody(
    tried: Records, caplog_of_module: list[str]
) -> None:
    found = tried.all("select * from core.gate_finding")
    assert {row.record_id for row in found} == {
        "hhax/C-city-1109-11",
        "hhax/C-state-1109-12",
        "hhax/C-long-1109-13",
        "hhax/C-unborn-1109-14",
        "hhax/C-undated-1109-18",
    }
    assert all(row.rule and row.mend for row in found)
    assert caplog_of_module
    assert "ZZPHI" not in " ".join([*map(str, found), *caplog_of_module])


def test_a_mended_claim_goes_out_and_its_findings_are_gone(tried: Records) -> None:
    tried.put("client", client("C-city", record_version=2))
    tried.run(HOP)
    assert tried.state("hhax/C-city-1109-11", HOP) == "moved"
    assert not tried.all("select * from core.gate_finding where record_id = 'hhax/C-city-1109-11'")


def with_agency(records: Records, folder: Path, **changes: str) -> None:
    text = AGENCY.read_text()
    for old, new in changes.items():
        before = next(line for line in text.splitlines() if line.startswith(f"{old} = "))
        text = text.replace(before, f'{old} = "{new}"' if new else "")
    (folder / "agency.toml").write_text(text)
    records.settings = dataclasses.replace(records.settings, agency_folder=folder)


def test_a_mistyped_number_of_the_agency_holds_all_claims(records: Records, tmp_path: Path) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY), of("C-P2", MONDAY, hour=12))
    with_agency(records, tmp_path, npi="1234567890")
    records.run(HOP)
    for visit_id in ("C1-1109-9", "C-P2-1109-12"):
        assert records.codes(f"hhax/{visit_id}", HOP) == ["PROV-NPI"]
    with_agency(records, tmp_path, npi="1999999984")
    records.run(HOP)
    assert records.state("hhax/C1-1109-9", HOP) == "moved"


def test_a_wrong_zip_of_the_agency_is_the_gates_to_refuse(records: Records, tmp_path: Path) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY))
    with_agency(records, tmp_path, zip="43215")
    records.run(HOP)
    assert records.codes("hhax/C1-1109-9", HOP) == ["CLM-GATE"]


def test_an_agency_without_a_clearinghouse_is_told_so(records: Records, tmp_path: Path) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY))
    with_agency(records, tmp_path, receiver_id="")
    with pytest.raises(ContractFailure, match=r"\[clearinghouse\] receiver_id is missing"):
        records.run(HOP)
    assert records.state("hhax/C1-1109-9", HOP) == "waiting"


def test_a_partner_s_file_that_was_spoiled_today_stops_no_claim(
    records: Records, tmp_path: Path
) -> None:
    lay_claim_ground(records)
    with_agency(records, tmp_path)
    path = tmp_path / "partners" / "second_plan.toml"
    path.parent.mkdir()
    good = 'payers = ["P2"]\n[sending]\nreceiver_id = "SECOND"\nname = "SECOND PLAN"\n'
    path.write_text(good)
    bill(records, of("C-P2", MONDAY))
    records.run(HOP)
    path.write_text(good.replace('"SECOND"', ""))
    bill(records, of("C-P2", MONDAY, hour=12))
    records.run(HOP)
    rows = records.all("select receiver_id from core.claim_batch")
    assert [row.receiver_id for row in rows] == ["SECOND", "SECOND"]


def test_a_partner_s_file_that_was_never_right_holds_only_payers_it_may_be_for(
    records: Records, tmp_path: Path
) -> None:
    lay_claim_ground(records)
    with_agency(records, tmp_path)
    path = tmp_path / "partners" / "first_plan.toml"
    path.parent.mkdir()
    path.write_text('payers = ["P1"]\n[sending]\nreceiver_id = ""\nname = "FIRST PLAN"\n')
    second = 'payers = ["P2"]\n[sending]\nreceiver_id = "SECOND"\nname = "SECOND PLAN"\n'
    path.with_name("second_plan.toml").write_text(second)
    bill(records, of("C1", MONDAY), of("C-P2", MONDAY, hour=12))
    records.run(HOP)
    assert records.codes("hhax/C1-1109-9", HOP) == ["CLM-GATE"]
    row = records.one("select fact from ledger.reason where code = 'CLM-GATE'")
    assert row is not None
    assert row.fact == "partner's file cannot be read: partners/first_plan.toml:2"
    assert records.state("hhax/C-P2-1109-12", HOP) == "moved"
    path.write_text(path.read_text().replace('""', '"FIRST"'))
    records.run(HOP)
    assert records.state("hhax/C1-1109-9", HOP) == "moved"


@pytest.mark.parametrize(
    ("usage", "production", "marked"),
    [("P", "true", b"P"), ("P", "false", b"T"), ("T", "true", b"T"), ("T", "false", b"T")],
)
def test_a_file_is_for_production_only_where_that_is_switched_on_and_agreed(
    records: Records, tmp_path: Path, usage: str, production: str, marked: bytes
) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY))
    with_agency(records, tmp_path, usage=usage)
    path = tmp_path / "agency.toml"
    said = path.read_text()
    assert "production = false" in said
    path.write_text(said.replace("production = false", f"production = {production}"))
    records.run(HOP)
    (row,) = records.all("select content, usage from core.claim_batch")
    assert b"*1*" + marked + b"*:~" in bytes(row.content)
    assert row.usage == marked.decode()


def test_a_payer_whose_partner_has_a_connection_of_its_own_goes_there(
    records: Records, tmp_path: Path
) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY), of("C-P2", MONDAY, hour=12))
    with_agency(records, tmp_path)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "second_plan.toml").write_text(
        'payers = ["P2"]\n[sending]\nreceiver_id = "SECOND"\nname = "SECOND PLAN"\n'
        'submitter_id = "WBEND2"\nreceiver_qualifier = "30"\nwants_ta1 = false\n'
    )
    records.run(HOP)
    rows = records.all(
        "select batch.payer_id, batch.partner, batch.receiver_id, delivery.partner as owed_to "
        ", batch.interchange_control, encode(batch.content, 'escape') as text "
        "from core.claim_batch as batch "
        "inner join core.delivery as delivery on batch.batch_no = delivery.batch_no order by 1"
    )
    assert [tuple(row)[:5] for row in rows] == [
        ("P1", "clearinghouse", "CLRHOUSE01", "clearinghouse", "000000001"),
        ("P2", "second_plan", "SECOND", "second_plan", "000000001"),
    ]
    assert "NM1*40*2*SECOND PLAN*****46*SECOND~" in rows[1].text
    assert "*WBEND2" in rows[1].text
    assert "*30*SECOND         *" in rows[1].text.split("~")[0]
    assert rows[1].text.split("~")[0].split("*")[14] == "0"
    assert "*WILLOWBEND" in rows[0].text


def test_a_wrong_rate_is_priced_again_upstream_and_then_goes_out(records: Records) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY))
    records.put("payer_contract", contract(contract_version=2, rate_cents=500))
    records.run(HOP)
    assert records.codes("hhax/C1-1109-9", HOP) == ["CLM-CHARGE"]
    records.run("delivery_to_billing")
    records.run(HOP)
    assert claims(records) == [("C1", "P1", MONDAY, 1, 2000)]


def test_a_payer_whose_only_claim_cannot_be_written_gets_no_file(records: Records) -> None:
    lay_claim_ground(records)
    records.put("client", client("C-P2", record_version=2, birth_date=None, **P2))
    bill(records, of("C1", MONDAY), of("C-P2", MONDAY, hour=12))
    records.run(HOP)
    assert records.codes("hhax/C-P2-1109-12", HOP) == ["CLM-GATE"]
    assert list(files(records)) == ["B000000001.837"]
    finding = records.one("select rule, mend from core.gate_finding")
    assert finding is not None
    assert finding.rule == "malformed"
    assert finding.mend.startswith("birth_date must be a date")


def test_facts_that_change_while_claims_are_written_send_nothing(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY))
    examine = rehearsal.same_as_meant

    def change_meanwhile(*tallies: Tally) -> Iterator[Finding]:
        monkeypatch.setattr(rehearsal, "same_as_meant", examine)
        records.put("client", client("C1", record_version=2, city=""))
        return examine(*tallies)

    monkeypatch.setattr(rehearsal, "same_as_meant", change_meanwhile)
    with pytest.raises(TransientFailure, match="changed while claims were written"):
        records.run(HOP)
    assert records.all("select * from core.claim_batch") == []
    records.run(HOP)
    assert records.codes("hhax/C1-1109-9", HOP) == ["CLM-GATE"]


def test_no_rule_of_this_hop_only_warns() -> None:
    # a claim is examined with those visits that nothing was found about: a warning would let a
    # visit go out on a claim nobody looked at
    edits = load_edits(assembly.sql_library(), HOP, ("candidate",))
    assert {edit.severity for edit in edits} == {"BLOCK"}
