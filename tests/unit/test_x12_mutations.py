"""The three gates together let no error of a naive writer through, and nothing good back."""

import pytest

from orchestration.partners.x12.gates.judging import Asked
from tests.unit.good_files import gates_say
from tests.unit.mutations import GOOD, HARMLESS, MUTATIONS

ASKED = Asked(service_codes=frozenset({"T1019"}))


def test_the_good_file_is_clean() -> None:
    assert gates_say(GOOD, ASKED) == []


def test_all_of_the_list_are_tried() -> None:
    assert len(MUTATIONS) == 133
    assert set(MUTATIONS) >= HARMLESS


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_error_of_a_naive_writer_is_caught(name: str) -> None:
    spoiled = MUTATIONS[name](GOOD)
    assert spoiled != GOOD
    found = gates_say(spoiled, ASKED)
    assert bool(found) is (name not in HARMLESS), found
    assert all(one.mend.endswith(".") for one in found)
