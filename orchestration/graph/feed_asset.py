"""Feeds as assets: materializing them lands what is in the drop folder, oldest file first.

One step lands for all feeds that are asked for, in the order files came, because later files may
rest on earlier ones of other feeds. A feed materializes only when complete rows really came:
Dagster's clock starts anew with every materialization, and an empty or refused file is no news.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg
import sqlalchemy as sa

from orchestration.flow.landing.sweep import is_clear
from orchestration.flow.landing.verdict import Verdict
from orchestration.graph.lineage import AGREED, COMPLETE, HELD_LINES, Picture, feed_spec
from orchestration.graph.refusals import RETRIES, attempt, refusal
from orchestration.ground.contracts import Feed, Remark

if TYPE_CHECKING:
    from orchestration.assembly import House

_SHOWN = "last_arrival"
_TOLD = "arrival"
_DAY = "looked_on"


def feed_assets(
    picture: Picture,
    open_house: Callable[[], "House"],
    *,
    told: Callable[[Verdict], None] = lambda _: None,
    retries: dg.RetryPolicy = RETRIES,
) -> dg.AssetsDefinition:
    """The assets of all feeds.

    Args:
        picture: All feeds and hops.
        open_house: Gives database and landing when a run needs them.
        told: Is told what became of each file, for programs that land files themselves.
        retries: How often what may pass by itself is tried again.
    """
    feeds = {feed.name: feed for feed in picture.feeds}

    def land(context: dg.AssetExecutionContext) -> Iterator[Any]:
        wanted = {key.to_user_string() for key in context.selected_asset_keys}
        only = None if wanted == set(feeds) else wanted
        verdicts, error = attempt(
            lambda: open_house().landing.sweep(open_house().settings.drop, feeds=only)
        )
        for verdict in verdicts or ():
            told(verdict)
            context.log.info(_sentence(verdict))
        # what came is read from what is stored: a file that landed before this step died, or by
        # hand, is news all the same
        shown = _last_shown(context.instance, wanted)
        stored, unread = attempt(lambda: _stored(open_house(), shown))
        for name, (files, waiting) in (stored or {}).items():
            news = [file for file in files if _is_news(feeds[name], file, shown[name])]
            if news:
                yield _materialization(name, news)
            yield _complete(name, files)
            yield _held_lines(name, waiting)
            if feeds[name].inspect is not None:
                remarks, unseen = attempt(partial(_remarks, open_house(), feeds[name]))
                error = error or unseen
                if remarks is not None:
                    yield _agreed(name, remarks, open_house().today())
        if error or unread:
            raise refusal(error or unread or RuntimeError())

    made: dg.AssetsDefinition = dg.multi_asset(
        name="landing",
        specs=[feed_spec(feed, picture) for feed in picture.feeds],
        check_specs=[spec for feed in picture.feeds for spec in _check_specs(feed)],
        can_subset=True,
        retry_policy=retries,
    )(land)
    return made


def nothing_new(house: "House", instance: dg.DagsterInstance, picture: Picture) -> bool:
    """Whether a landing run would find nothing and tell nothing that is not shown already."""
    if not is_clear(house.settings.drop) or house.landing.changed_own():
        return False
    names = [feed.name for feed in picture.feeds]
    if not _looked_at_today(house, instance, picture):
        return False
    with house.database.engine.connect() as connection:
        rows = connection.execute(_LAST_ARRIVALS, {"feeds": names})
        last = {row.feed: row.arrival_id for row in rows}
        waiting = _waiting(connection, names)
    return _told(instance, names, COMPLETE, _TOLD) == {
        name: last.get(name, 0) for name in names
    } and _told(instance, names, HELD_LINES, HELD_LINES) == {
        name: waiting.get(name, 0) for name in names
    }


def _told(
    instance: dg.DagsterInstance, names: Sequence[str], check: str, fact: str
) -> dict[str, object]:
    """What the newest evaluation of a check told of each feed, where there is one."""
    keys = {name: dg.AssetCheckKey(dg.AssetKey(name), check) for name in names}
    known = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys.values()))
    return {
        name: told.value
        for name, key in keys.items()
        # what a run planned and never came to say tells nothing
        if isinstance(said := _evaluation(known.get(key)), dg.AssetCheckEvaluation)
        and (told := said.metadata.get(fact)) is not None
    }


def _looked_at_today(house: "House", instance: dg.DagsterInstance, picture: Picture) -> bool:
    """Whether what becomes due in the agency's own files was looked for today."""
    keys = [
        dg.AssetCheckKey(dg.AssetKey(feed.name), AGREED) for feed in picture.feeds if feed.inspect
    ]
    known = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return all(
        isinstance(said := _evaluation(known.get(key)), dg.AssetCheckEvaluation)
        and (day := said.metadata.get(_DAY)) is not None
        and day.value == house.today().isoformat()
        for key in keys
    )


