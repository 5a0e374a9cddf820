"""A file is judged on all cores; a process that dies or hangs costs the one claim it fell over."""

import io
from collections.abc import Iterator

import pytest

from orchestration.partners.x12.gates.checking import FileCheck, same_as_meant
from orchestration.partners.x12.gates.finding import shown_claim_id
from orchestration.partners.x12.gates.gatekeepers import Gatekeepers, standing_gatekeepers
from orchestration.partners.x12.gates.tally import ClaimCount, Tally
from tests.unit.sample_batch import CLAIM, claim_number, written

GOOD, _ = written([claim_number(number) for number in range(1, 8)], per_set=2)


pytestmark = pytest.mark.usefixtures("programs")


@pytest.fixture
def fragile(programs: None) -> Iterator[Gatekeepers]:
    with Gatekeepers(
        2, patience=4.0, at_home=0, program=("-m", "tests.unit.dying_gate")
    ) as processes:
        yield processes


def found(processes: Gatekeepers, text: str) -> list[tuple[str, str, str]]:
    check = FileCheck(processes)
    return [
        (one.set_control, one.claim_id, one.rule)
        for one in check.findings(io.BytesIO(text.encode()))
    ]


def test_findings_come_in_the_order_of_the_file() -> None:
    text = GOOD.replace("12:B:1", "12:A:1").replace("IEA*1*", "IEA*2*")
    told = found(standing_gatekeepers(), text)
    assert [claim_id for _, claim_id, _ in told[:-1]] == [f"V{n:06d}" for n in range(1, 8)]
    assert [control for control, _, _ in told[:-1]] == [
        *("0001", "0001", "0002", "0002", "0003", "0003", "0004")
    ]
    assert told[-1] == ("", "", "interchange_count_wrong")


def test_the_second_reader_counts_what_was_meant() -> None:
    check = FileCheck(standing_gatekeepers())
    assert list(check.findings(io.BytesIO(GOOD.encode()))) == []
    meant = Tally()
    for number in range(1, 8):
        meant.add(ClaimCount(f"V{number:06d}", 1, CLAIM.total))
    assert (check.sets, check.tally.claims) == (4, 7)
    assert list(same_as_meant(meant, check.tally)) == []
    meant.add(ClaimCount("V000008", 1, CLAIM.total))
    assert [one.rule for one in same_as_meant(meant, check.tally)] == [
        "claims_read_differ_from_meant",
        "lines_read_differ_from_meant",
        "total_read_differs_from_meant",
        "content_read_differs_from_meant",
    ]


def test_a_claim_that_stands_in_two_sets_is_told() -> None:
    text = GOOD.replace("V000007", "V000001")
    assert found(standing_gatekeepers(), text) == [("0004", "V000001", "claim_id_repeated")]


@pytest.mark.parametrize("number", ["666", "777"])
def test_a_claim_that_kills_its_process_is_held_and_its_neighbours_go(
    fragile: Gatekeepers, number: str
) -> None:
    text = GOOD.replace("V000004", f"V000{number}").replace(
        "V000006*68***12:B", "V000006*68***12:A"
    )
    assert found(fragile, text) == [
        ("0002", f"V000{number}", "check_did_not_end"),
        ("0003", "V000006", "guide_element_7"),
    ]
    assert found(fragile, GOOD) == []


def test_a_claim_id_that_may_be_a_name_is_not_told() -> None:
    assert shown_claim_id("C261126000000001") == "C261126000000001"
    assert shown_claim_id("DOEJANE") == ""
    assert shown_claim_id("JO LEE") == ""
