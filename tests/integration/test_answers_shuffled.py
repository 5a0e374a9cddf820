"""Answers of a whole season, shuffled, some of them twice: everything ends where it must."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from orchestration.partners.simulator.behaviour import Faults, Payment
from orchestration.partners.simulator.truth import is_contradicted
from tests import scene_of_claims
from tests.bench_of_records import Records
from tests.scene_of_claims import DAY, FIRST_DAY, Scene, Size

pytestmark = pytest.mark.slow

ODD = Faults(lost=0.02, swallowed=0.01, duplicates=0.1, contradictions=0.1, unbalanced=0.1)
CHANGEABLE = Payment(denied=0.1, part=0.1, forwarded=0.05, reversed=0.2, recouped=0.1)
HOUR = timedelta(hours=1)


def test_whatever_the_order_and_however_often_the_end_is_the_true_one(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene_of_claims, "FAULTS", ODD)
    monkeypatch.setattr(scene_of_claims, "PAYMENT", CHANGEABLE)
    scene = Scene(records, Size(clients=135, weeks=1, kills=0, orphans=9), seed=6)
    records.now = FIRST_DAY
    scene.lay_ground()
    scene.serve(0)
    scene.work()
    scene.take_in()
    records.now = FIRST_DAY + 60 * DAY
    files = [(one.name, one.content) for one in scene.clearinghouse.answers(records.now)]
    chance = random.Random(6)
    files += [(f"again_{name}", content) for name, content in chance.sample(files, 9)]
    chance.shuffle(files)
    for part in (files[::3], files[1::3], files[2::3]):
        for name, content in part:
            (scene.home / "drop" / name).write_bytes(content)
        records.now += HOUR
        scene.work()

    ours, true = scene.standings(), scene.true_standings()
    assert not Counter((ours[one], true[one]) for one in ours if ours[one] != true[one])
    paid = records.all(
        "select claim_id, paid_cents from core.attempt_standing where paid_cents > 0"
    )
    payments = scene.true_payments()
    assert {row.claim_id: row.paid_cents for row in paid} == {
        claim: cents for claim, cents in payments.items() if cents > 0
    }
    odd = {row.kind for row in records.all("select distinct kind from core.odd_answer")}
    assert odd >= {"orphan", "contradiction", "out_of_order"}
    assert any(is_contradicted(course, records.now) for course in scene.courses().values())
    assert len({standing for _, standing in ours.values()}) > 4
