"""A contract file is read whole, or refused with line and mend of everything wrong in it."""

from datetime import date
from pathlib import Path

import pytest

from assets.feeds.payer_contracts import PAYER_CONTRACT
from orchestration.ground.failures import FileRefused
from orchestration.partners.payers.contract import Contract
from orchestration.partners.payers.landing import terms_of
from orchestration.partners.payers.reading import read_contract
from orchestration.partners.payers.rows import clashes, mapping_of, rows_of

NAME = Path("elm-fictive.toml")
GOOD = """\
payer = "ELM-FICTIVE"
name = "Elm Fictive Plan"
edi_id = "ELMFICT"
claim_filing_code = "MC"
owner = "Contract/payer-relations manager"
also_called = ["ELM"]

[terms]
is_billed = true
unit_rule = "CMS_8MIN"
splits_at_midnight = false
max_visit_minutes = 1500
schedule_tolerance_minutes = 15
gps_limit_metres = 400
needs_verified_visit = true
needs_signed_note = true
needs_signed_order = false
needs_service_auth = true
member_id_pattern = "[0-9]{12}"
filing_limit_days = 95

[[version]]
number = 1
first_day = 2025-01-01
last_day = 2025-12-31
changed_on = 2024-12-01
changed_by = "contracts01"
last_validated_on = 2024-12-02
review_on = 2025-06-30

[version.programs]
"WAIVER" = ["HCBS"]

[version.services."T1019 U1"]
rate = 6.12
disciplines = ["aide"]

[[version]]
number = 2
first_day = 2026-01-01
changed_on = 2025-12-01
changed_by = "contracts01"
last_validated_on = 2025-12-02
review_on = 2026-06-30

[version.terms]
gps_limit_metres = 800

[version.programs]
"WAIVER" = []
"STATE" = []

[version.services."T1019 U1"]
rate = 6.30
disciplines = ["aide", "LPN"]
also_called = ["PCS"]
programs = ["WAIVER"]

[version.services."T1001"]
rate = 95
unit_rule = "PER_VISIT"
needs_signed_order = true
disciplines = ["RN"]
"""


def read(text: str = GOOD, name: Path = NAME) -> Contract:
    return read_contract(terms_of(PAYER_CONTRACT), name, text)


def said(old: str, new: str, name: Path = NAME) -> list[str]:
    """What is said of the good file with one thing changed."""
    assert GOOD.count(old) >= 1
    with pytest.raises(FileRefused) as refused:
        read(GOOD.replace(old, new, 1), name)
    return [str(fault) for fault in refused.value.faults]


def line_of(text: str, nth: int = 1) -> int:
    found = [number for number, line in enumerate(GOOD.splitlines(), 1) if line == text]
    return found[nth - 1]


def test_a_service_has_its_own_terms_over_the_versions_over_the_files() -> None:
    rows = {
        (row["valid_from"].year, row["payer_program"], row["service_code"]): row
        for row in rows_of(read())
        if row["payer_id"] == "ELM-FICTIVE"
    }
    old, new = rows[2025, "WAIVER", "T1019"], rows[2026, "WAIVER", "T1019"]
    nurse = rows[2026, "STATE", "T1001"]
    assert (old["rate_cents"], old["gps_limit_metres"], old["unit_rule"]) == (612, 400, "CMS_8MIN")
    assert (new["rate_cents"], new["gps_limit_metres"]) == (630, 800)
    assert (nurse["rate_cents"], nurse["unit_rule"]) == (9500, "PER_VISIT")
    assert nurse["needs_signed_order"]
    assert not new["needs_signed_order"]


def test_every_name_others_use_is_a_row_that_says_what_it_is_with_us() -> None:
    ours = ("ELM-FICTIVE", "WAIVER", "T1019", "U1")
    names = {
        (row["payer_id"], row["payer_program"], row["service_code"], row["modifiers"])
        for row in rows_of(read())
        if (
            row["maps_to_payer_id"],
            row["maps_to_program"],
            row["maps_to_service_code"],
            row["maps_to_modifiers"],
        )
        == ours
    }
    assert names == {
        *((payer, "WAIVER", "T1019", "U1") for payer in ("ELM-FICTIVE", "ELM")),
        *((payer, "HCBS", "T1019", "U1") for payer in ("ELM-FICTIVE", "ELM")),
        *((payer, "WAIVER", "PCS", "-") for payer in ("ELM-FICTIVE", "ELM")),
    }


