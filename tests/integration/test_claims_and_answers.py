"""Claims out, answers in, with nine partners that answer, refuse, lose, double and keep silent.

Nine hundred claims and a dozen kills by default. Fifty thousand and two hundred are tried before a
release: CAREHOPS_TEST_CLAIMS=50000.
"""

import os
from collections import Counter

import pytest

from tests.bench_of_records import Records
from tests.scene_of_claims import LEVELS, SILENT, Scene, Size

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

CLAIMS = int(os.environ.get("CAREHOPS_TEST_CLAIMS", "900"))
WEEKS = 6 if CLAIMS <= 900 else 10
KILLS = 12 if CLAIMS <= 900 else 200


@pytest.fixture(scope="module")
def season(module_records: Records) -> Scene:
    """Weeks of claims, sent and answered over two months, our side killed now and then."""
    scene = Scene(module_records, Size(CLAIMS // WEEKS, WEEKS, KILLS, orphans=50), seed=19)
    scene.go_through()
    return scene


def test_every_claim_stands_where_its_partner_says_it_must(season: Scene) -> None:
    ours, true = season.standings(), season.true_standings()
    assert len(ours) == CLAIMS
    wrong = Counter((ours[one], true.get(one)) for one in ours if ours[one] != true.get(one))
    assert not wrong


def test_every_claim_is_held_once_however_often_we_were_killed(season: Scene) -> None:
    assert season.killed >= KILLS
    sent = Counter(course.claim.claim_id for course in season.clearinghouse.courses)
    assert set(sent) == set(season.standings())
    assert set(sent.values()) == {1}
    assert set(season.clearinghouse.book.seen.values()) == {1}
    assert season.clearinghouse.book.doubled == []
    assert set(season.taken.values()) == {1}


def test_a_missing_answer_is_late_at_its_own_clock_and_not_before(season: Scene) -> None:
    assert season.misjudged == []
    assert season.looks > 20
    assert {"999", "clearinghouse 277CA", "835"} <= {one.rung for one in season.overdue}


def test_partners_known_to_be_silent_raise_nothing(season: Scene) -> None:
    assert season.raised
    assert not season.raised & set(SILENT)


def test_every_answer_to_nothing_of_ours_is_listed_and_no_other(season: Scene) -> None:
    house = season.clearinghouse
    listed = season.records.all("""
        select answer.reply_kind, answer.refers_to
        from core.odd_answer as odd
        inner join core.answer as answer on odd.answer_id = answer.answer_id
        where odd.kind = 'orphan'
    """)
    strays = [*house.strays, *house.mistaken]
    assert len(house.strays) == 50
    assert len(house.mistaken) == 1
    assert sorted(map(tuple, listed)) == sorted((one.kind, one.refers_to) for one in strays)


def test_what_was_paid_is_known_to_the_cent(season: Scene) -> None:
    paid = season.records.all("select claim_id, paid_cents from core.attempt_standing")
    ours = {row.claim_id: row.paid_cents for row in paid if row.paid_cents}
    assert ours == {one: cents for one, cents in season.true_payments().items() if cents}
    assert ours


def test_the_season_has_something_of_everything(season: Scene) -> None:
    steps = [
        (level, step)
        for course in season.clearinghouse.courses
        if course.behaviour.name not in SILENT
        for level, step in course.steps.items()
    ]
    how = Counter((level, step.how) for level, step in steps)
    for level in LEVELS:
        assert how[level, "given"] > 0
        missing = how[level, "lost"] + how[level, "swallowed"]
        assert missing > 0 or CLAIMS <= 900
    refused = Counter(level for level, step in steps if step.rejects)
    assert set(refused) == {"999", "clearinghouse 277CA", "payer 277CA"}
