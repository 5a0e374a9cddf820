"""The exchange of files with each partner as an asset, after the hop whose files it carries.

Materializing it exchanges files once; it materializes only when the line worked.
What failed is not Dagster's to retry: when it may be tried again is written down with the line,
and whoever comes before that leaves it alone (see ``orchestration.partners.access``).
"""

from collections.abc import Callable, Iterator, Sequence
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.graph.lineage import EXCHANGE, PARTNERS, Picture, slug, team
from orchestration.graph.refusals import attempt, refusal
from orchestration.graph.schedules import EXCHANGE_JOB, Job, is_idle
from orchestration.partners.exchange import Exchange, Exchanged
from orchestration.partners.routes import Route

if TYPE_CHECKING:
    from orchestration.assembly import House

DELIVERED = "delivered"
RUNBOOK = "docs/runbooks/delivery_stuck.md"
_NEEDS_SOMEBODY = ("failed", "withheld", "unconfirmed")


def exchange_asset(
    route: Route, picture: Picture, open_house: Callable[[], "House"]
) -> dg.AssetsDefinition:
    """The asset of one partner's exchange.

    Args:
        route: The partner and the way there.
        picture: All feeds, hops and partners.
        open_house: Gives database and clock when a run needs them.
    """
    sending = route.sending
    spec = dg.AssetSpec(
        f"{EXCHANGE}{sending.partner}",
        group_name=PARTNERS,
        deps=[dg.AssetKey(hop.name) for hop in picture.hops if hop.ladder],
        description=f"Files to and from {sending.receiver_name}: what waits is sent, what is in "
        "doubt is looked for, replies are fetched. Every file reaches it once.",
        skippable=True,  # where there was nothing to do, or the line is not open, nothing is new
        owners=[team(sending.owner)],
        kinds={sending.transport},
        tags={"agency": slug(picture.agency.name)},
        metadata={"runbook_path": RUNBOOK, "usage": sending.usage},
    )
    check = dg.AssetCheckSpec(
        DELIVERED,
        asset=spec.key,
        description="The line works, and no file failed, may not leave, or is in doubt.",
    )

    def exchange(context: dg.AssetExecutionContext) -> Iterator[Any]:
        done, error = attempt(lambda: _exchange(open_house(), sending.partner))
        if done is None:
            raise refusal(error or RuntimeError())
        context.log.info(_sentence(done))
        yield dg.AssetCheckResult(
            asset_key=spec.key,
            check_name=DELIVERED,
            passed=done.is_well and not any(state in done.left for state in _NEEDS_SOMEBODY),
            description=_sentence(done),
            metadata={f"files_{state}": files for state, files in done.left.items()},
        )
        if not done.is_well:
            message = f"{_sentence(done)}. See {RUNBOOK}."
            raise dg.Failure(message, allow_retries=False)
        if done.outcome == "done":
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata={"sent": done.sent, "fetched": done.fetched}
            )

    made: dg.AssetsDefinition = dg.multi_asset(
        name=spec.key.to_user_string(), specs=[spec], check_specs=[check]
    )(exchange)
    return made


def exchange_sensor(
    routes: Sequence[Route], open_house: Callable[[], "House"], job: Job
) -> dg.SensorDefinition:
    """Asks for a run of just those exchanges that have something to do."""
    names = [route.sending.partner for route in routes]

    @dg.sensor(
        name="exchange_due",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks which partners are owed files, have files in doubt, or may have left "
        "replies, and may be tried now.",
    )
    def exchange_due(
        context: dg.SensorEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        if not is_idle(context.instance, EXCHANGE_JOB):
            return dg.SkipReason("files are being exchanged")
        due, error = attempt(lambda: _made(open_house()).due())
        if due is None:
            raise refusal(error or RuntimeError())
        keys = [dg.AssetKey(f"{EXCHANGE}{name}") for name in names if name in due]
        if not keys:
            return dg.SkipReason("no partner has anything to do, or may be tried yet")
        return dg.RunRequest(
            asset_selection=keys,
            asset_check_keys=[dg.AssetCheckKey(key, DELIVERED) for key in keys],
        )

    return exchange_due


def _made(house: "House") -> Exchange:
    return Exchange(house.database.engine, house.settings, house.clock, SystemRandom())


def _exchange(house: "House", partner: str) -> Exchanged:
    return _made(house).all(partner)[0]


def _sentence(done: Exchanged) -> str:
    why = f" ({done.why.replace('_', ' ')})" if done.why else ""
    left = ", ".join(f"{files} {state}" for state, files in done.left.items()) or "nothing"
    return f"{done.partner}: {done.outcome}{why}; {done.sent} sent, {done.fetched} new, {left} left"
