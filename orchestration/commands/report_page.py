"""How reports, their kept days, and reviews are laid out; and as CSV."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from orchestration.commands.printing import plain, show, table
from orchestration.reports.asking import Answer
from orchestration.reports.days import KeptDay
from orchestration.reports.report_files import Report
from orchestration.reports.reviews import Review
from orchestration.views.sentences import counted
from orchestration.views.sight import Sight


def show_reports(reports: Sequence[Report]) -> None:
    """What reports there are."""
    table(
        "Reports",
        ("report", "says", "kept", "read by"),
        ((one.name, one.title, one.kept, ", ".join(one.readers)) for one in reports),
    )


def show_answer(sight: Sight, answer: Answer) -> None:
    """A report's rows."""
    payer = f", {answer.payer}" if answer.payer else ""
    show(f"{answer.title} {answer.since} to {answer.until}{payer}; {sight.local(answer.at)}.")
    _show_rows(sight, answer.rows)
    show(f"{counted(len(answer.rows), 'row')}.")


def show_kept(sight: Sight, days: Sequence[KeptDay]) -> None:
    """A report as it was kept, day by day."""
    if not days:
        show("No such day was kept.")
    for day in days:
        alarms = f", {counted(day.alarms, 'alarm')}" if day.alarms else ""
        show(
            f"{day.report} of {day.day}: {counted(len(day.rows), 'row')}{alarms}; window "
            f"{day.since} to {day.until}, made {sight.local(day.kept_at)}."
        )
        _show_rows(sight, day.rows)


def _show_rows(sight: Sight, rows: Sequence[Mapping[str, object]]) -> None:
    """A table of the columns that say anything."""
    names = [name for name in next(iter(rows), ()) if any(row[name] is not None for row in rows)]
    if names:
        table("", names, ([_cell(sight, row[name]) for name in names] for row in rows))


def show_review(sight: Sight, review: Review) -> None:
    """What was written down."""
    late = "in time" if review.reviewed_at <= review.review_due_at else "late"
    end = "; it is closed" if review.closes else "; it stays open"
    show(
        f"Review {review.number}: {review.subject} ({review.kind}) by {review.reviewed_by} as "
        f"{review.reviewed_role}, {review.action}, {late}; it was due "
        f"{sight.local(review.review_due_at)}{end}."
    )


def write_csv(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Rows as CSV, instants in UTC; a list is joined by semicolons."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(_field(value) for value in row)


def _field(value: object) -> object:
    if isinstance(value, list | tuple):
        return ";".join(str(each) for each in value)
    return plain(value)


def _cell(sight: Sight, value: object) -> object:
    if isinstance(value, datetime):
        return sight.local(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value
