"""What a feed and a hop promise, as plain declarations.

A contract is written once, in ``assets/``, and read by people (``docs/feeds`` and ``docs/hops``
are generated from it), by the database (landing tables are made from it), by landing (what a good
row is) and by Dagster (owners, freshness, schedules). Nothing here acts.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from orchestration.ground.business_time import Deadline, Night

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import sqlalchemy as sa

    from orchestration.ground.clock import Clock
    from orchestration.ground.settings import Settings

ColumnType = Literal["text", "bigint", "integer", "numeric", "boolean", "date", "instant"]
IdentifierKind = Literal[
    "visit",
    "client",
    "caregiver",
    "plan",
    "authorization",
    "claim",
    "batch",
    "schedule",
    "document",
    "incident",
]
TimeBasis = Literal["utc", "agency_local"]
Severity = Literal["P1", "P2", "P3"]
"""``P1`` wakes people, ``P2`` waits for the day, ``P3`` is for the list."""
WindowBasis = Literal["service_date", "billing_period", "episode", "updated_at", "effective_date"]


@dataclass(frozen=True)
class Column:
    """One column of a landing table: its type and what a good value is.

    Args:
        name: The column, in the house's words.
        type: How it is stored; ``instant`` is ``timestamptz``.
        meaning: One line a biller or a coordinator understands.
        required: Whether a row without it waits.
        one_of: The only values allowed, after the dialect's value map.
        pattern: A POSIX regular expression the whole value matches.
        at_least: Smallest number allowed.
        at_most: Largest number allowed.
        default: What holds for a row that does not say.
        payload: Whether it is a person's data (names, places, phones): kept out of everything
            but the landing schema.
        identifies: The kind of id, when people search by it.
        is_told: Whether the way of a record tells what it says.
        is_codes: Whether it lists codes of a reply, which are told with their words.
    """

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    one_of: tuple[str, ...] = ()
    pattern: str | None = None
    at_least: int | None = None
    at_most: int | None = None
    default: str | int | bool | None = None
    payload: bool = False
    identifies: IdentifierKind | None = None
    is_told: bool = True
    is_codes: bool = False


@dataclass(frozen=True)
class Table:
    """A landing table that one or several feeds fill: all versions of one kind of row.

    Args:
        name: Singular noun; the table is ``landing.<name>``.
        key: The columns that name one thing through all its versions.
        version: The column that orders versions (a higher one is newer, an equal one is a
            repeat, a lower one is history), or None when a thing never changes.
        columns: In order.
        event_at: The column whose newest value says how fresh the data is.
        meaning: What one row is.
        indexes: Columns by which hops look rows up, beyond the key and the ids people search by.
    """

    name: str
    key: tuple[str, ...]
    version: str | None
    columns: tuple[Column, ...]
    event_at: str
    meaning: str
    indexes: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Delimited:
    """A text file with a header row: one record a row, quoted as RFC 4180 says."""

    delimiter: str = ","


@dataclass(frozen=True)
class JsonRecords:
    """A JSON array of objects, one record each."""


@dataclass(frozen=True)
class X12Replies:
    """Interchanges from a clearinghouse or payer: TA1, 999, 277CA, 835."""


ReadAgencyFile = Callable[["Path", str, "sa.Connection"], Iterable[Mapping[str, str | None]]]
"""Name and text of a file, and the database it must agree with, to rows as text by column; raises
``FileRefused`` when a single thing in it is wrong."""


@dataclass(frozen=True)
class Remark:
    """Something about a file the agency keeps that somebody should know.

    Args:
        severity: ERROR must be mended, WARN becomes due.
        where: File and line.
        what: What it is.
        mend: What to do.
    """

    severity: Literal["ERROR", "WARN"]
    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.mend}"


Inspect = Callable[["sa.Connection", "Path", "date"], Iterable[Remark]]
"""The database, the folder the files are kept in, and today in the agency's zone, to remarks."""


@dataclass(frozen=True)
class AgencyFile:
    """A file the agency writes itself: its reader makes rows of it, or refuses it whole."""

    read: ReadAgencyFile


