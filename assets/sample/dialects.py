"""Rows become bytes in each feed's own dialect, by turning its contract around.

The contract says where a column comes from and how the sender's words become ours; here the same
declarations are read backwards, so the sample cannot drift from what landing reads.
"""

import csv
import io
import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from assets.feeds import (
    care_plans,
    cover,
    documentation,
    enrolments,
    evv_visits,
    funding,
    incidents,
    people,
    schedules,
    service_auths,
    whereabouts,
)
from assets.sample.times import ZONE, ZONE_NAME, Row
from assets.sample.world import Sent
from orchestration.ground.contracts import Column, Delimited, Feed, JsonRecords

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for module in (
        care_plans,
        cover,
        documentation,
        enrolments,
        evv_visits,
        funding,
        incidents,
        people,
        schedules,
        service_auths,
        whereabouts,
    )
    for feed in module.FEEDS
}
VISIT_FEEDS = {feed.system: feed for feed in evv_visits.FEEDS}


@cache
def their_words(feed_name: str, column: str) -> dict[str, tuple[str, ...]]:
    """Our word to the sender's words for it; empty where words pass unchanged."""
    words: dict[str, tuple[str, ...]] = {}
    for theirs, ours in FEEDS[feed_name].sources[column].values.items():
        words[ours] = (*words.get(ours, ()), theirs)
    return words


def as_text(feed: Feed, column: Column, value: object, *, again: bool = False) -> str:
    """A value as it stands in a file of the feed.

    Args:
        feed: The feed.
        column: The table's column.
        value: Our value.
        again: Whether the row is a later version, for senders that say so.

    Raises:
        ValueError: the dialect cannot say it without being misunderstood.
    """
    text = _plain(feed, column, value)
    words = their_words(feed.name, column.name).get(text)
    if words:
        return words[-1] if again else words[0]
    return text


def _plain(feed: Feed, column: Column, value: object) -> str:
    text = "" if value is None else str(value)
    if isinstance(value, datetime):
        is_local = feed.time_basis == "agency_local"
        text = wall_clock(value) if is_local else value.strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(value, bool):
        text = str(value).lower()
    elif column.type == "numeric" and isinstance(value, float):
        text = f"{value:.6f}"
    return text


def wall_clock(at: datetime) -> str:
    """The agency's wall clock without offset, refused where it would be read as another instant.

    Raises:
        ValueError: the time happens twice, or has seconds the dialect does not carry.
    """
    local = at.astimezone(ZONE)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    if twice or local.second:
        message = f"{ZONE_NAME} wall clock cannot carry {at.isoformat()}"
        raise ValueError(message)
    return local.strftime("%Y-%m-%d %H:%M")


def texts(feed: Feed, sent: Sent) -> dict[str, str]:
    """Column to text, as one row of the feed says it.

    Raises:
        ValueError: the row holds something the dialect has no place for.
    """
    version = sent.row.get(feed.table.version or "")
    again = isinstance(version, int) and version > 1
    found = {}
    for column in feed.table.columns:
        if column.name in feed.sources:
            found[column.name] = as_text(feed, column, sent.row[column.name], again=again)
            continue
        value = sent.row.get(column.name)
        if value is not None and str(value) != feed.constants.get(column.name):
            message = f"{feed.name} has no place for {column.name}"
            raise ValueError(message)
    return {**found, **sent.raw}


def write_rows(feed: Feed, rows: Iterable[Sent]) -> bytes:
    """A whole file of the feed."""
    if isinstance(feed.dialect, JsonRecords):
        elements = [json.dumps(_element(feed, sent), separators=(",", ":")) for sent in rows]
        return ("[" + ",\n".join(elements) + "]\n").encode()
    assert isinstance(feed.dialect, Delimited)  # noqa: S101 - replies are not written here
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=feed.dialect.delimiter, lineterminator="\n")
    writer.writerow(source.field for source in feed.sources.values())
    for sent in rows:
        found = texts(feed, sent)
        fields = [found[column] for column in feed.sources]
        writer.writerow(fields[: sent.extra] if sent.extra < 0 else fields + ["?"] * sent.extra)
    return buffer.getvalue().encode()


def _element(feed: Feed, sent: Sent) -> dict[str, Any]:
    """One JSON element: every value at the end of its path."""
    element: dict[str, Any] = {}
    found = texts(feed, sent)
    for column in feed.table.columns:
        if column.name in feed.sources and found[column.name]:
            value: Any = found[column.name]
            if column.name not in sent.raw:
                value = _natural(column, sent.row, value)
            _put(element, feed.sources[column.name].field, value)
    return element


def _natural(column: Column, row: Row, text: str) -> Any:
    """Numbers and truth values as JSON has them, everything else as text."""
    if text in ("true", "false"):
        return text == "true"
    value = row[column.name]
    return value if column.type in ("bigint", "integer", "numeric") else text


def _put(element: dict[str, Any], path: str, value: Any) -> None:
    """Lay a value at ``Name``, ``Name[0].Name`` or ``Name[Key=Value].Name``."""
    head, _, rest = path.partition(".")
    if not rest:
        element[head] = value
        return
    name, _, which = head.removesuffix("]").partition("[")
    found = element.setdefault(name, [])
    key, _, wanted = which.partition("=")
    if wanted:
        inner = next((one for one in found if one.get(key) == wanted), None)
        if inner is None:
            inner = {key: wanted}
            found.append(inner)
    else:
        while len(found) <= int(which):
            found.append({})
        inner = found[int(which)]
    _put(inner, rest, value)
