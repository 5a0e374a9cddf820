"""Which tables can be asked for which kind of id: read from the contracts, never listed by hand.

A landing column says what it identifies, and so does a published table. Nothing here runs a query.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from orchestration.ground.contracts import Feed, Hop, IdentifierKind, Table

# 18 digits always fit a bigint, which a longer number would overflow in the database
_NUMBER = re.compile(r"[0-9]{1,18}")
KINDS: tuple[IdentifierKind, ...] = get_args(IdentifierKind)


@dataclass(frozen=True)
class Holder:
    """A table in which ids of people's kinds stand.

    Args:
        table: Full name: ``landing.evv_visit``.
        columns: Column to the kind of id in it.
        hop: The hop that publishes it, or None for a landing table.
        contract: The landing table's contract, or None for a published one.
    """

    table: str
    columns: Mapping[str, IdentifierKind]
    hop: str | None = None
    contract: Table | None = None

    def of_kind(self, kind: IdentifierKind) -> list[str]:
        """Columns that hold ids of one kind."""
        return [column for column, found in self.columns.items() if found == kind]


def holders(feeds: Iterable[Feed], hops: Iterable[Hop]) -> Iterator[Holder]:
    """Every table with ids in it: what landed first, then what was published."""
    for table in {feed.table.name: feed.table for feed in feeds}.values():
        columns = {column.name: column.identifies for column in table.columns if column.identifies}
        if columns:
            yield Holder(f"landing.{table.name}", columns, contract=table)
    for hop in hops:
        for target in hop.targets:
            if target.identifies:
                yield Holder(f"core.{target.name}", target.identifies, hop=hop.name)


def own_key(feed: Feed) -> tuple[str, ...]:
    """The columns of the key that the feed's rows fill, less those the feed itself fixes."""
    return tuple(column for column in feed.table.key if column not in feed.constants)


def homes(feeds: Iterable[Feed]) -> dict[IdentifierKind, tuple[Feed, ...]]:
    """The feeds whose every row is one thing of a kind: where an id must first be seen."""
    found: dict[IdentifierKind, tuple[Feed, ...]] = {}
    for feed in feeds:
        key = own_key(feed)
        kind = feed.table.column(key[0]).identifies if len(key) == 1 else None
        if kind is not None:
            found[kind] = (*found.get(kind, ()), feed)
    return found


def record_ids(feeds: Iterable[Feed], text: str) -> list[str]:
    """What a bare id is called in the ledger: ``V1`` may be ``hhax/V1`` or ``sandata/V1``."""
    names = [text]
    for feed in feeds:
        if len(own_key(feed)) == 1:
            parts = [feed.constants.get(column, text) for column in feed.table.key]
            names.append("/".join(parts))
    return list(dict.fromkeys(names))


def key_sql(table: Table, alias: str) -> str:
    """The id of a landing row's record: its key, joined as the ledger joins it."""
    return " || '/' || ".join(f"{alias}.{column}" for column in table.key)


def reading(value: str, column_type: str) -> object | None:
    """The searched text as a column of that type would hold it, or None when it cannot."""
    if column_type == "text":
        return value
    return int(value) if _NUMBER.fullmatch(value) else None


def spellings(value: str, kind: IdentifierKind) -> list[str]:
    """How a number may be written: control numbers are padded to nine digits on the wire."""
    if kind != "batch" or not (value.isascii() and value.isdigit()):
        return [value]
    bare = value.lstrip("0") or "0"
    return list(dict.fromkeys((value, bare, bare.zfill(9))))
