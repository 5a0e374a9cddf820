"""Every kind of condition has a runbook that says what it means, what to do and how it closes."""

import re
from pathlib import Path

import pytest

from orchestration.cli import main
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.condition_files import load_kinds
from orchestration.watch.paging.page import DRILL
from orchestration.watch.people.unmanned import KIND as NOBODY_ON_DUTY

ROOT = SQL_FOLDER.parent
KINDS = [kind.name for kind in load_kinds()]
NOT_ASKED = [DRILL, NOBODY_ON_DUTY]  # kinds that no query finds
SECTIONS = ["What it means", "See it", "Do", "How it closes"]
LONGEST = 60  # lines somebody reads at three in the morning


def runbook(kind: str) -> Path:
    return ROOT / "docs" / "runbooks" / f"{kind}.md"


def test_there_are_kinds() -> None:
    assert {"hop_stale", "hop_failing", "feed_late", "watch_blind"} <= set(KINDS)


def test_a_head_names_the_runbook_a_page_links_to() -> None:
    for kind in load_kinds():
        assert ROOT / kind.runbook == runbook(kind.name)


@pytest.mark.parametrize("kind", [*KINDS, *NOT_ASKED])
def test_a_kind_has_a_short_runbook_with_every_section(kind: str) -> None:
    text = runbook(kind).read_text()
    assert text.startswith(f"# Runbook: {kind}\n")
    parts = re.split(r"^## (.+)\n", text, flags=re.M)
    assert parts[1::2] == SECTIONS
    assert all(part.strip() for part in parts[2::2])
    assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("kind", [*KINDS, *NOT_ASKED])
def test_a_runbook_s_commands_and_files_are_there(kind: str) -> None:
    text = runbook(kind).read_text()
    for name in re.findall(r"(?:^\$ |`)carehops ([a-z]+)", text, re.M):
        assert name in main.commands, name
    for path in re.findall(r"`(docs/[\w/.]+\.md)`", text):
        assert (ROOT / path).exists(), path
