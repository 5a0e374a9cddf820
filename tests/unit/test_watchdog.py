"""What the watchdog makes of what it sees: one page when it begins, one when it ends."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration import assembly
from orchestration.ground.clock import FixedClock
from orchestration.ground.cron import last_due
from orchestration.ground.settings import Settings, read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.paging.page import Place
from orchestration.watch.watchdog import surroundings
from orchestration.watch.watchdog.expected import expected
from orchestration.watch.watchdog.memory import recall, remember
from orchestration.watch.watchdog.outages import (
    STEADY,
    Notice,
    Quiet,
    Remembered,
    after,
    begun_anew,
)
from orchestration.watch.watchdog.rounds import Watchdog
from orchestration.watch.watchdog.telling import Ways, page_of, ways

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
LOOK = timedelta(seconds=15)


def told(known: Remembered) -> list[str]:
    return [f"{notice.what} {notice.subject}" for notice in known.unsent]


def looks(*found: list[Quiet], hidden: tuple[str, ...] = ()) -> Remembered:
    known = Remembered()
    for number, quiet in enumerate(found):
        known = after(known, quiet, NOON + number * LOOK, hidden)
    return known


WEB = Quiet("webserver", "", NOON, patience=2 * LOOK)
DISK = Quiet("disk", "", NOON)


def test_an_outage_is_told_once_and_its_end_once():
    assert told(looks([DISK], [DISK], [DISK])) == ["opened disk"]
    assert told(looks([DISK], *[[]] * 4)) == ["opened disk"]  # not steady yet
    assert told(looks([DISK], *[[]] * 5)) == ["opened disk", "recovered disk"]
    assert told(looks([DISK], *[[]] * 20)) == ["opened disk", "recovered disk"]


def test_what_passes_within_its_patience_is_not_told():
    assert told(looks([WEB], [WEB], *[[]] * 9)) == []
    assert told(looks([WEB], [WEB], [WEB])) == ["opened webserver"]


def test_flapping_is_one_outage():
    assert told(looks(*[[DISK], [], []] * 20)) == ["opened disk"]


def test_the_next_outage_is_another():
    known = looks([DISK], *[[]] * 6, [DISK])
    assert told(known) == ["opened disk", "recovered disk", "opened disk"]


def test_what_is_explained_by_another_outage_is_not_told():
    daemon = Quiet("daemon", "", NOON)
    pager = Quiet("pager", "", NOON, explained_by=("daemon", "pager:stopped"))
    assert told(looks([daemon, pager], [daemon, pager])) == ["opened daemon"]
    assert told(looks([pager], [pager])) == ["opened pager"]
    stopped = Quiet("pager", "stopped", NOON)
    assert [one.cause for one in looks([stopped, pager]).unsent] == ["stopped"]


def test_a_told_outage_does_not_end_because_a_worse_one_explains_or_hides_it():
    pager = Quiet("pager", "", NOON, explained_by=("daemon",))
    daemon = Quiet("daemon", "", NOON)
    assert told(looks([pager], *[[daemon, pager]] * 9)) == ["opened pager", "opened daemon"]
    known = looks([pager])
    for number in range(20):
        known = after(known, [Quiet("database", "", NOON)], NOON + number * LOOK, ["pager"])
    assert told(known) == ["opened pager", "opened database"]


def test_both_pages_of_an_outage_carry_one_key_and_the_next_outage_another():
    known = looks([DISK], *[[]] * 6, [Quiet("disk", "", NOON + timedelta(hours=1))])
    keys = [notice.dedup_key for notice in known.unsent]
    assert keys[0] == keys[1] != keys[2]


@given(st.lists(st.booleans(), max_size=60))
def test_however_it_flaps_every_outage_begins_once_and_ends_at_most_once(states: list[bool]):
    known = looks(*[[DISK] if down else [] for down in states])
    words = told(known)
    assert words == ["opened disk", "recovered disk"] * (len(words) // 2) + ["opened disk"] * (
        len(words) % 2
    )


def test_after_a_long_pause_patience_begins_anew_and_what_was_told_stays_told():
    known = replace(looks([WEB, DISK]), looked_at=NOON)
    later = NOON + timedelta(hours=9)
    known = after(begun_anew(known, later), [WEB, DISK], later)
    assert told(known) == ["opened disk"]
    assert told(after(known, [WEB, DISK], later + 2 * LOOK)) == ["opened disk", "opened webserver"]


# what it remembers


def test_what_is_remembered_is_read_back(tmp_path: Path):
    known = looks([DISK, WEB], [])
    remember(tmp_path / "watchdog.json", known)
    assert recall(tmp_path / "watchdog.json") == known
    assert recall(tmp_path / "another.json") == Remembered()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"outages": 3}', '{"outages": {}, "unsent": [1]}']
)
def test_a_memory_nobody_can_read_is_put_aside(tmp_path: Path, text: str):
    path = tmp_path / "watchdog.json"
    path.write_text(text)
    assert recall(path) == Remembered()
    assert (tmp_path / "watchdog.unreadable").read_text() == text


# the machine


def test_a_clock_that_jumps_is_told_a_sleeping_machine_is_not():
    _, noted = surroundings.clock(Remembered(), NOON, 100.0, "boot")
    hour = timedelta(hours=1)
    assert surroundings.clock(noted, NOON + hour, 3700.0, "boot")[0] == []
    for jump in (hour, -hour):
        (found,), _ = surroundings.clock(noted, NOON + jump, 115.0, "boot")
        assert (found.subject, found.cause) == ("clock", "jumped")
        assert found.count in (3585, 3615)
    assert surroundings.clock(noted, NOON + hour, 5.0, "another boot")[0] == []


def test_a_full_disk_is_told(tmp_path: Path):
    full = SimpleNamespace(total=100 << 30, free=1 << 30)
    assert [one.subject for one in surroundings.disk(tmp_path / "x", NOON, lambda _: full)] == [
        "disk"
    ]
    roomy = SimpleNamespace(total=100 << 30, free=50 << 30)
    assert list(surroundings.disk(tmp_path, NOON, lambda _: roomy)) == []


# a whole look, with nothing there at all


class Receiver:
    """A channel that may be out of order."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.works = True
        self.dies = False

    def __call__(self, notice: Notice) -> bool:
        if not self.works:
            return False
        self.got.append(f"{notice.what} {notice.subject}")
        if self.dies:
            raise KeyboardInterrupt
        return True


