"""Contract files come into force whole; what is wrong with one leaves its last good version."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.feeds.payer_contracts import PAYER_CONTRACT
from orchestration.flow.landing.verdict import Verdict
from orchestration.ground.database import Database
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners.payers.approving import approve
from orchestration.partners.payers.checking import inspect_contracts
from tests.bench_of_files import Files
from tests.unit.test_contract_file import GOOD

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 1)
ASH = GOOD.replace("ELM", "ASH").replace("Elm", "Ash")
THIRD = GOOD.replace(
    "review_on = 2026-06-30", "review_on = 2026-06-30\nlast_day = 2026-06-30"
) + GOOD[GOOD.rindex("[[version]]") :].replace("number = 2", "number = 3").replace(
    "first_day = 2026-01-01", "first_day = 2026-07-01"
).replace("rate = 6.30", "rate = 7.00").replace('also_called = ["PCS"]\n', "")


class Agency:
    """An agency's folder in front of landing."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.files = Files(database, folder)
        self.folder = folder / "agency"
        self.payers = self.folder / "payers"
        self.payers.mkdir(parents=True)
        codes = (SQL_FOLDER / "agency" / "codes.csv").read_text()
        (self.folder / "codes.csv").write_text(codes)
        self.landing = self.files.make_landing(agency=self.folder)

    def write(self, text: str, payer: str = "elm") -> Path:
        path = self.payers / f"{payer}-fictive.toml"
        path.write_text(text)
        return path

    def land(self, text: str, payer: str = "elm") -> Verdict:
        """Write a contract and land what has changed; the contract's verdict."""
        name = self.write(text, payer).name
        return next(verdict for verdict in self.landing.take_own() if verdict.file == name)

    def rates(self, payer: str = "ELM-FICTIVE") -> set[tuple[Any, ...]]:
        rows = self.files.all(
            "select valid_from, valid_to, contract_version, rate_cents"
            " from landing.payer_contract_now"
            " where payer_id = :payer and service_code = 'T1019'",
            payer=payer,
        )
        return {tuple(row) for row in rows}

    def remarks(self, today: date = TODAY) -> list[str]:
        with self.files.database.engine.connect() as connection:
            found = inspect_contracts(PAYER_CONTRACT, connection, self.payers, today)
            return [f"{remark.severity} {remark}" for remark in found]

    def approve(self, *numbers: int, payer: str = "ELM-FICTIVE") -> None:
        for number in numbers:
            approve(PAYER_CONTRACT, self.payers, payer, number, by="contracts02", on=TODAY)
        self.landing.take_own()


@pytest.fixture
def agency(database: Database, tmp_path: Path) -> Agency:
    return Agency(database, tmp_path)


FIRST = (date(2025, 1, 1), date(2025, 12, 31), 1, 612)
SECOND = (date(2026, 1, 1), None, 2, 630)


def test_a_contract_file_lands_once_and_stays_where_it_is(agency: Agency) -> None:
    verdict = agency.land(GOOD)
    assert (verdict.verdict, verdict.feed, verdict.held_lines) == ("landed", "payer_contracts", 0)
    assert agency.rates() == {FIRST, SECOND}
    assert (agency.payers / "elm-fictive.toml").exists()
    assert agency.landing.take_own() == []
    assert (agency.files.kept / verdict.sha256[:2] / verdict.sha256).read_text() == GOOD


def test_a_new_version_ends_the_one_before_and_drops_what_it_no_longer_names(
    agency: Agency,
) -> None:
    agency.land(GOOD)
    assert agency.land(THIRD).verdict == "landed"
    assert agency.rates() == {
        FIRST,
        (date(2026, 1, 1), date(2026, 6, 30), 2, 630),
        (date(2026, 7, 1), None, 3, 700),
    }
    names = agency.files.all(
        "select valid_from from landing.payer_contract_now where service_code = 'PCS'"
    )
    assert {row.valid_from for row in names} == {date(2026, 1, 1)}


def test_a_correction_takes_the_place_of_the_version_it_corrects(agency: Agency) -> None:
    agency.land(GOOD)
    corrected = GOOD.replace("number = 2", "number = 3").replace("6.30", "6.40")
    assert agency.land(corrected).verdict == "landed"
    assert agency.rates() == {FIRST, (date(2026, 1, 1), None, 3, 640)}


