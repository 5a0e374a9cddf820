"""``pager.toml``: what it sets up, and every way it can be wrong."""

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.ground.agency import read_agency
from orchestration.ground.failures import FileRefused
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.paging.channels.email import Email
from orchestration.watch.paging.channels.file import FileChannel
from orchestration.watch.paging.channels.pagerduty import PagerDuty
from orchestration.watch.paging.pager import Pager
from orchestration.watch.paging.pager_file import pager_reader

AGENCY = read_agency(SQL_FOLDER / "agency")
SAMPLE = (SQL_FOLDER / "agency" / "pager.toml").read_text()
HOME = Path("home")
FULL = """\
[links]
dagster = "https://carehops.example"
runbooks = "https://carehops.example/runbooks"

[telling]
office_hours = "07:30-17:00"
quiet_for = "20 min"

[telling.P1]
remind_every = "15 min"

[telling.P2]
escalate_after = "never"

[channels.pages]
kind = "file"
folder = "elsewhere"

[channels.duty]
kind = "pagerduty"
secret = "CAREHOPS_PAGERDUTY_KEY"
timeout_seconds = 4

[channels.mail]
kind = "email"
host = "mail.example"
sender = "carehops@willow-bend.example"

[[routes]]
severities = ["P1"]
channels = ["duty"]
otherwise = ["mail", "pages"]

[[routes]]
roles = ["Billing manager"]
channels = ["mail"]

[[routes]]
channels = ["pages"]
"""


def read(text: str) -> Pager:
    return pager_reader(AGENCY, HOME)(Path("pager.toml"), text)


def test_the_sample_s_pages_go_into_a_file() -> None:
    pager = read(SAMPLE)
    assert pager.route("P1", "Data on-call").channels == ("pages",)
    assert pager.destinations["pages"].channel == FileChannel(folder=HOME / "pages")
    assert pager.rules.hours.opens == time(8)


def test_what_is_written_is_set_up() -> None:
    pager = read(FULL)
    assert pager.destinations["pages"].channel == FileChannel(folder=HOME / "elsewhere")
    assert pager.destinations["duty"].channel == PagerDuty(timeout_seconds=4.0)
    assert pager.destinations["duty"].secret_name == "CAREHOPS_PAGERDUTY_KEY"
    assert isinstance(pager.destinations["mail"].channel, Email)
    assert pager.place.agency == "willow-bend"
    rules = pager.rules
    assert (rules.hours.opens, rules.hours.closes) == (time(7, 30), time(17))
    assert rules.hours.closures == AGENCY.closures
    assert rules.quiet_for == timedelta(minutes=20)
    assert rules.paces["P1"].remind_every == timedelta(minutes=15)
    assert rules.paces["P1"].escalate_after == timedelta(minutes=30)  # the house's
    assert rules.paces["P2"].escalate_after is None
    assert rules.paces["P2"].waits


def test_the_first_route_that_takes_it_decides() -> None:
    pager = read(FULL)
    assert pager.route("P1", "Billing manager").channels == ("duty",)
    assert pager.route("P1", "Billing manager").otherwise == ("mail", "pages")
    assert pager.route("P2", "Billing manager").channels == ("mail",)
    assert pager.route("P2", "Scheduler").channels == ("pages",)


def test_a_secret_that_is_needed_and_not_there_is_told_from_none_needed() -> None:
    pager = read(FULL)
    there = {"CAREHOPS_PAGERDUTY_KEY": "geheim"}
    assert pager.destinations["duty"].secret(there.get) == "geheim"
    assert pager.destinations["duty"].secret({}.get) is None
    assert pager.destinations["pages"].secret({}.get) == ""
    assert pager.destinations["mail"].secret({}.get) == ""


