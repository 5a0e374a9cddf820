"""A library that shares nothing with ours reads every kind of claim we write."""

from itertools import chain
from pathlib import Path

import pytest
from x12sdk.io import X12ModelReader

from tests.unit.test_x12_kinds_of_claim import (
    INSTITUTIONAL_CLAIMS,
    PROFESSIONAL_CLAIMS,
    institutional,
    professional,
    write,
)

pytestmark = pytest.mark.slow

# It knows the institutional guide's claim note but not its billing note (ADD), and asks for an NPI
# of whoever renders a line, though not of whoever renders a claim.
TOO_STRICT = {"everything at once", "notes and referral"}


def claims_read(text: str, path: Path) -> int:
    """How many claims it finds; it reads paths only."""
    path.write_text(text)
    with X12ModelReader(str(path)) as reader:
        people = [
            person
            for model in reader.models()
            for billing in model.loop_2000a
            for person in billing.loop_2000b
        ]
    dependents = chain.from_iterable(getattr(one, "loop_2000c", None) or [] for one in people)
    return sum(len(one.loop_2300 or []) for one in chain(people, dependents))


@pytest.mark.parametrize("kind", sorted(set(PROFESSIONAL_CLAIMS) - TOO_STRICT))
def test_it_reads_a_professional_claim(kind: str, tmp_path: Path) -> None:
    assert claims_read(write(professional(kind)), tmp_path / "one.837") == 1


@pytest.mark.parametrize("kind", sorted(set(INSTITUTIONAL_CLAIMS) - TOO_STRICT))
def test_it_reads_an_institutional_claim(kind: str, tmp_path: Path) -> None:
    assert claims_read(write(institutional(kind)), tmp_path / "one.837") == 1
