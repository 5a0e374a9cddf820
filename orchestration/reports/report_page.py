"""One page about every report, made from the heads of their files: ``docs/reports.md``."""

from collections.abc import Iterable, Iterator

from orchestration.reports.report_files import Report

_HEAD = """# Reports

Made from the heads of `dbt_like_sql/reports` (`carehops docs`). A report is one file there; it is
found by being there. `carehops report` lists them, `carehops report NAME` tells one: see
[cli.md](cli.md). Days are the agency's. Reports show ids, codes, counts, times and money, never a
person's name.

A report kept daily (or monthly) is made every morning at 06:30 of the agency's time, on days
without a single row, weekends and holidays too; its window ends with the day before (or is the
month before), and what is open is judged for that morning. `carehops report NAME --kept` shows it
as it was, day by day. A day that was missed is noticed (`report_missing`) and made later, and says
when it was made. A row that alarms is told as `report_alarm`.

| report | says | read by | kept |
|---|---|---|---|
"""


def report_page(reports: Iterable[Report]) -> str:
    """The page."""
    known = tuple(reports)
    rows = "".join(
        f"| [{report.name}](#{report.name}) | {report.title} | {', '.join(report.readers)} | "
        f"{report.kept or '-'} |\n"
        for report in known
    )
    return _HEAD + rows + "".join(f"\n{section}" for report in known for section in _about(report))


def _about(report: Report) -> Iterator[str]:
    said = {
        "a row": report.grain,
        "unit": report.unit,
        "formula": report.formula,
        "good": report.benchmark,
        "source": report.source,
        "owner": report.owner,
        "looks back": f"{report.window_days} d unless told",
        "by payer": "with `--payer`" if report.by_payer else None,
        "kept": f"{report.kept}; a missing one is {report.severity}" if report.kept else None,
        "alarms": f"as {report.alarm}" if report.alarm else None,
    }
    facts = "".join(f"| {key} | {_cell(value)} |\n" for key, value in said.items() if value)
    keys = "".join(f"| `{name}` | {_cell(text)} |\n" for name, text in report.columns.items())
    yield f"## {report.name}\n\n{report.title}\n\n| | |\n|---|---|\n{facts}\n"
    yield f"| key | meaning |\n|---|---|\n{keys}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
