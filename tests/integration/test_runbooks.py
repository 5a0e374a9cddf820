"""Each runbook is followed to its end: the trouble comes about, is paged, and closes as it says.

Whoever follows one opens the page's link, types the commands under "See it", learns there what is
wrong, has it mended outside, types the commands under "Do", and is told the end.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.commands.opening import BROKEN
from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.condition_files import load_kinds
from orchestration.watch.paging.page import DRILL
from orchestration.watch.people.unmanned import KIND as NOBODY_ON_DUTY
from tests.troubles import MINUTE, NOW, STORIES, Agency, Trouble

pytestmark = pytest.mark.slow

ROOT = SQL_FOLDER.parent
KINDS = sorted({kind.name for kind in load_kinds()} | {NOBODY_ON_DUTY})
#: How commands end that find something: the machine of a test has no Dagster.
FOUND = {"doctor": 1, "watchdog": 1}
#: And how they end while the trouble stands.
STANDS = {**FOUND, "pass": BROKEN}
_BLOCK = re.compile(r"```console\n(.*?)```", re.S)
_COMMAND = re.compile(r"^\$ (.+?)(?:\s+#.*)?$", re.M)
_TO_FILL = re.compile(r"(?<![$\w-])[A-Z]{2,}(?![\w-])")


@pytest.fixture
def agency(database: Database, administrator: sa.Engine, tmp_path: Path) -> Iterator[Agency]:
    yield Agency(database, tmp_path)
    with administrator.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{database.url.database}_dagster"')


def commands(runbook: Path, section: str) -> list[str]:
    """What is to be typed, in order."""
    text = runbook.read_text()
    (said,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    return [line for block in _BLOCK.findall(said) for line in _COMMAND.findall(block)]


def follow(
    agency: Agency, lines: list[str], fill: Mapping[str, str], ends: Mapping[str, int] = FOUND
) -> str:
    """Type them one after the other; answers with all they say."""
    said = ""
    for line in lines:
        typed = _TO_FILL.sub(lambda found: fill[found[0]], line)
        name, *words = typed.split()
        if name != "carehops":
            said += agency.shell(typed)
            continue
        if words[0] == "land":
            words[1] = str(agency.home / "drop" / words[1])
        ended = agency.carehops(*words)
        assert ended.exit_code in {0, ends.get(words[0], 0)}, f"{typed}: {ended.output}"
        said += ended.output
    return said


def told(agency: Agency, kind: str, trouble: Trouble, what: str) -> list[str]:
    """Runbooks the pages about a trouble link to."""
    about = (kind, trouble.subject, trouble.cause, what)
    return [
        page["runbook"]
        for page in agency.pages()
        if (page["kind"], page["subject"], page["cause"], page["what"]) == about
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_following_the_runbook_of_a_page_ends_what_it_is_about(kind: str, agency: Agency) -> None:
    story = STORIES[kind](agency)
    trouble = next(story)
    unwatched = kind == "watch_blind"

    def look(after: timedelta) -> str:
        agency.at(NOW + after)
        agency.look(unwatched=unwatched and after < 10 * MINUTE)
        return str(the(agency, kind, trouble)["state"])

    assert look(0 * MINUTE) == "open"
    assert look(MINUTE) == "open"  # by now a page has gone another way, where its channel is down
    (link,) = told(agency, kind, trouble, "opened")
    number = the(agency, kind, trouble)["incident"]
    fill = {"ID": str(number), "HOP": trouble.subject, **trouble.fill}
    said = follow(agency, commands(ROOT / link, "See it"), fill, STANDS)
    assert [words for words in trouble.shows if words not in said] == [], said

    next(story, None)
    agency.at(NOW + 2 * MINUTE)
    follow(agency, commands(ROOT / link, "Do"), {**fill, **trouble.then})
    if trouble.shows_after:
        assert look(trouble.shows_after) == "open"
        next(story, None)
    shown = trouble.shows_after
    assert look(shown + 3 * MINUTE) == "recovering"
    assert look(shown + 17 * MINUTE) == "recovering"
    assert told(agency, kind, trouble, "recovered") == []
    assert look(shown + 19 * MINUTE) == "closed"
    look(shown + 20 * MINUTE)
    assert told(agency, kind, trouble, "recovered") == [link]
    assert told(agency, kind, trouble, "opened") == [link]
    story.close()


def the(agency: Agency, kind: str, trouble: Trouble) -> dict[str, object]:
    """The one incident of it."""
    (found,) = (
        each
        for each in agency.incidents(kind)
        if (each["subject"], each["cause"]) == (trouble.subject, trouble.cause)
    )
    return found


def test_a_drill_is_told_as_one_and_closes_itself(agency: Agency) -> None:
    trouble = next(STORIES[DRILL](agency))
    for what in ("opened", "recovered"):
        (link,) = told(agency, DRILL, trouble, what)
    said = follow(agency, commands(ROOT / link, "See it"), {})
    assert all(words in said for words in trouble.shows)
    agency.at(NOW + MINUTE)
    follow(agency, commands(ROOT / link, "Do"), {})


def test_every_kind_has_its_story() -> None:
    assert set(STORIES) == {*KINDS, DRILL}
