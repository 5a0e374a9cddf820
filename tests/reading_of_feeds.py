"""Read the sample's files back the slow way: by their contracts, one value at a time.

Written apart from landing and from the sample's own writer, so that neither can excuse the other.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from assets.sample.dialects import FEEDS
from orchestration.ground.contracts import Column, Delimited, Feed

ZONE = ZoneInfo("America/New_York")
STEP = re.compile(r"([^.\[]+)(?:\[(?:(\d+)|([^=]+)=([^\]]+))\])?\.?")


@dataclass
class Landed:
    """Rows of every table: by key, the newest version; every version; and lines that are none."""

    tables: dict[str, dict[tuple[str, ...], dict[str, Any]]] = field(default_factory=dict)
    bad: list[tuple[str, int, str]] = field(default_factory=list)
    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def now(self, table: str) -> list[dict[str, Any]]:
        return list(self.tables.get(table, {}).values())


def read_folder(folder: Path, told_files: list[dict[str, Any]]) -> Landed:
    """Every file that lands, in order; a version counts once and the highest is current."""
    landed = Landed()
    burnt: set[tuple[str, ...]] = set()
    seen: dict[tuple[str, ...], dict[str, Any]] = {}
    for told in told_files:
        if told["verdict"] != "landed":
            continue
        feed = FEEDS[told["feed"]]
        for line, raw in records(feed, folder / told["file"]):
            try:
                row = read_row(feed, raw)
            except ValueError as error:
                landed.bad.append((told["file"], line, str(error)))
                burnt.add(version_of(feed, raw))
                continue
            version = version_of(feed, {name: row[name] for name in feed.sources} | row)
            if version in burnt or seen.get(version, row) != row:
                landed.bad.append((told["file"], line, "version used"))
                continue
            seen[version] = row
            keep(landed, feed, row)
    return landed


def version_of(feed: Feed, row: dict[str, Any]) -> tuple[str, ...]:
    names = [*feed.table.key, feed.table.version or ""]
    fixed = {"source_system": feed.system}
    return (feed.table.name, *(str({**fixed, **row}.get(name)) for name in names))


def keep(landed: Landed, feed: Feed, row: dict[str, Any]) -> None:
    rows = landed.tables.setdefault(feed.table.name, {})
    key = tuple(str(row[name]) for name in feed.table.key)
    version = feed.table.version or ""
    landed.versions.setdefault(feed.table.name, []).append(row)
    if key not in rows or rows[key][version] < row[version]:
        rows[key] = row


def records(feed: Feed, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and column-to-text of every record, in the sender's words."""
    if isinstance(feed.dialect, Delimited):
        with path.open(newline="") as file:
            reader = csv.reader(file, delimiter=feed.dialect.delimiter)
            header = next(reader)
            places = {name: header.index(source.field) for name, source in feed.sources.items()}
            assert len(header) == len(set(header)) == len(places)
            for fields in reader:
                short = len(fields) != len(header)
                yield (
                    reader.line_num,
                    {} if short else {name: fields[at] for name, at in places.items()},
                )
        return
    for number, element in enumerate(json.loads(path.read_text()), start=1):
        yield (
            number,
            {name: text_at(element, source.field) for name, source in feed.sources.items()},
        )


def text_at(element: Any, path: str) -> str:
    for name, place, key, value in STEP.findall(path):
        element = element.get(name)
        if place and element is not None:
            element = element[int(place)]
        elif key and element is not None:
            element = next((one for one in element if one.get(key) == value), None)
        if element is None:
            return ""
    return str(element).lower() if isinstance(element, bool) else str(element)


def read_row(feed: Feed, raw: dict[str, str]) -> dict[str, Any]:
    """Our row.

    Raises:
        ValueError: the line cannot become one; the message is the column.
    """
    if not raw:
        raise ValueError("field count")
    row: dict[str, Any] = {column.name: None for column in feed.table.columns}
    row.update(feed.constants)
    for column in feed.table.columns:
        if column.name in feed.sources:
            words = feed.sources[column.name].values
            text = words.get(raw[column.name], raw[column.name])
            row[column.name] = value_of(feed, column, text)
        if column.required and row[column.name] is None:
            raise ValueError(column.name)
    return row


def value_of(feed: Feed, column: Column, text: str) -> Any:
    if text == "":
        return None
    value: Any = text
    try:
        if column.type in ("bigint", "integer"):
            value = int(text)
        elif column.type == "numeric":
            value = float(text)
        elif column.type == "date":
            value = date.fromisoformat(text)
        elif column.type == "instant":
            value = read_instant(feed, text)
        elif column.type == "boolean":
            value = {"true": True, "false": False}[text]
    except (ValueError, KeyError):
        raise ValueError(column.name) from None
    zone_known = column.name != "time_zone" or "/" not in text or text.startswith("America/")
    good = (
        (not column.one_of or text in column.one_of)
        and (column.pattern is None or re.fullmatch(column.pattern, text))
        and (column.at_least is None or value >= column.at_least)
        and (column.at_most is None or value <= column.at_most)
        and zone_known
    )
    if not good:
        raise ValueError(column.name)
    return value


def read_instant(feed: Feed, text: str) -> datetime:
    if feed.time_basis == "utc":
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    clock = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone follows
    early, late = (clock.replace(tzinfo=ZONE, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        raise ValueError("happened twice or never")
    return early
