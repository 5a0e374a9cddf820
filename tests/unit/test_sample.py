"""The sample agency: the same seed says the same, and the truth leaves nothing out."""

import filecmp
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.sample.agency import NPIS
from assets.sample.codes import CODES
from assets.sample.faults import KINDS, NOT_IN_FEEDS
from assets.sample.faults_of_lines import OTHER_LINES, VISIT_LINES
from assets.sample.later import CODES as CODES_OF_LATER
from assets.sample.plan_changes import KINDS as PLAN_KINDS
from assets.sample.write import SampleSummary, write_sample
from orchestration import assembly
from orchestration.flow.edits import Edit, load_edits
from tests.reading_of_feeds import Landed, read_folder

pytestmark = pytest.mark.slow

HOPS = ("evv_to_coordination", "care_plan_to_frontline", "delivery_to_billing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def summary(folder: Path) -> SampleSummary:
    return write_sample(folder, seed=1)


@pytest.fixture(scope="module")
def told(folder: Path, summary: SampleSummary) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def landed(folder: Path, told: list[dict[str, Any]]) -> Landed:
    return read_folder(folder / "feeds", [line for line in told if "verdict" in line])


def test_the_same_seed_writes_the_same_bytes(
    folder: Path, summary: SampleSummary, tmp_path: Path
) -> None:
    write_sample(tmp_path, seed=1)
    names = [path.name for path in (folder / "feeds").iterdir()]
    assert sorted(names) == sorted(path.name for path in (tmp_path / "feeds").iterdir())
    same, differ, missing = filecmp.cmpfiles(
        folder / "feeds", tmp_path / "feeds", names, shallow=False
    )
    assert (len(same), differ, missing) == (len(names), [], [])
    assert filecmp.cmp(folder / "truth.jsonl", tmp_path / "truth.jsonl", shallow=False)
    ages = [(folder / "feeds" / name).stat().st_mtime for name in names]
    assert ages == [(tmp_path / "feeds" / name).stat().st_mtime for name in names]


def test_another_seed_writes_another_world(folder: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, seed=2)
    assert not filecmp.cmp(folder / "truth.jsonl", tmp_path / "truth.jsonl", shallow=False)


def test_everything_is_planted_at_the_usual_size(summary: SampleSummary) -> None:
    kinds = {kind.name for kind in (*KINDS, *PLAN_KINDS, *VISIT_LINES)}
    kinds |= {f"line: {feed} {column}" for feed, column, *_ in OTHER_LINES}
    kinds |= {
        "later: authorization approved",
        "later: changed after its claim",
        "later: confirmed",
        "later: delivered",
        "later: note signed",
        "later: read and confirmed",
        "later: verified",
        "line: clocks go back",
        "line: held, then mended",
        "line: same version, other content",
        "line: version used up",
    }
    assert kinds - set(summary.planted) == set()


def test_most_visits_reach_a_claim(summary: SampleSummary) -> None:
    moved = summary.records["delivery_to_billing"]["moved"]
    assert 0.85 < moved / summary.visits < 0.92


def test_every_record_has_one_line_at_every_hop_it_reached(told: list[dict[str, Any]]) -> None:
    records = [(line["hop"], line["record"]) for line in told if "hop" in line]
    assert [key for key, many in Counter(records).items() if many > 1] == []
    state = {(line["hop"], line["record"]): line["state"] for line in told if "hop" in line}
    visits = [record for hop, record in state if hop == "evv_to_coordination"]
    for record in visits:
        reached = [
            hop
            for hop in ("delivery_to_billing", "billing_to_clearinghouse")
            if (hop, record) in state
        ]
        if state["evv_to_coordination", record] != "moved":
            assert reached == []
        elif state["delivery_to_billing", record] != "moved":
            assert reached == ["delivery_to_billing"]
        else:
            assert reached == ["delivery_to_billing", "billing_to_clearinghouse"]


def test_a_record_that_stands_still_says_why_and_one_that_moves_does_not(
    told: list[dict[str, Any]],
) -> None:
    for line in told:
        if "hop" in line:
            assert (line["state"] == "moved") == (line["codes"] == [])
            assert line["codes"] == sorted(line["codes"])


def test_every_file_is_told_and_every_told_file_is_there(
    folder: Path, told: list[dict[str, Any]]
) -> None:
    files = [line["file"] for line in told if "verdict" in line]
    found = (folder / "feeds").iterdir()
    names = {path.name for path in found if not path.name.endswith(".manifest.json")}
    assert sorted(files) == sorted(names)
    ages = [(folder / "feeds" / name).stat().st_mtime for name in files]
    assert ages == sorted(ages)


def test_every_written_line_reads_back_unless_it_is_told_to_be_held(
    landed: Landed, told: list[dict[str, Any]]
) -> None:
    held = {(line["file"], line["line"]) for line in told if line.get("state") == "held_line"}
    assert {(file, line) for file, line, _ in landed.bad} == held


def test_the_newest_versions_are_the_told_visits(
    landed: Landed, told: list[dict[str, Any]]
) -> None:
    visits = {"/".join(key) for key in landed.tables["evv_visit"]}
    assert visits == {line["record"] for line in told if line.get("hop") == "evv_to_coordination"}


def test_nobody_in_it_could_be_anybody(landed: Landed) -> None:
    for client in landed.now("client"):
        assert client["last_name"].startswith("Fictional-")
        assert client["phone"].startswith("61455501")
        assert client["diagnosis_code"] in (None, "R69")
        assert client["medicaid_id"] in (None, "FICT101") or int(client["medicaid_id"]) < 10**6
        assert client["home_longitude"] > -60
    assert {carer["npi"] for carer in landed.now("caregiver")} <= {None, *NPIS}


@pytest.mark.parametrize(
    ("end", "days", "nights"),
    [(date(2026, 11, 5), 10, 540), (date(2026, 3, 12), 10, 420)],
)
def test_a_night_on_which_clocks_change_is_as_long_as_it_was(
    end: date, days: int, nights: int, tmp_path: Path
) -> None:
    write_sample(tmp_path, seed=4, clients=40, days=days, end=end)
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    totals = [
        sum(part[2] for part in line["billable_lines"])
        for line in truth
        if "billable_lines" in line
    ]
    assert any(abs(minutes - nights) < 15 for minutes in totals)
    assert any(abs(minutes - 480) < 15 for minutes in totals)


def test_both_years_have_their_own_terms_around_new_year(tmp_path: Path) -> None:
    write_sample(tmp_path, seed=5, clients=40, days=14, end=date(2027, 1, 6))
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    prices: dict[str, set[float]] = {"2026": set(), "2027": set()}
    for line in truth:
        for _, day, _, units, cents in line.get("billable_lines", []):
            prices[day[:4]].add(cents / units)
    assert prices["2026"]
    assert prices["2027"]
    assert prices["2026"] & prices["2027"] <= {9_500.0}


def test_a_sample_of_almost_nothing_is_still_told_whole(tmp_path: Path) -> None:
    summary = write_sample(tmp_path, seed=6, clients=1, days=1, end=date(2026, 11, 20))
    assert summary.files > 0
    write_sample(tmp_path, seed=6, clients=2, days=2, end=date(2026, 11, 20))


def test_a_later_truth_differs_only_where_something_happened(
    folder: Path, told: list[dict[str, Any]]
) -> None:
    later = [json.loads(line) for line in (folder / "later/truth.jsonl").read_text().splitlines()]
    before, after = (
        {(line["hop"], line["record"]): line for line in lines if "hop" in line}
        for lines in (told, later)
    )
    assert set(before) <= set(after)
    changed = {key for key, line in after.items() if before.get(key) != line}
    assert changed
    for key in changed:
        assert after[key]["fault"].startswith("later: ")
    for hop, record in set(after) - set(before):
        assert after[hop, record]["state"] == "moved"


def all_edits() -> list[Edit]:
    library = assembly.sql_library()
    found: list[Edit] = []
    for hop in assembly.hops():
        tables = {path.stem for path in library.folder.glob(f"models/{hop.name}/*.sql")}
        found.extend(load_edits(library, hop.name, tuple(tables)))
    return found


def test_the_list_of_codes_is_that_of_the_edits() -> None:
    edits = {
        (edit.hop, edit.code): (edit.checkpoint, edit.outcome)
        for edit in all_edits()
        if edit.severity != "WARN"
    }
    listed = {
        (hop, code): (where.checkpoint, where.state)
        for hop, codes in CODES.items()
        for code, where in codes.items()
    }
    assert listed == edits


def test_every_edit_has_something_planted_for_it_or_says_why_not() -> None:
    planted = {code for kind in KINDS for code in (*kind.codes, *kind.warns)}
    planted |= {code for kind in PLAN_KINDS for code in kind.codes}
    planted |= set(CODES_OF_LATER)
    planted |= {"NOT-BILLED", "DOC-NOTE-NOT-DUE", "CONTRACT-REVIEW-DUE", "CP-OLD-VERSION-DELIVERED"}
    assert {edit.code for edit in all_edits()} == planted | set(NOT_IN_FEEDS)
