"""Commands that look at answers: what is to be done about them, what is odd, who keeps promises."""

from datetime import datetime, timedelta

import click

from orchestration.commands.claim_files import claims
from orchestration.commands.opening import AS_JSON, Asked, Instant, tell
from orchestration.commands.printing import show, table
from orchestration.commands.replies import replies
from orchestration.ground.durations import in_words
from orchestration.views.claims_due import NEXT, DueClaim, claims_due
from orchestration.views.odd_answers import KINDS, OddAnswer, odd_answers
from orchestration.views.partners import Habit, habits
from orchestration.views.sentences import counted, money
from orchestration.views.sight import Sight


@claims.command("due")
@click.option("--standing", type=click.Choice(tuple(NEXT)), help="Only claims that stand so.")
@click.option("--limit", default=100, show_default=True, help="How many to list.")
@AS_JSON
@click.pass_obj
def due(asked: Asked, *, standing: str | None, limit: int, as_json: bool) -> None:
    """Claims somebody has to do something about, the soonest due first."""
    with asked.opened() as (_, sight):
        found = claims_due(sight, standing, limit)
        tell(found, as_json, lambda: _show_due(sight, found))


def _show_due(sight: Sight, found: tuple[DueClaim, ...]) -> None:
    if not found:
        show("No claim waits for anybody here.")
        return
    table(
        "Claims to work on",
        ("claim", "payer", "attempt", "standing", "why", "due", "overdue", "money", "whose turn"),
        (
            (
                *(one.claim, one.payer, one.attempt, f"{one.standing} by {one.said_by}"),
                *(" ".join(one.codes), sight.local(one.due_at), one.overdue),
                *(money(one.amount_cents), one.owner),
            )
            for one in found
        ),
        right=(2, 7),
    )
    for standing in dict.fromkeys(one.standing for one in found):
        show(f"  {standing}: {NEXT[standing]}")


@replies.command("odd")
@click.option("--kind", type=click.Choice(tuple(KINDS)), help="Only those odd in this way.")
@click.option("--since", type=Instant(), help="Only those that landed from then on.")
@click.option("--limit", default=100, show_default=True, help="How many, newest first.")
@AS_JSON
@click.pass_obj
def odd(
    asked: Asked, *, kind: str | None, since: datetime | None, limit: int, as_json: bool
) -> None:
    """Answers somebody should look at: orphans, contradictions, repeated, out of order."""
    with asked.opened() as (_, sight):
        found = odd_answers(sight, kind, since, limit)
        tell(found, as_json, lambda: _show_odd(sight, found))


def _show_odd(sight: Sight, found: tuple[OddAnswer, ...]) -> None:
    if not found:
        show("No answer is odd.")
        return
    table(
        "Odd answers",
        ("odd", "answer", "about", "says", "codes", "file", "landed", "times", "claims"),
        (
            (
                *(one.odd, one.reply_kind, f"{one.level} {one.refers_to or one.group_control}"),
                *(one.outcome, one.codes, one.file, sight.local(one.landed_at)),
                *(one.times_seen, one.claims),
            )
            for one in found
        ),
        right=(7, 8),
    )
    for kind in dict.fromkeys(one.odd for one in found):
        show(f"  {kind}: {KINDS[kind]}")


@click.command("partners")
@click.option("--since", type=Instant(), help="What was sent from then on; else of 30 days.")
@AS_JSON
@click.pass_obj
def list_partners(asked: Asked, *, since: datetime | None, as_json: bool) -> None:
    """What every partner promises to answer, beside what it was seen to do."""
    with asked.opened() as (_, sight):
        found = habits(sight, since or sight.now - timedelta(days=30))
        tell(found, as_json, lambda: _show_habits(found))


def _show_habits(found: tuple[Habit, ...]) -> None:
    if not found:
        show("Nothing was sent to anybody.")
        return
    table(
        "Partners, as promised and as seen",
        ("partner", "answer", "promised", "within", "sent", "answered", "late", "usually after"),
        (
            (
                *(one.partner, one.reply, one.promised, one.within, one.sent, one.answered),
                one.late,
                None
                if one.usual_seconds is None
                else in_words(timedelta(seconds=one.usual_seconds)),
            )
            for one in found
        ),
        right=(4, 5, 6),
    )
    odd_ones = [one for one in found if one.differs]
    for one in odd_ones:
        show(f"  {one.partner}, {one.reply}: {one.differs}.")
    if odd_ones:
        show(f"{counted(len(odd_ones), 'promise')} and what is seen differ: see partners/ files.")


COMMANDS = (list_partners,)
