"""Files of replies read beside pyx12, x12sdk and oxedi: seconds, processor seconds, peak memory."""

import logging
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from orchestration.partners.x12.interchanges import of_path
from orchestration.partners.x12.replies import statements
from tests.bench.measure import Report
from tests.bench.reply_files import write_claim_answers, write_remittance

CLAIMS = 20_000
LARGE = 555_000
"""Claims of a remittance of 200 MB."""

Read = Callable[[Path], int]


def ours(path: Path) -> int:
    """Every statement as a typed row, sets believed as a whole, money added up."""
    return sum(1 for _ in statements(of_path(path)))


def oxedi_whole(path: Path) -> int:
    """Tables of its own over the whole file in memory, loops and money checked."""
    import oxedi

    return len(oxedi.parse(path.read_bytes()).diagnostics)


def oxedi_streamed(path: Path) -> int:
    """The same, a batch of tables for each claim; it wants the bytes at once."""
    import oxedi

    return sum(1 for _ in oxedi.stream(path.read_bytes(), by="2100"))


def pyx12_tokens(path: Path) -> int:
    """Segments only, envelope counted."""
    from pyx12.x12file import X12Reader

    logging.disable(logging.CRITICAL)
    with path.open(encoding="ascii") as stream:
        return sum(1 for _ in X12Reader(stream))


def x12sdk_tokens(path: Path) -> int:
    """Segments only, nothing checked."""
    from x12sdk.io import X12SegmentReader

    with X12SegmentReader(str(path)) as reader:
        return sum(1 for _ in reader.segments())


def x12sdk_models(path: Path) -> int:
    """Models of the guide, a set at a time in memory."""
    from x12sdk.io import X12ModelReader

    with X12ModelReader(str(path)) as reader:
        return sum(1 for _ in reader.models())


READERS: dict[str, tuple[Read, str]] = {
    "ours, to typed rows": (ours, "835 277CA large"),
    "oxedi, whole file": (oxedi_whole, "835 large"),
    "oxedi, claim by claim": (oxedi_streamed, "835 large"),
    "pyx12, segments only": (pyx12_tokens, "835 277CA large"),
    "x12sdk, segments only": (x12sdk_tokens, "835 277CA large"),
    "x12sdk, models": (x12sdk_models, "835"),
}


def bench_replies(folder: Path, report: Report) -> None:
    """Each file with each reader that can read it, one after the other, in a process of its own."""
    files = {
        "277CA": (write_claim_answers, CLAIMS),
        "835": (write_remittance, CLAIMS),
        "large": (write_remittance, LARGE),
    }
    for kind, (write, claims) in files.items():
        path = folder / f"{kind}.x12"
        segments = write(path, claims)
        what = f"835 of {path.stat().st_size / 1e6:.0f} MB" if kind == "large" else kind
        for name, (read, kinds) in READERS.items():
            if kind in kinds.split():
                wall, busy, peak = _apart(read, path)
                report.note(
                    f"{what}, {claims:,} claims, {segments:,} segments: {name}",
                    f"{busy:.2f} s of processor, {wall:.2f} s",
                    f"{segments / busy / 1000:,.0f} k segments/s",
                    f"{peak:.0f} MiB",
                )
        path.unlink()


def _apart(read: Read, path: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak MiB of reading in a process of its own."""
    context = get_context("spawn")
    answers = context.SimpleQueue()
    child = context.Process(target=_in_child, args=(read, path, answers))
    child.start()
    child.join()
    if child.exitcode != 0:
        message = f"{read.__name__} failed in its process"
        raise RuntimeError(message)
    wall, busy, peak = answers.get()
    return wall, busy, peak


def _in_child(read: Read, path: Path, answers: Any) -> None:
    started, began = time.perf_counter(), time.process_time()
    read(path)
    wall, busy = time.perf_counter() - started, time.process_time() - began
    status = Path("/proc/self/status").read_text()
    answers.put((wall, busy, int(status.partition("VmHWM:")[2].split()[0]) / 1024))
