"""Numbers that stand beside one another: a claim's other names, a batch's claims."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from orchestration.ground.contracts import IdentifierKind
from orchestration.views.identifiers import Holder, holders, reading, spellings
from orchestration.views.sight import Sight

_SAME_EVERYWHERE = ("claim", "authorization")
"""Kinds whose numbers mean the same in every table; control numbers only within one column."""


@dataclass(frozen=True)
class Numbers:
    """The tables with ids in them, and what stands in them.

    Args:
        sight: What we look at.
    """

    sight: Sight

    @cached_property
    def holders(self) -> list[Holder]:
        """Every table with ids in it."""
        return list(holders(self.sight.feeds, self.sight.hops))

    @cached_property
    def types(self) -> dict[tuple[str, str], str]:
        """Types of published columns; a landing column that identifies is text."""
        return {
            (row.table_name, row.column_name): row.column_type
            for row in self.sight.rows(_CORE_COLUMNS)
        }

    def published_records(self) -> Iterator[Holder]:
        """Published tables with ids and the record they belong to."""
        for holder in self.holders:
            if holder.hop is not None and (holder.table, "record_id") in self.types:
                yield holder

    def stored(self, table: str, column: str) -> str:
        """Type of a column."""
        return self.types.get((table, column), "text")

    def typed(self, table: str, column: str, values: Sequence[str]) -> list[object]:
        """Values as the column would hold them, less those it cannot hold."""
        stored = self.stored(table, column)
        return [typed for value in values if (typed := reading(value, stored)) is not None]

    def beside(self, kind: IdentifierKind, text: str) -> dict[IdentifierKind, list[str]]:
        """A claim or authorization with its other names, or the claims of a batch."""
        asked = {column: {text} for holder in self.holders for column in holder.of_kind(kind)}
        if kind in _SAME_EVERYWHERE:
            names = {
                value
                for holder, row in self._rows(kind, asked)
                for _, value in _filled(holder, row, kind)
            }
            return {kind: sorted({text, *names})}
        by_column: dict[str, set[str]] = {}
        for holder, row in self._rows(kind, asked):
            if holder.hop is not None:
                for column, value in _filled(holder, row, kind):
                    by_column.setdefault(column, set()).add(value)
        claims = {
            value
            for holder, row in self._rows(kind, by_column)
            if holder.hop is not None
            for _, value in _filled(holder, row, "claim")
        }
        return {"claim": sorted(claims)}

    def _rows(
        self, kind: IdentifierKind, values: dict[str, set[str]]
    ) -> Iterator[tuple[Holder, sa.Row[Any]]]:
        """Ids in rows that have one of the values in the column it belongs to."""
        for holder in self.holders:
            for column in holder.of_kind(kind):
                wanted = [
                    spelling
                    for value in values.get(column, ())
                    for spelling in spellings(value, kind)
                ]
                if wanted:
                    sql = (
                        f"select distinct {', '.join(holder.columns)} from {holder.table}"
                        f" where {column} = any(:values)"
                    )
                    typed = self.typed(holder.table, column, wanted)
                    for row in self.sight.rows(sql, values=typed):
                        yield holder, row


def _filled(holder: Holder, row: sa.Row[Any], kind: IdentifierKind) -> Iterator[tuple[str, str]]:
    """Column and value of a row's ids of one kind, those there are."""
    for column in holder.of_kind(kind):
        value = getattr(row, column)
        if value is not None:
            yield column, str(value)


_CORE_COLUMNS = """
select
    'core.' || relation.relname as table_name
    , attribute.attname as column_name
    , format_type(attribute.atttypid, null) as column_type
from pg_attribute as attribute
inner join pg_class as relation on attribute.attrelid = relation.oid
where
    relation.relnamespace = cast('core' as regnamespace)
    and relation.relkind = 'r'
    and attribute.attnum > 0
    and not attribute.attisdropped
"""
