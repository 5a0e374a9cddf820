"""What is not answered is waited for until its partner's clock says late, and people can see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration import assembly
from orchestration.ground.partner_profiles import Partner, partner_reader
from orchestration.views.awaited import awaited
from orchestration.views.claims_due import claims_due
from orchestration.views.odd_answers import odd_answers
from orchestration.views.partners import habits
from orchestration.views.sight import Sight
from orchestration.views.trace import trace
from tests.bench_of_records import NOW, ZONE, Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP
from tests.sql.billing_to_clearinghouse.replies import claim_of, group, land, on_claim, one_set, ta1

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
HOUR = timedelta(hours=1)
PROMISES = """
meaning = "Answers as the tests say."
owner = "EDI analyst"
time_zone = "UTC"
works = "all"
[replies]
"TA1" = {{ expected = "{ta1}", warn = "1 hours", fail = "1 hours" }}
"999" = {{ expected = "always", warn = "2 hours", fail = "4 hours" }}
"clearinghouse 277CA" = {{ expected = "{ch}", warn = "8 hours", fail = "8 hours" }}
"payer 277CA" = {{ expected = "always", warn = "3 days", fail = "3 days" }}
"835" = {{ expected = "always", warn = "30 days", fail = "30 days" }}
"""


def partner(ta1: str = "sometimes", ch: str = "always") -> Partner:
    read = partner_reader([hop.ladder for hop in assembly.hops()])
    text = PROMISES.format(ta1=ta1, ch=ch).replace('works = "all"\n', "")
    found: Partner = read(Path("any_payer.toml"), text)
    return found


@contextmanager
def looking(records: Records, at: datetime, promises: Partner) -> Iterator[Sight]:
    with records.database.engine.connect() as connection:
        hops, feeds, library = assembly.hops(), assembly.feeds(), assembly.sql_library()
        yield Sight(connection, hops, feeds, library, at, ZONE, partners=(promises,))


def hear(records: Records, after: timedelta, *replies: dict[str, Any]) -> None:
    records.now = NOW + after
    land(records, *replies)
    records.run(HOP)


def waits(records: Records, at: timedelta, **promises: str) -> list[tuple[str, str, int]]:
    """What is waited for at an instant after sending: rung, state, claims."""
    with looking(records, NOW + at, partner(**promises)) as sight:
        return [(one.reply, one.state, one.claims) for one in awaited(sight)]


@pytest.mark.proves("S0-05", "S0-23")
def test_an_answer_is_waited_for_until_its_clock_and_late_from_then_on(sent: Records) -> None:
    second = timedelta(seconds=1)
    assert waits(sent, 4 * HOUR - second) == [("999", "waiting", 2)]
    assert waits(sent, 4 * HOUR) == [("999", "late", 2)]
    hear(sent, 5 * HOUR, group("accepted"))
    assert waits(sent, 8 * HOUR - second) == [("clearinghouse 277CA", "waiting", 2)]
    hear(sent, 8 * HOUR, on_claim(claim_of(sent, "C1"), "accepted", "clearinghouse"))
    assert waits(sent, 9 * HOUR) == [
        ("clearinghouse 277CA", "late", 1),
        ("payer 277CA", "waiting", 1),
    ]


def test_a_rung_given_never_or_sometimes_is_never_late(sent: Records) -> None:
    hear(sent, HOUR, group("accepted"))
    for expected in ("never", "sometimes"):
        assert waits(sent, 20 * HOUR, ch=expected) == [("payer 277CA", "waiting", 2)]


def test_what_was_refused_waits_for_no_more_answers(sent: Records) -> None:
    hear(sent, HOUR, one_set("rejected"))
    assert waits(sent, timedelta(days=90)) == []


@pytest.mark.proves("S0-24", "S0-30")
def test_the_answer_says_from_whom_since_when_and_until_when(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, HOUR, ta1("accepted"))
    with looking(sent, NOW + 2 * HOUR, partner()) as sight:
        found = trace(sight, claim)
    assert found.sentence.endswith(
        f"Claim {claim}: nothing was said yet beyond TA1; waiting for 999 from any_payer since "
        "20 Nov 2026 12:00 EST, due 20 Nov 2026 16:00 EST."
    )
    with looking(sent, NOW + 5 * HOUR, partner()) as sight:
        (attempt,) = trace(sight, claim).attempts
    assert "999 from any_payer is late since 20 Nov 2026 16:00 EST" in attempt.sentence
    assert [(rung.rung, rung.state) for rung in attempt.rungs] == [
        ("TA1", "heard"),
        ("999", "late"),
        ("clearinghouse 277CA", "waiting"),
        ("payer 277CA", "waiting"),
        ("835", "waiting"),
    ]
    assert (attempt.batch, attempt.interchange_control, attempt.group_control) == (
        "B000000001",
        "000000001",
        "1",
    )


def test_a_missing_answer_under_a_later_one_is_passed_and_not_late(sent: Records) -> None:
    hear(sent, HOUR, on_claim(claim_of(sent, "C1"), "accepted", "payer"))
    with looking(sent, NOW + 10 * HOUR, partner()) as sight:
        (attempt,) = trace(sight, claim_of(sent, "C1")).attempts
    assert [(rung.rung, rung.state) for rung in attempt.rungs[1:4]] == [
        ("999", "passed"),
        ("clearinghouse 277CA", "passed"),
        ("payer 277CA", "heard"),
    ]
    assert attempt.sentence.startswith("accepted by payer 277CA; waiting for 835")


def test_a_rejected_claim_is_listed_with_its_codes_and_a_due_day(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, HOUR, on_claim(claim, "rejected", "payer", codes="A7:164:IL"))
    with looking(sent, NOW + 2 * HOUR, partner()) as sight:
        (found,) = claims_due(sight)
    assert (found.claim, found.standing, found.said_by) == (claim, "rejected", "payer 277CA")
    assert found.codes == ("A7:164:IL",)
    assert found.due_at.astimezone().date() == date(2026, 11, 24)
    assert not found.overdue


def test_odd_answers_are_listed_with_file_and_claims(sent: Records) -> None:
    hear(sent, HOUR, on_claim("C000000STRANGER", "rejected", "payer"))
    hear(sent, 2 * HOUR, group("accepted"))
    hear(sent, 3 * HOUR, group("accepted"))
    with looking(sent, NOW + 4 * HOUR, partner()) as sight:
        found = [
            (one.odd, one.reply_kind, one.times_seen, one.claims) for one in odd_answers(sight)
        ]
        orphans = odd_answers(sight, "orphan")
    assert found == [("repeated", "999", 2, 2), ("orphan", "277CA", 1, 0)]
    assert [one.refers_to for one in orphans] == ["C000000STRANGER"]


def test_what_a_partner_does_is_held_against_what_it_promises(
    sent: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.views.partners.ENOUGH", 2)
    hear(sent, HOUR, ta1("accepted"))
    hear(sent, 6 * HOUR, group("accepted"))
    with looking(sent, NOW + 9 * HOUR, partner(ta1="never")) as sight:
        seen = {habit.reply: habit for habit in habits(sight, NOW - HOUR)}
    assert seen["TA1"].differs == "its profile says never, and it answers"
    assert seen["999"].differs == "it usually answers after its clock"
    assert (seen["999"].sent, seen["999"].answered, seen["999"].late) == (2, 2, 2)
    silent = "its profile says always, and it never answers"
    assert seen["clearinghouse 277CA"].differs == silent
    assert "835" not in seen, "it is not due yet"
    with looking(sent, NOW + 9 * HOUR, partner()) as sight:
        seen = {habit.reply: habit for habit in habits(sight, NOW - HOUR)}
    assert seen["TA1"].differs == "its profile says sometimes, and it always answers"
