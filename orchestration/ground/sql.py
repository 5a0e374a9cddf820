"""Find and render what is in ``dbt_like_sql``: names are templated, values are bound.

``{{ ref('x') }}`` names a table. Inside a hop it is, in this order: one of the hop's own models
(a table of the pass now running, in ``audit``), a published table in ``core``, a landing table or
its view of current versions (``x_now``), or a ledger table. Values travel as ``:name`` binds.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import jinja2
import sqlalchemy as sa

from orchestration.ground.contracts import Table
from orchestration.ground.failures import ContractFailure

SQL_FOLDER = Path(__file__).resolve().parents[2] / "dbt_like_sql"

#: Tables the pass itself makes before and between a hop's models.
PASS_TABLES = ("arrived", "news", "work", "finding", "objection", "judged", "passed")
LEDGER_TABLES = ("entry", "reason", "transition", "late_change", "received", "tally", "hop", "pass")
OPS_TABLES = ("calendar_day",)
FILE_TABLE = "file"


# SQL, not HTML: there is nothing to escape, values are bound
_ENVIRONMENT = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701


@cache
def _template(text: str) -> jinja2.Template:
    """A file's text, compiled once: every pass reads the files, few find them changed."""
    return _ENVIRONMENT.from_string(text)


@dataclass(frozen=True)
class Model:
    """One SELECT, and the tables it refers to.

    Args:
        name: File stem.
        path: The file.
        sql: Rendered text.
        refs: Names it refers to, as written.
        tables: The same, as full table names.
    """

    name: str
    path: Path
    sql: str
    refs: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class SqlLibrary:
    """The SQL of this house, below one folder.

    Args:
        core_tables: Names of published tables, and of those hops keep beside them.
        landing_tables: Names of landing tables.
        folder: Where the SQL is.
        landing: The landing tables themselves, for what compares their versions.
    """

    core_tables: frozenset[str]
    landing_tables: frozenset[str]
    folder: Path = SQL_FOLDER
    landing: tuple[Table, ...] = ()

    def render(self, path: Path, hop: str, own: Iterable[str] = ()) -> Model:
        """Render one file for a hop.

        Args:
            path: The file.
            hop: The hop whose pass it belongs to.
            own: Names of the hop's models that are built before it.

        Raises:
            ContractFailure: the template is broken or refers to a table nobody makes.
        """
        refs: dict[str, str] = {}
        mine = frozenset(own) | frozenset(PASS_TABLES)

        def ref(name: str) -> str:
            refs[name] = self._table(name, hop, mine, path)
            return refs[name]

        try:
            sql = _template(path.read_text()).render(ref=ref)
        except jinja2.TemplateError as error:
            message = f"{path}: the template does not render: {error}"
            raise ContractFailure(message) from error
        return Model(path.stem, path, sql, tuple(refs), tuple(refs.values()))

    def _table(self, name: str, hop: str, own: frozenset[str], path: Path) -> str:
        if name in own:
            return f"audit.{hop}__{name}"
        if name in self.core_tables:
            return f"core.{name}"
        known = {FILE_TABLE, *self.landing_tables}
        if name in known or name.removesuffix("_now") in self.landing_tables:
            return f"landing.{name}"
        if name in LEDGER_TABLES:
            return f"ledger.{name}"
        if name in OPS_TABLES:
            return f"ops.{name}"
        message = f"{path}: ref('{name}') is no model of {hop}, published, landing or ledger table"
        raise ContractFailure(message)

    def models(self, hop: str, targets: Iterable[str]) -> tuple[Model, ...]:
        """The hop's models that lead to ``candidate``, each after those it refers to.

        Targets, ``intake``, ``maker``, ``without_right`` and ``moved_before_change`` have
        a time of their own and are not among them.
        """
        apart = {*targets, "intake", "maker", "without_right", "moved_before_change"}
        files = {
            path.stem: path
            for path in sorted((self.folder / "models" / hop).glob("*.sql"))
            if path.stem not in apart
        }
        rendered = {name: self.render(path, hop, files) for name, path in files.items()}
        graph = {
            name: [ref for ref in model.refs if ref in files] for name, model in rendered.items()
        }
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            message = f"models of {hop} refer to each other in a circle: {error.args[1]}"
            raise ContractFailure(message) from error
        return tuple(rendered[name] for name in order)

    def model(self, hop: str, name: str) -> Model | None:
        """One of the hop's models by name, or None when there is no such file."""
        folder = self.folder / "models" / hop
        path = folder / f"{name}.sql"
        if not path.exists():
            return None
        own = {found.stem for found in folder.glob("*.sql")} - {name} - self.core_tables
        return self.render(path, hop, own)


_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


def bound(sql: str, binds: Mapping[str, object]) -> sa.TextClause:
    """The statement with just those of ``binds`` that it names.

    Raises:
        ContractFailure: it names a value that is not there.
    """
    wanted = set(_BIND.findall(sql))
    missing = wanted - set(binds)
    if missing:
        message = f"no value for :{', :'.join(sorted(missing))} in: {sql.strip()[:80]}"
        raise ContractFailure(message)
    return sa.text(sql).bindparams(**{name: binds[name] for name in wanted})