def test_a_service_is_paid_by_the_programmes_it_names_or_by_all() -> None:
    paid = {
        (row["maps_to_service_code"], row["maps_to_program"])
        for row in rows_of(read())
        if row["contract_version"] == 2
    }
    assert paid == {("T1019", "WAIVER"), ("T1001", "WAIVER"), ("T1001", "STATE")}


def test_a_version_without_last_day_ends_before_the_next_or_is_open() -> None:
    first, second = read(GOOD.replace("last_day = 2025-12-31\n", "")).versions
    assert (first.last_day, second.last_day) == (date(2025, 12, 31), None)


FAULTS = {
    "no TOML": ("number = 1", "number =", "this is not TOML"),
    "written twice": ('owner = "C', 'owner = "A"\nowner = "C', "overwrite a value"),
    "two owners": (
        'owner = "Contract/payer-relations manager"',
        'owner = ["Billing manager", "Scheduler"]',
        ":5: a contract has one owner. Name one role, as text.",
    ),
    "no name": ('name = "Elm Fictive Plan"\n', "", "name is missing"),
    "odd payer": ('payer = "ELM-FICTIVE"', 'payer = "elm fictive"', ":1: payer is elm fictive"),
    "unknown key": ("also_called", "alsocalled", "no alsocalled. Did you mean also_called?"),
    "unknown term": ("gps_limit_metres", "gps_limit_meters", "Did you mean gps_limit_metres?"),
    "unknown rule": (
        'unit_rule = "CMS_8MIN"',
        'unit_rule = "CMS_9MIN"',
        ":10: there is no unit_rule CMS_9MIN. There are CMS_8MIN,",
    ),
    "cap below zero": (
        "max_visit_minutes = 1500",
        "max_visit_minutes = -1",
        ":12: max_visit_minutes is -1. It must be 1 or more.",
    ),
    "price below zero": ("rate = 6.12", "rate = -6.12", "rate is -6.12. It must be 0 or more."),
    "half a cent": ("rate = 6.12", "rate = 6.125", "rate is not dollars and whole cents"),
    "text for a number": ("rate = 95", 'rate = "95"', "rate is not dollars"),
    "yes for true": ("is_billed = true", 'is_billed = "yes"', "is_billed is not true or false"),
    "one for true": ("is_billed = true", "is_billed = 1", "is_billed is not true or false"),
    "broken pattern": ('"[0-9]{12}"', '"[0-9{12}"', "member_id_pattern is no pattern"),
    "day as text": ("review_on = 2025-06-30", 'review_on = "2025-06-30"', "review_on is no day"),
    "dates reversed": (
        "last_day = 2025-12-31",
        "last_day = 2024-12-31",
        "last_day 2024-12-31 is not after first_day 2025-01-01",
    ),
    "review before validation": (
        "review_on = 2026-06-30",
        "review_on = 2025-06-30",
        "review_on 2025-06-30 is not after last_validated_on 2025-12-02",
    ),
    "overlap": (
        "last_day = 2025-12-31",
        "last_day = 2026-01-31",
        "version 1, until 2026-01-31, overlaps version 2, from 2026-01-01. End it on 2025-12-31",
    ),
    "hole": (
        "last_day = 2025-12-31",
        "last_day = 2025-11-30",
        "leaves a hole before version 2, from 2026-01-01. End it on 2025-12-31, or begin version "
        "2 on 2025-12-01.",
    ),
    "number twice": ("number = 2", "number = 1", "version 1 is there twice"),
    "no date": ("first_day = 2025-01-01\n", "", "the version has no first_day"),
    "no programme": ('"WAIVER" = ["HCBS"]', "", "the version names no programme"),
    "other programme": ('programs = ["WAIVER"]', 'programs = ["WAVER"]', "Did you mean WAIVER?"),
    "small letters": ('"T1019 U1"]\nrate = 6.30', '"t1019 u1"]\nrate = 6.30', "is no service"),
    "modifiers joined": ('"T1019 U1"]\nrate = 6.30', '"T1019;U1"]\nrate = 6.30', "is no service"),
    "no rate": ("rate = 6.30\n", "", "T1019 U1 has no rate. Add it to the service"),
    "nobody gives it": ('disciplines = ["RN"]\n', "", "nobody says who may give T1001"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_what_is_wrong_is_said_with_its_line_and_its_mend(kind: str) -> None:
    old, new, words = FAULTS[kind]
    told = said(old, new)
    assert any(words in one for one in told), told
    assert all(one.startswith("elm-fictive.toml:") for one in told)


def test_the_line_is_that_of_the_version_it_is_about() -> None:
    assert (
        f":{line_of('review_on = 2026-06-30')}: review_on"
        in said("review_on = 2026-06-30", "review_on = 2025-06-30")[0]
    )
    per_visit = 'unit_rule = "PER_VISIT"'
    told = said(per_visit, 'unit_rule = "PER"')[0]
    assert told.startswith(f"elm-fictive.toml:{line_of(per_visit)}:")


def test_everything_wrong_is_said_at_once() -> None:
    text = GOOD.replace("rate = 6.12", "rate = -1").replace("number = 2", "number = 0")
    with pytest.raises(FileRefused) as refused:
        read(text)
    assert len(refused.value.faults) == 2


def test_one_file_answers_for_a_payer() -> None:
    told = said("unit_rule", "unit_rule", Path("elm-copy.toml"))
    assert "keep one, and call it elm-fictive.toml" in told[0]


CLASHES = {
    "two services of one name": (
        'disciplines = ["RN"]',
        'disciplines = ["RN"]\nalso_called = ["PCS"]',
        "PCS stands for T1019 U1 and for T1001 in WAIVER",
    ),
    "two programmes of one name": (
        '"STATE" = []',
        '"STATE" = ["WAIVER"]',
        "WAIVER stands for the programmes WAIVER and STATE",
    ),
    "shortest over longest": (
        "max_visit_minutes = 1500",
        "max_visit_minutes = 60\nper_visit_minimum_minutes = 61",
        "must last 61 minutes and may not last longer than 60",
    ),
    "rule against the code's unit": (
        'unit_rule = "PER_VISIT"',
        'unit_rule = "FLOOR_15"',
        "the code is paid by the visit, the unit rule FLOOR_15 counts otherwise",
    ),
    "unknown code": ('"T1001"', '"T1901"', "T1901 is in no code set"),
    "unknown modifier": ('"T1019 U1"]\nrate = 6.30', '"T1019 ZZ"]\nrate = 6.30', "ZZ is in no"),
}


@pytest.mark.parametrize("kind", CLASHES)
def test_a_contract_that_contradicts_itself_is_told_so(kind: str) -> None:
    old, new, words = CLASHES[kind]
    units, codes = {"T1001": "visit", "T1019": "15min"}, frozenset({"T1001", "T1019", "U1", "PCS"})
    assert clashes(read(), units, codes) == []
    told = [str(fault) for fault in clashes(read(GOOD.replace(old, new, 1)), units, codes)]
    assert any(words in one for one in told), told


def test_a_mapping_is_the_same_until_a_crosswalk_changes() -> None:
    def fingerprint(text: str) -> str:
        contract = read(text)
        return mapping_of(contract, contract.versions[1])

    same = [GOOD, GOOD.replace("6.30", "6.40"), GOOD.replace("number = 1", "number = 3")]
    assert len({fingerprint(text) for text in same}) == 1
    for old, new in (
        ('["PCS"]', '["PCA"]'),
        ('["aide", "LPN"]', '["aide"]'),
        ('"STATE" = []', '"STATE" = ["S1"]'),
        ('also_called = ["ELM"]', 'also_called = ["ELM", "E"]'),
        ("first_day = 2026-01-01", "first_day = 2026-01-02"),
    ):
        assert fingerprint(GOOD.replace(old, new).replace("last_day = 2025-12-31\n", "")) != (
            fingerprint(GOOD)
        )
