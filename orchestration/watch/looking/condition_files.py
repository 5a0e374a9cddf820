"""Kinds of conditions: one SQL file each, whose head says what a person must know about it.

The first comment line is ``-- kind: what is wrong, in one sentence``; ``-- key: value`` lines
follow. The query gives a row for each problem, with the columns of a ``Condition``; a column that
is missing is taken from the head. A kind whose head says ``judge: freshness`` gives facts instead,
which the pure function of that name judges; ``finds`` says which of its findings are of this kind.
``{{ watched('feed') }}`` is a table of what is watched: feeds, hops, partners, payers.
``{{ ref('ledger.entry') }}`` names a table with its schema: a kind belongs to no hop. What kinds
have in common stands in ``endings`` and is included.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import jinja2

from orchestration.ground.contracts import Severity
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.freshness import Kind

CONDITIONS_FOLDER = SQL_FOLDER / "conditions"
_KEYS = ("severity", "owner", "runbook", "judge", "finds")
_FIRST_LINE = re.compile(r"-- ([a-z_]{3,40}): (.+)")
_LINE = re.compile(r"-- ([a-z]+): (.+)")

#: What is watched, as tables the queries join: their columns, each an array of the same name.
WATCHED: Mapping[str, Mapping[str, str]] = {
    "feed": {
        "name": "text",
        "owner": "text",
        "severity": "text",
        "cadence": "interval",
        "old_after": "interval",
        "empty_allowed": "boolean",
    },
    "hop": {"name": "text", "owner": "text", "severity": "text", "stuck_after": "interval"},
    "partner": {"name": "text", "owner": "text"},
    "payer": {"payer_id": "text", "partner": "text", "lock_days": "integer"},
}


@dataclass(frozen=True)
class ConditionKind:
    """One kind of condition.

    Args:
        name: File stem: ``hop_stale``.
        meaning: What is wrong, in one sentence.
        runbook: Page that says what to do, below the repository's root.
        severity: Where the rows do not say.
        owner: Role, where the rows do not say.
        finds: Findings of ``freshness`` that are of this kind; empty when rows are conditions.
        sql: The query.
    """

    name: str
    meaning: str
    runbook: str
    severity: str | None
    owner: str | None
    finds: tuple[Kind, ...]
    sql: str


def load_kinds(folder: Path = CONDITIONS_FOLDER) -> tuple[ConditionKind, ...]:
    """Every kind there is a file of, by name.

    Raises:
        ContractFailure: a head is incomplete or wrong.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.sql")))


@cache
def meaning_of(kind: str) -> str:
    """What is wrong, in one sentence; empty for a kind that no file describes."""
    path = CONDITIONS_FOLDER / f"{kind}.sql"
    return _head(path)["meaning"] if path.is_file() else ""


def _head(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    first = _FIRST_LINE.fullmatch(lines[0]) if lines else None
    if first is None or first[1] != path.stem:
        message = f"{path}:1: the first line must be '-- {path.stem}: what is wrong'"
        raise ContractFailure(message)
    head: dict[str, str] = {"meaning": first[2]}
    last = "meaning"
    for line in _comment(lines[1:]):
        found = _LINE.fullmatch(line)
        if found and found[1] in _KEYS:
            last = found[1]
            head[last] = found[2]
        elif line.startswith("--   "):
            head[last] += " " + line.removeprefix("--").strip()
    return head


def _read(path: Path) -> ConditionKind:
    head = _head(path)
    _check(path, head)
    return ConditionKind(
        name=path.stem,
        meaning=head["meaning"],
        runbook=head["runbook"],
        severity=head.get("severity"),
        owner=head.get("owner"),
        finds=tuple(kind for kind in get_args(Kind) if kind in head.get("finds", "").split(", ")),
        sql=_render(path),
    )


def _comment(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("--"):
            return
        yield line


def _check(path: Path, head: Mapping[str, str]) -> None:
    wrong = None
    if "runbook" not in head:
        wrong = "the head lacks a runbook"
    elif head.get("severity", "P1") not in get_args(Severity):
        wrong = f"severity is {head['severity']!r}; use one of {', '.join(get_args(Severity))}"
    elif ("judge" in head) != ("finds" in head) or head.get("judge", "freshness") != "freshness":
        wrong = "'judge: freshness' and 'finds: not_run, old, stuck or no_answer' go together"
    elif not set(head.get("finds", "old").split(", ")) <= set(get_args(Kind)):
        wrong = f"finds is {head['finds']!r}; use of {', '.join(get_args(Kind))}"
    if wrong is not None:
        message = f"{path}:1: {wrong}"
        raise ContractFailure(message)


def _render(path: Path) -> str:
    def watched(name: str) -> str:
        columns = WATCHED[name]
        arrays = ", ".join(f"cast(:{name}_{key} as {type_} [])" for key, type_ in columns.items())
        return f"(select * from unnest({arrays}) as one ({', '.join(columns)}))"

    try:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(SQL_FOLDER),
            undefined=jinja2.StrictUndefined,
            # SQL, not HTML: there is nothing to escape, values are bound
            autoescape=False,  # noqa: S701
        )
        return environment.from_string(path.read_text()).render(
            watched=watched, ref=lambda table: table
        )
    except (jinja2.TemplateError, KeyError) as error:
        message = f"{path}: the template does not render: {error}"
        raise ContractFailure(message) from error


def arrays_of(table: str, rows: list[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values behind one of the watched tables."""
    return {f"{table}_{key}": [row[key] for row in rows] for key in WATCHED[table]}
