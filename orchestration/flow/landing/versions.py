"""Repeated, older, newer: what becomes of a good line among the versions of its record.

A higher version becomes current, a lower one is history. An equal one is a repeat when it says
the same and waits when it does not. A version whose line was rejected is used up. Versions count
per record, not per file, and several may stand in one file.
"""

from dataclasses import dataclass

from orchestration.flow.landing.rules import Reading
from orchestration.flow.landing.staging import Cursor
from orchestration.ground.contracts import Table

_ODD = """
create temporary table odd (line_no bigint primary key, fate text not null) on commit drop
"""


def without_faults(faults: int) -> str:
    """The condition that leaves a good line of ``staged as s``."""
    bad = "select from pg_temp.fault as f where f.line_no = s.line_no"
    return f"not exists ({bad})" if faults else "true"


@dataclass(frozen=True)
class Versions:
    """The judgement over one file.

    Args:
        reading: How its lines are read.
        file_id: Its number.
    """

    reading: Reading
    file_id: int

    @property
    def _table(self) -> Table:
        return self.reading.feed.table

    def judge(self, cursor: Cursor, faults: int) -> int:
        """Fill ``pg_temp.picked`` with the good lines' keys, ``pg_temp.odd`` with odd fates.

        A line that is in ``picked`` and not in ``odd`` becomes the current version. Whoever
        calls this holds the table's lock, so that nobody judges at the same time.

        Args:
            cursor: In the landing transaction.
            faults: How many lines cannot become rows.

        Returns:
            How many fates are odd.
        """
        self._pick(cursor, faults)
        cursor.execute(_ODD)
        self._find_landed(cursor)
        self._find_burnt(cursor)
        self._find_doubled(cursor)
        self._find_history(cursor)
        cursor.execute("analyze pg_temp.odd")
        cursor.execute("select count(*) from pg_temp.odd")
        row = cursor.fetchone()
        return int(row[0]) if row else 0

    def burn(self, cursor: Cursor) -> None:
        """Use up the versions of lines that cannot become rows."""
        if self._table.version is not None:
            cursor.execute(
                f"""
                insert into landing.burnt_version
                select '{self._table.name}', record_id, version, {self.file_id}, min(line_no)
                from pg_temp.fault where record_id is not null and version is not null
                group by record_id, version
                on conflict do nothing
                """
            )

    def step_down(self, cursor: Cursor) -> None:
        """Make room for the newer: what was current becomes history."""
        if self._table.version is not None:
            cursor.execute(
                f"""
                update landing."{self._table.name}" as t set is_current = false
                from pg_temp.picked as p
                where {self._same("t", "p")} and t.is_current
                    and not exists (select from pg_temp.odd as o where o.line_no = p.line_no)
                """
            )

    def step_aside(self, cursor: Cursor, column: str) -> None:
        """What a file that is complete for ``column`` no longer says becomes history."""
        value = self.reading.typed(self._table.column(column))
        cursor.execute(
            f"""
            update landing."{self._table.name}" as t set is_current = false
            where t.is_current
                and t."{column}" in (select {value} from pg_temp.staged as s)
                and not exists (select from pg_temp.picked as p where {self._same("t", "p")})
            """
        )

    def _pick(self, cursor: Cursor, faults: int) -> None:
        table = self._table
        names = [*table.key, *filter(None, [table.version])]
        picked = [f'{self.reading.typed(table.column(name))} as "{name}"' for name in names]
        known = {column.name for column in table.columns}
        event_at = (
            self.reading.typed(table.column(table.event_at)) if table.event_at in known else "null"
        )
        cursor.execute(
            f"""
            create temporary table picked on commit drop as
            select s.line_no, {", ".join(picked)}
                , cast({event_at} as timestamp with time zone) as event_at
            from pg_temp.staged as s
            where {without_faults(faults)}
            """
        )
        cursor.execute("analyze pg_temp.picked")

    def _same(self, one: str, other: str, *, version: bool = False) -> str:
        names = [*self._table.key]
        if version and self._table.version is not None:
            names.append(self._table.version)
        return " and ".join(f'{one}."{name}" = {other}."{name}"' for name in names)

    def _keys(self, row: str = "p") -> str:
        return ", ".join(f'{row}."{name}"' for name in self._table.key)

    def _fate(self, one: str, other: str) -> str:
        return (
            f"case when row({one}) is distinct from row({other}) then 'differs' else 'repeated' end"
        )

    def _typed(self, row: str) -> str:
        return ", ".join(self.reading.typed(column, row) for column in self._table.columns)

    def _find_landed(self, cursor: Cursor) -> None:
        """Lines whose very version is in the table already."""
        table = self._table
        current = "" if table.version is not None else "and t.is_current"
        cursor.execute(
            f"""
            create temporary table known on commit drop as
            select p.line_no, t.row_id from pg_temp.picked as p
            inner join landing."{table.name}" as t on {self._same("t", "p", version=True)} {current}
            """
        )
        if cursor.rowcount == 0:
            return
        stored = ", ".join(f't."{column.name}"' for column in table.columns)
        cursor.execute("analyze pg_temp.known")
        cursor.execute(
            f"""
            insert into pg_temp.odd
            select k.line_no
                , {self._fate(self._typed("s"), stored)}
            from pg_temp.known as k
            inner join pg_temp.staged as s on k.line_no = s.line_no
            inner join landing."{table.name}" as t on k.row_id = t.row_id
            """
        )

    def _find_burnt(self, cursor: Cursor) -> None:
        """Lines whose version a rejected line used up, earlier or above in this file."""
        version = self._table.version
        if version is None:
            return
        record = " || '/' || ".join(f'cast(p."{name}" as text)' for name in self._table.key)
        cursor.execute(
            f"""
            insert into pg_temp.odd
            select p.line_no, 'burnt' from pg_temp.picked as p
            inner join landing.burnt_version as b
                on b.table_name = '{self._table.name}' and b.record_id = {record}
                and b.version = p."{version}"
            where b.file_id <> {self.file_id} or b.line_no < p.line_no
            on conflict do nothing
            """
        )

    def _find_doubled(self, cursor: Cursor) -> None:
        """Lines whose version stands in this file more than once: the first counts."""
        names = [*self._table.key, *filter(None, [self._table.version])]
        listed = ", ".join(f'p."{name}"' for name in names)
        cursor.execute(
            f"""
            create temporary table crowded on commit drop as
            select {self._keys()} from pg_temp.picked as p
            group by {self._keys()} having count(*) > 1
            """
        )
        if cursor.rowcount == 0:
            return
        cursor.execute(
            f"""
            insert into pg_temp.odd
            select d.line_no
                , {self._fate(self._typed("s"), self._typed("o"))}
            from (
                select p.line_no, min(p.line_no) over (partition by {listed}) as first_line
                from pg_temp.picked as p inner join pg_temp.crowded as c on {self._same("c", "p")}
            ) as d
            inner join pg_temp.staged as s on d.line_no = s.line_no
            inner join pg_temp.staged as o on d.first_line = o.line_no
            where d.line_no <> d.first_line
            on conflict do nothing
            """
        )

    def _find_history(self, cursor: Cursor) -> None:
        """Lines with a newer version of their record beside them or in the table."""
        version = self._table.version
        if version is None:
            return
        cursor.execute(
            f"""
            insert into pg_temp.odd
            select d.line_no, 'history' from (
                select p.line_no, p."{version}" as version
                    , max(p."{version}") over (partition by {self._keys()}) as newest
                from pg_temp.picked as p inner join pg_temp.crowded as c on {self._same("c", "p")}
                where not exists (select from pg_temp.odd as o where o.line_no = p.line_no)
            ) as d
            where d.version < d.newest
            """
        )
        cursor.execute(
            f"""
            insert into pg_temp.odd
            select p.line_no, 'history' from pg_temp.picked as p
            inner join landing."{self._table.name}" as t on {self._same("t", "p")} and t.is_current
            where p."{version}" < t."{version}"
            on conflict do nothing
            """
        )
