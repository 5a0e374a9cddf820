"""Transaction sets are judged by as many processes as there are cores.

A process is started when there is work for it, reads the guide's maps once, and serves whoever
asks next. One that dies or takes too long takes nobody along: its set is tried once more by
itself, and then given back as not judged.
"""

import atexit
import functools
import itertools
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

import orchestration
from orchestration.partners.x12.gates.document import SetText
from orchestration.partners.x12.gates.judging import Asked, Verdict, judged

Question = tuple[SetText, Asked]

_ROOT: Final = Path(orchestration.__file__).parent.parent
_GATE: Final = ("-m", "orchestration.partners.x12.gates.gatekeeper")
_TRIES: Final = 2
_AHEAD: Final = 2  # sets read ahead for each process
_PATIENCE_SECONDS: Final = 300.0
_SECONDS_A_SEGMENT: Final = 0.01  # a hundred times what one takes on a free core


class _Gatekeeper:
    """A running gatekeeper and what it is at."""

    def __init__(self, program: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, *program, str(theirs.fileno())],
                cwd=_ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what a library writes there may quote the file
            )
        self.ends = Connection(ours.detach())
        self.task: _Task | None = None
        self.give_up_at = 0.0

    def give(self, task: "_Task", patience: float) -> None:
        self.task = task
        task.tries += 1
        longer = len(task.question[0].segments) * _SECONDS_A_SEGMENT
        self.give_up_at = time.monotonic() + patience + longer
        self.ends.send(task.question)

    def take(self) -> "_Task | None":
        """The task, done if there is an answer; not done if the process is gone."""
        task = self.task
        try:
            answer = self.ends.recv()
        except (EOFError, OSError):
            return task
        if task is not None:
            task.answer, task.is_done = answer, True
        self.task = None
        return task

    def stop(self) -> None:
        self.ends.close()
        self._process.kill()
        self._process.wait()


@dataclass(slots=True)
class _Task:
    question: Question
    tries: int = 0
    is_done: bool = False
    answer: Verdict | None = None


@dataclass
class Gatekeepers:
    """Processes that judge, for one owner.

    Args:
        count: How many may run at once; as many as there are cores, unless told. With none, all
            is judged in this program.
        patience: Seconds after which a process is taken to hang; more for a long set.
        at_home: Segments of a lone set below which starting a process would cost more than it
            saves; such a set is judged here.
        program: What a process runs, behind the interpreter.
    """

    count: int = field(default_factory=lambda: os.cpu_count() or 1)
    patience: float = _PATIENCE_SECONDS
    at_home: int = 2000
    program: tuple[str, ...] = _GATE
    _all: list[_Gatekeeper] = field(default_factory=list)

    def __enter__(self) -> "Gatekeepers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def apart(self) -> "Gatekeepers":
        """One more process, by itself: for what has brought processes down."""
        return Gatekeepers(1, self.patience, 0, self.program)

    def close(self) -> None:
        """Stop every process."""
        while self._all:
            self._all.pop().stop()

    def answers(self, questions: Iterable[Question]) -> Iterator[Verdict | None]:
        """The answer to each question in its order; None for one that killed its processes.

        Questions are taken a few ahead of the answers, so memory does not follow their number.
        """
        coming = iter(questions)
        first = list(itertools.islice(coming, 2))
        is_small = len(first) == 1 and len(first[0][0].segments) < self.at_home
        if is_small or not self.count:
            yield from map(_judged_here, itertools.chain(first, coming))
        else:
            yield from self._answers(itertools.chain(first, coming))

    def _answers(self, coming: Iterator[Question]) -> Iterator[Verdict | None]:
        line: deque[_Task] = deque()
        untouched: deque[_Task] = deque()
        try:
            while True:
                while len(line) < self.count * _AHEAD and (more := next(coming, None)):
                    line.append(_Task(more))
                    untouched.append(line[-1])
                if not line:
                    return
                self._hand_out(untouched)
                if not line[0].is_done:
                    untouched.extendleft(self._collect())
                while line and line[0].is_done:
                    yield line.popleft().answer
        finally:
            for process in [one for one in self._all if one.task is not None]:
                self._lose(process)

    def _hand_out(self, untouched: deque[_Task]) -> None:
        idle = deque(process for process in self._all if process.task is None)
        while untouched and (idle or len(self._all) < self.count):
            if not idle:
                self._all.append(_Gatekeeper(self.program))
                idle.append(self._all[-1])
            process = idle.popleft()
            try:
                process.give(untouched.popleft(), self.patience)
            except OSError:
                continue  # it died idle or at once; _collect finds its end closed

    def _collect(self) -> list[_Task]:
        """Wait for an answer or an accident; returns what is to be tried again."""
        busy = [process for process in self._all if process.task is not None]
        until = min(process.give_up_at for process in busy)
        patience = max(0.0, until - time.monotonic())
        ready = wait([process.ends for process in busy], timeout=patience)
        again = []
        for process in busy:
            hangs = process.give_up_at <= time.monotonic()
            if process.ends not in ready and not hangs:
                continue
            task = process.take() if process.ends in ready else process.task
            if task is None or task.is_done:
                continue
            self._lose(process)
            task.is_done = hangs or task.tries == _TRIES
            if not task.is_done:
                again.append(task)
        return again

    def _lose(self, process: _Gatekeeper) -> None:
        process.stop()
        self._all.remove(process)


def _judged_here(question: Question) -> Verdict | None:
    try:
        return judged(*question)
    except Exception:
        # as if a process had died of it; its text may quote the file
        return None


def standing_gatekeepers() -> Gatekeepers:
    """This program's own gatekeeperes, kept until it ends."""
    return _of_program(os.getpid())


@functools.cache
def _of_program(_pid: int) -> Gatekeepers:
    # by process: a fork must not talk through its parent's sockets
    processes = Gatekeepers()
    atexit.register(processes.close)
    return processes
