"""Claim files: written, put through the three gates, beside pyx12 and x12sdk on the same files."""

import io
import logging
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil
import pyx12.params
import pyx12.x12n_document
from x12sdk.io import X12ModelReader

from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.gates.checking import FileCheck
from orchestration.partners.x12.gates.gatekeepers import Gatekeepers
from orchestration.partners.x12.writer import write_837
from tests.bench.measure import Report
from tests.unit.sample_batch import (
    BILLING,
    ENVELOPE,
    LINE,
    PAYER,
    RECEIVER,
    SUBMITTER,
    claim_number,
)

MANY = 20_000


def three_lines(number: int) -> Claim:
    """A claim like most of them: three visits of a client's week."""
    claim = claim_number(number)
    lines = tuple(replace(LINE, line_key=f"{claim.claim_id}-{n}") for n in (1, 2, 3))
    return replace(claim, lines=lines, total=Decimal(204))


def write(path: Path, count: int) -> None:
    """Claims as one file."""
    with path.open("w", encoding="ascii", newline="") as stream:
        write_837(
            stream,
            ENVELOPE,
            submitter=SUBMITTER,
            receiver=RECEIVER,
            billing=BILLING,
            payer=PAYER,
            claims=map(three_lines, range(1, count + 1)),
        )


def through_the_gates(path: Path, count: int) -> float:
    """All three gates on all cores; peak MiB of the largest gatekeeper."""
    with Gatekeepers() as gatekeepers, path.open("rb") as stream:
        check = FileCheck(gatekeepers)
        assert list(check.findings(stream)) == []
        assert check.tally.claims == count
        peaks = [_peak(child.pid) for child in psutil.Process().children()]
    return max(peaks)


def through_pyx12(path: Path, _count: int) -> float:
    """The library as it comes: one process, one document."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    parameters = pyx12.params.ParamsBase()
    with path.open(encoding="ascii") as stream:
        assert pyx12.x12n_document.x12n_document(parameters, stream, io.StringIO(), None)
    return 0.0


def through_x12sdk(path: Path, count: int) -> float:
    """The library's models, set by set."""
    claims = 0
    with X12ModelReader(str(path)) as reader:
        for model in reader.models():
            claims += sum(len(loop.loop_2000b) for loop in model.loop_2000a)
    assert claims == count
    return 0.0


def write_many(path: Path, count: int) -> float:
    """The writer."""
    write(path, count)
    return 0.0


@dataclass(frozen=True)
class Taken:
    """What some work took: seconds by the clock, of processors, and MiB at most."""

    seconds: float
    busy: float
    peak: float


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _in_child(work: Callable[..., float], path: Path, count: int, answers: Any) -> None:
    started = time.perf_counter()
    of_children = work(path, count)
    seconds = time.perf_counter() - started
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    busy = sum(one.ru_utime + one.ru_stime for one in used)
    answers.put(Taken(seconds, busy, max(_peak(os.getpid()), of_children)))


def taken(work: Callable[..., float], path: Path, count: int) -> Taken:
    """What some work takes in a process of its own, which has imported all of them."""
    context = get_context("spawn")
    answers = context.SimpleQueue()
    child = context.Process(target=_in_child, args=(work, path, count, answers))
    child.start()
    child.join()
    assert child.exitcode == 0, work.__name__
    answer: Taken = answers.get()
    return answer


def rows(folder: Path) -> Iterator[tuple[str, Taken]]:
    """Each work, one after the other, so that none takes the other's cores."""
    many, few = folder / "many.837", folder / "few.837"
    yield f"{MANY:,} claims written", taken(write_many, many, MANY)
    yield f"{MANY // 10:,} claims written", taken(write_many, few, MANY // 10)
    for name, work in (
        ("pyx12 alone, one process", through_pyx12),
        ("the three gates", through_the_gates),
        ("x12sdk's models", through_x12sdk),
    ):
        yield f"{MANY:,} claims through {name}", taken(work, many, MANY)
    yield (
        f"{MANY // 10:,} claims through the three gates",
        taken(through_the_gates, few, MANY // 10),
    )


def bench(folder: Path, report: Report) -> None:
    """Write, gate, and compare; memory at a tenth of the size shows whether it is flat.

    On a busy machine the clock says little; processor seconds, shared out on the cores, say how
    long it takes when they are free.
    """
    limit: Taken | None = None
    for what, took in rows(folder):
        if "pyx12" in what:
            limit = took
        beside = f"{took.busy:.1f} s of processors, {took.peak:.0f} MiB at most"
        ratio = None
        if limit is not None and what.startswith(f"{MANY:,}"):
            ratio = took.seconds / limit.seconds
            beside += f", {took.busy / limit.busy:.2f} of pyx12's"
        report.add(what, took.seconds, beside, ratio)
