"""How answers look on a terminal, in a pipe, and as JSON.

Plain words and numbers: ids, codes, counts, ages, money. Colours only where somebody looks; in a
pipe lines are wide enough not to be broken.
"""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH = 200
_STYLES = {
    "fresh": "green",
    "moved": "green",
    "landed": "green",
    "warn": "yellow",
    "waiting": "yellow",
    "unknown": "yellow",
    "held": "bold yellow",
    "stale": "bold red",
    "rejected": "bold red",
    "quarantined": "bold red",
    "refused": "bold red",
    "no": "bold red",
}


def console(stream: TextIO | None = None) -> Console:
    """A console on that stream, standard output unless told."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def say(text: str) -> None:
    """A word to somebody who waits; beside the answer, not in it."""
    console(sys.stderr).print(text, soft_wrap=True)


@contextmanager
def saying() -> Iterator[Callable[[str], None]]:
    """Words to somebody who waits: one changing line on a terminal, a line each in a pipe."""
    beside = console(sys.stderr)
    if not beside.is_terminal:
        yield say
        return
    with beside.status("working") as line:
        yield lambda text: line.update(Text(text, overflow="ellipsis", no_wrap=True))


def show(text: str = "") -> None:
    """A sentence of the answer, wrapped only by the terminal itself."""
    console().print(text, soft_wrap=True)


def show_json(value: object) -> None:
    """The answer as JSON."""
    sys.stdout.write(json.dumps(plain(value), indent=2) + "\n")


def plain(value: object) -> Any:  # noqa: PLR0911 - one line for each kind of value
    """A value as JSON knows it: instants in UTC, lengths in seconds."""
    if hasattr(value, "as_json"):
        return plain(value.as_json())
    if dataclasses.is_dataclass(value):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()
) -> None:
    """A table; columns named in ``right`` hold numbers."""
    numbers = frozenset(right)
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None)
    made.pad_edge = False
    for place, name in enumerate(columns):
        made.add_column(name, justify="right" if place in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    console().print(made)


def _cell(value: object) -> Text:
    text = "-" if value is None else "yes" if value is True else "no" if value is False else value
    return Text(str(text), style=_STYLES.get(str(text), ""))