def look(home: Path, minute: int, *, otherwise: Receiver | None = None, **first: Receiver) -> None:
    """A look of a program that has just started, as from cron."""
    settings = read_settings({"CAREHOPS_HOME": str(home)})
    clock = FixedClock(NOON + timedelta(minutes=minute))
    ways = Ways(first, {"otherwise": otherwise} if otherwise else {})
    Watchdog(settings, clock, 1, [], lambda _: ways, lambda: (minute * 60.0, "boot")).look()


def test_without_a_database_it_tells_from_its_own_memory_and_only_once(tmp_path: Path):
    receiver = Receiver()
    for minute in range(10):
        look(tmp_path, minute, pages=receiver)
    assert Counter(receiver.got) == {"opened database": 1, "opened webserver": 1}


def test_a_channel_that_is_down_gets_its_page_later_and_the_other_none_twice(
    tmp_path: Path,
):
    good, bad = Receiver(), Receiver()
    bad.works = False
    for minute in range(6):
        bad.works = minute > 3
        look(tmp_path, minute, good=good, bad=bad)
    assert sorted(good.got) == sorted(bad.got) == ["opened database", "opened webserver"]


def test_a_disk_that_takes_nothing_any_more_keeps_nobody_from_being_told_once(tmp_path: Path):
    receiver, known = Receiver(), Remembered()
    settings = read_settings({"CAREHOPS_HOME": str(tmp_path)})
    (tmp_path / ".watchdog.json.new").mkdir()  # its memory cannot be written
    for minute in range(4):
        clock = FixedClock(NOON + timedelta(minutes=minute))
        there = Ways({"pages": receiver})
        boot = (minute * 60.0, "boot")
        dog = Watchdog(settings, clock, 1, [], lambda _, w=there: w, lambda b=boot: b)
        known = dog.look(known)
    assert Counter(receiver.got) == {"opened database": 1, "opened webserver": 1}


