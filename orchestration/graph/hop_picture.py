"""What is seen of a hop after a pass: reasons, its table, and where its columns come from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.flow.edits import load_edits
from orchestration.flow.hop_pass import PassOutcome
from orchestration.graph.lineage import Picture
from orchestration.ground.column_lineage import SourceColumn, hop_lineage
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.durations import in_words
from orchestration.ground.table_shapes import StoredColumn, row_count, table_shapes
from orchestration.views.changes import Seen, changes_of_pass

if TYPE_CHECKING:
    from orchestration.assembly import House

REASONS_SHOWN = 10
Sources = Mapping[str, frozenset[SourceColumn]]
"""Column of a published table to the columns it is made of."""
Shapes = Mapping[str, tuple[StoredColumn, ...]]
"""Columns of every table, by its full name."""


def what_is_seen(
    house: "House", hop: Hop, picture: Picture, outcome: PassOutcome
) -> dict[str, Any]:
    """Metadata of a materialization that needs a look at the database or the SQL."""
    table = f"core.{hop.targets[0].name}"
    with house.database.engine.connect() as connection:
        shapes = table_shapes(connection)
        rows = row_count(connection, table)
        seen = changes_of_pass(connection, outcome.pass_id)
    names = {known: [column.name for column in columns] for known, columns in shapes.items()}
    lineage = hop_lineage(house.library, hop, names)
    sources = next((found.sources for found in lineage if found.table == table), {})
    return {
        "reasons": dg.MetadataValue.md(_reasons(house, hop, outcome)),
        "changes_seen": dg.MetadataValue.md(_changes(seen)),
        "columns_made_of": dg.MetadataValue.md(_made_of(_edges(sources, picture))),
        "dagster/row_count": rows,
        "dagster/column_schema": _schema(shapes.get(table, ()), sources, shapes, picture),
        "dagster/column_lineage": _edges(sources, picture),
    }


def _reasons(house: "House", hop: Hop, outcome: PassOutcome) -> str:
    """The most frequent reasons records stand still for, as a table."""
    if not outcome.reasons:
        return "No record stands still."
    models = house.library.models(hop.name, [target.name for target in hop.targets])
    edits = load_edits(house.library, hop.name, tuple(model.name for model in models))
    known = {edit.code: edit for edit in edits}
    lines = ["| reason | records | at stake | owner | what it is |", "|---|--:|--:|---|---|"]
    for reason in outcome.reasons[:REASONS_SHOWN]:
        edit = known.get(reason.code)
        owner, defect = (edit.owner, edit.defect) if edit else (hop.owner, "")
        money = f"{reason.amount_cents / 100:,.2f}" if reason.amount_cents else ""
        lines.append(f"| {reason.code} | {reason.records} | {money} | {owner} | {defect} |")
    left = len(outcome.reasons) - REASONS_SHOWN
    return "\n".join(lines) + (f"\n\nand {left} more reasons" if left > 0 else "")


def _changes(seen: Sequence[Seen]) -> str:
    """What changed under records since the pass before, by kind."""
    if not seen:
        return "Nothing changed that an earlier pass had looked at."
    lines = [
        "| kind | changes | judged again | on a claim | claims | slowest to be seen |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for kind in seen:
        slowest = "" if kind.slowest is None else in_words(kind.slowest)
        lines.append(
            f"| {kind.kind} | {kind.changes} | {kind.judged_again} | {kind.final} | {kind.claims} "
            f"| {slowest} |"
        )
    return "\n".join(lines)


def _schema(
    columns: Sequence[StoredColumn], sources: Sources, shapes: Shapes, picture: Picture
) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.remark
                or _meaning(sources.get(column.name, frozenset()), shapes, picture),
                constraints=dg.TableColumnConstraints(nullable=not column.required),
            )
            for column in columns
        ]
    )


def _meaning(made_of: frozenset[SourceColumn], shapes: Shapes, picture: Picture) -> str | None:
    """A column that is one other column, unchanged, means what that one means."""
    if len(made_of) != 1:
        return None
    ((table, name),) = made_of
    for maker in picture.makers(table):
        if isinstance(maker, Feed) and name in {column.name for column in maker.table.columns}:
            return maker.table.column(name).meaning
    return next((column.remark for column in shapes.get(table, ()) if column.name == name), None)


def _edges(sources: Sources, picture: Picture) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        deps_by_column={
            column: [
                dg.TableColumnDep(asset_key=maker.name, column_name=name)
                for table, name in sorted(made_of)
                for maker in picture.makers(table)
                if _gives(maker, name)
            ]
            for column, made_of in sources.items()
        }
    )


def _made_of(lineage: dg.TableColumnLineage) -> str:
    """The same as a table: not every edition of Dagster's page draws columns."""
    lines = ["| column | made of |", "|---|---|"]
    for column, deps in lineage.deps_by_column.items():
        sources: dict[str, list[str]] = {}
        for dep in deps:
            sources.setdefault(dep.column_name, []).append(dep.asset_key.to_user_string())
        said = "; ".join(f"{name} of {', '.join(made)}" for name, made in sources.items())
        lines.append(f"| {column} | {said or 'nothing received: a constant'} |")
    return "\n".join(lines)


def _gives(maker: Feed | Hop, column: str) -> bool:
    """Whether this feed sends that column; several feeds may fill one table."""
    if isinstance(maker, Hop):
        return True
    return not maker.sources or column in maker.sources or column in maker.constants
