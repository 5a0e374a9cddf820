"""Every command is explained where people look, and every key of its JSON is documented."""

import dataclasses
import re

import click
import pytest

from orchestration.cli import main
from orchestration.commands.incidents import Looked
from orchestration.commands.paging import OnDuty
from orchestration.flow.approvals import Approval
from orchestration.flow.hop_pass import PassOutcome
from orchestration.flow.landing.verdict import Verdict
from orchestration.ground.code_words import Loaded
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners.exchange import Exchanged
from orchestration.partners.understood import Part, Payment, Understood, Unread, Word
from orchestration.reports.asking import Answer
from orchestration.reports.days import KeptDay
from orchestration.reports.reviews import Review
from orchestration.views.answer import Trace
from orchestration.views.deliveries import DeliveryPile, OpenDelivery
from orchestration.views.doctor import Finding
from orchestration.views.entries import Group
from orchestration.views.held_lines import HeldLine, HeldLines
from orchestration.views.incidents import Happening, IncidentLine, IncidentPage
from orchestration.views.payments import PaymentLine
from orchestration.views.queue import Item, Pile, Queue
from orchestration.views.reasons import Approved
from orchestration.views.received import FeedNews
from orchestration.views.rungs import RungStatus
from orchestration.views.status import FeedStatus, HopStatus, PartnerStatus, Status, Watcher
from orchestration.views.way import LateChange, Step
from orchestration.watch.drill import Leg

ROOT = SQL_FOLDER.parent
PAGE = (ROOT / "docs" / "cli.md").read_text()
ANSWERS = (
    *(Trace, Step, Group, LateChange, HeldLine, HeldLines, FeedNews),
    *(IncidentLine, IncidentPage, Happening, Looked),
    *(
        Status,
        Watcher,
        RungStatus,
        HopStatus,
        FeedStatus,
        PartnerStatus,
        Queue,
        Pile,
        Item,
        Finding,
    ),
    *(Verdict, PassOutcome),
    *(OnDuty, Leg),
    *(Exchanged, OpenDelivery, DeliveryPile),
    *(Approval, Approved, Answer, KeptDay, Review),
    *(Understood, Part, Payment, Word, Unread, Loaded, PaymentLine),
)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_and_stands_in_the_pages(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert command.help.split("\n")[0].endswith(".")
    assert f"carehops {name}" in PAGE
    assert f"carehops {name}" in PAGE + (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_is_explained_and_documented(name: str) -> None:
    section = re.search(rf"### [^\n]*carehops {name}\b.*?(?=\n##|\Z)", PAGE, re.S)
    assert section
    for option in main.commands[name].params:
        if isinstance(option, click.Option):
            assert option.help
            assert option.opts[0] in section[0], f"{name} {option.opts[0]}"


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.__name__)
def test_every_key_of_an_answer_is_documented(answer: type) -> None:
    keys = {field.name for field in dataclasses.fields(answer)}
    undocumented = {key for key in keys if f"`{key}`" not in PAGE}
    assert not undocumented


def test_the_readme_s_commands_exist() -> None:
    said = set(re.findall(r"^\$ .*carehops ([a-z][a-z-]*)", (ROOT / "README.md").read_text(), re.M))
    assert said <= set(main.commands)
    assert {"trace", "status", "queue"} <= said


def test_no_page_promises_a_command_that_is_not_there() -> None:
    for path in (ROOT / "docs").rglob("*.md"):
        for name in re.findall(r"`(?:\.venv/bin/)?carehops ([a-z][a-z-]*)", path.read_text()):
            assert name in main.commands, f"{path}: carehops {name}"
