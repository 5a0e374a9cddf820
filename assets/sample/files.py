"""The files themselves: bytes, manifests, and the files that are wrong as a whole."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from assets.sample.arrivals import Load, file_name
from assets.sample.dialects import FEEDS, write_rows
from assets.sample.world import Sent
from orchestration.ground.contracts import Delimited

#: Minutes after a good file at which a bad one of the same sender turns up.
LATER = 300


@dataclass(frozen=True)
class OutFile:
    """A file on its way.

    Args:
        name: Its name.
        feed: Whose it is, or None when no feed claims it.
        at: When it arrives.
        content: Its bytes.
        manifest: What is said about it, or None.
        rows: What its lines mean; empty for a file that is wrong as a whole.
        verdict: What must become of it.
        code: Why, when it does not land.
        fault: What was planted.
    """

    name: str
    feed: str | None
    at: datetime
    content: bytes
    manifest: bytes | None = None
    rows: tuple[Sent, ...] = ()
    verdict: str = "landed"
    code: str | None = None
    fault: str | None = None


def good_file(load: Load) -> OutFile:
    """The file of a load; visit senders put a manifest beside it."""
    feed = FEEDS[load.feed]
    content = write_rows(feed, load.rows)
    manifest = None
    if feed.table.name == "evv_visit":
        manifest = _manifest(load.feed, load.name, load.at, content, len(load.rows))
    return OutFile(load.name, load.feed, load.at, content, manifest, load.rows)


def _manifest(feed: str, name: str, at: datetime, content: bytes, rows: int) -> bytes:
    contract = FEEDS[feed]
    said = {
        "file": name,
        "sha256": sha256(content).hexdigest(),
        "row_count": rows,
        "time_basis": contract.time_basis,
        "window_basis": contract.window_basis,
        "source_system": contract.system,
        "produced_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return (json.dumps(said) + "\n").encode()


def bad_files(good: Iterable[OutFile]) -> list[OutFile]:
    """One file of every kind that must not land, each near a good one of the same sender."""
    by_feed: dict[str, list[OutFile]] = {}
    for file in good:
        by_feed.setdefault(str(file.feed), []).append(file)
    makers = (
        ("evv_visits_hhax", _sent_again),
        ("evv_visits_hhax", _totals_differ),
        ("evv_visits_sandata", _no_record),
        ("evv_visits_sandata", _broken_off),
        ("evv_visits_carebridge", _column_renamed),
        ("documentation", _empty),
        ("schedules", _header_alone),
        ("caregivers", _nobody_asked_for),
    )
    found = []
    for place, (feed, make) in enumerate(makers, start=1):
        files = by_feed.get(feed)
        if files:
            # spread over the sample's days
            like = files[len(files) * place // (len(makers) + 1)]
            at = like.at + timedelta(minutes=LATER + place)
            found.append(make(like, at))
    return found


def _bad(like: OutFile, at: datetime, code: str, fault: str, content: bytes) -> OutFile:
    name = file_name(str(like.feed), at)
    return OutFile(name, like.feed, at, content, None, (), "quarantined", code, f"file: {fault}")


def _sent_again(like: OutFile, at: datetime) -> OutFile:
    """The very bytes of this morning under another name."""
    name = like.name.replace(".CSV", "_copy.CSV")
    return replace(
        like,
        name=name,
        at=at,
        manifest=None,
        rows=(),
        verdict="already_seen",
        code="ALREADY-SEEN",
        fault="file: sent again",
    )


def _totals_differ(like: OutFile, at: datetime) -> OutFile:
    """A manifest that counts more rows than the file has: it was cut short."""
    lines = like.content.splitlines(keepends=True)
    content = b"".join(lines[: min(len(lines) * 2 // 3 + 1, len(lines) - 1)])
    bad = _bad(like, at, "TOTALS-DISAGREE", "totals disagree", content)
    manifest = _manifest(str(like.feed), bad.name, at, content, len(lines) - 1)
    return replace(bad, manifest=manifest)


def _no_record(like: OutFile, at: datetime) -> OutFile:
    return _bad(like, at, "NO-RECORDS", "an array of nothing", b"[]\n")


def _broken_off(like: OutFile, at: datetime) -> OutFile:
    content = like.content[: len(like.content) * 2 // 3]
    return _bad(like, at, "BROKEN-JSON", "breaks off in the middle", content)


def _column_renamed(like: OutFile, at: datetime) -> OutFile:
    content = like.content.replace(b"CheckInDateTime", b"CheckInTime", 1)
    return _bad(like, at, "COLUMNS-DIFFER", "a column was renamed", content)


def _empty(like: OutFile, at: datetime) -> OutFile:
    return _bad(like, at, "EMPTY-FILE", "no byte in it", b"")


def _header_alone(like: OutFile, at: datetime) -> OutFile:
    header = like.content.split(b"\n", 1)[0] + b"\n"
    return _bad(like, at, "NO-RECORDS", "a header and nothing else", header)


def _nobody_asked_for(like: OutFile, at: datetime) -> OutFile:
    """An export of some other system in the wrong folder."""
    name = f"payroll_export_{at:%Y%m%d}.csv"
    content = b"employee,hours\nG0001,38\n"
    bad = _bad(like, at, "UNGOVERNED-FEED", "no feed claims its name", content)
    return replace(bad, name=name, feed=None)


def line_number(file: OutFile, place: int) -> int:
    """Where the row at a place (from 0) stands: the line, or the element of the array."""
    delimited = file.feed is not None and isinstance(FEEDS[file.feed].dialect, Delimited)
    return place + 2 if delimited else place + 1