def _evaluation(record: Any) -> object:
    return None if record is None else record.evaluation


def _is_news(feed: Feed, file: Any, shown: int) -> bool:
    """Whether a file not yet shown brought rows, or none where none is a good answer."""
    if file.verdict != "landed" or file.arrival_id <= shown:
        return False
    return file.row_count > 0 or (feed.empty_allowed and file.held_count == 0)


def _check_specs(feed: Feed) -> Iterator[dg.AssetCheckSpec]:
    yield dg.AssetCheckSpec(
        COMPLETE,
        asset=feed.name,
        description="The last file was whole and landed: right columns, right counts, not cut "
        "short, not empty where rows are due. A file that is not is quarantined: its bytes are "
        "kept, none of its rows are used.",
    )
    yield dg.AssetCheckSpec(
        HELD_LINES,
        asset=feed.name,
        description="No line waits. A line that cannot become a row is kept with its reasons until "
        "its record lands, or somebody settles it; the others go on. `carehops held-lines` lists "
        "them.",
    )
    if feed.inspect is not None:
        yield dg.AssetCheckSpec(
            AGREED,
            asset=feed.name,
            description="The agency's own files are whole, approved, in force and not due for "
            "review: what `carehops contracts check` says.",
        )


def _remarks(house: "House", feed: Feed) -> list[Remark]:
    assert feed.inspect is not None  # noqa: S101 - asked before
    folder = house.settings.agency_folder / (feed.kept_in or "")
    with house.database.engine.connect() as connection:
        return list(feed.inspect(connection, folder, house.today()))


def _agreed(name: str, remarks: Sequence[Remark], today: date) -> dg.AssetCheckResult:
    """Errors before warnings, a line each; names and dates of ours, nobody's data."""
    worst = sorted(remarks, key=lambda remark: remark.severity)
    said = "\n\n".join(f"{remark.severity} {remark}" for remark in worst)
    failed_as = worst[0].severity if worst else None
    well = "every file is whole, in force and not due for review"
    return _result(name, AGREED, failed_as, said or well, **{_DAY: today.isoformat()})


def _sentence(verdict: Verdict) -> str:
    counts = f"{verdict.rows} rows, {verdict.held_lines} held, {verdict.repeated} known before"
    why = f": {verdict.reason_code}" if verdict.reason_code else ""
    return f"file {verdict.file_id} of {verdict.feed or 'no feed'} {verdict.verdict}{why}; {counts}"


def _materialization(name: str, news: Sequence[Any]) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(
        asset_key=name,
        metadata={
            "files": len(news),
            "rows": sum(file.row_count for file in news),
            "held_lines": sum(file.held_count for file in news),
            "repeated_lines": sum(file.repeated_count for file in news),
            "file_ids": ", ".join(str(file.file_id) for file in news),
            _SHOWN: max(file.arrival_id for file in news),
        },
        # what stands on it is shown as behind until it has run again
        data_version=dg.DataVersion(str(news[-1].sha256)),
    )


