"""Answers in one sentence, made of what the ledger says; pure functions.

A sentence names ids, codes, places, times, roles and money, never a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from orchestration.views.entries import Group, Standing
from orchestration.views.held_lines import HeldLine
from orchestration.views.received import FeedNews, FileFound
from orchestration.views.sight import OPEN, Sight


def money(cents: int) -> str:
    """Cents as people write money: ``1,234.56 USD``."""
    return f"{cents / 100:,.2f} USD"


def counted(number: int, noun: str) -> str:
    """``1 record``, ``2 records``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def about_record(sight: Sight, standing: Standing, rung: str | None) -> str:
    """Where one record is, since when, why, whose it is, what to do."""
    since = sight.local(standing.since)
    name, hop = standing.record, standing.hop
    if standing.state == "moved":
        after = sight.followers(hop)
        if after:
            return (
                f"{name} moved through {hop} at {since} and is not yet known to "
                f"{' or '.join(follower.name for follower in after)}, which takes it next."
            )
        return f"{name} moved through all hops, last through {hop} at {since}" + (
            f"; {rung}." if rung else "."
        )
    if standing.reason_code is None:
        return (
            f"{name} waits in the queue of {hop} since {since} for the hop's next pass; "
            "nothing objects to it so far."
        )
    because = _because(standing)
    how = {
        "held": f"is stuck at {hop} since {since}",
        "waiting": f"is waiting at {hop} since {since}",
        "excluded": f"is excluded from {hop} since {since} by the filter {standing.reason_code}",
        "cancelled": f"was cancelled at {hop} at {since}",
        "rejected": f"was rejected at {hop} at {since}",
    }[standing.state]
    return f"{name} {how}, because {because}; {_whose(sight, standing)}{_next(standing)}"


def _because(standing: Standing) -> str:
    blocker = standing.blocker
    words = _inside(blocker.defect) if blocker else "a rule objects"
    others = len([found for found in standing.reasons if found.keeps]) - 1
    more = f", and {counted(others, 'more reason')}" if others > 0 else ""
    return f"{words} ({standing.reason_code}, {standing.reason_class}{more})"


def _inside(sentence: str) -> str:
    """A sentence inside another: no full stop, no capital unless its first word is a name."""
    words = sentence.rstrip(".")
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


def _whose(sight: Sight, standing: Standing) -> str:
    owner = f"owner {standing.owner}"
    if not standing.is_open or standing.due_at is None:
        return owner
    word = "overdue since" if standing.due_at < sight.now else "due"
    return f"{owner}, {word} {sight.local(standing.due_at)}"


def _next(standing: Standing) -> str:
    blocker = standing.blocker
    return f"; next: {blocker.next_step}" if blocker else "."


def about_held_line(sight: Sight, record: str, line: HeldLine, owner: str) -> str:
    """A record that never became a row."""
    first = line.reasons[0]
    others = len(line.reasons) - 1
    more = f" and {counted(others, 'more reason')}" if others else ""
    return (
        f"{record} is stuck at landing since {sight.local(line.held_at)}: line {line.line_no} of "
        f"{line.file.name} could not become a row, because {first['text']} ({first['code']}, "
        f"{line.reason_class}{more}); owner {owner}; next: {first['next_step']}"
    )


def about_ended_line(sight: Sight, record: str, line: HeldLine) -> str:
    """A record that never became a row, and will not."""
    return (
        f"{record} never became a row: line {line.line_no} of {line.file.name} was held at "
        f"{sight.local(line.held_at)} ({', '.join(line.codes)}) and {line.ending}."
    )


def about_many(
    sight: Sight,
    what: str,
    counts: tuple[int, int],
    groups: Sequence[Group],
    worst: Standing | None,
) -> str:
    """An id with several records: how many stand still, and the most pressing of them."""
    known, still = counts
    if worst is None:
        return f"{what} concerns {counted(known, 'record')}; none stands still."
    at_stake = sum(group.amount_cents for group in groups if group.state in OPEN)
    stake = f", {money(at_stake)} at stake" if at_stake else ""
    verb = "stands" if still == 1 else "stand"
    return (
        f"{what} concerns {counted(known, 'record')}; {still} {verb} still{stake}. "
        f"Most pressing: {about_record(sight, worst, None)}"
    )


def about_rungs(sight: Sight, rungs: Mapping[str, int], since: datetime | None) -> str:
    """How far answers from outside got, for an id with several records."""
    if not rungs:
        return ""
    if len(rungs) == 1 and since is not None:
        return f" It is on rung {next(iter(rungs))} since {sight.local(since)}."
    return f" Rungs: {', '.join(f'{rung} ({records})' for rung, records in rungs.items())}."


def about_file(sight: Sight, file: FileFound, owner: str | None) -> str:
    """What became of a file."""
    at = sight.local(file.at)
    whose = f"; its feed {file.feed} is not fresh for it; owner {owner}" if owner else ""
    step = f"; next: {file.next_step}" if file.next_step else "."
    why = f", because {file.reason}" if file.reason else ""
    code = f" ({file.reason_code})" if file.reason_code else ""
    if file.verdict == "quarantined":
        return f"{file.name} is quarantined whole since {at}{why}{code}{whose}{step}"
    if file.verdict != "landed":
        word = {"already_seen": "was seen again", "refused": "was refused"}[file.verdict]
        return f"{file.name} {word} at {at}{why}{code}{step}"
    held = f", {counted(file.held, 'line')} held" if file.held else ""
    repeated = f", {file.repeated} known before" if file.repeated else ""
    return (
        f"{file.name} (file {file.file_id} of {file.feed}) landed at {at}: "
        f"{counted(file.rows, 'row')}{held}{repeated}."
    )


_FEW_FEEDS = 3


def about_feeds(sight: Sight, news: Sequence[FeedNews]) -> str:
    """Where something that never came should have come from."""
    if len(news) > _FEW_FEEDS:
        return (
            "It looks like no id that was ever received, so any of the feeds "
            f"{', '.join(one.feed for one in news)} should have brought it."
        )
    return " ".join(_about_feed(sight, one) for one in news)


def _about_feed(sight: Sight, news: FeedNews) -> str:
    refused = (
        f", and since then {', '.join(news.quarantined)} quarantined" if news.quarantined else ""
    )
    if news.last_at is None or news.expected_at is None:
        return (
            f"Feed {news.feed} ({news.owner}) should have brought it and never brought a "
            f"file{refused}."
        )
    word = "was" if news.expected_at < sight.now else "is"
    return (
        f"Feed {news.feed} ({news.owner}) should have brought it: newest file {news.last_file} at "
        f"{sight.local(news.last_at)}, the next {word} expected by "
        f"{sight.local(news.expected_at)}{refused}."
    )