@dataclass(frozen=True)
class Source:
    """Where a table's column comes from in a dialect.

    Args:
        field: Header name, or for JSON a path: ``Calls[CallAssignment=Call In].CallDateTime``
            takes the first element of ``Calls`` whose ``CallAssignment`` is ``Call In``.
        values: Their words to ours; a value that is not listed passes unchanged and meets
            the column's own rules.
    """

    field: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Feed:
    """What an outside system sends us, and how we read it.

    Args:
        name: The feed's name: asset key, page and folder word.
        meaning: One sentence for people.
        system: The outside system, stored as ``source_system`` where the table has that column.
        table: Where its rows land.
        files: Glob of the file names it claims in the drop folder.
        dialect: How the bytes are read.
        sources: Table column to its place in the file. Columns absent here are not sent by
            this dialect and stay null.
        constants: Table column to a fixed value for every row of this feed.
        time_basis: ``utc`` when instants carry an offset or Z, ``agency_local`` when they are
            wall-clock times in the agency's zone without one.
        window_basis: Which date the sender selects rows by.
        cadence: How often new data is normally there.
        owner: Role that answers for it.
        warn_after: Age of the newest data at which people are warned.
        fail_after: Age at which the feed is stale.
        empty_allowed: Whether a file without rows is a good answer (nothing happened) or a
            fault (the sender always has something).
        old_after: Age at which what the rows tell of is old, where that is not ``fail_after``.
        rests: Whether nothing is expected on days that are no business days; by default so for
            what comes daily or less often.
        night: Hours in which less is expected.
        deadlines: By when a file must have come.
        severity: What it is to people when it is late.
        kept_in: Folder below the agency's own in which its files are kept and stay; None when
            they come through the drop folder.
        complete_for: The column that names what a file says everything about: what it no longer
            says of that is no longer current.
        inspect: Looks at all its files together; shown as a check of the feed's asset.
    """

    name: str
    meaning: str
    system: str
    table: Table
    files: str
    dialect: Delimited | JsonRecords | X12Replies | AgencyFile
    sources: Mapping[str, Source]
    time_basis: TimeBasis
    window_basis: WindowBasis
    cadence: timedelta
    owner: str
    warn_after: timedelta
    fail_after: timedelta
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)
    empty_allowed: bool = False
    old_after: timedelta | None = None
    rests: bool | None = None
    night: Night | None = None
    deadlines: tuple[Deadline, ...] = ()
    severity: Severity = "P2"
    kept_in: str | None = None
    complete_for: str | None = None
    inspect: Inspect | None = None


@dataclass(frozen=True)
class Timing:
    """When a hop must have run, and how old its oldest record may grow.

    Args:
        schedule: Cron, in the agency's zone.
        warn_after: Time since the last good pass at which people are warned.
        fail_after: Time at which the hop is stale.
        stuck_after: Age at which a waiting or held record counts as stuck.
        rests: Whether nothing is expected on days that are no business days; by default so for
            what is not scheduled on every day of the week.
        night: Hours in which less is expected.
        deadlines: By when a pass must have been published.
        severity: What it is to people when it is stale.
    """

    schedule: str
    warn_after: timedelta
    fail_after: timedelta
    stuck_after: timedelta
    rests: bool | None = None
    night: Night | None = None
    deadlines: tuple[Deadline, ...] = ()
    severity: Severity = "P2"


@dataclass(frozen=True)
class Target:
    """A table a hop publishes, ``core.<name>``, made by the model of the same name.

    Args:
        name: Singular noun.
        key: What makes a row unique; an existing row with this key is replaced, never doubled.
        per_record: Whether every record that moves has at least one row here. The publish
            refuses to commit when one has none.
        identifies: Column to the kind of id people search by; each needs an index that begins
            with it. A table without ``record_id`` leads on through its claims and batches.
        meaning: What one row is.
    """

    name: str
    key: tuple[str, ...]
    meaning: str
    per_record: bool = False
    identifies: Mapping[str, IdentifierKind] = dataclasses.field(default_factory=dict, hash=False)


Found = tuple[str, str, str | None]
"""A record's id, the code of the edit that holds it, and what exactly was found."""


@dataclass(frozen=True)
class Examination:
    """What a hop's own Python sees of the pass now running.

    Args:
        connection: Open transaction; the pass commits it.
        pass_id: The pass.
        clock: What time it is.
        settings: Where files and the agency's facts are.
    """

    connection: "sa.Connection"
    pass_id: int
    clock: "Clock"
    settings: "Settings"


@dataclass(frozen=True)
class Hop:
    """One movement between two systems: minimum dataset, timing rule, owner, runbook.

    Args:
        name: The hop, in the users' words: asset key, module, suite, models' and edits' folder.
        meaning: One sentence for people.
        record: What it moves, singular: ``visit``.
        takes: Tables whose new rows make new records here (``landing.x`` or ``core.x``).
        reads: Further tables its models and edits look at.
        follows: The hop a record must have moved through before it may exist here.
        targets: What it publishes.
        keeps: Tables and functions of schema core that models read and no pass publishes: what
            people decided about its records.
        minimum_dataset: Candidate columns that may not be missing on a moved record.
        checkpoints: The checkpoints this hop covers, in order (``V01`` ... ``V08``).
        timing: Schedule, freshness, age.
        owner: Role that answers for the hop.
        ladder: Rungs of the reply ladder, for a hop to an outside system, in order.
        listen: Takes in what came back from outside, before judging and after handing out; safe
            to repeat, whatever becomes of the pass.
        examine: Finds what no SQL can, after the edits: record id, edit code, and what exactly was
            found if that can be said in words that hold no person's data.
        prepare: Writes what only Python can, after judging, into the pass's own tables.
        deliver: Hands published rows to the outside, after the publish; safe to repeat.
    """

    name: str
    meaning: str
    record: str
    takes: tuple[str, ...]
    reads: tuple[str, ...]
    targets: tuple[Target, ...]
    minimum_dataset: tuple[str, ...]
    checkpoints: tuple[str, ...]
    timing: Timing
    owner: str
    follows: str | None = None
    keeps: tuple[str, ...] = ()
    ladder: tuple[str, ...] = ()
    listen: Callable[[Examination], None] | None = None
    examine: Callable[[Examination], Iterable[Found]] | None = None
    prepare: Callable[[Examination], None] | None = None
    deliver: Callable[[Examination], None] | None = None

    @property
    def runbook(self) -> str:
        """Path of the runbook below the repository's root."""
        return f"docs/runbooks/{self.name}.md"
