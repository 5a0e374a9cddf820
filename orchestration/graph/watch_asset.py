"""The watch itself in the lineage picture: an asset nobody materializes, with a check ``sees``.

While the pager looks, the check passes. When it has not looked lately, the watchdog says so here
through the web page's own door, and the pager, once it looks again, says how long it was blind.
"""

from collections.abc import Callable
from datetime import datetime

import dagster as dg

from orchestration.graph.refusals import attempt, refusal
from orchestration.ground.clock import SystemClock
from orchestration.ground.database import Database
from orchestration.ground.durations import in_words
from orchestration.watch.looking.heartbeats import PAGER, SEES, WATCH, Beat, beats, is_quiet

_KEY = dg.AssetKey(WATCH)
_CHECK = dg.AssetCheckKey(_KEY, SEES)


def watch_asset() -> dg.AssetSpec:
    """The watch as it is drawn."""
    return dg.AssetSpec(
        _KEY,
        group_name=WATCH,
        description="Who watches: the pager looks for what is wrong and writes pages, the "
        "notifier sends them, the watchdog is a program of its own and pages when either, or "
        "anything they need, goes quiet. Nothing runs here; see its check.",
    )


def sees_check(database: Callable[[], Database]) -> dg.AssetChecksDefinition:
    """Whether the pager has looked lately, for whoever presses the button."""

    @dg.asset_check(
        asset=_KEY,
        name=SEES,
        description="The pager looks every few seconds. While it does not, nothing that goes "
        "wrong is told to anybody, and every other check may be out of date.",
    )
    def sees() -> dg.AssetCheckResult:
        seen, error = attempt(lambda: _seen(database()))
        if error is not None:
            raise refusal(error)
        now = SystemClock().now()
        return dg.AssetCheckResult(passed=not is_quiet(seen, now), description=_said(seen, now))

    return sees


def show_sight(instance: dg.DagsterInstance, before: Beat | None, now: datetime) -> None:
    """Called by a pager that has just looked: shows that it sees, and for how long it did not.

    Args:
        instance: Dagster's instance.
        before: The look before this one.
        now: The instant of this one.
    """
    shown = instance.event_log_storage.get_latest_asset_check_execution_by_key([_CHECK])
    known = shown.get(_CHECK)
    was_blind = before is not None and is_quiet(before, now)
    if was_blind or known is None or known.evaluation is None or not known.evaluation.passed:
        said = "the pager looks"
        if before is not None and was_blind:
            said += (
                f"; it was blind for {in_words(now - before.beat_at)}, since "
                f"{before.beat_at:%Y-%m-%d %H:%M} UTC"
            )
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=_KEY,
                check_name=SEES,
                passed=True,
                severity=dg.AssetCheckSeverity.ERROR,
                description=said,
            )
        )


def _seen(database: Database) -> Beat | None:
    with database.engine.connect() as connection:
        return beats(connection).get(PAGER)


def _said(seen: Beat | None, now: datetime) -> str:
    if seen is None:
        return "the pager has never looked"
    if is_quiet(seen, now):
        return f"blind since {seen.beat_at:%Y-%m-%d %H:%M} UTC"
    return "the pager looks"