def _complete(name: str, files: Sequence[Any]) -> dg.AssetCheckResult:
    if not files:
        return _result(name, COMPLETE, "WARN", "no file has come yet", **{_TOLD: 0})
    file = files[-1]
    facts = {
        "file": f"number {file.file_id}",
        "verdict": file.verdict,
        "code": file.code or "none",
        _TOLD: file.arrival_id,
    }
    if file.verdict in ("landed", "already_seen"):
        return _result(name, COMPLETE, None, "the last file was whole", **facts)
    # its name and its words are the sender's and may be a person's; `carehops status` shows them
    said = f"the last file was {file.verdict}: {file.code}. {file.next_step or ''}"
    return _result(name, COMPLETE, "ERROR", said.strip(), **facts)


def _held_lines(name: str, waiting: int) -> dg.AssetCheckResult:
    said = f"{waiting} held lines wait" if waiting else "no line waits"
    failed_as = "WARN" if waiting else None
    return _result(name, HELD_LINES, failed_as, said, **{HELD_LINES: waiting})


def _result(
    name: str, check: str, failed_as: str | None, said: str, **facts: Any
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=name,
        check_name=check,
        passed=failed_as is None,
        severity=dg.AssetCheckSeverity(failed_as or "ERROR"),
        description=said,
        metadata=facts,
    )


def _last_shown(instance: dg.DagsterInstance, names: set[str]) -> dict[str, int]:
    """The last arrival each feed's newest materialization tells of."""
    shown = dict.fromkeys(sorted(names), 0)
    for record in instance.get_asset_records([dg.AssetKey(name) for name in shown]):
        newest = record.asset_entry.last_materialization
        if newest and newest.asset_materialization:
            told = newest.asset_materialization.metadata.get(_SHOWN)
            shown[record.asset_entry.asset_key.to_user_string()] = int(
                str(told.value if told else 0)
            )
    return shown


def _stored(house: "House", shown: Mapping[str, int]) -> dict[str, tuple[list[Any], int]]:
    """Arrivals not yet shown, and the last one in any case, oldest first; lines that wait."""
    with house.database.engine.connect() as connection:
        rows = connection.execute(_ARRIVALS, {"feeds": list(shown), "shown": list(shown.values())})
        found: dict[str, list[Any]] = {name: [] for name in shown}
        for row in rows:
            found[row.feed].append(row)
        waiting = _waiting(connection, list(shown))
    return {name: (files, waiting.get(name, 0)) for name, files in found.items()}


def _waiting(connection: sa.Connection, names: Sequence[str]) -> dict[str, int]:
    """How many held lines wait, by feed; feeds without one are left out."""
    rows = connection.execute(_HELD_LINES, {"feeds": list(names)})
    return {row.feed: row.lines for row in rows}


_HELD_LINES = sa.text("""
select feed, count(*) as lines from landing.held_line
where ended_at is null and feed = any(cast(:feeds as text [])) group by feed
""")
_LAST_ARRIVALS = sa.text("""
select asked.name as feed, last.arrival_id
from unnest(cast(:feeds as text [])) as asked (name)
cross join lateral (
    select arrival_id from landing.arrival
    where arrival.feed = asked.name order by at desc, arrival_id desc limit 1
) as last
""")
_ARRIVALS = sa.text("""
with last as (
    select asked.name, asked.shown, max(arrival.arrival_id) as arrival_id
    from unnest(cast(:feeds as text []), cast(:shown as bigint [])) as asked (name, shown)
    inner join landing.arrival as arrival on arrival.feed = asked.name
    group by 1, 2
)

select
    arrival.arrival_id, arrival.feed, arrival.verdict, arrival.reason_code as code
    , file.file_id, file.sha256, file.row_count, file.held_count, file.repeated_count
    , file.next_step
from last
inner join landing.arrival as arrival
    on
        arrival.feed = last.name
        and (arrival.arrival_id > last.shown or arrival.arrival_id = last.arrival_id)
left join landing.file as file on arrival.file_id = file.file_id
order by arrival.arrival_id
""")
