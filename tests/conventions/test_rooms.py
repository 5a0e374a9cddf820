"""Who may know what: Dagster, Great Expectations, the environment, and no hop by name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from orchestration import assembly
from orchestration.ground.sql import SQL_FOLDER

ROOT = SQL_FOLDER.parent
_CHANGES = re.compile(r"(insert into|update \w+\.|delete from|(drop|create|alter) \w+ )")
ROOMS = ("orchestration", "assets", "expectations")


def modules() -> Iterator[tuple[str, ast.Module, str]]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text()
            yield str(path.relative_to(ROOT)), ast.parse(text), text


def imports(tree: ast.Module) -> set[str]:
    """Top packages a module imports, late imports included."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_only_the_graph_knows_dagster() -> None:
    knowing = {name for name, tree, _ in modules() if "dagster" in imports(tree)}
    assert {str(Path(name).parent) for name in knowing} == {"orchestration/graph"}


def test_only_the_audit_knows_great_expectations() -> None:
    knowing = {name for name, tree, _ in modules() if "great_expectations" in imports(tree)}
    assert knowing == {"orchestration/flow/audit.py"}


def test_the_clearinghouse_to_try_against_shares_no_x12_code() -> None:
    rooms = (ROOT / "orchestration" / "partners" / "simulator").rglob("*.py")
    for path in rooms:
        text = path.read_text()
        assert "pyx12" not in imports(ast.parse(text)), path.name
        assert "orchestration.partners.x12" not in text, path.name


def test_only_settings_reads_the_environment() -> None:
    reading = {name for name, _, text in modules() if "os.environ" in text or "getenv" in text}
    assert reading == {"orchestration/ground/settings.py"}


def test_the_machine_knows_no_hop_and_no_feed_by_name() -> None:
    names = {hop.name for hop in assembly.hops()}
    names |= {feed.name for feed in assembly.feeds() if "_" in feed.name}
    known = {
        (module, name)
        for module, tree, _ in modules()
        if module.startswith("orchestration/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in names
        if node.value == name
    }
    assert not known


def test_views_only_read() -> None:
    for path in (ROOT / "orchestration" / "views").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not _CHANGES.match(node.value.lstrip().lower()), node.value
