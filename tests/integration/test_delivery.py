"""Pages on their way: written with the incident, sent at least once, in order, past the dead."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.incidents.book import acknowledge, advance, open_incidents
from orchestration.watch.incidents.incident import Answer, Telling
from orchestration.watch.incidents.office_hours import OfficeHours
from orchestration.watch.incidents.rules import Rules
from orchestration.watch.looking.conditions import Condition
from orchestration.watch.paging.channel import Channel, Sending
from orchestration.watch.paging.delivery import CLAIM, LONGEST_WAIT, Sent, send_due
from orchestration.watch.paging.outcome import SENT, Outcome
from orchestration.watch.paging.page import Page, Place, numbered
from orchestration.watch.paging.pager import Destination, Pager, Route
from orchestration.watch.paging.pages import write
from orchestration.watch.people.roster import Leave
from orchestration.watch.people.roster_file import read_roster
from orchestration.watch.people.unmanned import nobody_on_duty
from tests.bench_of_conditions import conditions

NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 11, 17, 10, 0, tzinfo=NEW_YORK).astimezone(UTC)
ROSTER = read_roster(SQL_FOLDER / "agency")
RULES = Rules(OfficeHours(NEW_YORK))
EVV, ON_CALL = "EVV coordinator", "Data on-call"
EVERY = frozenset(("P1", "P2", "P3"))
PLACE = Place("willow-bend", "https://carehops.example", "https://carehops.example/runbooks")
DOWN = Outcome("unreachable")


_EMPTY = sa.text(
    "truncate ops.page, ops.incident, ops.incident_event, ops.channel_state restart identity"
)


@dataclass(frozen=True)
class Ear(Channel):
    """A channel that keeps what it hears, and fails as it is told to."""

    heard: list[Sending] = field(default_factory=list)
    says: list[Outcome] = field(default_factory=list)

    needs: ClassVar[str] = ""

    def send(self, sending: Sending, secret: str) -> Outcome:
        outcome = self.says[0] if self.says else SENT
        if outcome.was_sent or outcome.why == "no_answer":
            self.heard.append(sending)
        return outcome

    def reach(self, secret: str) -> Outcome:
        return SENT


class MachineEar(Ear):
    is_machine = True
    tells = Ear.tells | {"acknowledged"}


class PersonalEar(Ear):
    is_personal = True


class Broken(Ear):
    def send(self, sending: Sending, secret: str) -> Outcome:
        raise ValueError("Zzcanary")


@dataclass
class Desk:
    """A pager with ears, a clock, and the database."""

    database: Database
    ears: dict[str, Ear]
    route: Route
    now: datetime = TUESDAY
    secrets: dict[str, str] = field(default_factory=dict)
    secret_names: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    random: Random = field(default_factory=lambda: Random(1))

    @property
    def pager(self) -> Pager:
        known = {
            name: Destination(name, ear, self.secret_names.get(name, ""))
            for name, ear in self.ears.items()
            if name not in self.gone
        }
        return Pager(known, (self.route,), PLACE, RULES)

    def sees(self, *conditions: Condition) -> None:
        put = partial(write, roster=ROSTER, pager=self.pager)
        with self.database.transaction() as connection:
            advance(connection, conditions, self.now, RULES, put)

    def sends(self) -> list[Sent]:
        clock = FixedClock(self.now)
        return send_due(self.database, self.pager, self.secrets.get, clock, self.random)

    def later(self, **length: float) -> "Desk":
        self.now += timedelta(**length)
        return self

    def heard(self, name: str) -> list[str]:
        return [f"{each.page.what} {each.page.number}" for each in self.ears[name].heard]

    def rows(self, sql: str = "select * from ops.page order by page_id") -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.text(sql)))


def wrong(severity: Any = "P1", subject: str = "delivery_to_billing", **columns: Any) -> Condition:
    return Condition(
        kind="hop_stale",
        subject=subject,
        cause="",
        severity=severity,
        owner="EVV coordinator",
        since=TUESDAY - timedelta(hours=1),
        **columns,
    )


@pytest.fixture
def desk(module_database: Database) -> Desk:
    with module_database.transaction() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(_EMPTY)
    ears = {"one": Ear(), "two": Ear(), "mail": PersonalEar(), "duty": MachineEar()}
    return Desk(module_database, ears, Route(EVERY, None, ("one",), ("two", "mail")))


def test_a_page_is_written_sent_once_and_marked(desk: Desk) -> None:
    desk.sees(wrong())
    desk.sees(wrong())
    (row,) = desk.rows()
    assert (row.what, row.channel, row.recipient, row.sent_at) == ("opened", "one", "one", None)
    assert [sent.outcome for sent in desk.sends()] == [SENT]
    assert desk.sends() == []
    assert desk.heard("one") == ["opened 0"]
    (row,) = desk.rows()
    assert (row.sent_at, row.tries, row.claimed_until) == (TUESDAY, 1, None)


def test_what_is_told_twice_is_written_once(desk: Desk) -> None:
    desk.sees(wrong())
    with desk.database.transaction() as connection:
        (incident,) = open_incidents(connection)
        for _ in range(2):
            again = Telling("opened", 0, desk.now)
            write(connection, incident, again, desk.now, roster=ROSTER, pager=desk.pager)
    assert len(desk.rows()) == 1


def test_an_incident_that_is_not_committed_leaves_no_page(desk: Desk) -> None:
    put = partial(write, roster=ROSTER, pager=desk.pager)
    with desk.database.engine.connect() as connection:  # killed before its commit
        advance(connection, [wrong()], desk.now, RULES, put)
    assert desk.rows() == []


def test_a_recovery_goes_to_whoever_was_told(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("one", "mail"))
    desk.sees(wrong())
    desk.sends()
    desk.route = Route(EVERY, None, ("two",))
    desk.later(minutes=5).sees()
    desk.later(minutes=20).sees()
    desk.sends()
    assert desk.heard("one") == desk.heard("mail") == ["opened 0", "recovered 0"]
    assert desk.heard("two") == []


def test_what_is_over_before_anybody_heard_of_it_is_never_told(desk: Desk) -> None:
    desk.sees(wrong())
    desk.later(minutes=5).sees()
    desk.later(minutes=20).sees()
    assert desk.sends() == []
    assert [row.dropped_because for row in desk.rows()] == ["recovered"]


def test_a_personal_channel_writes_to_each_person_on_duty(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("mail",))
    desk.sees(wrong())
    desk.sends()
    assert [each.recipient for each in desk.ears["mail"].heard] == ["evv01@willow-bend.example"]
    desk.later(minutes=31).sees(wrong())
    desk.sends()
    assert desk.ears["mail"].heard[-1].recipient == "coordinator01@willow-bend.example"
    assert desk.heard("mail")[-1].startswith("escalation")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_crash_before_the_mark_sends_again_when_the_claim_has_run_out(desk: Desk) -> None:
    desk.sees(wrong())
    ear = desk.ears["one"]

    class Killed(Ear):
        def send(self, sending: Sending, secret: str) -> Outcome:
            ear.heard.append(sending)
            raise SystemExit  # the thread ends between sending and marking

    desk.ears["one"] = Killed()
    desk.sends()
    desk.ears["one"] = ear
    assert desk.sends() == []  # still claimed
    desk.now += CLAIM
    desk.sends()
    assert desk.heard("one") == ["opened 0", "opened 0"]
    assert len({each.page.dedup_key for each in ear.heard}) == 1
    assert len({each.page_id for each in ear.heard}) == 1
    assert desk.later(hours=1).sends() == []


def test_a_lost_answer_is_sent_again_under_the_same_key(desk: Desk) -> None:
    desk.sees(wrong("P2"))
    desk.ears["one"].says.append(Outcome("no_answer"))
    desk.sends()
    desk.ears["one"].says.clear()
    desk.later(minutes=1).sends()
    first, again = desk.ears["one"].heard
    assert first.page.dedup_key == again.page.dedup_key == f"willow-bend-{first.page.incident_id}"


def test_a_channel_that_is_down_is_tried_ever_more_rarely_never_given_up(desk: Desk) -> None:
    desk.sees(wrong("P2"))
    ear = desk.ears["one"]
    ear.says.append(DOWN)
    tries = []
    while desk.now < TUESDAY + timedelta(hours=3, minutes=59):
        if desk.sends():
            tries.append(desk.now)
        desk.later(seconds=15)
    waits = [after - before for before, after in pairwise(tries)]
    assert waits[0] <= timedelta(seconds=20)
    assert LONGEST_WAIT / 2 <= waits[-1] <= LONGEST_WAIT + timedelta(seconds=15)
    assert 24 < len(tries) < 60
    assert len(set(waits[8:])) > 5  # not all at once
    ear.says.clear()
    desk.later(minutes=10).sends()
    assert desk.heard("one") == ["opened 0"]


def test_a_receiver_that_asks_for_a_pause_gets_it(desk: Desk) -> None:
    desk.sees(wrong("P2"))
    desk.ears["one"].says.append(Outcome("throttled", 429, timedelta(minutes=20)))
    desk.sends()
    desk.ears["one"].says.clear()
    assert desk.later(minutes=19).sends() == []
    assert len(desk.later(minutes=1).sends()) == 1


def test_a_dead_channel_holds_up_no_other_and_no_more_than_one_page_of_its_own(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("one", "two"))
    desk.ears["one"].says.append(DOWN)
    desk.sees(*(wrong("P2", f"hop_{letter}") for letter in "abcdef"))
    done = desk.sends()
    assert len(desk.heard("two")) == 6
    assert [sent.outcome for sent in done if sent.channel == "one"] == [DOWN]
    assert sum(row.tries for row in desk.rows() if row.channel == "one") == 1


def test_a_mistake_in_a_channel_is_a_failure_of_that_channel(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("one", "two"))
    desk.ears["one"] = Broken()
    desk.sees(wrong("P2"))
    outcomes = {sent.channel: sent.outcome for sent in desk.sends()}
    assert outcomes == {"one": Outcome("broken"), "two": SENT}


def test_a_p1_goes_another_way_after_two_tries_then_another(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.ears["two"].says.append(DOWN)
    desk.sees(wrong("P1"))
    desk.sends()
    assert {row.channel for row in desk.rows()} == {"one"}
    for _ in range(8):
        desk.later(seconds=31).sends()
    assert desk.heard("mail") == ["opened 0"]
    assert [row.channel for row in desk.rows()] == ["one", "two", "mail"]
    assert (desk.now - TUESDAY) < timedelta(minutes=5)


def test_every_p1_of_a_dead_channel_goes_another_way_at_once_not_one_by_one(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.sees(*(wrong("P1", f"hop_{letter}") for letter in "abcdefgh"), wrong("P2", "hop_z"))
    for _ in range(3):
        desk.later(seconds=16).sends()
    assert len(desk.heard("two")) == 8
    assert {each.page.severity for each in desk.ears["two"].heard} == {"P1"}


def test_every_page_of_a_channel_that_was_taken_out_goes_another_way(desk: Desk) -> None:
    desk.sees(*(wrong("P2", f"hop_{letter}") for letter in "abcd"))
    desk.gone.add("one")
    desk.route = Route(EVERY, None, ("two",))
    desk.sends()
    desk.sends()
    assert len(desk.heard("two")) == 4


def test_a_p2_waits_for_a_channel_that_is_only_down(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.sees(wrong("P2"))
    for _ in range(20):
        desk.later(minutes=2).sends()
    assert {row.channel for row in desk.rows()} == {"one"}


@pytest.mark.parametrize("why", ["refused", "certificate", "secret_missing", "channel_gone"])
def test_what_only_a_person_can_mend_goes_another_way_at_once_whatever_its_severity(
    desk: Desk, why: Any
) -> None:
    desk.sees(wrong("P2"))
    if why == "secret_missing":
        desk.secret_names["one"] = "CAREHOPS_NOT_SET"
    elif why == "channel_gone":
        desk.gone.add("one")
        desk.route = Route(EVERY, None, ("two",))
    else:
        desk.ears["one"].says.append(Outcome(why))
    assert [str(sent.outcome) for sent in desk.sends()] == [why.replace("_", " ")]
    desk.sends()
    assert desk.heard("two") == ["opened 0"]


def test_a_recovery_follows_every_way_its_page_went(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.sees(wrong())
    for _ in range(3):
        desk.later(seconds=31).sends()
    assert desk.heard("two") == ["opened 0"]
    desk.later(minutes=5).sees()
    desk.later(minutes=20).sees()
    desk.ears["one"].says.clear()
    desk.sends()
    assert desk.heard("two") == ["opened 0", "recovered 0"]
    assert desk.heard("one") == ["recovered 0"]  # it may have taken what it failed to answer


def test_a_channel_that_comes_back_hears_the_newest_only(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    while desk.now < TUESDAY + timedelta(hours=7):
        desk.sees(wrong("P2"))
        desk.sends()
        desk.later(minutes=15)
    desk.ears["one"].says.clear()
    desk.later(minutes=15).sends()
    assert len(desk.heard("one")) == 1
    assert {row.dropped_because for row in desk.rows()} == {None, "superseded"}


def test_pages_of_one_incident_never_overtake_each_other(desk: Desk) -> None:
    desk.sees(wrong())
    with desk.database.transaction() as connection:
        connection.execute(sa.text("update ops.page set tries = 1, claimed_until = :until"),
                           {"until": desk.now + timedelta(minutes=40)})  # fmt: skip
    desk.later(minutes=5).sees()
    desk.later(minutes=20).sees()
    assert desk.sends() == []  # the trigger may still be under way: no resolve before it
    desk.later(minutes=16).sends()
    assert desk.heard("one") == ["recovered 0"]


def test_an_acknowledgement_is_told_to_channels_that_can_show_it(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("one", "duty"))
    desk.sees(wrong())
    desk.sends()
    put = partial(write, roster=ROSTER, pager=desk.pager)
    with desk.database.transaction() as connection:
        (incident,) = open_incidents(connection)
        acknowledge(connection, numbered(incident), Answer("anna", "on it", desk.now), put)
    desk.sends()
    assert desk.heard("duty") == ["opened 0", "acknowledged 0"]
    assert desk.heard("one") == ["opened 0"]


def test_an_acknowledgement_waits_behind_a_trigger_that_has_not_arrived(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("duty",))
    desk.ears["duty"].says.append(DOWN)
    desk.sees(wrong("P2"))
    desk.sends()
    put = partial(write, roster=ROSTER, pager=desk.pager)
    with desk.database.transaction() as connection:
        (incident,) = open_incidents(connection)
        acknowledge(connection, numbered(incident), Answer("anna", "on it", desk.now), put)
    desk.ears["duty"].says.clear()
    assert desk.sends() == []
    desk.later(minutes=1).sends()
    desk.sends()
    assert desk.heard("duty") == ["opened 0", "acknowledged 0"]


def test_what_waits_for_the_office_is_sent_when_it_opens(desk: Desk) -> None:
    desk.route = Route(EVERY, None, ("one", "duty"))
    desk.sees(wrong("P2"))
    desk.sends()
    desk.now = datetime(2026, 11, 17, 22, 0, tzinfo=NEW_YORK).astimezone(UTC)
    desk.sees()
    desk.later(minutes=20).sees()
    desk.sends()
    assert desk.heard("duty")[-1] == "recovered 0"  # a machine is not disturbed
    assert "recovered 0" not in desk.heard("one")
    desk.now = datetime(2026, 11, 18, 8, 0, tzinfo=NEW_YORK).astimezone(UTC)
    desk.sends()
    assert desk.heard("one")[-1] == "recovered 0"


def test_a_failing_channel_is_itself_known_and_forgotten_when_it_works(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.sees(wrong("P2"))
    desk.sends()
    desk.later(minutes=5).sends()
    (state,) = desk.rows("select * from ops.channel_state")
    assert (state.failing_since, state.failures) == (TUESDAY, 2)
    assert state.failed_why == "unreachable"
    desk.ears["one"].says.clear()
    desk.later(minutes=5).sends()
    (state,) = desk.rows("select * from ops.channel_state")
    assert (state.failing_since, state.failures, state.last_sent_at) == (None, 0, desk.now)


def test_two_that_send_at_once_send_each_page_once(desk: Desk) -> None:
    import threading

    desk.sees(*(wrong("P2", f"hop_{a}{b}") for a in "abcdef" for b in "abcdef"))
    both = [threading.Thread(target=desk.sends) for _ in range(4)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    heard = [each.page_id for each in desk.ears["one"].heard]
    assert len(heard) == len(set(heard)) == 36


def test_pages_are_never_deleted(desk: Desk) -> None:
    desk.sees(wrong())
    with pytest.raises(sa.exc.DBAPIError), desk.database.transaction() as connection:
        connection.execute(sa.text("delete from ops.page"))


def test_what_is_kept_and_sent_has_the_allowed_fields_only(desk: Desk) -> None:
    canary = {"cause": "Zzcanary Person", "run_id": "Zzcanary", "oldest": TUESDAY}
    condition = replace(wrong(), **canary, owner="Zzcanary Owner", count=3)
    desk.sees(condition, replace(wrong(), subject="Zzcanary_000000000101"))
    desk.sends()
    (row, other) = desk.rows()
    assert set(row.body) == set(Page.__dataclass_fields__)
    said = json.dumps([row.body, other.body]) + "".join(
        each.page.text for each in desk.ears["one"].heard
    )
    assert "canary" not in said
    assert "000000000101" not in said
    assert row.body["cause"] == row.body["owner"] == "not-shown"
    assert row.body["run_id"] is None


def test_a_channel_that_keeps_failing_is_a_condition_told_by_another(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.sees(wrong("P2"))
    desk.sends()
    desk.later(minutes=4).sends()
    assert wrong_with_the_pager(desk) == []
    desk.later(minutes=2).sends()
    (failing,) = wrong_with_the_pager(desk)
    assert (failing.kind, failing.subject, failing.owner) == ("notifier_failing", "one", ON_CALL)
    assert (failing.since, failing.count) == (TUESDAY, 1)
    desk.sees(wrong("P2"), failing)
    for _ in range(4):
        desk.later(seconds=31).sends()
    assert [each.page.kind for each in desk.ears["two"].heard] == ["notifier_failing"]
    desk.ears["one"].says.clear()
    desk.later(minutes=10).sends()
    assert wrong_with_the_pager(desk) == []


def test_a_channel_that_was_taken_out_is_no_failing_channel(desk: Desk) -> None:
    desk.ears["one"].says.append(DOWN)
    desk.sees(wrong("P2"))
    desk.sends()
    desk.gone.add("one")
    desk.route = Route(EVERY, None, ("two",))
    desk.later(minutes=10).sends()
    desk.sends()
    assert desk.heard("two") == ["opened 0"]
    assert wrong_with_the_pager(desk) == []


def test_a_shift_nobody_has_is_a_condition_for_the_last_resort(desk: Desk) -> None:
    leave = tuple(Leave(name, TUESDAY.date(), TUESDAY.date()) for name in ("evv01", "evv02"))
    empty = replace(ROSTER, leave=leave)
    (found,) = nobody_on_duty(empty, TUESDAY)
    assert (found.kind, found.subject, found.owner) == ("nobody_on_duty", EVV, ON_CALL)
    assert found.since == datetime(2026, 11, 17, 6, 0, tzinfo=NEW_YORK)


def wrong_with_the_pager(desk: Desk) -> list[Condition]:
    return conditions(desk.database, "notifier_failing", desk.now)
