"""What a trace answers with: one shape for every id."""

from dataclasses import dataclass
from datetime import datetime

from orchestration.views.attempts import Attempt
from orchestration.views.entries import Group, Standing
from orchestration.views.held_lines import HeldLine
from orchestration.views.reasons import Reason
from orchestration.views.received import FeedNews
from orchestration.views.sight import Sight
from orchestration.views.way import LateChange, Step


@dataclass(frozen=True)
class Trace:
    """The answer. For an id with many records the top fields are those of the most pressing one.

    Args:
        asked: The id as it was asked for.
        kind: What it turned out to be: the word for the record, a kind of id, ``file``,
            ``held line`` or ``unknown``.
        sentence: The answer for people.
        record: The record the fields below speak of.
        hop: Where it stands: a hop, ``landing``, or None.
        state: Its state there.
        last_good: Last checkpoint it reached.
        next: Checkpoint or hop it comes to next.
        stuck_since: Since when it stands as it does.
        reason_class: Kind of the first reason.
        reason_code: Code of the first reason.
        all_reasons: Every reason there, with its texts.
        owner: Role whose turn it is.
        due_at: By when.
        next_step: What to do.
        way: How it came, in the order of time.
        hops: The record at every hop.
        records: Records that stand still, for an id that concerns many.
        summary: Records by hop and state, for an id that concerns many.
        late_changes: What it relied on that changed after it had moved.
        claims: Claims it is on.
        attempts: Every time they went out, and what was answered.
        held_lines: Lines of it, or of the file, that were held at landing, and how they ended.
        feeds: For what was never received: feeds that should have brought it.
        also: Other readings of the same id.
    """

    asked: str
    kind: str
    sentence: str
    record: str | None = None
    hop: str | None = None
    state: str | None = None
    last_good: str | None = None
    next: str | None = None
    stuck_since: datetime | None = None
    reason_class: str | None = None
    reason_code: str | None = None
    all_reasons: tuple[Reason, ...] = ()
    owner: str | None = None
    due_at: datetime | None = None
    next_step: str | None = None
    way: tuple[Step, ...] = ()
    hops: tuple[Standing, ...] = ()
    records: tuple[Standing, ...] = ()
    summary: tuple[Group, ...] = ()
    late_changes: tuple[LateChange, ...] = ()
    claims: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    held_lines: tuple[HeldLine, ...] = ()
    feeds: tuple[FeedNews, ...] = ()
    also: tuple[str, ...] = ()


def answer_of(sight: Sight, asked: str, kind: str, sentence: str, standing: Standing) -> Trace:
    """The answer as far as one standing gives it."""
    hop = sight.hop(standing.hop)
    before = sight.hop(hop.follows).checkpoints[-1] if hop.follows else "landed"
    after = " or ".join(follower.name for follower in sight.followers(hop.name)) or None
    blocker = standing.blocker
    return Trace(
        asked=asked,
        kind=kind,
        sentence=sentence,
        record=standing.record,
        hop=standing.hop,
        state=standing.state,
        last_good=standing.last_good or before,
        next=standing.next or (after if standing.state == "moved" else None),
        stuck_since=None if standing.state == "moved" else standing.since,
        reason_class=standing.reason_class,
        reason_code=standing.reason_code,
        all_reasons=standing.reasons,
        owner=standing.owner if standing.state != "moved" else None,
        due_at=standing.due_at,
        next_step=blocker.next_step if blocker else None,
    )
