"""Reports kept for every day as assets: materializing one makes and keeps every day it lacks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.graph.lineage import Picture, slug, team
from orchestration.graph.refusals import RETRIES, attempt, refusal
from orchestration.reports.days import KeptDay, keep_due
from orchestration.reports.report_files import Report

if TYPE_CHECKING:
    from orchestration.assembly import House

REPORTS = "reports"


def report_asset(
    report: Report,
    picture: Picture,
    open_house: Callable[[], "House"],
    retries: dg.RetryPolicy = RETRIES,
) -> dg.AssetsDefinition:
    """The asset of a report.

    Args:
        report: The report.
        picture: All feeds and hops.
        open_house: Gives database and clock when a run needs them.
        retries: How often what may pass by itself is tried again.
    """

    def keep(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        made, error = attempt(lambda: _keep(open_house(), report))
        if made is None:
            raise refusal(error or RuntimeError())
        context.log.info(f"{report.name}: {len(made)} made and kept")
        return dg.MaterializeResult(metadata=_numbers(made))

    makers = (maker.name for table in report.refs for maker in picture.makers(table))
    asset: dg.AssetsDefinition = dg.asset(
        name=report.name,
        deps=[dg.AssetKey(name) for name in dict.fromkeys(makers)],
        group_name=REPORTS,
        description=_text(report),
        owners=[team(report.owner)],
        kinds={"postgres", "sql"},
        tags={"agency": slug(picture.agency.name)},
        metadata={"dagster/table_name": "ops.report_day"},
        retry_policy=retries,
    )(keep)
    return asset


def _keep(house: "House", report: Report) -> list[KeptDay]:
    with house.database.transaction() as connection:
        return keep_due(connection, [report], house.clock.now(), house.agency.zone)


def _numbers(made: list[KeptDay]) -> dict[str, int | str]:
    days = {"days_made": len(made)}
    if not made:
        return dict(days)
    newest = made[-1]
    return {**days, "day": str(newest.day), "rows": len(newest.rows), "alarms": newest.alarms}


def _text(report: Report) -> str:
    benchmark = f"\n\n**Good:** {report.benchmark}" if report.benchmark else ""
    return (
        f"{report.title}\n\n**Rows:** {report.grain}.\n\n**Formula:** {report.formula}.{benchmark}"
        f"\n\n**Read by:** {', '.join(report.readers)}.\n\n**Kept:** {report.kept}; "
        f"`carehops report {report.name} --kept` shows it day by day."
    )
