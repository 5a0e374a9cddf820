"""Which source columns each column of a published table is made of, read from the SQL itself.

A hop's models are read one by one, each knowing the columns of those before it, and then joined
up: what is left are columns of tables the hop did not make (``landing``, ``core`` of other hops).
A ``where`` or a join condition decides which rows there are, not what a column says, so columns
that only stand there are no sources.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from orchestration.ground.contracts import Hop
from orchestration.ground.sql import Model, SqlLibrary

SourceColumn = tuple[str, str]
"""Full table name and column."""
Columns = Mapping[str, Sequence[str]]
"""Column names by full table name."""


@dataclass(frozen=True)
class TableLineage:
    """Where one table's columns come from.

    Args:
        table: Full name.
        sources: Column to the source columns it is made of; a column made of constants has none.
    """

    table: str
    sources: Mapping[str, frozenset[SourceColumn]]


def hop_lineage(library: SqlLibrary, hop: Hop, columns: Columns) -> tuple[TableLineage, ...]:
    """The lineage of a hop's targets; a target whose SQL cannot be read is left out.

    Args:
        library: Where the models are.
        hop: The hop.
        columns: Columns of the tables the models read, which stars need.
    """
    read = _Reading(hop, {table: tuple(names) for table, names in columns.items()})
    if intake := library.model(hop.name, "intake"):
        read.learn(intake, "work")
    for model in library.models(hop.name, [target.name for target in hop.targets]):
        read.learn(model, model.name)
        if model.name == "candidate":
            read.learn(model, "passed")  # the candidates nothing objects to
    found = []
    for target in hop.targets:
        made_by = library.model(hop.name, target.name)
        if made_by is not None and (sources := read.learn(made_by, f"{target.name} anew")):
            found.append(TableLineage(f"core.{target.name}", sources))
    return tuple(found)


class _Reading:
    """What is known of a hop's tables while its models are read one after the other."""

    def __init__(self, hop: Hop, shapes: dict[str, tuple[str, ...]]) -> None:
        self.hop = hop
        self.shapes = shapes
        self.known: dict[str, Mapping[str, frozenset[SourceColumn]]] = {}

    def learn(self, model: Model, name: str) -> Mapping[str, frozenset[SourceColumn]]:
        """Read one model; what cannot be read stays unknown: no pass fails over a picture."""
        table = f"audit.{self.hop.name}__{name}"
        try:
            direct = select_lineage(
                model.sql, {name: self.shapes.get(name, ()) for name in model.tables}
            )
        except SqlglotError:
            return {}
        self.known[table] = {column: self._origins(made_of) for column, made_of in direct.items()}
        self.shapes[table] = tuple(direct)
        return self.known[table]

    def _origins(self, made_of: Iterable[SourceColumn]) -> frozenset[SourceColumn]:
        """Step back through models already read, to columns this hop did not make."""
        own = {f"core.{target.name}" for target in self.hop.targets}
        origins: set[SourceColumn] = set()
        for table, column in made_of:
            if table in self.known:
                origins |= self.known[table].get(column, frozenset())
            elif table not in own and not table.startswith("audit."):
                origins.add((table, column))
        return frozenset(origins)


def select_lineage(sql: str, columns: Columns) -> Mapping[str, frozenset[SourceColumn]]:
    """Output column to the columns of named tables it is made of.

    Reading a query takes tens of milliseconds, so what was read is kept for the next pass.

    Args:
        sql: One SELECT.
        columns: Columns of the tables it names; one may be missing if no star needs it.

    Raises:
        SqlglotError: the text is no SELECT that can be read.
    """
    return _read(sql, tuple((table, tuple(names)) for table, names in columns.items()))


@lru_cache(maxsize=1024)
def _read(
    sql: str, columns: tuple[tuple[str, tuple[str, ...]], ...]
) -> Mapping[str, frozenset[SourceColumn]]:
    schema: dict[str, object] = {}
    for table, names in columns:
        if names:
            place, _, name = table.partition(".")
            tables = cast("dict[str, object]", schema.setdefault(place, {}))
            tables[name] = dict.fromkeys(names, "text")
    query = qualify(
        sqlglot.parse_one(sql, dialect="postgres"),
        schema=schema,
        dialect="postgres",
        validate_qualify_columns=False,
        identify=False,
    )
    scope = build_scope(query)
    if scope is None:
        raise SqlglotError("this is no SELECT")
    walk = _Walk()
    return MappingProxyType({name: walk.output(scope, name) for name in _names(query)})


def _names(query: exp.Expr) -> list[str]:
    return list(query.named_selects) if isinstance(query, exp.Query) else []


class _Walk:
    """From output columns back to the tables' own, through queries within queries."""

    def __init__(self) -> None:
        self._open: set[tuple[int, str]] = set()

    def output(self, scope: Scope, name: str) -> frozenset[SourceColumn]:
        """What an output column of a query is made of."""
        here = (id(scope), name)
        if here in self._open:
            return frozenset()  # a recursive query looks at itself
        self._open.add(here)
        try:
            return self._output(scope, name)
        finally:
            self._open.remove(here)

    def _output(self, scope: Scope, name: str) -> frozenset[SourceColumn]:
        if scope.set_operation_scopes:
            left, right = scope.set_operation_scopes
            place = _names(scope.expression).index(name)
            return self.output(left, name) | self.output(right, _names(right.expression)[place])
        if isinstance(scope.expression, exp.Lateral) and scope.subquery_scopes:
            return self.output(scope.subquery_scopes[0], name)
        if not isinstance(scope.expression, exp.Query):
            return self._made_of(scope, scope.expression)  # a function that gives rows
        for projection in scope.expression.selects:
            if projection.alias_or_name == name:
                return self._made_of(scope, projection)
        return frozenset()

    def _made_of(self, scope: Scope, expression: exp.Expr) -> frozenset[SourceColumn]:
        found: set[SourceColumn] = set()
        inner = {id(nested.expression): nested for nested in scope.subquery_scopes}
        # a question asked of another table gives what it selects, not what it compares
        for node in expression.walk(prune=lambda node: id(node) in inner):
            if nested := inner.get(id(node)):
                for name in _names(nested.expression):
                    found |= self.output(nested, name)
            elif isinstance(node, exp.Column):
                found |= self._column(scope, node)
        return frozenset(found)

    def _column(self, scope: Scope | None, column: exp.Column) -> frozenset[SourceColumn]:
        """Follow a column to where it comes from: here, or in the query around this one."""
        while scope is not None:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                return frozenset({(f"{source.db}.{source.name}", column.name)} if source.db else ())
            if isinstance(source, Scope):
                return self.output(source, column.name)
            scope = scope.parent
        return frozenset()
