"""Versions in any order, repeated, rejected and with gaps, against a plain reading of the rules."""

from pathlib import Path
from random import Random

import pytest

from orchestration.ground.database import Database
from tests.bench_of_files import Files

Sent = tuple[int, str]
BAD = "no such place"


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


class Oracle:
    """What a record's versions come to, told one by one."""

    def __init__(self) -> None:
        self.kept: dict[int, str] = {}
        self.burnt: set[int] = set()

    def take(self, version: int, service: str) -> str:
        """``row``, ``repeat``, or the code the line waits with."""
        if service == BAD:
            self.burnt |= {version} - self.kept.keys()
            return "PATTERN"
        if version in self.kept:
            return "repeat" if self.kept[version] == service else "SEQUENCE-REPEATED"
        if version in self.burnt:
            return "SEQUENCE-BURNT"
        self.kept[version] = service
        return "row"


def sent(rng: Random, many: int) -> list[Sent]:
    versions = rng.sample((1, 2, 3, 5, 8, 13, 20261120), 5)
    return [(rng.choice(versions), rng.choice(("T1019", "S5125", BAD))) for _ in range(many)]


@pytest.mark.proves("S0-14")
@pytest.mark.parametrize("seed", range(3))
def test_versions_in_any_order_come_to_what_the_rules_say(files: Files, seed: int) -> None:
    rng = Random(seed)
    oracles = {name: Oracle() for name in ("V1", "V2")}
    story = [(rng.choice(("V1", "V2")), *one) for one in sent(rng, 24)]
    for number, (name, version, service) in enumerate(story):
        row = {"visit_id": name, "sequence_id": str(version), "service_code": service}
        # beside another visit's, or a line sent again would be the same file and not be read
        verdict = files.land("evv_visits_hhax", row, {"visit_id": f"X{number}"})
        wanted = oracles[name].take(version, service)
        found = {(2, 0, 0): "row", (1, 0, 1): "repeat"}.get(
            (verdict.rows, verdict.held_lines, verdict.repeated)
        )
        if found is None:
            (held,) = (line for line in files.held() if line.file_id == verdict.file_id)
            found = held.reason_codes[0]
        assert found == wanted, (row, story)
    for name, oracle in oracles.items():
        rows = files.all(
            "select sequence_id, is_current from landing.evv_visit where visit_id = :id", id=name
        )
        newest = max(oracle.kept, default=None)
        assert {row.sequence_id: row.is_current for row in rows} == {
            version: version == newest for version in oracle.kept
        }
