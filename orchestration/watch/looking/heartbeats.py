"""Who has looked lately: each watcher writes down that it did, others see when it stops.

Absence of a beat is all there is to see of a watcher that died, hangs, or was switched off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

PAGER, NOTIFIER, WATCHDOG = "pager", "notifier", "watchdog"
WATCH, SEES = "watch", "sees"
"""Asset and check that show in the lineage picture whether the pager looks."""
PAGER_SECONDS = 15
"""How often conditions are looked for."""
NOTIFIER_SECONDS = 10
"""How often due pages are sent."""
QUIET_AFTER = timedelta(minutes=2)
"""A watcher that has not looked for so long sees nothing."""


@dataclass(frozen=True)
class Beat:
    """When a watcher looked.

    Args:
        name: The watcher.
        first_at: Its very first look.
        beat_at: Its newest.
        detail: What it said of itself; counts only.
    """

    name: str
    first_at: datetime
    beat_at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)


def beat(connection: sa.Connection, name: str, now: datetime, **detail: Any) -> None:
    """Write down that a watcher looked; an earlier look never overwrites a later one."""
    connection.execute(_BEAT, {"name": name, "now": now, "detail": detail})


def beats(connection: sa.Connection) -> dict[str, Beat]:
    """The newest look of each watcher, by name."""
    rows = connection.execute(sa.text("select name, first_at, beat_at, detail from ops.heartbeat"))
    return {row.name: Beat(*row) for row in rows}


def is_quiet(seen: Beat | None, now: datetime, after: timedelta = QUIET_AFTER) -> bool:
    """Whether a watcher has not looked lately, or never."""
    return seen is None or now - seen.beat_at > after


_BEAT = sa.text("""
insert into ops.heartbeat as known (name, first_at, beat_at, detail)
values (:name, :now, :now, :detail)
on conflict (name) do update set
    beat_at = greatest(known.beat_at, excluded.beat_at), detail = excluded.detail
""").bindparams(sa.bindparam("detail", type_=sa.JSON))
