"""Rejected claims are sent again, paid ones replaced or voided; payers answer those too."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from orchestration import assembly
from orchestration.ground.approvers import read_approvers
from orchestration.partners.requests import Petitioner
from orchestration.partners.simulator.behaviour import Faults
from tests import scene_of_claims
from tests.bench_of_records import ZONE, Records
from tests.scene_of_claims import DAY, Scene, Size

pytestmark = pytest.mark.slow

BY = "biller01@willow-bend.example"
REJECTS = {"999": 0.2, "clearinghouse 277CA": 0.1, "payer 277CA": 0.1}
#: Of every so many claims that stand alike, what is asked for which.
WISHES = {
    "rejected": ("resend",),
    "denied": ("replace", "void"),
    "paid": ("replace", "void", None, None, None),
}


@pytest.fixture(scope="module")
def answered(module_records: Records) -> tuple[Scene, dict[str, str]]:
    """A week of claims, answered; then what was asked of whom, and answered too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene_of_claims, "REJECTS", REJECTS)
        patch.setattr(scene_of_claims, "FAULTS", Faults(duplicates=0.02))
        scene = Scene(module_records, Size(clients=270, weeks=1, kills=0, orphans=0), seed=6)
    scene.records.now = next(scene.moments())[0]
    scene.lay_ground()
    scene.serve(0)
    go_on(scene, 0, 0.2, 1, 3, 15, 30, 50)
    asked = ask(scene)
    go_on(scene, 0.1, 0.3, 1, 3, 15, 30, 50)
    return scene, asked


def go_on(scene: Scene, *days: float) -> None:
    start = scene.records.now
    for passed in days:
        scene.records.now = start + passed * DAY
        scene.answer()
        scene.work()
        scene.take_in()


def ask(scene: Scene) -> dict[str, str]:
    """Ask for what the last answers allow; says of which claim."""
    asked, seen = {}, Counter[str]()
    scene.records.now += timedelta(hours=1)
    for claim, (_, standing) in sorted(scene.standings().items()):
        wishes: tuple[str | None, ...] = WISHES.get(standing, (None,))
        wish: Any = wishes[seen[standing] % len(wishes)]
        seen[standing] += 1
        if wish is not None:
            with scene.records.database.transaction() as connection:
                petitioner(scene).ask(connection, claim, wish)
            asked[claim] = wish
    return asked


def petitioner(scene: Scene) -> Petitioner:
    approvers = read_approvers(scene.records.settings.agency_folder)
    hop = next(hop for hop in assembly.hops() if hop.ladder)
    partners = scene.watched.partners
    return Petitioner(approvers, partners, hop, ZONE, BY, "as told", scene.records.now)


def test_every_claim_stands_where_its_last_attempt_came(
    answered: tuple[Scene, dict[str, str]],
) -> None:
    scene, asked = answered
    ours, true = scene.standings(), scene.true_standings()
    wrong = Counter(
        (asked.get(one), ours[one], true[one]) for one in ours if ours[one] != true[one]
    )
    assert not wrong


def test_nobody_holds_a_claim_twice(answered: tuple[Scene, dict[str, str]]) -> None:
    scene, _ = answered
    assert scene.clearinghouse.book.doubled == []
    assert set(scene.clearinghouse.book.seen.values()) == {1}


def test_each_wish_went_out_as_itself(answered: tuple[Scene, dict[str, str]]) -> None:
    scene, asked = answered
    wished = Counter(asked.values())
    assert min(wished[wish] for wish in ("resend", "replace", "void")) > 3
    sent = Counter(course.claim.frequency for course in scene.clearinghouse.courses)
    claims = len(scene.standings())
    assert sent == {"1": claims + wished["resend"], "7": wished["replace"], "8": wished["void"]}
    outcome = Counter(
        (asked[one], true[1]) for one, true in scene.true_standings().items() if one in asked
    )
    assert outcome["resend", "paid"] > 0
    assert outcome["replace", "paid"] > 0
    assert outcome["void", "reversed"] > 0
