"""From whatever id somebody has to the records it concerns, by indexed lookups only.

An id may be read in several ways (``7`` is a file, a batch, perhaps a client): each reading that
finds something is answered, best first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestration.ground.contracts import IdentifierKind
from orchestration.views.identifiers import (
    KINDS,
    Holder,
    homes,
    key_sql,
    own_key,
    record_ids,
    spellings,
)
from orchestration.views.mentions import Mention, mentions_of
from orchestration.views.numbers import Numbers
from orchestration.views.sight import Sight

_ORDER: tuple[IdentifierKind, ...] = (
    "visit",
    "claim",
    "batch",
    "plan",
    "authorization",
    "client",
    "caregiver",
    "schedule",
    "document",
    "incident",
)
assert set(_ORDER) == set(KINDS)  # noqa: S101 - a new kind must say where it stands


@dataclass(frozen=True)
class Found:
    """One reading of an id.

    Args:
        kind: What it is an id of.
        wanted: A SELECT of ``record_id``: the records it concerns.
        binds: Its values.
        mentions: Rows that name it, without their contents.
        claims: Claims it leads to.
    """

    kind: IdentifierKind
    wanted: str
    binds: dict[str, object]
    mentions: tuple[Mention, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass
class _Union:
    """A SELECT of record ids put together of several, each served by an index."""

    parts: list[str] = field(default_factory=list)
    binds: dict[str, object] = field(default_factory=dict)

    def add(self, sql: str, **binds: object) -> None:
        for name, value in binds.items():
            bind = f"{name}_{len(self.parts)}"
            sql = sql.replace(f":{name}", f":{bind}")
            self.binds[bind] = value
        self.parts.append(sql)

    def sql(self) -> str:
        return " union ".join(self.parts) or "select cast(null as text) as record_id where false"


def find(sight: Sight, text: str, kind: IdentifierKind | None = None) -> list[Found]:
    """Every reading of the text that leads to a record or at least to a row.

    Args:
        sight: What we look at.
        text: What was asked for.
        kind: The one reading wanted, or None for all.
    """
    search = _Search(sight)
    readings = [search.read(text, each) for each in _ORDER if kind in {None, each}]
    known = [(found, search.any_record(found)) for found in readings]
    # records before mere mentions: an orphan reply must not hide the batch it answers
    ranked = sorted(known, key=lambda pair: not pair[1])
    return [found for found, has_records in ranked if has_records or found.mentions]


class _Search:
    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.numbers = Numbers(sight)
        self.homes = homes(sight.feeds)

    def read(self, text: str, kind: IdentifierKind) -> Found:
        """One reading of the text."""
        if kind == "client":
            sql = "select record_id from ledger.entry where client_id = :id"
            return Found(kind, sql, {"id": text}, mentions_of(self.sight, self.homes, kind, text))
        union = _Union()
        claims: list[str] = []
        if kind == "visit":
            union.add("select unnest(cast(:ids as text [])) as record_id", ids=self._names(text))
        self._begins_with(union, kind, text)
        if kind in {"claim", "batch", "authorization"}:
            numbers = self.numbers.beside(kind, text)
            claims = numbers.get("claim", []) if kind != "authorization" else []
            for holder in self.numbers.published_records():
                for end in ("claim", "authorization"):
                    if numbers.get(end):
                        self._in_columns(union, holder, end, numbers[end])
        else:
            for holder in self.numbers.published_records():
                self._in_columns(union, holder, kind, [text])
        if kind in {"caregiver", "schedule"}:
            self._by_row(union, kind, text)
        mentions = mentions_of(self.sight, self.homes, kind, text) or self._named(kind, text)
        return Found(kind, union.sql(), union.binds, mentions, tuple(claims))

    def any_record(self, found: Found) -> bool:
        """Whether the ledger knows a record of this reading."""
        # distinct: for the first row alone the server may rather look through the whole ledger
        sql = f"""
            select 1 from (select distinct named.record_id from ({found.wanted}) as named) as wanted
            inner join lateral (
                select 1 from ledger.entry where entry.record_id = wanted.record_id offset 0
            ) as known on true
            limit 1
        """
        return bool(self.sight.rows(sql, **found.binds))

    def _names(self, text: str) -> list[str]:
        return record_ids(self.homes.get("visit", ()), text)

    def _begins_with(self, union: _Union, kind: IdentifierKind, text: str) -> None:
        """Records whose id begins with this one, where rows of its home become records."""
        for feed in self.homes.get(kind, ()):
            alone = own_key(feed) == feed.table.key
            if alone and self.sight.takers(f"landing.{feed.table.name}"):
                # '0' follows '/' byte by byte, which is how records are ordered
                union.add(
                    "select record_id from ledger.entry"
                    " where record_id >= :low and record_id < :high",
                    low=f"{text}/",
                    high=f"{text}0",
                )
                return

    def _in_columns(
        self, union: _Union, holder: Holder, kind: IdentifierKind, values: Sequence[str]
    ) -> None:
        for column in holder.of_kind(kind):
            # value by value: asked for many at once, the server may rather read the whole table
            stored = self.numbers.stored(holder.table, column)
            union.add(
                f"select found.record_id from unnest(cast(:values as {stored} [])) as asked (value)"
                f" inner join lateral (select record_id from {holder.table} as known"
                f" where known.{column} = asked.value offset 0) as found on true",
                values=self.numbers.typed(holder.table, column, values),
            )

    def _by_row(self, union: _Union, kind: IdentifierKind, text: str) -> None:
        """Records made of landing rows that name the id, published or not."""
        for holder in self.numbers.holders:
            if holder.contract is None:
                continue
            clients = holder.of_kind("client")
            for column in holder.of_kind(kind):
                if self.sight.takers(holder.table):
                    union.add(
                        f"select {key_sql(holder.contract, 'landed')} as record_id"
                        f" from {holder.table} as landed"
                        f" where landed.{column} = :id and landed.is_current",
                        id=text,
                    )
                if clients and kind == "caregiver":
                    # a record that pairs the client with somebody carries both in its id
                    union.add(
                        f"select entry.record_id from (select distinct {clients[0]} as client_id"
                        f" from {holder.table} where {column} = :id) as theirs"
                        " inner join lateral (select record_id from ledger.entry as known"
                        " where known.client_id = theirs.client_id"
                        " and :id = any(string_to_array(known.record_id, '/')) offset 0"
                        ") as entry on true",
                        id=text,
                    )

    def _named(self, kind: IdentifierKind, text: str) -> tuple[Mention, ...]:
        """Newest rows that name an id elsewhere than in their key."""
        own = {f"landing.{feed.table.name}" for feed in self.homes.get(kind, ())}
        return tuple(
            Mention(
                holder.table, row.file_id, row.line_no, row.landed_at, None, holder.table in own
            )
            for holder in self.numbers.holders
            if holder.contract is not None
            for column in holder.of_kind(kind)
            for row in self.sight.rows(
                f"select file_id, line_no, landed_at from {holder.table}"
                f" where {column} = any(:values) order by landed_at desc limit 3",
                values=spellings(text, kind),
            )
        )
