"""The sample batch is good in every gate's eyes."""

import io
from dataclasses import replace

from orchestration.partners.x12.claim import Contact
from orchestration.partners.x12.gates.guide import guide_findings
from tests.unit.good_files import gates_say
from tests.unit.sample_batch import BILLING, CLAIM, SAMPLES, every_kind_of_claim, written


def test_the_sample_claim_is_written_to_the_letter() -> None:
    golden = (SAMPLES / "claim_ok.837").read_text()
    text, _ = written([CLAIM])
    assert text == golden.replace("*B20260302A*", "*B20260302A-0001*")


def test_the_guide_lets_the_sample_through() -> None:
    text, _ = written([CLAIM])
    assert guide_findings(text.encode("ascii")) == []
    assert guide_findings(io.StringIO(text)) == []


def test_every_kind_of_claim_passes_the_gates() -> None:
    text, _ = written(every_kind_of_claim(), per_set=3)
    assert gates_say(text) == []


def test_an_atypical_agency_without_npi_passes_the_gates() -> None:
    atypical = replace(
        BILLING, npi=None, secondary_id="MEDICAID77", contact=Contact("Office", "6145550123", "4")
    )
    text, _ = written([CLAIM], billing=atypical)
    assert "NM1*85*2*EXAMPLE HOME CARE LLC~" in text
    assert "REF*G2*MEDICAID77~" in text
    assert gates_say(text) == []
