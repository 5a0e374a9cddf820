"""The acceptance table: rows, the tests that claim to prove them, and how they ended last."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "acceptance.md"
MISSING = "missing"
_LINE = re.compile(r"\| (S\d-\d\d) \| (.+?) \| (.*) \| ([a-z ]+) \|")
_HEAD = """# What is proven

Every row of the list this project was started from that hops and feeds can meet, with the tests
that prove it and how they ended when this page was written (`make acceptance`). A row nobody
proves says **missing**; it is not left out.
"""


@dataclass(frozen=True)
class Row:
    """One thing that must be so."""

    row_id: str
    part: str
    text: str


def rows() -> list[Row]:
    """Every row, in order."""
    parts = tomllib.loads((TESTS / "acceptance" / "rows.toml").read_text())
    return [
        Row(f"{name}-{number}", part["title"], text)
        for name, part in parts.items()
        for number, text in part["rows"].items()
    ]


def claims() -> dict[str, list[str]]:
    """Row id to the tests that are marked as proving it, as pytest names them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for test, row_id in _marks(ast.parse(path.read_text())):
            found[row_id].add(f"{path.relative_to(TESTS.parent)}::{test}")
    return {row_id: sorted(tests) for row_id, tests in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
                    for argument in mark.args:
                        yield node.name, str(ast.literal_eval(argument))


def page(table: list[Row], proofs: Mapping[str, list[str]], said: Callable[[str], str]) -> str:
    """The page.

    Args:
        table: Every row.
        proofs: Row id to its tests.
        said: How a test ended.
    """
    proven = sum(row.row_id in proofs for row in table)
    lines = [_HEAD, f"{proven} of {len(table)} rows have a test."]
    part = ""
    for row in table:
        if row.part != part:
            part = row.part
            lines += ["", f"## {part}", "", "| row | what must be so | proven by | last |"]
            lines.append("|---|---|---|---|")
        tests = proofs.get(row.row_id, [])
        links = "<br>".join(_link(test) for test in tests)
        lines.append(f"| {row.row_id} | {row.text} | {links or '-'} | {_last(tests, said)} |")
    return "\n".join(lines) + "\n"


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../{path})"


def _last(tests: list[str], said: Callable[[str], str]) -> str:
    ended = {said(test) for test in tests}
    return next((word for word in ("failed", "not run", "passed") if word in ended), MISSING)


def written(text: str) -> dict[str, str]:
    """Row id to the last result on a page."""
    return {found[1]: found[4] for found in _LINE.finditer(text)}
