"""Commands about reports: what there is to read, and what somebody did about a deviation."""

from datetime import date, datetime
from pathlib import Path
from typing import cast, get_args

import click
import sqlalchemy as sa

from orchestration.assembly import House
from orchestration.commands import report_page
from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.commands.printing import say, show
from orchestration.ground.approvers import read_approvers
from orchestration.ground.failures import ContractFailure, PermanentFailure
from orchestration.reports.asking import ask, window
from orchestration.reports.days import KeptDay, keep_due, kept_days
from orchestration.reports.report_files import Report, find_report, load_reports
from orchestration.reports.reviews import Action, DeviationKind, Reviewed, write_review
from orchestration.views.sentences import counted
from orchestration.views.sight import Sight

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_LISTED = ("name", "title", "readers", "owner", "grain", "unit", "kept", "columns")


@click.command()
@click.argument("name", required=False)
@click.option("--since", type=_DAY, help="First day; else as many days back as the report says.")
@click.option("--until", type=_DAY, help="Last day; else today.")
@click.option("--day", type=_DAY, help="That day only.")
@click.option("--payer", help="Only this payer's.")
@click.option("--kept", is_flag=True, help="As it was kept on those days, newest first.")
@click.option("--keep", is_flag=True, help="Make and keep every report that is due; for cron.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Into a file.")
@AS_JSON
@click.pass_obj
def report(
    asked: Asked,
    *,
    name: str | None,
    since: datetime | None,
    until: datetime | None,
    day: datetime | None,
    payer: str | None,
    kept: bool,
    keep: bool,
    file: Path | None,
    as_json: bool,
) -> None:
    """Tell report NAME, or list the reports there are.

    docs/reports.md says what each means, who reads it, and what is good.
    """
    if day is not None and (since is not None or until is not None):
        message = "--day is one day; leave --since and --until out"
        raise click.UsageError(message)
    first, last = _date(day or since), _date(day or until)
    if name is None and not keep:
        listed = load_reports()
        answer = [{key: getattr(one, key) for key in _LISTED} for one in listed]
        tell(answer, as_json, lambda: report_page.show_reports(listed))
        return
    with asked.opened() as (house, sight):
        if keep:
            _keep(house, sight, as_json=as_json)
            return
        wanted = find_report(name or "")
        if kept:
            _tell_kept(sight, wanted, first, last, as_json=as_json)
        else:
            _tell(sight, wanted, (first, last), payer, file, as_json=as_json)


def _tell(
    sight: Sight,
    wanted: Report,
    days: tuple[date | None, date | None],
    payer: str | None,
    file: Path | None,
    *,
    as_json: bool,
) -> None:
    looked_at = window(wanted, *days, sight.now, sight.zone)
    answer = ask(sight.connection, wanted, looked_at, sight.now, payer)
    if file is not None:
        report_page.write_csv(file, wanted.columns, (row.values() for row in answer.rows))
        say(f"{counted(len(answer.rows), 'row')} written to {file}.")
    else:
        tell(answer, as_json, lambda: report_page.show_answer(sight, answer))


def _tell_kept(
    sight: Sight, wanted: Report, first: date | None, last: date | None, *, as_json: bool
) -> None:
    if wanted.kept is None:
        message = f"{wanted.name} is not kept; ask for it with --since and --until"
        raise ContractFailure(message)
    found = kept_days(sight.connection, wanted.name, first, last)
    tell(found, as_json, lambda: report_page.show_kept(sight, found))


def _keep(house: House, sight: Sight, *, as_json: bool) -> None:
    made: list[KeptDay] = []
    broken: list[str] = []
    for report in load_reports():
        try:
            with house.database.transaction() as connection:
                made += keep_due(connection, [report], sight.now, sight.zone)
        except sa.exc.DBAPIError:
            broken.append(report.name)
    said = [{"report": one.report, "day": one.day, "rows": len(one.rows)} for one in made]
    tell(said, as_json, lambda: show(f"{counted(len(made), 'report')} made and kept."))
    if broken:
        message = f"these could not be made, the others were: {', '.join(broken)}"
        raise PermanentFailure(message)


def _date(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


@click.command()
@click.argument("kind", type=click.Choice(get_args(DeviationKind)))
@click.argument("subject")
@click.option("--action", type=click.Choice(get_args(Action)), required=True, help="What was done.")
@click.option("--by", required=True, help="Who reviews, as the agency's file names them.")
@click.option("--why", required=True, help="In a few words; it is kept, so name no person in it.")
@click.option("--close", "closes", is_flag=True, help="Nothing is left to do.")
@AS_JSON
@click.pass_obj
def review(
    asked: Asked,
    *,
    kind: str,
    subject: str,
    action: str,
    by: str,
    why: str,
    closes: bool,
    as_json: bool,
) -> None:
    """Say what was done about a deviation: KIND and SUBJECT as daily_exceptions lists them.

    It is kept for good. A deviation may be reviewed several times, and is over with --close.
    """
    said = Reviewed(cast("DeviationKind", kind), subject, cast("Action", action), why, by, closes)
    with asked.opened() as (house, sight):
        approvers = read_approvers(house.settings.agency_folder)
        with house.database.transaction() as connection:
            written = write_review(connection, approvers, said, sight.now, sight.zone)
        tell(written, as_json, lambda: report_page.show_review(sight, written))


COMMANDS = (report, review)