@pytest.mark.parametrize(
    ("old", "new", "line_has", "what"),
    [
        ('kind = "pagerduty"', 'kind = "pager"', 'kind = "pager"', "duty is of no kind there is"),
        ('kind = "pagerduty"', 'kind = "pagerduty"\nurl = "http://x.example"', "url",
         "does not begin with https"),
        ('kind = "pagerduty"', 'kind = "webhook"', "channels.duty", "duty needs url"),
        ("timeout_seconds = 4", "timeout = 4", "timeout = 4", "duty knows no timeout"),
        ("timeout_seconds = 4", 'timeout_seconds = "4"', "timeout_seconds", "is no float"),
        ("timeout_seconds = 4", "timeout_seconds = -4", "timeout_seconds", "is no float"),
        ("timeout_seconds = 4", "timeout_seconds = 40", "timeout_seconds", "more than 20 seconds"),
        ('kind = "pagerduty"', 'kind = "slack"\nmention = "anna"', "mention", "neither here nor"),
        ('secret = "CAREHOPS_PAGERDUTY_KEY"', "", "channels.duty", "no variable is named for"),
        ('host = "mail.example"', "", "channels.mail", "mail needs host"),
        ('host = "mail.example"', 'host = "mail.example"\ntls = "no"', "tls", "starttls or tls"),
        ('host = "mail.example"', 'host = "mail.example"\nuser = "x"', "channels.mail",
         "no variable is named for the mail account's password"),
        ('sender = "carehops@willow-bend.example"', 'sender = "carehops"', "sender",
         "sender is no address"),
        ("[channels.duty]", '[channels."Anna Example"]', "Anna", "is no name for a channel"),
        ('otherwise = ["mail", "pages"]', 'otherwise = ["post"]', "otherwise",
         "post is none of the otherwise"),
        ('severities = ["P1"]', 'severities = ["P0"]', "severities", "P0 is none of"),
        ('roles = ["Billing manager"]', 'roles = ["Gardener"]', "roles", "Gardener is none of"),
        ('channels = ["duty"]', "channels = []", "[[routes]]", "this route goes nowhere"),
        ('channels = ["duty"]', 'channel = ["duty"]', "channel =", "a route knows no channel"),
        ('dagster = "https://carehops.example"', "", "[links]", "must say where Dagster"),
        ('office_hours = "07:30-17:00"', 'office_hours = "17:00-07:30"', "office_hours",
         "these office hours are none"),
        ('office_hours = "07:30-17:00"', 'hours = "17"', "hours =", "[telling] knows no hours"),
        ('quiet_for = "20 min"', 'quiet_for = "a while"', "quiet_for", "a length is written like"),
        ('quiet_for = "20 min"', 'quiet_for = "never"', "quiet_for", "a length is written like"),
        ('remind_every = "15 min"', 'remind = "15 min"', "remind =", "knows no remind"),
        ("[telling.P1]", "[telling.P9]", "P9", "knows no P9"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_a_mend(
    old: str, new: str, line_has: str, what: str
) -> None:
    assert FULL.count(old) == 1
    text = FULL.replace(old, new)
    with pytest.raises(FileRefused) as refused:
        read(text)
    fault = next(fault for fault in refused.value.faults if what in fault.what)
    assert line_has in text.splitlines()[fault.line - 1]
    assert fault.mend


def test_a_severity_that_goes_nowhere_is_refused() -> None:
    text = FULL[: FULL.rindex("[[routes]]")]
    with pytest.raises(FileRefused, match=r"P2 for .* goes nowhere"):
        read(text)


def test_a_secret_written_into_the_file_is_refused_and_never_repeated() -> None:
    for key in ("R0GEHEIMGEHEIMGEHEIMGEHEIMGEHEIM", "https://hooks.example/services/T0/geheim"):
        with pytest.raises(FileRefused) as refused:
            read(FULL.replace("CAREHOPS_PAGERDUTY_KEY", key))
        assert "secret is no name of a variable" in str(refused.value)
        assert key not in str(refused.value)


def test_whatever_a_line_is_spoiled_into_it_is_read_or_refused_never_broken() -> None:
    lines = FULL.splitlines()
    spoils = ("", "x = 1", "[x]", "routes = 3", "channels = 4", "[[links]]", "telling = 3")
    faults: list[Any] = []
    for number in range(len(lines)):
        for spoil in (*spoils, re.sub(r"= .*", "= 7", lines[number])):
            try:
                read("\n".join([*lines[:number], spoil, *lines[number + 1 :]]))
            except FileRefused as wrong:
                faults += wrong.faults
    assert len(faults) > 100
    assert all(fault.what and fault.mend for fault in faults)
