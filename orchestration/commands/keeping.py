"""Commands that look after the house itself."""

from pathlib import Path

import click

from orchestration import assembly
from orchestration.commands.opening import Asked
from orchestration.commands.printing import say, show
from orchestration.ground import embedded_postgres
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.reports.report_files import load_reports
from orchestration.reports.report_page import report_page
from orchestration.views.feed_pages import write_feed_pages

FEED_PAGES = SQL_FOLDER.parent / "docs" / "feeds"
REPORT_PAGE = "reports.md"


@click.command()
@click.pass_obj
def up(asked: Asked) -> None:
    """Start the database's server, or join it, and bring the database up to date."""
    database = asked.house().database
    show(f"PostgreSQL {database.version} answers at {database.url.render_as_string()}.")


@click.command()
def down() -> None:
    """Stop the embedded server; records stay."""
    settings = read_settings()
    if settings.database_url is not None:
        show("CAREHOPS_DATABASE_URL names a server of its own; it is left alone.")
    elif embedded_postgres.stop(settings.home):
        show("PostgreSQL is stopped.")
    else:
        show("PostgreSQL was not running.")


@click.command()
@click.option("--port", type=int, help="Where to listen, on loopback; CAREHOPS_UI_PORT by default.")
@click.pass_obj
def ui(asked: Asked, *, port: int | None) -> None:
    """Serve Dagster with schedules and sensors on, until Ctrl-C."""
    from orchestration.graph.serving import serve  # noqa: PLC0415 - Dagster takes seconds

    serve(asked.house(), port, say)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=FEED_PAGES,
    help="Folder of the pages; docs/feeds by default.",
)
def docs(*, out: Path) -> None:
    """Write a page for each feed from its contract, and the page of reports beside their folder."""
    changed = write_feed_pages(assembly.feeds(), assembly.hops(), out)
    page, text = out.parent / REPORT_PAGE, report_page(load_reports())
    if not page.exists() or page.read_text() != text:
        page.write_text(text)
        changed += 1
    show(f"{changed} pages changed in {out}.")


COMMANDS = (up, down, ui, docs)
