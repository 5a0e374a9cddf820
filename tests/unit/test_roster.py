"""Who is on duty: shifts, leave, deputies, escalation; and every way a roster can be wrong."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.ground.agency import read_agency
from orchestration.ground.failures import FileRefused
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.people.roster import Roster
from orchestration.watch.people.roster_file import read_roster, roster_reader

FOLDER = SQL_FOLDER / "agency"
TEXT = (FOLDER / "roster.toml").read_text()
AGENCY = read_agency(FOLDER)
EVV = "EVV coordinator"
ON_CALL = "Data on-call"


def read(text: str) -> Roster:
    return roster_reader(AGENCY)(Path("roster.toml"), text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AGENCY.zone_info).astimezone(UTC)


def names(roster: Roster, role: str, instant: str) -> list[str]:
    return [person.name for person in roster.who(role, at(instant)).persons]


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


@pytest.fixture
def roster() -> Roster:
    return read_roster(FOLDER)


def test_a_role_is_whoever_is_on_shift(roster: Roster) -> None:
    assert names(roster, EVV, "2026-12-01T13:59") == ["evv01"]
    assert names(roster, EVV, "2026-12-01T14:00") == ["evv02"]
    assert names(roster, "Care coordinator", "2026-11-25T12:00") == ["coordinator01"]


def test_a_holiday_and_a_closure_have_the_holiday_s_shifts(roster: Roster) -> None:
    assert names(roster, "Care coordinator", "2026-11-26T12:00") == ["coordinator02"]  # public
    assert names(roster, "Care coordinator", "2026-11-27T12:00") == ["coordinator02"]  # closed


def test_off_shift_the_last_resort_answers_and_that_is_planned(roster: Roster) -> None:
    duty = roster.who("Billing specialist", at("2026-12-01T22:00"))
    assert [person.name for person in duty.persons] == ["oncall02"]
    assert duty.is_planned
    assert duty.because == "Billing specialist is off shift; Data on-call stands in"


def test_leave_is_taken_by_its_deputy_then_by_the_role_s(roster: Roster) -> None:
    assert names(roster, EVV, "2026-12-20T08:00") == ["evv01"]
    assert names(roster, EVV, "2026-12-21T08:00") == ["evv02"]
    assert names(roster, EVV, "2026-12-27T08:00") == ["evv02"]
    assert names(roster, EVV, "2026-12-28T08:00") == ["evv01"]
    assert names(roster, "Billing specialist", "2026-12-29T08:00") == ["billing-manager"]


def test_a_leave_s_own_deputy_comes_before_the_role_s() -> None:
    roster = read(changed('deputy = "evv02"', 'deputy = "scheduling02"'))
    assert names(roster, EVV, "2026-12-21T08:00") == ["scheduling02"]
    absent = read(changed('deputy = "evv02"', 'deputy = "billing01"'))
    assert names(absent, EVV, "2026-12-21T08:00") == ["billing01"]  # away a week later
    gone = changed('deputy = "evv02"', 'deputy = "nurse01"') + away(
        "nurse01", "2026-12-21", "2026-12-21"
    )
    assert names(read(gone), EVV, "2026-12-21T08:00") == ["evv02"]


def away(person: str, first: str, last: str) -> str:
    return f'\n[[leave]]\nperson = "{person}"\nfirst = {first}\nlast = {last}\n'


def test_a_shift_without_anybody_falls_to_the_last_resort_and_is_not_planned() -> None:
    roster = read(TEXT + away("evv02", "2026-12-24", "2026-12-26"))
    duty = roster.who(EVV, at("2026-12-25T08:00"))
    assert [person.name for person in duty.persons] == ["oncall01"]
    assert not duty.is_planned
    (gap,) = roster.unmanned(at("2026-12-25T08:00"))
    assert (gap.role, gap.begin, gap.end) == (EVV, at("2026-12-25T06:00"), at("2026-12-25T14:00"))
    assert roster.unmanned(at("2026-12-25T22:00")) == []
    assert {gap.role for gap in roster.gaps(date(2026, 12, 20), 14)} == {EVV}
    assert len(roster.gaps(date(2026, 12, 20), 14)) == 6  # two shifts on three days


def test_when_everybody_is_away_everybody_is_paged() -> None:
    absent = "".join(
        away(name, "2026-12-24", "2026-12-24") for name in ("oncall01", "oncall02", "director")
    )
    duty = read(TEXT + absent).who(ON_CALL, at("2026-12-24T12:00"))
    assert [person.name for person in duty.persons] == ["oncall01", "oncall02"]
    assert not duty.is_planned


def test_a_night_shift_is_looked_at_on_both_its_days() -> None:
    roster = read(TEXT + away("nurse02", "2026-12-02", "2026-12-02"))
    assert names(roster, "Clinical supervisor", "2026-12-01T23:59") == ["nurse02"]
    assert names(roster, "Clinical supervisor", "2026-12-02T00:00") == ["nurse01"]
    assert names(roster, "Clinical supervisor", "2026-12-03T00:00") == ["nurse02"]


@pytest.mark.proves("S2-28")
def test_somebody_answers_for_every_role_at_every_hour_of_a_year(roster: Roster) -> None:
    start = at("2026-03-01T00:30")
    for hour in range(365 * 24):
        instant = start + timedelta(hours=hour)
        for role in (EVV, "Billing manager", ON_CALL, "no such role"):
            assert roster.who(role, instant).persons


def test_a_role_nobody_knows_is_the_last_resort_s_and_not_planned(roster: Roster) -> None:
    duty = roster.who("Gardener", at("2026-12-01T12:00"))
    assert [person.name for person in duty.persons] == ["oncall01"]
    assert not duty.is_planned


def test_it_escalates_to_managers_and_ends_with_the_last_resort(roster: Roster) -> None:
    levels = [roster.at_level(EVV, level) for level in range(5)]
    assert levels == [EVV, "Care coordinator", "Compliance/QA lead", ON_CALL, ON_CALL]


@pytest.mark.parametrize(
    ("old", "new", "line_has", "what", "mend"),
    [
        ('"every day 14:00-22:00 evv02"', '"every day 15:00-22:00 evv02"', "shifts",
         "EVV coordinator has nobody on Mon 14:00-15:00", "Add a shift"),
        ('"every day 14:00-22:00 evv02"', '"every day 13:00-22:00 evv02"', "13:00-22:00",
         "EVV coordinator has two shifts at once on Mon 13:00-14:00", "where the other begins"),
        ('"every day 14:00-22:00 evv02"', '"every day 14:00-22:00 evv03"', "evv03",
         "evv03 is nobody in [people]", "Add them"),
        ('"every day 14:00-22:00 evv02"', '"every day 14:00-22:00"', '14:00-22:00"',
         "this shift is nobody's", "Add a name"),
        ('"every day 14:00-22:00 evv02"', '"all days 14:00-22:00 evv02"', "all days",
         "all is no day", "Mend the hours"),
        ('deputies = ["evv01", "evv02"]', 'deputies = ["evv09"]', "evv09",
         "evv09 is nobody in [people]", "Add them"),
        ('"every day 20:00-08:00 oncall02"', '"Mon-Sun 20:00-08:00 oncall02"', "Data on-call",
         "Data on-call has nobody on Mon 00:00-08:00", "at every hour"),
        ('last_resort = "Data on-call"', 'last_resort = "Nobody"', "last_resort",
         "last_resort is none of the roles", "Write last_resort"),
        ('[roles."EDI analyst"]', '[roles."EDI analist"]', "EDI analist",
         "EDI analist is no role", "Roles are"),
        ('[roles."EDI analyst"]', '[roles."EDI analist"]', "Who is paged",
         "nobody answers for EDI analyst", 'Add [roles."EDI analyst"]'),
        ('director = "director@willow-bend.example"', 'director = "willow-bend"', "director =",
         "director has no e-mail address", "Write director ="),
        ('last = 2026-12-31', 'last = 2026-12-27', "last = 2026-12-27",
         "this leave ends before it begins", "same day or a later"),
        ('deputy = "evv02"', 'deputy = "evv01"', 'deputy = "evv01"',
         "evv01 cannot stand in for themselves", "somebody else"),
        ('deputy = "evv02"', 'deputy = "evv7"', 'deputy = "evv7"', "evv7 is nobody", "Add them"),
        ('person = "billing01"', 'person = "evv01"\nfrom = 3', "from = 3",
         "a leave knows no from", "Remove"),
        ('first = 2026-12-21', 'first = "2026-12-21"', "[[leave]]",
         "this leave has no days", "both days away"),
        ('shifts = ["Mon-Fri 08:00-17:00 hr01"]', 'shift = ["Mon-Fri 08:00-17:00 hr01"]',
         "shift = ", "Credentialing specialist knows no shift", "shifts"),
        ('[people]', '[people', "[people", "this is not TOML", "Mend that line"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_its_mend(
    old: str, new: str, line_has: str, what: str, mend: str
) -> None:
    text = changed(old, new)
    with pytest.raises(FileRefused) as refused:
        read(text)
    faults = refused.value.faults
    fault = next(each for each in faults if what in each.what and mend in each.mend)
    assert line_has in text.splitlines()[fault.line - 1]
    assert str(fault).startswith(f"roster.toml:{fault.line}: ")


def test_two_leaves_at_once_contradict_each_other() -> None:
    with pytest.raises(FileRefused, match="evv01 has two leaves at once"):
        read(TEXT + away("evv01", "2026-12-27", "2026-12-30"))
    assert read(TEXT + away("evv01", "2026-12-28", "2026-12-30"))


def test_a_ring_of_managers_is_refused() -> None:
    section = '[roles."Compliance/QA lead"]\n'
    with pytest.raises(FileRefused, match="a ring nobody ends"):
        read(TEXT.replace(section, f'{section}manager = "Care coordinator"\n'))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = TEXT.replace("oncall01", "oncall9").replace('nurse01 = "nurse01@', 'nurse01 = "nurse01')
    with pytest.raises(FileRefused) as refused:
        read(text.replace('oncall9 = "oncall9@willow-bend.example"\n', ""))
    assert len(refused.value.faults) >= 3
    lines = [fault.line for fault in refused.value.faults]
    assert lines == sorted(lines)


def test_whatever_a_line_is_spoiled_into_it_is_read_or_refused_never_broken() -> None:
    lines = TEXT.splitlines()
    spoils = ("", "x = 1", "[x]", "leave = 3", "people = []", "shifts = 4")
    faults = []
    for number in range(0, len(lines), 2):
        for spoil in (spoils[number % len(spoils)], re.sub(r"= .*", "= 7", lines[number])):
            try:
                read("\n".join([*lines[:number], spoil, *lines[number + 1 :]]))
            except FileRefused as wrong:
                faults += wrong.faults
    assert len(faults) > 50
    assert all(fault.what and fault.mend for fault in faults)
