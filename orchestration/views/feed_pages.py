"""A page for each feed, made from its contract: what sender and agency agree on.

The pages in ``docs/feeds`` are what this module makes, nothing else; ``carehops docs`` writes
them anew, and a test compares.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from orchestration.ground.contracts import (
    AgencyFile,
    Column,
    Delimited,
    Feed,
    Hop,
    JsonRecords,
    X12Replies,
)
from orchestration.ground.durations import in_words

_TIME_BASIS = {
    "utc": "instants carry an offset or `Z`",
    "agency_local": "wall-clock times in the agency's zone, without offset; a time that clocks "
    "skipped or showed twice holds the line",
}
_WINDOW_BASIS = {
    "service_date": "by service date",
    "billing_period": "by billing period",
    "episode": "by episode",
    "updated_at": "by the time of change",
    "effective_date": "by the date they take effect",
}


def feed_pages(feeds: Iterable[Feed], hops: Iterable[Hop]) -> dict[str, str]:
    """File name to text, the list of all feeds included."""
    feeds, hops = tuple(feeds), tuple(hops)
    pages = {f"{feed.name}.md": _page(feed, hops) for feed in feeds}
    return {"README.md": _list(feeds), **pages}


def write_feed_pages(feeds: Iterable[Feed], hops: Iterable[Hop], folder: Path) -> int:
    """Write the pages; remove those of feeds that are no more.

    Returns:
        How many pages changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = feed_pages(feeds, hops)
    gone = [path for path in folder.glob("*.md") if path.name not in pages]
    for path in gone:
        path.unlink()
    changed = 0
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed += 1
    return changed + len(gone)


def _list(feeds: tuple[Feed, ...]) -> str:
    rows = [
        f"| [{feed.name}]({feed.name}.md) | {feed.meaning} | {_cadence(feed.cadence)} "
        f"| {feed.owner} |"
        for feed in feeds
    ]
    return "\n".join(
        [
            "# Feeds",
            "",
            "What outside systems send, as agreed with them. Made from `assets/feeds` by "
            "`carehops docs`; edit the contract, not the page.",
            "",
            "| feed | what | comes | owner |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _page(feed: Feed, hops: tuple[Hop, ...]) -> str:
    table = feed.table
    takers = [hop.name for hop in hops if f"landing.{table.name}" in hop.takes]
    readers = [
        hop.name for hop in hops if f"landing.{table.name}" in hop.reads and hop.name not in takers
    ]
    version = f"; versions are ordered by `{table.version}`" if table.version else ""
    agreed = [
        ("owner", feed.owner),
        ("files", f"`{feed.files}` in {_place(feed)}; {_dialect(feed)}"),
        ("times", _TIME_BASIS[feed.time_basis]),
        ("rows are selected", _WINDOW_BASIS[feed.window_basis]),
        ("comes", _cadence(feed.cadence)),
        ("warns when older than", in_words(feed.warn_after)),
        ("stale when older than", in_words(feed.fail_after)),
        (
            "old when what it tells of is older than",
            in_words(feed.old_after or feed.fail_after),
        ),
        (
            "a file without rows",
            "is a good answer: nothing happened" if feed.empty_allowed else "is quarantined",
        ),
        ("lands in", f"`landing.{table.name}`: {_small(table.meaning)}"),
        ("key", f"{_names(table.key)}{version}"),
        ("how fresh its data is", f"the newest `{table.event_at}`"),
        ("makes records of", _hops(takers) or "no hop; hops look things up in it"),
        ("read by", _hops(readers) or "-"),
    ]
    lines = [
        f"# {feed.name}",
        "",
        feed.meaning,
        "",
        "| agreed | |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in agreed),
        "",
        "## Columns",
        "",
        "A row that breaks one of these waits at landing with its reason; its neighbours go on. "
        "*Payload* is a person's data: it never leaves the landing schema.",
        "",
        "| column | from | type | needed | allowed | payload | meaning |",
        "|---|---|---|---|---|---|---|",
        *(_row(feed, column) for column in table.columns),
        "",
    ]
    values = [
        f"| `{name}` | {_shown(theirs)} | {_shown(ours)} |"
        for name, source in feed.sources.items()
        for theirs, ours in source.values.items()
    ]
    if values:
        lines += ["## Words", "", "| column | theirs | ours |", "|---|---|---|", *values, ""]
    return "\n".join(lines)


def _row(feed: Feed, column: Column) -> str:
    source = feed.sources.get(column.name)
    origin = "not sent"
    if source is not None:
        origin = _shown(source.field)
    elif column.name in feed.constants:
        origin = f"always {_shown(feed.constants[column.name])}"
    needed = "yes" if column.required or column.name in feed.table.key else ""
    payload = "payload" if column.payload else ""
    return (
        f"| `{column.name}` | {origin} | {column.type} | {needed} | {_allowed(column)} "
        f"| {payload} | {_cell(column.meaning)} |"
    )


def _allowed(column: Column) -> str:
    said = [_shown(value) for value in column.one_of]
    if column.pattern:
        said.append(_shown(column.pattern))
    if column.at_least is not None:
        said.append(f"at least {column.at_least}")
    if column.at_most is not None:
        said.append(f"at most {column.at_most}")
    if column.default is not None:
        said.append(f"else {_shown(_default(column))}")
    return ", ".join(said)


def _default(column: Column) -> str:
    return str(column.default).lower() if column.type == "boolean" else str(column.default)


def _dialect(feed: Feed) -> str:
    if isinstance(feed.dialect, Delimited):
        return f"text with a header row, fields apart by {_shown(feed.dialect.delimiter)}"
    if isinstance(feed.dialect, JsonRecords):
        return "a JSON array of objects"
    if isinstance(feed.dialect, AgencyFile):
        return "TOML, read whole or refused whole"
    assert isinstance(feed.dialect, X12Replies)  # noqa: S101 - there are four dialects
    return "X12 interchanges: TA1, 999, 277CA, 835"


def _place(feed: Feed) -> str:
    if feed.kept_in is None:
        return "the drop folder"
    return "the agency's folder" + ("" if feed.kept_in == "." else f" `{feed.kept_in}/`")


def _cadence(length: timedelta) -> str:
    return f"every {in_words(length)}"


def _hops(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _shown(text: str) -> str:
    return _cell(f"`{text}`")


def _cell(text: str) -> str:
    """Text inside a table's cell, which a bar would end."""
    return text.replace("|", "\\|")
