"""A hop as an asset: materializing it is one pass; what the pass said becomes checks and numbers.

A pass whose suite does not hold publishes nothing: its checks are shown, the run fails, and no
materialization is written, for that would reset the clock people watch.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG

from expectations import Expect
from orchestration.flow.audit import CheckResult
from orchestration.flow.hop_pass import PassOutcome
from orchestration.graph.hop_picture import what_is_seen
from orchestration.graph.lineage import CONSERVED, OWN_CHECKS, Picture, hop_arguments
from orchestration.graph.refusals import RETRIES, attempt, refusal
from orchestration.ground.contracts import Hop
from orchestration.ground.durations import in_words
from orchestration.ground.failures import ConservationFailure, ContractFailure

if TYPE_CHECKING:
    from orchestration.assembly import House

_SEVERITY = {"MUST": dg.AssetCheckSeverity.ERROR, "SHOULD": dg.AssetCheckSeverity.WARN}


def hop_asset(
    hop: Hop,
    suite: Sequence[Expect],
    picture: Picture,
    open_house: Callable[[], "House"],
    *,
    told: Callable[[PassOutcome], None] = lambda _: None,
    retries: dg.RetryPolicy = RETRIES,
) -> dg.AssetsDefinition:
    """The asset of a hop.

    Args:
        hop: The hop.
        suite: What must be true of each batch.
        picture: All feeds and hops.
        open_house: Gives database, clock and passes when a run needs them.
        told: Is told what each pass did, for programs that run passes themselves.
        retries: How often what may pass by itself is tried again.

    Raises:
        ContractFailure: an expectation takes the name of one of our own checks.
    """
    taken = OWN_CHECKS & {expect.name for expect in suite}
    if taken:
        message = f"suite of {hop.name}: {', '.join(sorted(taken))} is a check of Carehops' own"
        raise ContractFailure(message)

    def one_pass(context: dg.AssetExecutionContext) -> Iterator[Any]:
        outcome, error = attempt(
            lambda: open_house().passes.run(hop, suite, run_id=context.run.run_id)
        )
        if isinstance(error, ConservationFailure):
            yield _conserved(passed=False, said=str(error))
        if outcome is None:
            raise refusal(error or RuntimeError())
        told(outcome)
        context.log.info(_sentence(outcome))
        yield from map(_check_result, outcome.checks)
        yield _conserved(passed=True, said=_arithmetic(hop, outcome), **outcome.totals)
        if outcome.outcome == "stopped":
            raise _stopped(hop, outcome)
        yield dg.MaterializeResult(
            metadata=_numbers(outcome) | _shown(context, open_house, hop, picture, outcome),
            data_version=_data_version(context, outcome),
        )

    made: dg.AssetsDefinition = dg.asset(
        **hop_arguments(hop, picture),
        check_specs=list(_check_specs(hop, suite)),
        retry_policy=retries,
    )(one_pass)
    return made


def _check_specs(hop: Hop, suite: Iterable[Expect]) -> Iterator[dg.AssetCheckSpec]:
    yield dg.AssetCheckSpec(
        CONSERVED,
        asset=hop.name,
        blocking=True,
        description=f"Every {hop.record} received is accounted for: moved, held, rejected, "
        "excluded, cancelled or waiting, for each file that brought some. Proven in the "
        "transaction that ends the pass; if it does not hold, nothing is published.",
    )
    for expect in suite:
        effect = "Nothing is published" if expect.severity == "MUST" else "The batch goes on"
        yield dg.AssetCheckSpec(
            expect.name,
            asset=hop.name,
            blocking=expect.severity == "MUST",
            description=f"{expect.because}\n\n{expect.severity}: {effect} while it does not hold.",
            metadata={"severity": expect.severity, "rule": expect.rule},
        )


def _check_result(result: CheckResult) -> dg.AssetCheckResult:
    expect = result.expect
    said = "holds" if result.passed else "does not hold"
    return dg.AssetCheckResult(
        check_name=expect.name,
        passed=result.passed,
        # what could not be asked is as bad as what is wrong
        severity=(
            dg.AssetCheckSeverity.ERROR if result.could_not_run else _SEVERITY[expect.severity]
        ),
        description="could not be evaluated" if result.could_not_run else said,
        metadata={"because": expect.because, "rule": expect.rule, **result.observed},
    )


def _conserved(*, passed: bool, said: str, **totals: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=CONSERVED,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=said,
        metadata=totals,
    )


def _stopped(hop: Hop, outcome: PassOutcome) -> dg.Failure:
    broken = [result.expect.name for result in outcome.checks if result.stops]
    return dg.Failure(
        f"{hop.name} stopped: {', '.join(broken)} must hold and does not. Nothing was published; "
        f"{outcome.taken} records wait. See {hop.runbook}.",
        metadata={"pass_id": outcome.pass_id, "taken": outcome.taken},
        allow_retries=False,
    )


def _sentence(outcome: PassOutcome) -> str:
    decided = ", ".join(f"{count} {state}" for state, count in outcome.decided.items() if count)
    return f"pass {outcome.pass_id} {outcome.outcome}: {outcome.taken} taken; {decided or 'none'}"


def _arithmetic(hop: Hop, outcome: PassOutcome) -> str:
    parts = " + ".join(f"{count} {state}" for state, count in outcome.totals.items())
    return f"{sum(outcome.totals.values())} of kind {hop.record} received = {parts}"


def _numbers(outcome: PassOutcome) -> dict[str, Any]:
    oldest = outcome.oldest
    return {
        "pass_id": outcome.pass_id,
        "taken": outcome.taken,
        **outcome.totals,
        "late_changes": outcome.late_changes,
        "oldest_age_seconds": 0 if oldest is None else int(oldest.total_seconds()),
        "oldest_age": "nothing is open" if oldest is None else in_words(oldest),
        **{f"rows_written_{name}": count for name, count in outcome.written.items()},
    }


def _data_version(context: dg.AssetExecutionContext, outcome: PassOutcome) -> dg.DataVersion:
    """The pass that last wrote a row: what stands on it is behind only when something changed."""
    event = context.instance.get_latest_materialization_event(context.asset_key)
    before = event.asset_materialization if event else None
    known = (before.tags or {}).get(DATA_VERSION_TAG) if before else None
    wrote = any(outcome.written.values())
    return dg.DataVersion(str(outcome.pass_id) if wrote or not known else known)


def _shown(
    context: dg.AssetExecutionContext,
    open_house: Callable[[], "House"],
    hop: Hop,
    picture: Picture,
    outcome: PassOutcome,
) -> dict[str, Any]:
    """What is nice to see; a pass that is published does not fail for want of it."""
    shown, error = attempt(lambda: what_is_seen(open_house(), hop, picture, outcome))
    if error is not None:
        context.log.warning(f"published, but not all of it can be shown: {refusal(error)}")
    return shown or {}
