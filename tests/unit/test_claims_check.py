"""`carehops claims check` says of any file whether it would come back, and shows nobody's data."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from tests.unit.mutations import GOOD, MUTATIONS


def check(tmp_path: Path, document: str | bytes, *options: str) -> Result:
    path = tmp_path / "some.837"
    path.write_bytes(document.encode() if isinstance(document, str) else document)
    return CliRunner().invoke(main, ["claims", "check", str(path), *options])


def test_a_clean_file_is_said_to_be_clean(tmp_path: Path) -> None:
    said = check(tmp_path, GOOD)
    assert said.exit_code == 0
    assert said.output == "1 transaction set, 3 claims, 5 lines, 382.40 in all: clean.\n"


def test_a_finding_says_place_rule_and_mend(tmp_path: Path) -> None:
    said = check(tmp_path, MUTATIONS["l05_negative_charge"](GOOD))
    assert said.exit_code == 1
    assert said.output.splitlines()[0] == (
        "set 0001 segment 23 SV102 claim V000001 line V000001-1: charge_not_positive. "
        "A line must cost more than nothing: check the rate."
    )


def test_json_says_the_same(tmp_path: Path) -> None:
    said = check(tmp_path, MUTATIONS["l05_negative_charge"](GOOD), "--json")
    assert said.exit_code == 1
    told = json.loads(said.output)
    assert told["findings"] == [
        {
            "set": "0001",
            "position": 23,
            "segment": "SV1",
            "element": "SV102",
            "claim": "V000001",
            "line": "V000001-1",
            "rule": "charge_not_positive",
            "mend": "A line must cost more than nothing: check the rate.",
        }
    ]
    assert {key: told[key] for key in told if key != "findings"} == {
        "sets": 1,
        "claims": 3,
        "lines": 5,
        "total": 161.6,
        "is_clean": False,
    }
    clean = check(tmp_path, GOOD, "--json")
    assert json.loads(clean.output)["findings"] == []


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_person_s_data_is_shown_to_whoever_asks_only(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    spoiled = GOOD.replace("TESTPERSON", "ZZCANARY^").replace("CLM*V000002", "CLM*ZZCANARY")
    quiet = check(tmp_path, spoiled, *options)
    assert "ZZCANARY" not in quiet.output
    told = check(tmp_path, spoiled, "--show", *options)
    assert "NM1*IL*1*ZZCANARY^*ALPHA" in told.output


def test_codes_that_no_contract_bills_are_told_on_request(tmp_path: Path) -> None:
    assert check(tmp_path, GOOD, "--ours").exit_code == 0
    unknown = MUTATIONS["l21_unknown_hcpcs"](GOOD)
    assert check(tmp_path, unknown).exit_code == 0
    said = check(tmp_path, unknown, "--ours")
    assert said.exit_code == 1
    assert "service_code_unknown" in said.output


@pytest.mark.parametrize(
    "document", [b"", b"\x00" * 5000, b"<html>", b"ISA", "ISA*00*" * 99, GOOD[:700]]
)
def test_whatever_is_not_a_claim_file_is_a_finding(tmp_path: Path, document: str | bytes) -> None:
    said = check(tmp_path, document)
    assert said.exit_code == 1
    assert said.output.endswith("finding.\n") or said.output.endswith("findings.\n")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, ["claims", "check", str(tmp_path / "none.837")])
    assert missing.exit_code == 2
