"""Decisions are found by their number."""

import re

from orchestration.ground.sql import SQL_FOLDER

DECISIONS = SQL_FOLDER.parent / "docs" / "decisions"


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    numbers = []
    for path in sorted(DECISIONS.glob("*.md")):
        heading = re.match(r"# (\d+)\. ", path.read_text())
        assert heading is not None, path.name
        assert int(heading[1]) == int(path.name[:4]), path.name
        numbers.append(int(heading[1]))
    assert len(set(numbers)) == len(numbers)
