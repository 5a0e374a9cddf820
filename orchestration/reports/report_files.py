"""Reports: one SQL file each, whose head says what a reader must know.

-- evv_verified: How many visits the aggregator verified.
-- reads: EVV coordinator, Compliance/QA lead
-- owner: EVV coordinator
-- grain: one row per payer
-- unit: visits; shares from 0 to 1
-- formula: verified / visits that need it
-- benchmark: 0.90 or more
-- source: state EVV compliance reports
-- columns: payer_id = whose visits; visits = how many

``window`` is how many days it looks back when nobody says (28), ``kept: daily, P1`` makes it a
report that must be there for every day (or ``monthly``) and says what a missing one is, ``alarm:
P3`` what a row is whose column ``alarm`` is true. ``{{ ref('core.claim') }}`` names a table with
its schema. Binds: ``:since`` and ``:until``, days, both included; ``:begins`` and ``:ends``, the
instants around them; ``:at``, the end of them or now; ``:now``, ``:zone``, ``:payer``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

import jinja2

from orchestration.flow.edits import OWNER_ROLES
from orchestration.flow.heads import Head, read_head
from orchestration.ground.contracts import Severity
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SQL_FOLDER

REPORTS_FOLDER = SQL_FOLDER / "reports"
Kept = Literal["daily", "monthly"]
_NEEDED = ("reads", "owner", "grain", "unit", "formula", "source", "columns")
_OPTIONAL = ("benchmark", "window", "kept", "alarm")
_COLUMN = re.compile(r"([a-z][a-z0-9_]*) = (.+)")
_KEPT = re.compile(r"(daily|monthly), (P[123])")
_WINDOW_DAYS = "28"


@dataclass(frozen=True)
class Report:
    """One report.

    Args:
        name: File stem: ``evv_verified``.
        title: What it says, in one sentence.
        readers: Roles that read it.
        owner: Role that answers for what it says.
        grain: What a row is.
        unit: What its numbers are in.
        formula: How they are made.
        benchmark: What is good, None where nobody says.
        source: Where formula and benchmark come from.
        columns: Name to meaning, in order: the keys of its JSON.
        window_days: Days it looks back when nobody says.
        kept: Whether it must be there for every day or month.
        severity: What a missing one is; None where none is kept.
        alarm: What a row that alarms is; None where none does.
        refs: Tables it reads.
        sql: The query.
    """

    name: str
    title: str
    readers: tuple[str, ...]
    owner: str
    grain: str
    unit: str
    formula: str
    benchmark: str | None
    source: str
    columns: Mapping[str, str]
    window_days: int
    kept: Kept | None
    severity: Severity | None
    alarm: Severity | None
    refs: tuple[str, ...]
    sql: str

    @property
    def by_payer(self) -> bool:
        """Whether it can be asked for one payer."""
        return ":payer" in self.sql


@cache
def load_reports(folder: Path = REPORTS_FOLDER) -> tuple[Report, ...]:
    """Every report there is a file of, by name.

    Raises:
        ContractFailure: a head is incomplete or wrong.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.sql")))


def find_report(name: str, folder: Path = REPORTS_FOLDER) -> Report:
    """The report of that name.

    Raises:
        ContractFailure: there is none; the message lists those there are.
    """
    known = {report.name: report for report in load_reports(folder)}
    if name not in known:
        message = f"no report is called {name!r}; there are {', '.join(known)}"
        raise ContractFailure(message)
    return known[name]


def _read(path: Path) -> Report:
    head = read_head(path, _NEEDED, _OPTIONAL)
    if head.name != path.stem:
        message = f"{path}:1: the first line must be '-- {path.stem}: what it says'"
        raise ContractFailure(message)
    readers = tuple(head.values["reads"].split(", "))
    unknown = {*readers, head.values["owner"]} - OWNER_ROLES
    if unknown:
        message = f"{path}: no role is called {', '.join(sorted(unknown))}"
        raise ContractFailure(message)
    kept, severity = _kept(head)
    refs, sql = _render(path)
    return Report(
        name=head.name,
        title=head.sentence,
        readers=readers,
        owner=head.values["owner"],
        grain=head.values["grain"],
        unit=head.values["unit"],
        formula=head.values["formula"],
        benchmark=head.values.get("benchmark"),
        source=head.values["source"],
        columns=_columns(head),
        window_days=_window(head),
        kept=kept,
        severity=severity,
        alarm=_alarm(head),
        refs=refs,
        sql=sql,
    )


def _kept(head: Head) -> tuple[Kept | None, Severity | None]:
    said = head.values.get("kept")
    if said is None:
        return None, None
    found = _KEPT.fullmatch(said)
    if found is None:
        message = f"{head.path}: kept is {said!r}; write it like 'daily, P1' or 'monthly, P2'"
        raise ContractFailure(message)
    return cast("Kept", found[1]), cast("Severity", found[2])


def _alarm(head: Head) -> Severity | None:
    if "alarm" not in head.values:
        return None
    severity = cast("Severity", head.one_of("alarm", get_args(Severity)))
    if "alarm" not in _columns(head):
        message = f"{head.path}: a report with 'alarm' has a column of that name"
        raise ContractFailure(message)
    return severity


def _window(head: Head) -> int:
    said = head.values.get("window", _WINDOW_DAYS)
    if not said.isdigit() or int(said) < 1:
        message = f"{head.path}: window is {said!r}; give a number of days, 1 or more"
        raise ContractFailure(message)
    return int(said)


def _columns(head: Head) -> dict[str, str]:
    columns: dict[str, str] = {}
    for part in head.values["columns"].split("; "):
        found = _COLUMN.fullmatch(part)
        if found is None or found[1] in columns:
            message = f"{head.path}: columns has {part!r}; write 'name = meaning; name = meaning'"
            raise ContractFailure(message)
        columns[found[1]] = found[2].rstrip(".")
    return columns


def _render(path: Path) -> tuple[tuple[str, ...], str]:
    """Tables it refers to, and its text."""
    refs: dict[str, None] = {}

    def ref(table: str) -> str:
        refs[table] = None
        return table

    # SQL, not HTML: there is nothing to escape, values are bound
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
    try:
        sql = environment.from_string(path.read_text()).render(ref=ref)
    except jinja2.TemplateError as error:
        message = f"{path}: the template does not render: {error}"
        raise ContractFailure(message) from error
    return tuple(refs), "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
