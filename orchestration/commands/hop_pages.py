"""How status, queues and held lines are laid out."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestration.commands.incident_page import open_line
from orchestration.commands.printing import console, show, table
from orchestration.ground.durations import in_words
from orchestration.views.awaited import Awaited
from orchestration.views.deliveries import DeliveryPile
from orchestration.views.held_lines import HeldLine, HeldLines
from orchestration.views.queue import Item, Pile, Queue
from orchestration.views.sentences import counted, money
from orchestration.views.sight import Sight
from orchestration.views.status import Status

_TOP = 8


_WORST_FIRST = ("stale", "warn", "unknown", "fresh")
_WIDE = 140
"""Columns of a terminal that takes everything about a hop in one row."""


def show_hops(status: Status) -> None:
    """Every hop: in one table where it fits, in two where it does not."""
    records = ("received", "moved", "held", "rejected", "excluded", "cancelled", "waiting")
    health = ("oldest", "at stake", "fresh", "adds up", "owner")
    counts = [tuple(getattr(hop, name) for name in records) for hop in status.hops]
    others = [
        (
            None if hop.oldest_seconds is None else in_words(timedelta(seconds=hop.oldest_seconds)),
            _stake(hop.at_stake_cents),
            hop.freshness,
            hop.conserved,
            hop.owner,
        )
        for hop in status.hops
    ]
    names = [hop.hop for hop in status.hops]
    if console().width >= _WIDE:
        rows = [
            (name, *left, *right) for name, left, right in zip(names, counts, others, strict=True)
        ]
        table("Hops", ("hop", *records, *health), rows, right=range(1, 10))
        return
    table(
        "Hops",
        ("hop", *records),
        ((name, *left) for name, left in zip(names, counts, strict=True)),
        right=range(1, 8),
    )
    show()
    table(
        "",
        ("hop", *health),
        ((name, *right) for name, right in zip(names, others, strict=True)),
        right=(1, 2),
    )


def show_rungs(status: Status) -> None:
    """How far claims came, once there are any."""
    if not status.rungs:
        return
    show()
    table(
        "How far claims came",
        ("rung", "last said", "claims", "money"),
        ((one.rung, one.standing, one.claims, money(one.amount_cents)) for one in status.rungs),
        right=(2, 3),
    )


def show_awaited(awaited: tuple[Awaited, ...]) -> None:
    """Which answers are waited for and which are late, if any."""
    if not awaited:
        return
    show()
    table(
        "Answers not in yet",
        ("claims", "money", "answer", "whose turn"),
        ((one.claims, money(one.amount_cents), one.sentence, one.owner) for one in awaited),
        right=(0, 1),
    )


def show_status(sight: Sight, status: Status) -> None:
    """Who does not watch, open incidents, hops, feeds, and why anything is not fresh."""
    for line in _quiet(sight, status):
        show(line)
    if status.incidents:
        show(f"{open_line(status.incidents)} `carehops incidents` lists them.")
        show()
    show_hops(status)
    show_rungs(status)
    show_awaited(status.awaited)
    show()
    table(
        "Feeds",
        ("feed", "last file", "at", "newest event", "held lines", "fresh", "owner"),
        (
            (
                feed.feed,
                feed.last_file,
                _when(sight, feed.last_at),
                _when(sight, feed.newest_event_at),
                feed.held_lines,
                feed.freshness,
                feed.owner,
            )
            for feed in status.feeds
        ),
        right=(4,),
    )
    judged = [
        *((hop.hop, hop.freshness, hop.because) for hop in status.hops),
        *((feed.feed, feed.freshness, feed.because) for feed in status.feeds),
        *((each.partner, each.freshness, each.because) for each in status.partners),
    ]
    judged.sort(key=lambda each: _WORST_FIRST.index(each[1]))
    told = [f"{name} is {state}: {why}" for name, state, because in judged for why in because]
    told += [
        f"{feed.feed}: quarantined since its last good file: {', '.join(feed.quarantined)}"
        for feed in status.feeds
        if feed.quarantined
    ]
    told += map(_delivery, status.deliveries)
    if told:
        show()
    for line in told:
        show(line)


_WITHOUT = {
    "pager": ("Blind", "nothing that goes wrong is noticed. Run `carehops ui`."),
    "notifier": ("Mute", "pages are written down but not sent. Run `carehops ui`."),
    "watchdog": (
        "Unwatched",
        "nobody tells when pager or database stop. See docs/operations/watchdog.md.",
    ),
}
"""What it is called when a watcher does not look, and what it means."""


def _quiet(sight: Sight, status: Status) -> Iterator[str]:
    for watcher in status.watchers:
        if watcher.is_quiet:
            word, effect = _WITHOUT[watcher.name]
            if watcher.seen_at is None:
                yield f"{word}: the {watcher.name} has never looked; {effect}"
            else:
                since = sight.local(watcher.seen_at)
                yield f"{word} since {since}: the {watcher.name} does not look; {effect}"


def _stake(cents: int | None) -> str | None:
    """Money, or nothing where none is known yet."""
    return money(cents) if cents else None


def _when(sight: Sight, instant: datetime | None) -> str | None:
    return None if instant is None else sight.local(instant)


def _delivery(pile: DeliveryPile) -> str:
    why = " ".join(filter(None, (pile.state, pile.reason))).replace("_", " ")
    return f"{counted(pile.files, 'claim file')} for {pile.partner}, {why}: {pile.next_step}."


def _show_deliveries(queue: Queue) -> None:
    for pile in queue.deliveries:
        show(_delivery(pile))


def show_queue(sight: Sight, queue: Queue) -> None:
    """Why records stand still, then the records."""
    if not queue.records:
        show(f"Nothing stands still at {queue.hop}.")
        _show_deliveries(queue)
        show_awaited(queue.awaited)
        return
    stake = f", {money(queue.amount_cents)} at stake" if queue.amount_cents else ""
    show(f"{counted(queue.records, 'record')} at {queue.hop} not through{stake}.")
    show()
    table(
        "By reason",
        ("reason", "class", "state", "records", "money", "oldest since", "owner", "due", "overdue"),
        (_pile(sight, pile) for pile in queue.reasons),
        right=(3, 4, 8),
    )
    show()
    for pile in queue.reasons:
        behind = f" ({pile.behind} more have it behind another reason)" if pile.behind else ""
        show(f"  {pile.code or '-'}: {pile.defect}{behind}")
        if pile.next_step:
            show(f"    next: {pile.next_step}")
    if queue.items:
        show()
        table(
            "Records, overdue first",
            ("record", "state", "reasons", "owner", "since", "due", "overdue", "money"),
            (_item(sight, item) for item in queue.items),
        )
    if len(queue.items) < queue.records:
        show(f"{queue.records - len(queue.items)} more; --limit lists them.")
    _show_deliveries(queue)
    show_awaited(queue.awaited)


def _pile(sight: Sight, pile: Pile) -> tuple[object, ...]:
    return (
        pile.code or "not looked at yet",
        pile.reason_class,
        pile.state,
        pile.records,
        _stake(pile.amount_cents),
        sight.local(pile.oldest_at),
        pile.owner,
        _when(sight, pile.due_at),
        pile.overdue,
    )


def _item(sight: Sight, item: Item) -> tuple[object, ...]:
    return (
        item.record,
        item.state,
        ", ".join(item.codes) or item.reason_code,
        item.owner,
        sight.local(item.since),
        _when(sight, item.due_at),
        item.overdue,
        _stake(item.amount_cents),
    )


def show_top_reasons(queues: list[Queue]) -> None:
    """Over all hops: why most records stand still."""
    piles = [(queue.hop, pile) for queue in queues for pile in queue.reasons if pile.code]
    if not piles:
        return
    show()
    table(
        "Why records stand still, most first",
        ("reason", "hop", "state", "records", "at stake", "owner", "what"),
        (
            (
                *(pile.code, hop, pile.state, pile.records, _stake(pile.amount_cents)),
                *(pile.owner, pile.defect),
            )
            for hop, pile in sorted(piles, key=lambda pair: -pair[1].records)[:_TOP]
        ),
        right=(3, 4),
    )


def show_held_lines(sight: Sight, answer: HeldLines) -> None:
    """How many wait, and each with its reasons and its end."""
    if not answer.waiting:
        show("No line waits at landing.")
    else:
        show(
            f"{counted(answer.waiting, 'line')} at landing could not become rows. A higher version "
            "of the record mends one; `carehops settle-line FILE/LINE` says that none will come."
        )
    if answer.lines:
        show()
        table(
            "Held lines, oldest first",
            ("line", "feed", "file", "record", "held since", "reasons", "ended"),
            (_held_line(sight, line) for line in answer.lines),
        )


def _held_line(sight: Sight, line: HeldLine) -> tuple[object, ...]:
    ended = None if line.ended_at is None else f"{sight.local(line.ended_at)}, {line.ending}"
    return (
        *(line.number, line.file.feed, line.file.name, line.record),
        *(sight.local(line.held_at), ", ".join(line.codes), ended),
    )
