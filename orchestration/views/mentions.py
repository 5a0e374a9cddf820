"""Where an id or a record was seen landing: file, line, time; never what else the row says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestration.ground.contracts import Feed, IdentifierKind, Table
from orchestration.views.identifiers import own_key
from orchestration.views.sight import Sight

_FEW = 50


@dataclass(frozen=True)
class Mention:
    """A landed row that names an id.

    Args:
        table: The landing table.
        file_id: The file it came with.
        line_no: Its line there.
        at: When it landed.
        version: Which version of the thing it is, where things have versions.
        is_home: Whether the row is the thing itself, not only a mention of it.
    """

    table: str
    file_id: int
    line_no: int
    at: datetime
    version: int | None
    is_home: bool


@dataclass(frozen=True)
class File:
    """A received file, as people name it."""

    file_id: int
    name: str
    feed: str
    sha256: str


def addresses(
    feeds: Iterable[Feed], text: str, beginning: bool
) -> dict[str, tuple[Table, dict[str, str]]]:
    """Where rows of a thing would stand: for each table, key columns to values.

    Args:
        feeds: Whose tables.
        text: The id.
        beginning: Whether the id may be longer than the key: ``P1/v2/A7`` is made of plan ``P1``.
    """
    found: dict[str, tuple[Table, dict[str, str]]] = {}
    for feed in feeds:
        key, own = feed.table.key, own_key(feed)
        if len(own) != 1:
            continue
        parts = text.split("/")
        if len(parts) > len(key) and not beginning:
            parts = []
        fixed = {column: feed.constants[column] for column in key if column in feed.constants}
        for given in (parts[: len(key)], [fixed.get(column, text) for column in key]):
            values = dict(zip(key, given, strict=False))
            if len(values) == len(key) and values.items() >= fixed.items():
                found.setdefault(
                    f"{feed.table.name} {sorted(values.items())}", (feed.table, values)
                )
    return found


def rows_of(
    sight: Sight, text: str, feeds: Iterable[Feed], beginning: bool = False
) -> tuple[Mention, ...]:
    """Every version of a thing that landed, oldest first."""
    found = []
    for table, values in addresses(feeds, text, beginning).values():
        version = table.version or "cast(null as bigint)"
        where = " and ".join(f"{column} = :{column}" for column in values)
        rows = sight.rows(
            f"select file_id, line_no, landed_at, {version} as version from landing.{table.name}"
            f" where {where} order by landed_at, row_id limit {_FEW}",
            **values,
        )
        name = f"landing.{table.name}"
        found += [
            Mention(name, row.file_id, row.line_no, row.landed_at, row.version, True)
            for row in rows
        ]
    return tuple(sorted(found, key=lambda mention: mention.at))


def mentions_of(
    sight: Sight,
    homes: Mapping[IdentifierKind, tuple[Feed, ...]],
    kind: IdentifierKind,
    text: str,
) -> tuple[Mention, ...]:
    """Rows that are the thing itself, all versions."""
    return rows_of(sight, text, homes.get(kind, ()))


def files(sight: Sight, numbers: Iterable[int]) -> dict[int, File]:
    """Received files by number."""
    rows = sight.rows(
        "select file_id, name, feed, sha256 from landing.file where file_id = any(:numbers)",
        numbers=sorted(set(numbers)),
    )
    return {row.file_id: File(row.file_id, row.name, row.feed, row.sha256) for row in rows}
