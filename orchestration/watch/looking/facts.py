"""What is stored about feeds, hops and partners, as ``freshness`` wants to know it.

The questions are those of the conditions' own files, so picture and pages cannot disagree. Every
one is answered by an index, however long the history: they are asked every half minute.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.ground.sql import bound
from orchestration.watch.looking.condition_files import ConditionKind
from orchestration.watch.looking.freshness import Sent
from orchestration.watch.looking.watched import Watched

Rows = Mapping[str, list[dict[str, Any]]]
"""What each kind's query answered, by kind."""


def ask(
    connection: sa.Connection, kinds: tuple[ConditionKind, ...], watched: Watched, now: datetime
) -> Rows:
    """Put every kind's question."""
    binds = watched.binds(now)
    return {
        kind.name: [dict(row._mapping) for row in connection.execute(bound(kind.sql, binds))]
        for kind in kinds
    }


def gather(kinds: tuple[ConditionKind, ...], rows: Rows) -> dict[str, dict[str, Any]]:
    """Facts by subject."""
    facts: dict[str, dict[str, Any]] = {}
    for kind in kinds:
        for row in rows[kind.name] if kind.finds else ():
            known = facts.setdefault(row["subject"], {})
            if "sent_at" in row:
                sent = Sent(row["rung"], row["sent_at"], int(row["records"]), int(row["cents"]))
                known["sent"] = (*known.get("sent", ()), sent)
            else:
                known |= {key: value for key, value in row.items() if key != "subject"}
    for row in rows["records_stuck"]:
        _add_stuck(facts.setdefault(row["subject"], {}), row)
    return facts


def _add_stuck(known: dict[str, Any], row: Mapping[str, Any]) -> None:
    what = "overdue" if row["cause"] else "untaken"
    since = known.get(f"{what}_since")
    known[what] = known.get(what, 0) + row["count"]
    known[f"{what}_since"] = min(since, row["oldest"]) if since else row["oldest"]
