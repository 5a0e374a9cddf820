"""The check called ``fresh``: what the watch knows, where the lineage picture shows it.

Dagster's picture stays green when a freshness policy fails; a failed check turns the asset red.
The watch reports it without a run whenever something changes. It is defined here so that it is
drawn, and so that whoever presses its button gets the same answer from the same function.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.graph.lineage import FRESH, Picture
from orchestration.graph.refusals import attempt, refusal
from orchestration.ground.contracts import Feed, Hop
from orchestration.watch.looking.freshness import Freshness, Promise
from orchestration.watch.looking.standing import Standing, Tell, look

if TYPE_CHECKING:
    from orchestration.assembly import House


def fresh_checks(
    picture: Picture, open_house: Callable[[], "House"]
) -> list[dg.AssetChecksDefinition]:
    """One check for each feed, hop and partner."""
    return [_fresh_check(subject, open_house) for subject in picture.subjects]


def _fresh_check(subject: Promise, open_house: Callable[[], "House"]) -> Any:
    @dg.asset_check(
        asset=subject.name,
        name=FRESH,
        description=f"{_promised(subject)} Reported by the watch, without a run, "
        "whenever it changes.",
    )
    def fresh() -> dg.AssetCheckResult:
        standing, error = attempt(lambda: _look(open_house(), subject))
        if standing is None:
            raise refusal(error or RuntimeError())
        found = standing.freshness
        return dg.AssetCheckResult(
            passed=found.state == "fresh",
            severity=_severity(found),
            description=_said(found),
            metadata=_facts(standing),
        )

    return fresh


def _promised(subject: Promise) -> str:
    if isinstance(subject, Feed):
        return "Complete files come in time and tell of recent things."
    if isinstance(subject, Hop):
        return f"Passes are published in time, and no {subject.record} is stuck."
    return "The replies it always sends come in its time."


def _look(house: "House", subject: Promise) -> Standing:
    with house.database.engine.connect() as connection:
        standings = look(connection, house.watched, house.clock.now())
    return next(standing for standing in standings if standing.name == subject.name)


def mirror(instance: dg.DagsterInstance) -> Tell:
    """Shows a standing in the lineage picture, without a run."""

    def tell(standing: Standing) -> None:
        found = standing.freshness
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(standing.name),
                check_name=FRESH,
                passed=found.state == "fresh",
                severity=_severity(found),
                description=_said(found),
                metadata=_facts(standing),
            )
        )

    return tell


def not_shown(instance: dg.DagsterInstance, names: Iterable[str]) -> set[str]:
    """Names whose check was never reported, or not since they last materialized.

    Dagster shows a check as not evaluated when its asset has materialized since: what is stale
    for another reason than age would look well after the next pass.
    """
    checks = {name: dg.AssetCheckKey(dg.AssetKey(name), FRESH) for name in names}
    known = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        list(checks.values())
    )
    newest = {
        record.asset_entry.asset_key: record.asset_entry.last_materialization_record
        for record in instance.get_asset_records([key.asset_key for key in checks.values()])
    }
    missing = set()
    for name, key in checks.items():
        shown, made = known.get(key), newest.get(key.asset_key)
        said_at = shown.event.timestamp if shown is not None and shown.event is not None else 0.0
        if shown is None or (made is not None and said_at <= made.timestamp):
            missing.add(name)
    return missing


def _severity(found: Freshness) -> dg.AssetCheckSeverity:
    stale = found.state == "stale"
    return dg.AssetCheckSeverity.ERROR if stale else dg.AssetCheckSeverity.WARN


def _said(found: Freshness) -> str:
    return "; ".join((found.state, *found.because))


def _facts(standing: Standing) -> dict[str, Any]:
    found = standing.freshness
    return {
        "state": found.state,
        "because": "\n".join(found.because) or "nothing is late",
        "kinds": ", ".join(found.kinds),
        "incidents": "\n".join(standing.incidents) or "none is open",
        "counts_from": dg.MetadataValue.timestamp(found.since.timestamp()),
    }
