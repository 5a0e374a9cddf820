"""Rules of time on the days that are not like others, and the agency's files that change them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration import assembly
from orchestration.ground.agency import read_agency
from orchestration.ground.business_time import Deadline, Night, WorkingTime, parse_limit
from orchestration.ground.failures import ContractFailure, FileRefused
from orchestration.ground.partner_profiles import Partner, partner_reader
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.freshness import Facts, Sent, freshness
from orchestration.watch.looking.timing import read_watched
from orchestration.watch.looking.watched import Watched

EASTERN = ZoneInfo("America/New_York")
OFFICE = WorkingTime(EASTERN)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LADDERS = [hop.ladder for hop in assembly.hops()]


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("limit", "since", "due"),
    [
        ("4 hours", "2026-11-20T22:00", "2026-11-21T02:00"),
        ("4 business hours", "2026-11-20T15:00", "2026-11-23T10:00"),  # over a weekend
        ("4 business hours", "2026-11-21T15:00", "2026-11-23T12:00"),
        ("1 business day", "2026-11-20T15:00", "2026-11-23T15:00"),
        ("1 business day", "2026-11-25T15:00", "2026-11-27T15:00"),  # over Thanksgiving
        ("3 business days", "2026-10-30T15:00", "2026-11-04T15:00"),  # over the long night
        ("1 business day", "2026-03-06T15:00", "2026-03-09T15:00"),  # over the short one
        ("next business day 12:00", "2026-11-20T15:00", "2026-11-23T12:00"),
        ("next business day 12:00", "2026-11-21T15:00", "2026-11-23T12:00"),
        ("2 business days 07:00", "2026-11-25T15:00", "2026-11-30T07:00"),
        ("30 days", "2026-02-20T15:00", "2026-03-22T16:00"),  # of twenty-four hours each
    ],
)
def test_a_limit_says_by_when(limit, since, due):
    assert parse_limit(limit).due(local(since), OFFICE) == local(due)


NIGHT = Night(time(22), time(6), 2)


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        ("2026-11-18T10:00", 60, "2026-11-18T11:00"),
        ("2026-11-18T23:00", 60, "2026-11-19T01:00"),  # twice as long at night
        ("2026-11-18T23:00", 120, "2026-11-19T03:00"),
        ("2026-11-18T21:30", 60, "2026-11-18T23:00"),  # half an hour, and half of one
        ("2026-11-18T05:30", 60, "2026-11-18T06:45"),
        ("2026-10-31T23:00", 240, "2026-11-01T06:00"),  # a night with an hour more
        ("2027-03-13T23:00", 240, "2027-03-14T07:00"),  # and with one less
    ],
)
def test_a_nights_hour_counts_half(since, minutes, due):
    found = NIGHT.after(local(since), timedelta(minutes=minutes), EASTERN)
    assert found == local(due)


@pytest.mark.parametrize(
    ("last", "warn", "fail"),
    [
        ("2026-11-18T02:31", "2026-11-19T05:30", "2026-11-19T06:30"),
        ("2026-11-18T02:29", "2026-11-18T05:30", "2026-11-18T06:30"),
        ("2026-11-20T02:31", "2026-11-23T05:30", "2026-11-23T06:30"),  # no Saturday
        ("2026-11-25T02:31", "2026-11-27T05:30", "2026-11-27T06:30"),  # no Thanksgiving
    ],
)
def test_a_deadline_is_that_of_the_first_day_not_yet_met(last, warn, fail):
    nightly = Deadline("business", time(2, 30), time(5, 30), time(6, 30))
    assert next(nightly.after(local(last), OFFICE)) == (local(warn), local(fail))


def test_a_pass_at_the_first_minute_after_a_skipped_hour_is_in_time():
    """At 02:30 of March 14, 2027 there is no 02:30."""
    nightly = Deadline("every", time(2, 30), time(5, 30), time(6, 30))
    ran_at = local("2027-03-14T03:00")
    assert next(nightly.after(ran_at, OFFICE)) == (
        local("2027-03-15T05:30"),
        local("2027-03-15T06:30"),
    )


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=9))


@settings(deadline=None)  # the first example builds the calendar, on whatever machine
@given(since=INSTANTS, length=LENGTHS, more=LENGTHS)
def test_what_is_due_later_is_never_due_sooner(since, length, more):
    due = OFFICE.after(since, length)
    assert OFFICE.between(since, due) == length
    assert OFFICE.after(since, length + more) >= due >= since
    assert NIGHT.after(since, length + more, EASTERN) >= NIGHT.after(since, length, EASTERN)
    assert NIGHT.after(since, length, EASTERN) >= since + length


# partners

PROFILE = """
meaning = "A partner."
payers = ["ONE"]
owner = "EDI analyst"
time_zone = "America/New_York"
cut_off = "16:00"

