"""What becomes of incidents, by the pure function alone: told once, reminded, held back, closed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.watch.incidents.deciding import closed, recovered
from orchestration.watch.incidents.incident import Silence
from orchestration.watch.incidents.rules import PACES
from orchestration.watch.looking.conditions import Condition
from tests.bench_of_incidents import RULES, TUESDAY, Memory, condition, local

STALE = condition()
MINUTE = timedelta(minutes=1)
HALF_MINUTE = timedelta(seconds=30)
KEY = STALE.key


def test_a_problem_is_opened_and_told_once_however_often_it_is_seen() -> None:
    pager = Memory()
    for _ in range(50):
        pager.later(seconds=30).sees(STALE, STALE)
    assert pager.told == [f"opened {KEY} 0"]
    assert len(pager.incidents) == 1


def test_what_is_known_of_it_follows_the_condition() -> None:
    pager = Memory()
    pager.sees(STALE)
    pager.later(minutes=1).sees(replace(STALE, count=9, owner="Data on-call", run_id="r1"))
    incident = pager.of(KEY)
    assert (incident.count, incident.owner, incident.run_id) == (9, "Data on-call", "r1")
    assert incident.last_seen_at == pager.now


def test_two_causes_are_two_incidents() -> None:
    pager = Memory()
    pager.sees(condition(cause="DOC"), condition(cause="EVV"))
    assert pager.told == ["opened hop_stale:a:DOC 0", "opened hop_stale:a:EVV 0"]


def test_it_closes_only_after_it_stayed_away_and_tells_the_recovery_once() -> None:
    pager = Memory()
    pager.sees(STALE)
    for _ in range(40):
        pager.later(minutes=1).sees()
    assert pager.told == [f"opened {KEY} 0", f"recovered {KEY} 0"]
    (ended,) = pager.ended
    assert ended.closed_at == TUESDAY + timedelta(minutes=16)
    assert (ended.closed_by, ended.closed_because) == ("carehops", "the condition stayed away")


def test_a_return_within_the_quiet_time_is_the_same_incident() -> None:
    pager = Memory()
    pager.sees(STALE)
    pager.later(minutes=1).sees()
    pager.later(minutes=14).sees()
    pager.later(seconds=30).sees(STALE)
    assert pager.told == [f"opened {KEY} 0"]
    assert pager.of(KEY).returns == 1


def test_what_fails_slowly_again_and_again_must_stay_away_longer_each_time() -> None:
    pager = Memory()
    quiet = []
    for _ in range(6):
        pager.later(seconds=30).sees(STALE)
        quiet.append(pager.of(KEY).quiet_for / MINUTE)
        pager.later(seconds=30).sees()
        pager.later(hours=4).sees()
    assert quiet == [15, 30, 60, 120, 240, 240]
    pager.later(days=2).sees(STALE)
    assert pager.of(KEY).quiet_for == RULES.quiet_for


def test_p1_is_told_at_any_hour_and_reminded_every_half_hour() -> None:
    pager = Memory(now=local(2026, 11, 15, 3))  # Sunday night
    pager.sees(STALE)
    pager.change(KEY, acknowledged_at=pager.now)
    pager.keeps_seeing(STALE, until=local(2026, 11, 15, 6), every=HALF_MINUTE)
    times = [(at - local(2026, 11, 15, 3)) / MINUTE for at, _, _ in pager.tellings]
    assert times == [0, 30, 60, 90, 120, 150, 180]
    assert pager.told[-1] == f"reminder {KEY} 6"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (local(2026, 11, 17, 2), local(2026, 11, 17, 8)),  # a night waits for the morning
        (local(2026, 11, 17, 19), local(2026, 11, 18, 8)),  # an evening too
        (local(2026, 11, 13, 18), local(2026, 11, 16, 8)),  # Friday evening waits for Monday
        (local(2026, 11, 14, 12), local(2026, 11, 16, 8)),  # Saturday too
        (local(2026, 10, 31, 12), local(2026, 11, 2, 8)),  # also when the clocks change meanwhile
        (local(2026, 3, 7, 12), local(2026, 3, 9, 8)),
        (local(2026, 11, 26, 9), local(2026, 11, 27, 8)),  # Thanksgiving waits for Friday
        (local(2026, 11, 17, 12), local(2026, 11, 17, 12)),  # by day it waits for nothing
    ],
)
def test_p2_waits_for_office_hours(seen: object, told: object) -> None:
    pager = Memory(now=seen)  # type: ignore[arg-type]  # an instant
    problem = condition(severity="P2")
    pager.keeps_seeing(problem, until=told, every=HALF_MINUTE)  # type: ignore[arg-type]  # too
    assert [at for at, _, _ in pager.tellings] == [told]


def test_p2_is_reminded_every_four_office_hours_and_not_over_the_weekend() -> None:
    problem = condition(severity="P2")
    pager = Memory(now=local(2026, 11, 13, 12))  # Friday noon
    pager.sees(problem)
    pager.change(problem.key, acknowledged_at=pager.now)
    pager.keeps_seeing(problem, until=local(2026, 11, 16, 15), every=MINUTE)
    assert [at for at, _, _ in pager.tellings] == [
        local(2026, 11, 13, 12),
        local(2026, 11, 13, 16),
        local(2026, 11, 16, 10),
        local(2026, 11, 16, 14),
    ]


def test_a_p2_that_is_over_before_the_morning_wakes_nobody() -> None:
    problem = condition(severity="P2")
    pager = Memory(now=local(2026, 11, 17, 2))
    pager.keeps_seeing(problem, until=local(2026, 11, 17, 4), every=MINUTE)
    pager.keeps_seeing(until=local(2026, 11, 17, 12), every=MINUTE)
    assert pager.told == []
    assert [ended.key for ended in pager.ended] == [problem.key]


def test_a_p2_recovery_at_night_is_due_in_the_morning() -> None:
    problem = condition(severity="P2")
    pager = Memory(now=local(2026, 11, 17, 17, 50))
    pager.sees(problem)
    pager.keeps_seeing(until=local(2026, 11, 17, 23), every=MINUTE)
    assert [(t.what, t.due_at) for _, _, t in pager.tellings] == [
        ("opened", local(2026, 11, 17, 17, 50)),
        ("recovered", local(2026, 11, 18, 8)),
    ]


def test_p3_is_told_once_and_never_again() -> None:
    problem = condition(severity="P3")
    pager = Memory()
    pager.keeps_seeing(problem, until=TUESDAY + timedelta(days=5), every=timedelta(hours=1))
    assert pager.told == [f"opened {problem.key} 0"]


def test_a_page_nobody_acknowledges_goes_up_two_levels() -> None:
    pager = Memory()
    pager.keeps_seeing(STALE, until=TUESDAY + timedelta(hours=2), every=HALF_MINUTE)
    assert pager.told == [
        f"opened {KEY} 0",
        f"escalation {KEY} 1",
        f"escalation {KEY} 2",
        f"reminder {KEY} 1",
        f"reminder {KEY} 2",
    ]


def test_p2_goes_up_after_four_office_hours() -> None:
    problem = condition(severity="P2")
    pager = Memory(now=local(2026, 11, 13, 16))  # Friday
    pager.keeps_seeing(problem, until=local(2026, 11, 16, 11), every=MINUTE)
    assert [(at, t.what) for at, _, t in pager.tellings] == [
        (local(2026, 11, 13, 16), "opened"),
        (local(2026, 11, 16, 10), "escalation"),
    ]


def test_an_acknowledged_page_goes_no_further_up() -> None:
    pager = Memory()
    pager.sees(STALE)
    pager.change(KEY, acknowledged_at=pager.now, acknowledged_by="ann", acknowledged_why="on it")
    pager.keeps_seeing(STALE, until=TUESDAY + timedelta(hours=3), every=HALF_MINUTE)
    assert pager.of(KEY).level == 0
    assert pager.told[-1] == f"reminder {KEY} 6"


def test_a_snoozed_page_is_quiet_until_then_and_escalates_only_after() -> None:
    pager = Memory()
    pager.sees(STALE)
    until = TUESDAY + timedelta(hours=2)
    pager.change(KEY, snoozed_until=until)
    pager.keeps_seeing(STALE, until=until + timedelta(minutes=45), every=HALF_MINUTE)
    assert [(at - until, t.what) for at, _, t in pager.tellings[1:]] == [
        (timedelta(0), "reminder"),
        (timedelta(minutes=30), "escalation"),
    ]


def test_what_grows_worse_is_told_at_once_and_must_be_acknowledged_anew() -> None:
    pager = Memory()
    mild = replace(STALE, severity="P2")
    pager.sees(mild)
    pager.change(KEY, acknowledged_at=pager.now, snoozed_until=TUESDAY + timedelta(days=1))
    pager.later(minutes=5).sees(STALE)
    pager.later(minutes=5).sees(mild)
    pager.later(minutes=5).sees(STALE)
    assert pager.told == [f"opened {KEY} 0", f"reminder {KEY} 1"]
    assert pager.of(KEY).severity == "P1"
    assert pager.of(KEY).acknowledged_at is None
    pager.later(minutes=20).sees(STALE)
    assert pager.told[-1] == f"escalation {KEY} 1"


LATE_FEED = condition("f", kind="feed_late", severity="P2")
BEHIND_IT = condition("a", caused_by=("f",), severity="P2")


def test_an_upstream_cause_holds_back_the_pages_it_explains() -> None:
    pager = Memory()
    pager.keeps_seeing(
        BEHIND_IT, LATE_FEED, until=TUESDAY + timedelta(days=2), every=timedelta(minutes=5)
    )
    assert {what.split()[1] for what in pager.told} == {LATE_FEED.key}
    assert pager.of(BEHIND_IT.key).held_back_by == LATE_FEED.key
    assert pager.history(BEHIND_IT.key) == ["opened", "held_back"]


def test_what_was_held_back_is_told_when_its_cause_is_over_and_it_still_stands() -> None:
    pager = Memory()
    pager.sees(LATE_FEED, BEHIND_IT)
    pager.later(minutes=5).sees(BEHIND_IT)
    assert len(pager.told) == 1
    pager.later(minutes=15).sees(BEHIND_IT)
    assert pager.told[1:] == [f"recovered {LATE_FEED.key} 0", f"opened {BEHIND_IT.key} 0"]
    assert pager.history(BEHIND_IT.key) == ["opened", "held_back", "released", "told"]


def test_what_was_held_back_and_went_with_its_cause_is_never_told() -> None:
    pager = Memory()
    pager.sees(LATE_FEED, BEHIND_IT)
    for _ in range(40):
        pager.later(minutes=1).sees()
    assert pager.told == [f"opened {LATE_FEED.key} 0", f"recovered {LATE_FEED.key} 0"]
    assert len(pager.ended) == 2


def test_what_stands_and_is_no_longer_its_cause_holds_nothing_back() -> None:
    pager = Memory()
    pager.sees(LATE_FEED, BEHIND_IT)
    pager.later(minutes=1).sees(LATE_FEED, replace(BEHIND_IT, caused_by=()))
    assert f"opened {BEHIND_IT.key} 0" in pager.told


def test_a_cause_is_as_bad_as_the_worst_it_explains() -> None:
    pager = Memory(now=local(2026, 11, 17, 2))
    pager.sees(LATE_FEED)
    assert pager.told == []
    pager.later(minutes=5).sees(LATE_FEED, replace(BEHIND_IT, severity="P1"))
    assert pager.told == [f"opened {LATE_FEED.key} 0"]
    assert pager.of(LATE_FEED.key).severity == "P1"


def test_a_chain_of_causes_leads_to_its_root() -> None:
    pager = Memory()
    end = condition("b", caused_by=("a", "f"))
    pager.sees(end, BEHIND_IT, LATE_FEED)
    assert pager.of(end.key).held_back_by == LATE_FEED.key
    assert pager.told == [f"opened {LATE_FEED.key} 0"]


def test_causes_in_a_circle_never_hold_each_other_back() -> None:
    pager = Memory()
    one, other = condition("a", caused_by=("b",)), condition("b", caused_by=("a",))
    pager.sees(one, other)
    assert len(pager.told) == 1


def test_a_failing_hop_explains_its_own_staleness_and_not_the_other_way_round() -> None:
    pager = Memory()
    stale = condition("a", caused_by=("a",))
    failing = condition("a", kind="hop_failing", cause="run", caused_by=("a",))
    pager.sees(stale, failing)
    assert pager.told == [f"opened {failing.key} 0"]


def test_another_fault_of_the_same_hop_is_not_held_back() -> None:
    pager = Memory()
    pager.sees(LATE_FEED, BEHIND_IT, condition("a", kind="records_stuck", cause="DOC-NOTE"))
    assert len(pager.told) == 2


def test_planned_downtime_is_silent_and_told_when_it_is_over_and_it_still_stands() -> None:
    overdue = condition("p", kind="reply_overdue")
    until = TUESDAY + timedelta(hours=3)
    pager = Memory(silences=[Silence("p", until, "planned downtime of p")])
    pager.keeps_seeing(overdue, until=until - MINUTE, every=MINUTE)
    assert pager.told == []
    pager.silences = ()
    pager.at(until).sees(overdue)
    assert pager.told == [f"opened {overdue.key} 0"]
    assert pager.history(overdue.key) == ["opened", "silenced", "released", "told"]


def test_what_was_not_looked_for_is_neither_here_nor_gone() -> None:
    pager = Memory()
    pager.sees(STALE)
    for _ in range(40):
        pager.later(minutes=1).sees(kinds=["watch_blind"])
    assert pager.of(KEY).absent_since is None
    assert pager.told == [f"opened {KEY} 0", f"escalation {KEY} 1"]


def test_an_evaluation_that_comes_too_late_changes_nothing() -> None:
    pager = Memory()
    pager.later(minutes=5).sees(STALE)
    before = pager.incidents
    pager.later(minutes=-2).sees()
    assert pager.incidents == before
    pager.later(minutes=20).sees()
    pager.later(minutes=20).sees()
    assert pager.incidents == []
    pager.later(minutes=-1).sees(STALE)
    assert pager.incidents == []


def close_by_hand(pager: Memory) -> None:
    step = recovered(closed(pager.of(KEY), pager.now, "ann", "mended"), RULES, pager.now)
    pager.incidents, pager.ended = [], [*pager.ended, step.incident]


def test_what_was_closed_by_hand_and_stands_is_told_anew_after_a_day() -> None:
    pager = Memory()
    pager.sees(STALE)
    close_by_hand(pager)
    pager.later(seconds=30).keeps_seeing(STALE, until=TUESDAY + timedelta(hours=30), every=MINUTE)
    assert pager.incidents[0].opened_at == TUESDAY + timedelta(hours=24, seconds=30)


def test_a_new_occurrence_after_a_close_by_hand_is_told_at_once() -> None:
    pager = Memory()
    pager.sees(STALE)
    close_by_hand(pager)
    pager.later(minutes=9).sees(replace(STALE, since=pager.now - MINUTE))
    assert len(pager.incidents) == 1


SUBJECTS = ("f", "a", "b", "c")
PROBLEMS = st.builds(
    lambda place, severity, kind, cause: condition(
        SUBJECTS[place], severity, kind, cause, caused_by=SUBJECTS[:place][::-1]
    ),
    st.integers(0, 3),
    st.sampled_from(["P1", "P2", "P3"]),
    st.sampled_from(["hop_stale", "hop_failing", "records_stuck"]),
    st.sampled_from(["", "X"]),
)
LIVES = st.lists(
    st.tuples(
        st.sampled_from([1, 30, 60, 600, 840, 900, 3600, 40_000]), st.lists(PROBLEMS, max_size=4)
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_however_problems_come_and_go_each_is_told_once_in_order_and_within_bounds(
    life: list[tuple[int, list[Condition]]],
) -> None:
    pager = Memory()
    for seconds, problems in life:
        pager.later(seconds=seconds).sees(*problems)
        keys = [incident.key for incident in pager.incidents]
        assert len(keys) == len(set(keys))
        assert {problem.key for problem in problems} <= set(keys)
        _nothing_hangs_in_the_air(pager)
    for incident in [*pager.incidents, *pager.ended]:
        _is_told_within_bounds(pager, incident.key, incident.opened_at)


def _nothing_hangs_in_the_air(pager: Memory) -> None:
    """Whoever is held back is held by one that is open and is not held itself, and as bad."""
    for incident in pager.incidents:
        if incident.held_back_by is not None:
            cause = pager.of(incident.held_back_by)
            assert cause.held_back_by is None
            assert not incident.stands or cause.severity <= incident.severity
        elif incident.stands and RULES.may_tell(incident.severity, pager.now):
            assert incident.told_at is not None


def _is_told_within_bounds(pager: Memory, key: str, opened_at: object) -> None:
    told = [
        (at, telling)
        for at, incident, telling in pager.tellings
        if incident.key == key and incident.opened_at == opened_at
    ]
    assert len({(telling.what, telling.number) for _, telling in told}) == len(told)
    whats = [telling.what for _, telling in told]
    assert whats[:1] in ([], ["opened"])
    assert whats.count("opened") <= 1
    assert whats.count("recovered") <= 1
    assert "recovered" not in whats[:-1]
    shortest = PACES["P1"].remind_every
    assert shortest is not None
    again = [at for at, telling in told if telling.what in {"reminder", "escalation"}]
    lasted = (again[-1] - told[0][0]) if again else timedelta(0)
    assert len(again) <= lasted / shortest + 2  # it may grow worse twice
