"""How the answer about an id is laid out: the sentence, then whatever explains it."""

from orchestration.commands.printing import show, table
from orchestration.views.answer import Trace
from orchestration.views.entries import Standing
from orchestration.views.held_lines import HeldLine
from orchestration.views.reasons import Approved
from orchestration.views.sentences import money
from orchestration.views.sight import Sight


def show_trace(sight: Sight, trace: Trace) -> None:
    """The sentence first; then whatever explains it."""
    show(trace.sentence)
    for part in (_reasons, _records, _hops, _attempts, _held_lines, _feeds, _way):
        part(sight, trace)


def _reasons(sight: Sight, trace: Trace) -> None:
    if not trace.all_reasons:
        return
    show()
    table(
        f"Reasons of {trace.record}",
        ("code", "checkpoint", "class", "severity", "owner", "due"),
        (
            (r.code, r.checkpoint, r.reason_class, r.severity, r.owner, sight.local(r.due_at))
            for r in trace.all_reasons
        ),
    )
    for reason in trace.all_reasons:
        show(f"  {reason.code}")
        show(f"    clinical: {reason.clinical}")
        show(f"    billing:  {reason.billing}")
        if reason.keeps:
            show(f"    next:     {reason.next_step}")


def _records(sight: Sight, trace: Trace) -> None:
    if trace.summary:
        show()
        table(
            "Records",
            ("hop", "state", "records", "money", "oldest since"),
            (
                (g.hop, g.state, g.records, _money(g.amount_cents), sight.local(g.oldest))
                for g in trace.summary
            ),
            right=(2, 3),
        )
    if trace.records:
        show()
        table(
            "Standing still, soonest due first", _RECORD, (_record(sight, s) for s in trace.records)
        )


def _hops(sight: Sight, trace: Trace) -> None:
    if len(trace.hops) > 1:
        show()
        table("At each hop", _RECORD, (_record(sight, s) for s in trace.hops))
    for standing in trace.hops:
        for reason in standing.reasons:
            if reason.approved is not None:
                show(_approved(sight, standing, reason.code, reason.approved))


def _attempts(sight: Sight, trace: Trace) -> None:
    for one in trace.attempts:
        show()
        number = f", of {one.payer_claim_number}" if one.payer_claim_number else ""
        show(
            f"Claim {one.claim}, attempt {one.attempt} (frequency {one.frequency}{number}), "
            f"{sight.local(one.made_at)} by {one.made_by}: {one.why}"
        )
        show(
            f"  batch {one.batch}, interchange {one.interchange_control}, group "
            f"{one.group_control}, set {one.set_control}; file {one.delivery}"
            + (f" {sight.local(one.sent_at)}" if one.sent_at else "")
        )
        table(
            "",
            ("rung", "state", "when", "due", "said"),
            (
                (
                    *(rung.rung, rung.state, rung.heard_at and sight.local(rung.heard_at)),
                    *(rung.due_at and sight.local(rung.due_at), " ".join(rung.said) or None),
                )
                for rung in one.rungs
            ),
        )


def _held_lines(sight: Sight, trace: Trace) -> None:
    if trace.held_lines and trace.kind == "file":
        show()
        table(
            "Lines held at landing",
            ("line", "reasons", "ended at", "how"),
            (
                (line.line_no, ", ".join(line.codes), *_ended(sight, line))
                for line in trace.held_lines
            ),
            right=(0,),
        )


def _ended(sight: Sight, line: HeldLine) -> tuple[str, str] | tuple[None, None]:
    if line.ended_at is None:
        return None, None
    return sight.local(line.ended_at), line.ending


def _feeds(sight: Sight, trace: Trace) -> None:
    if trace.feeds:
        show()
        table(
            "Feeds that should have brought it",
            ("feed", "owner", "newest file", "at", "next expected", "quarantined since"),
            (
                (
                    *(feed.feed, feed.owner, feed.last_file),
                    feed.last_at and sight.local(feed.last_at),
                    feed.expected_at and sight.local(feed.expected_at),
                    ", ".join(feed.quarantined) or None,
                )
                for feed in trace.feeds
            ),
        )


def _way(sight: Sight, trace: Trace) -> None:
    if trace.way:
        show()
        table(
            "The way it came",
            ("when", "where", "what"),
            ((sight.local(step.at), step.hop, step.detail) for step in trace.way),
        )


def _approved(sight: Sight, standing: Standing, code: str, approved: Approved) -> str:
    return (
        f"{code} at {standing.hop} approved by {approved.by} ({approved.role}) at "
        f"{sight.local(approved.at)}: {approved.because}"
    )


_RECORD = ("record", "hop", "state", "reason", "since", "owner", "due", "money")


def _record(sight: Sight, standing: Standing) -> tuple[object, ...]:
    return (
        standing.record,
        standing.hop,
        standing.state,
        standing.reason_code,
        sight.local(standing.since),
        standing.owner,
        standing.due_at and sight.local(standing.due_at),
        _money(standing.amount_cents),
    )


def _money(cents: int | None) -> str | None:
    """Money, or nothing where none is known yet."""
    return money(cents) if cents else None
