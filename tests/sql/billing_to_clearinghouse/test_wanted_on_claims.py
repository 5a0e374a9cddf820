"""A payer's contract says what of a visit its claims tell: the clock times, who gave the care."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, files, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill, caregiver, contract
from tests.unit.good_files import gates_say

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
TUESDAY = MONDAY + timedelta(days=1)
NAMED = {"first_name": "Nia", "last_name": "Carer", "npi": "1999999984"}


def ask(records: Records, **terms: Any) -> None:
    """Let payer P1 want these on its claims."""
    lay_claim_ground(records)
    records.put("payer_contract", contract(contract_version=2, **terms))
    records.put("caregiver", caregiver("G1", record_version=2, **NAMED))


def sent(records: Records) -> str:
    """The one file that went out, which the gates let through."""
    records.run(HOP)
    (content,) = files(records).values()
    assert gates_say(content) == []
    return content.decode()


def test_nothing_of_the_visit_is_told_unless_the_contract_asks(records: Records) -> None:
    ask(records)
    bill(records, of("C1", MONDAY))
    text = sent(records)
    assert "NM1*82" not in text
    assert "NTE*" not in text
    assert "SV1*HC:T1019*" in text


@pytest.mark.parametrize(
    ("wanted", "told"),
    [("code", "SV1*HC:T1019:::::0900-1000*"), ("note", "NTE*ADD*EVV 0900-1000~")],
)
def test_clock_times_stand_where_the_payer_reads_them(
    records: Records, wanted: str, told: str
) -> None:
    ask(records, visit_times_on_claim=wanted)
    bill(records, of("C1", MONDAY))
    assert told in sent(records)


def test_a_night_that_is_split_ends_and_begins_at_midnight(records: Records) -> None:
    ask(records, visit_times_on_claim="note", splits_at_midnight=True)
    bill(records, of("C1", MONDAY, hour=23, minutes=120))
    text = sent(records)
    assert "NTE*ADD*EVV 2300-2359~" in text
    assert "NTE*ADD*EVV 0000-0100~" in text


def test_one_caregiver_is_named_with_the_claim_and_several_with_their_lines(
    records: Records,
) -> None:
    ask(records, caregiver_on_claim=True)
    bill(records, of("C1", MONDAY), of("C1", TUESDAY))
    one = sent(records)
    assert one.count("NM1*82*1*CARER*NIA****XX*1999999984~") == 1
    assert one.index("NM1*82") < one.index("LX*1")


def test_several_caregivers_are_named_with_their_lines(records: Records) -> None:
    ask(records, caregiver_on_claim=True)
    second = {"first_name": "Noa", "last_name": "Other", "npi": "1234567893"}
    records.put("caregiver", caregiver("G2", record_version=2, **second))
    bill(records, of("C1", MONDAY), of("C1", TUESDAY, caregiver_id="G2"))
    text = sent(records)
    assert text.index("LX*1") < text.index("NM1*82*1*CARER") < text.index("NM1*82*1*OTHER")


def test_a_caregiver_without_npi_holds_the_claim_that_names_her(records: Records) -> None:
    ask(records, caregiver_on_claim=True)
    records.put("caregiver", caregiver("G1", record_version=3, last_name="Carer", npi=None))
    bill(records, of("C1", MONDAY))
    records.run(HOP)
    assert records.codes("hhax/C1-1109-9", HOP) == ["CLM-GATE"]
    finding = records.one("select rule from core.gate_finding")
    assert finding is not None
    assert finding.rule == "provider_without_number"