def test_while_a_channel_is_down_the_others_of_its_route_are_told_once(tmp_path: Path):
    bad, otherwise = Receiver(), Receiver()
    for minute in range(6):
        bad.works = minute > 3
        look(tmp_path, minute, bad=bad, otherwise=otherwise)
    assert (
        Counter(otherwise.got)
        == Counter(bad.got)
        == {
            "opened database": 1,
            "opened webserver": 1,
        }
    )


def test_killed_while_sending_it_sends_again_and_loses_nothing(tmp_path: Path):
    receiver = Receiver()
    receiver.dies = True
    for minute in range(3):
        try:
            look(tmp_path, minute, pages=receiver)
        except KeyboardInterrupt:
            receiver.dies = False
    assert Counter(receiver.got) == {"opened database": 2, "opened webserver": 1}


# the way out


def agency(tmp_path: Path) -> Settings:
    shutil.copytree(SQL_FOLDER / "agency", tmp_path / "agency")
    names = {"CAREHOPS_HOME": tmp_path / "home", "CAREHOPS_AGENCY": tmp_path / "agency"}
    return read_settings({name: str(path) for name, path in names.items()})


def sent_to(settings: Settings) -> set[str]:
    return set(ways(settings, NOON).first)


def lines(settings: Settings) -> list[dict[str, object]]:
    files = sorted((settings.home / "pages").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


NOTICE = Notice("opened", "disk", "", NOON, NOON + timedelta(minutes=3))


def test_a_page_goes_where_the_agency_says(tmp_path: Path):
    settings = agency(tmp_path)
    (send,) = ways(settings, NOON).first.values()
    assert send(NOTICE)
    (line,) = lines(settings)
    assert line["text"].startswith(
        "P1 disk: watch blind\nA part of the watch, or something it stands on, is quiet. "
        "It has lasted 3 min. Owner: Data on-call."
    )
    assert "Incident" not in str(line["text"])


def test_a_spoiled_file_of_the_agency_s_leaves_nobody_unpaged(tmp_path: Path):
    settings = agency(tmp_path)
    before = sent_to(settings)
    for name in ("pager.toml", "roster.toml"):
        (settings.agency_folder / name).write_text("spoiled = [")
    assert sent_to(settings) == before
    shutil.rmtree(settings.home / "watchdog")
    (send,) = ways(settings, NOON).first.values()
    assert send(NOTICE)
    assert len(lines(settings)) == 1


def test_both_pages_of_an_outage_resolve_each_other(tmp_path: Path):
    place = Place("willow", "http://127.0.0.1:3210", "docs/runbooks")
    over = replace(NOTICE, what="recovered")
    assert page_of(NOTICE, place).dedup_key == page_of(over, place).dedup_key
    assert page_of(over, place).title == "P1 over: disk: watch blind"


def test_steady_is_longer_than_a_look():
    assert STEADY > LOOK


def test_a_schedule_is_expected_by_the_clock_on_the_agency_s_wall() -> None:
    found = expected(assembly.hops(), ZoneInfo("America/New_York"))
    (one,) = (one for one in found if one.name == "delivery_to_billing_schedule")
    assert one.schedule is not None
    ten_in_the_evening = datetime(2026, 11, 18, 3, tzinfo=UTC)
    half_past_noon = datetime(2026, 11, 17, 17, 30, tzinfo=UTC)
    assert last_due(one.schedule, one.zone, ten_in_the_evening) == half_past_noon
