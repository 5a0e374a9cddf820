"""What every file keeps to: names, sizes, reasons for exceptions, nothing of one machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from orchestration.ground.sql import SQL_FOLDER

ROOT = SQL_FOLDER.parent
OURS = ("orchestration", "assets", "expectations")
MODULES = sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))
EVERY_MODULE = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(ROOT))
)
LONGEST_MODULE = 250

#: Words that say nothing about what a thing is.
EMPTY_WORDS = frozenset(
    {
        *("manager", "helper", "helpers", "util", "utils", "handler", "processor", "data"),
        *("info", "base", "common", "process", "misc"),
    }
)
#: Left behind by unfinished work, or only true on the machine it was written on.
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b|NotImplementedError|Lorem ipsum")
ONE_MACHINE = re.compile(r"(?<![\w./-])/(work|root|home|Users)/\w")
UNREASONED = re.compile(
    r"#\s*type:\s*ignore(\[[\w,-]+\])?\s*$"  # why not?
    r"|#\s*noqa(:\s*[A-Z0-9, ]+)?\s*$"
    r"|except Exception( as \w+)?:\s*$"
)


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Text files of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    kinds = {".py", ".sql", ".md", ".toml", ".yaml", ".yml"}
    paths = [ROOT / name for name in listed.splitlines()]
    return [path for path in paths if path.suffix in kinds and path.is_file()]


def words(name: str) -> set[str]:
    """The words a name is made of: ``FeedNews`` and ``feed_news`` are both feed and news."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


@EVERY_MODULE
def test_a_module_says_what_lives_in_it(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text
    assert not text[0].islower()


def lines_of_code(text: str) -> int:
    """Lines less docstrings, comments and blanks: explaining never makes a module too long."""
    explained: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            explained |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        number not in explained and line.strip() != "" and not line.lstrip().startswith("#")
        for number, line in enumerate(text.splitlines(), start=1)
    )


@EVERY_MODULE
def test_a_module_fits_the_head(path: Path) -> None:
    # a feed's contract is a table; splitting it would hide it
    if path.parent.name != "feeds":
        assert lines_of_code(path.read_text()) <= LONGEST_MODULE


@EVERY_MODULE
def test_modules_and_classes_have_names_that_say_something(path: Path) -> None:
    assert not words(path.stem) & EMPTY_WORDS
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            assert not words(node.name) & EMPTY_WORDS, node.name
        elif isinstance(node, ast.FunctionDef):
            assert node.name.strip("_") not in EMPTY_WORDS, node.name


def test_nothing_is_left_unfinished(tracked: list[Path]) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if UNFINISHED.search(line)
    }
    assert not found


def test_no_file_knows_the_machine_it_was_written_on(tracked: list[Path]) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ONE_MACHINE.search(line)
    }
    assert not found


def test_every_exception_to_a_rule_gives_its_reason(tracked: list[Path]) -> None:
    found = set()
    for path in tracked:
        if path.suffix == ".py" and path != Path(__file__):
            lines = ["", *path.read_text().splitlines(), ""]
            for number, line in enumerate(lines):
                # on the line itself, or in a comment just above or below it
                beside = lines[number - 1 : number + 2 : 2] if UNREASONED.search(line) else ["#"]
                if not any(other.lstrip().startswith("#") for other in beside):
                    found.add(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not found


def test_every_migration_has_a_number_of_its_own_and_says_what_it_is_for() -> None:
    names = sorted(path.name for path in (SQL_FOLDER / "migrations").iterdir())
    assert all(re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*\.sql", name) for name in names)
    numbers = [name[:4] for name in names]
    assert len(set(numbers)) == len(numbers)
    for name in names:
        assert (SQL_FOLDER / "migrations" / name).read_text().startswith("-- "), name
