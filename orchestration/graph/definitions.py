"""The hops' code location: feeds, hops and reports as assets, with checks, schedules, sensors.

``build_defs`` puts it together from what is discovered; what it is handed instead is used as it
is. Nothing is opened here: the first run that needs the database opens it.
"""

from collections.abc import Callable
from threading import Lock

import dagster as dg

from orchestration import assembly
from orchestration.flow.hop_pass import PassOutcome
from orchestration.flow.landing.verdict import Verdict
from orchestration.graph.exchange_asset import exchange_asset, exchange_sensor
from orchestration.graph.feed_asset import feed_assets
from orchestration.graph.fresh_checks import fresh_checks
from orchestration.graph.hop_asset import hop_asset
from orchestration.graph.lineage import Picture, partner_spec
from orchestration.graph.refusals import RETRIES, attempt
from orchestration.graph.report_asset import report_asset
from orchestration.graph.schedules import (
    all_hops_job,
    exchange_job,
    hop_jobs,
    hop_schedules,
    landing_job,
    reports_job,
    reports_schedule,
)
from orchestration.graph.sensors import (
    after_landing_sensor,
    drop_folder_sensor,
    own_files_sensor,
)
from orchestration.ground.agency import read_agency
from orchestration.ground.settings import Settings, read_settings
from orchestration.partners.routes import readable_routes
from orchestration.reports.report_files import load_reports
from orchestration.watch.looking.timing import read_watched

Told = Callable[[Verdict | PassOutcome], None]


def build_defs(
    *,
    settings: Settings | None = None,
    picture: Picture | None = None,
    open_house: Callable[[], assembly.House] | None = None,
    told: Told = lambda _: None,
    retries: dg.RetryPolicy = RETRIES,
) -> dg.Definitions:
    """All definitions of the hops' location.

    Args:
        settings: Where things are; read from the environment by default.
        picture: What there is to draw; discovered by default.
        open_house: Gives database, landing and passes; opened at first need by default.
        told: Is told what became of each file and each pass.
        retries: How often what may pass by itself is tried again.
    """
    settings = settings or read_settings()
    picture = picture or _picture(settings)
    open_house = open_house or _opened_once(settings)
    landing, each, everything = landing_job(picture), hop_jobs(picture), all_hops_job(picture)
    kept = [report for report in load_reports() if report.kept]
    reports = reports_job(kept)
    exchanging = exchange_job(picture) if picture.routes else None
    return dg.Definitions(
        assets=[
            feed_assets(picture, open_house, told=told, retries=retries),
            *(partner_spec(partner, picture) for partner in picture.partners),
            *(
                hop_asset(
                    hop,
                    assembly.suite_of(hop.name),
                    picture,
                    open_house,
                    told=told,
                    retries=retries,
                )
                for hop in picture.hops
            ),
            *(report_asset(report, picture, open_house, retries) for report in kept),
            *(exchange_asset(route, picture, open_house) for route in picture.routes),
        ],
        asset_checks=fresh_checks(picture, open_house),
        jobs=[landing, *each, everything, reports, *filter(None, [exchanging])],
        schedules=[*hop_schedules(picture, each), reports_schedule(picture, reports)],
        sensors=[
            drop_folder_sensor(picture, settings.drop, landing),
            own_files_sensor(picture, settings.agency_folder, landing),
            after_landing_sensor(picture, landing, each),
            *([exchange_sensor(picture.routes, open_house, exchanging)] if exchanging else []),
        ],
        executor=dg.in_process_executor,
    )


def _picture(settings: Settings) -> Picture:
    """What the agency wants drawn; as the contracts have it while one of its files is wrong."""
    agency = read_agency(settings.agency_folder)
    watched, _ = attempt(
        lambda: read_watched(settings.agency_folder, agency, assembly.feeds(), assembly.hops())
    )
    routes = readable_routes(settings.agency_folder)
    if watched is None:
        return Picture(assembly.feeds(), assembly.hops(), agency, routes=routes)
    return Picture(watched.feeds, watched.hops, agency, watched.partners, routes)


def _opened_once(settings: Settings) -> Callable[[], assembly.House]:
    lock = Lock()
    houses: list[assembly.House] = []

    def open_house() -> assembly.House:
        with lock:
            if not houses:
                houses.append(assembly.assemble(settings))
            return houses[0]

    return open_house


defs = build_defs()
