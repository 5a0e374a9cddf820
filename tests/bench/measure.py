"""Seconds, peak memory, and a table to read them in."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any


@dataclass
class Stopwatch:
    """How long a block took."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time a block."""
    watch = Stopwatch()
    started = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - started


def _in_child(work: Callable[..., Any], arguments: tuple[Any, ...], answers: Any) -> None:
    before = _peak()
    with timed() as watch:
        work(*arguments)
    answers.put((watch.seconds, before, _peak()))


def _peak() -> float:
    """MiB this program ever held; unlike ``getrusage`` it forgets who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def apart(work: Callable[..., Any], *arguments: Any) -> tuple[float, float, float]:
    """Run in a process of its own: seconds, MiB before the work, peak MiB."""
    context = get_context("spawn")
    answers = context.SimpleQueue()
    child = context.Process(target=_in_child, args=(work, arguments, answers))
    child.start()
    child.join()
    if child.exitcode != 0:
        message = f"{work.__name__} failed in its process"
        raise RuntimeError(message)
    seconds, before, peak = answers.get()
    return seconds, before, peak


@dataclass
class Report:
    """Lines of figures, printed as they come and written as a table at the end."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, what: str, seconds: float, beside: str = "", ratio: float | None = None) -> None:
        """One figure: what, seconds, what it is compared with, and the ratio to it."""
        row = (what, f"{seconds:.2f} s", beside, "" if ratio is None else f"{ratio:.2f}")
        self._add(row)

    def note(self, what: str, figure: str, beside: str = "", ratio: str = "") -> None:
        """A figure that is no time."""
        self._add((what, figure, beside, ratio))

    def _add(self, row: tuple[str, str, str, str]) -> None:
        self.rows.append(row)
        print(" | ".join(row), flush=True)  # noqa: T201 - a benchmark talks to its terminal

    def table(self) -> str:
        """Markdown."""
        head = ["| what | figure | beside | ratio |", "|---|---|---|---|"]
        return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in self.rows)]) + "\n"