REFUSED = {
    "wrong rule": (GOOD.replace('"CMS_8MIN"', '"CMS_9MIN"'), "there is no unit_rule CMS_9MIN"),
    "unknown code": (GOOD.replace("T1001", "T1901"), "T1901 is in no code set"),
    "changed in place": (
        GOOD.replace("6.30", "6.40"),
        "version 2 is in force and said something else. Give what changed a number of its own: 3",
    ),
    "ended in place": (
        GOOD.replace("review_on = 2026-06-30", "review_on = 2026-06-30\nlast_day = 2026-06-30"),
        "version 2 is in force and said something else",
    ),
    "an older text": (
        GOOD[: GOOD.rindex("[[version]]")],
        "version 2 of ELM-FICTIVE is in force, this file ends with 1",
    ),
    "a version gone": (
        GOOD[: GOOD.index("[[version]]")] + THIRD[THIRD.index("[[version]]\nnumber = 2") :],
        "version 1, in force from 2025-01-01, is gone. Put it back",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_wrong_leaves_the_last_good_version_in_force(agency: Agency, kind: str) -> None:
    text, words = REFUSED[kind]
    agency.land(GOOD)
    verdict = agency.land(text)
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", "AGENCY-FILE-WRONG")
    assert verdict.reason is not None
    assert verdict.reason.startswith("elm-fictive.toml:")
    assert words in verdict.reason
    assert agency.rates() == {FIRST, SECOND}
    assert any(words in remark for remark in agency.remarks())


def test_one_payers_fault_does_not_touch_another(agency: Agency) -> None:
    agency.land(GOOD)
    agency.write(GOOD.replace("rate = 6.30", "rate = -1"))
    assert agency.land(ASH, "ash").verdict == "landed"
    agency.landing.take_own()
    assert agency.rates() == agency.rates("ASH-FICTIVE") == {FIRST, SECOND}


def test_before_anything_landed_the_sample_only_waits_to_be_landed(agency: Agency) -> None:
    for path in (SQL_FOLDER / "agency" / "payers").iterdir():
        (agency.payers / path.name).write_bytes(path.read_bytes())
    remarks = agency.remarks(date(2026, 10, 5))
    assert len(remarks) == 4
    assert all("is not in force yet" in remark for remark in remarks)


def test_a_whole_approved_contract_has_nothing_to_remark(agency: Agency) -> None:
    agency.land(GOOD)
    agency.approve(1, 2)
    assert agency.remarks() == []


def test_what_becomes_due_is_said_before_and_after(agency: Agency) -> None:
    agency.land(GOOD)
    agency.approve(1, 2)
    due = "the review of T1019 U1, T1001"
    assert due not in str(agency.remarks(date(2026, 5, 30)))
    assert agency.remarks(date(2026, 5, 31))[0].startswith("WARN elm-fictive.toml:38: " + due)
    assert agency.remarks(date(2026, 7, 30))[0].startswith("WARN")
    assert agency.remarks(date(2026, 7, 31))[0].startswith("ERROR")


def test_an_expired_contract_is_an_error(agency: Agency) -> None:
    agency.land(
        GOOD.replace("changed_on = 2025-12-01", "last_day = 2026-03-31\nchanged_on = 2025-12-01")
    )
    agency.approve(1, 2)
    assert "WARN elm-fictive.toml:38: the last version of ELM-FICTIVE ends on 2026-03-31" in str(
        agency.remarks(date(2026, 3, 1))
    )
    assert "ERROR elm-fictive.toml:38: no version of ELM-FICTIVE holds today" in str(
        agency.remarks(date(2026, 4, 1))
    )


def test_a_file_that_is_gone_is_missed(agency: Agency) -> None:
    agency.write(ASH, "ash")
    agency.land(GOOD)
    (agency.payers / "elm-fictive.toml").unlink()
    assert "the terms of ELM-FICTIVE are in force and their file is gone" in str(agency.remarks())


def test_crosswalks_are_approved_by_somebody_else_than_wrote_them(agency: Agency) -> None:
    agency.land(GOOD)
    assert any("version 2, from 2026-01-01, are not approved" in one for one in agency.remarks())
    with pytest.raises(ContractFailure, match="contracts01 wrote version 2"):
        approve(PAYER_CONTRACT, agency.payers, "ELM-FICTIVE", 2, by="contracts01", on=TODAY)
    approved = approve(PAYER_CONTRACT, agency.payers, "ELM-FICTIVE", 2, by="b", on=TODAY)
    assert "ELM WAIVER PCS - is ELM-FICTIVE WAIVER T1019 U1, given by aide;LPN" in approved.added
    assert "ELM HCBS T1019 U1 is ELM-FICTIVE WAIVER T1019 U1, given by aide" in approved.removed
    agency.landing.take_own()
    assert not any("version 2, from" in one for one in agency.remarks())


@pytest.mark.parametrize(("payer", "number"), [("ELM-FICTIVE", 9), ("OAK-FICTIVE", 1)])
def test_what_is_not_there_cannot_be_approved(agency: Agency, payer: str, number: int) -> None:
    agency.land(GOOD)
    with pytest.raises(ContractFailure, match="there are"):
        approve(PAYER_CONTRACT, agency.payers, payer, number, by="contracts02", on=TODAY)


def test_approving_twice_writes_it_down_once(agency: Agency) -> None:
    agency.land(GOOD)
    agency.approve(2)
    agency.approve(2)
    assert len((agency.payers / "approvals.csv").read_text().splitlines()) == 2


def test_the_sample_agencys_contracts_are_whole_and_approved(agency: Agency) -> None:
    sample = SQL_FOLDER / "agency" / "payers"
    for path in sample.iterdir():
        (agency.payers / path.name).write_bytes(path.read_bytes())
    verdicts = agency.landing.take_own()
    assert {verdict.verdict for verdict in verdicts} == {"landed"}
    assert [one for one in agency.remarks(date(2026, 11, 20)) if "was due on" not in one] == []