[replies]
"TA1" = { expected = "sometimes" }
"999" = { expected = "always", warn = "4 hours", fail = "next business day 12:00" }
"clearinghouse 277CA" = { expected = "always", warn = "4 hours", fail = "1 business day" }
"payer 277CA" = { expected = "never" }
"835" = { expected = "always", warn = "7 days", fail = "10 days", paid_on = ["thursday"] }
"""


def partner(text: str = PROFILE) -> Partner:
    return partner_reader(LADDERS)(Path("one.toml"), text)


def overdue(at: str, *sent: tuple[str, str], text: str = PROFILE) -> Mapping[str, datetime]:
    facts = Facts(
        local("2026-01-01T00:00"), sent=tuple(Sent(rung, local(when), 3) for rung, when in sent)
    )
    found = freshness(partner(text), facts, local(at), OFFICE)
    return {one.cause: one.due_at for one in found.findings if one.state == "stale"}


def test_before_its_deadline_a_reply_is_awaited_and_from_then_on_overdue():
    sent = ("sent", "2026-11-17T10:00")
    assert overdue("2026-11-18T11:59", sent) == {}
    assert overdue("2026-11-18T12:00", sent) == {"999": local("2026-11-18T12:00")}


def test_what_is_sent_after_the_cut_off_counts_from_the_next_working_day():
    assert overdue("2026-11-18T12:00", ("sent", "2026-11-17T16:01")) == {}
    assert overdue("2026-11-19T12:00", ("sent", "2026-11-17T16:01")) == {
        "999": local("2026-11-19T12:00")
    }


def test_a_missing_reply_is_one_problem_and_not_also_those_behind_it():
    assert set(overdue("2026-12-31T12:00", ("sent", "2026-11-17T10:00"))) == {"999"}


def test_a_reply_is_not_overdue_before_the_one_that_comes_first():
    after_the_999 = ("999", "2026-11-17T06:00")
    assert overdue("2026-11-18T11:00", after_the_999) == {}
    assert set(overdue("2026-11-18T12:00", after_the_999)) == {"clearinghouse 277CA"}


def test_what_never_or_only_sometimes_comes_is_never_overdue():
    assert set(overdue("2027-06-01T12:00", ("clearinghouse 277CA", "2026-11-17T10:00"))) == {"835"}
    assert overdue("2027-06-01T12:00", ("835", "2026-11-17T10:00")) == {}


def test_a_payment_is_due_on_its_payment_day_moved_by_a_holiday():
    # ten days after November 13 is the 23rd; Thursday the 26th is Thanksgiving
    sent = ("clearinghouse 277CA", "2026-11-13T10:00")
    assert overdue("2026-11-27T16:59", sent) == {}
    assert overdue("2026-11-27T17:00", sent) == {"835": local("2026-11-27T17:00")}


def test_waits_stand_still_while_a_partner_is_down_as_planned():
    down = "[[downtime]]\nfrom = 2026-11-18T00:00:00-05:00\nuntil = 2026-11-18T20:00:00-05:00\n"
    sent = ("sent", "2026-11-17T10:00")
    assert overdue("2026-11-19T07:59", sent, text=PROFILE + down) == {}
    assert set(overdue("2026-11-19T08:00", sent, text=PROFILE + down)) == {"999"}


@pytest.mark.parametrize(
    ("wrong", "right", "line", "said"),
    [
        ('cut_off = "4 pm"', 'cut_off = "16:00"', 6, "no time of day"),
        ('time_zone = "New York"', 'time_zone = "America/New_York"', 5, "no zone"),
        ("payers = []", 'payers = ["ONE"]', 3, "no payer"),
        ('owners = "EDI analyst"', 'owner = "EDI analyst"', 4, "not known here"),
        ('"998" = { ', '"999" = { ', 10, "no reply"),
        ('"1 bd"', '"1 business day"', 11, "no length of time"),
        ('["tursday"]', '["thursday"]', 13, "weekdays"),
        ('"payer 277CA" = { expected = "no"', '"payer 277CA" = { expected = "never"', 12, "'no'"),
        ("[replies", "[replies]", 8, "TOML"),
    ],
)
def test_a_partners_file_that_is_wrong_says_where(wrong, right, line, said):
    assert right in PROFILE
    with pytest.raises(FileRefused, match=said) as refused:
        partner(PROFILE.replace(right, wrong, 1))
    assert str(refused.value).startswith(f"one.toml:{line}: ")


# timing.toml


def watched(folder: Path, timing: str) -> Watched:
    (folder / "timing.toml").write_text(timing)
    agency = read_agency(SQL_FOLDER / "agency")
    return read_watched(folder, agency, assembly.feeds(), assembly.hops())


def test_an_agency_times_its_feeds_and_hops_without_code(tmp_path):
    found = watched(
        tmp_path,
        '[evv_to_coordination]\nfail_after = "3 hours"\nseverity = "P2"\n'
        'night = { from = "23:00", to = "05:00", slower = 3 }\n'
        '[schedules]\nold_after = "3 days"\nrests = true\n'
        'deadlines = [{ days = "every", begins = "05:00", warn = "06:00", fail = "07:00" }]\n',
    )
    (hop,) = [hop for hop in found.hops if hop.name == "evv_to_coordination"]
    assert (hop.timing.fail_after, hop.timing.severity) == (3 * HOUR, "P2")
    assert hop.timing.warn_after == HOUR  # as the contract has it
    assert hop.timing.night == Night(time(23), time(5), 3)
    (feed,) = [feed for feed in found.feeds if feed.name == "schedules"]
    assert (feed.old_after, feed.rests) == (3 * DAY, True)
    assert feed.deadlines == (Deadline("every", time(5), time(6), time(7)),)


@pytest.mark.parametrize(
    ("timing", "line", "said"),
    [
        ('[schedules]\nwarn_after = "1 hour"\n[nothing]\n', 3, "no feed and no hop"),
        ('[schedules]\nfail_after = "4 business hours"\n', 2, "plain time"),
        ('[schedules]\nstuck_after = "4 hours"\n', 2, "not known here"),
        ('[schedules]\n# late\nwarn_after = "9 hours"\n', 3, "not below"),
        ('[schedules]\nnight = { from = "01:00", to = "05:00", slower = 2 }\n', 2, "no night"),
    ],
)
def test_a_timing_that_is_wrong_says_where(tmp_path, timing, line, said):
    with pytest.raises(FileRefused, match=said) as refused:
        watched(tmp_path, timing)
    assert f"timing.toml:{line}: " in str(refused.value)


def test_a_payer_answers_through_one_partner_only(tmp_path):
    (tmp_path / "partners").mkdir()
    for name in ("one", "two"):
        (tmp_path / "partners" / f"{name}.toml").write_text(PROFILE)
    with pytest.raises(ContractFailure, match="ONE answers through one already"):
        watched(tmp_path, "")


def test_every_day_counted_is_a_day_of_the_calendar():
    assert not OFFICE.is_business(date(2026, 11, 26))
    assert OFFICE.is_business(date(2026, 11, 27))
    assert not WorkingTime(EASTERN, (date(2026, 11, 27),)).is_business(date(2026, 11, 27))
