"""How changes, the register of locks, and changes without a right are laid out."""

from datetime import timedelta

from orchestration.commands.printing import show, table
from orchestration.ground.durations import in_words
from orchestration.views.changes import Change
from orchestration.views.locks import LockRow
from orchestration.views.rights import Trespass
from orchestration.views.sentences import counted, money
from orchestration.views.sight import Sight


def show_changes(sight: Sight, found: list[Change]) -> None:
    """One paragraph a change: what, when, by whom, what follows."""
    if not found:
        show("No such change was seen.")
    for change in found:
        late = change.latency_seconds
        seen = "" if late is None else f", {in_words(timedelta(seconds=late))} later"
        when = "" if change.changed_at is None else f" at {sight.local(change.changed_at)}"
        show(
            f"{change.number}. {change.kind} {change.subject}: version {change.old_version} became "
            f"{change.new_version}{when} by {change.changed_by or 'somebody unnamed'}; "
            f"{change.hop} saw it at {sight.local(change.seen_at)}{seen}."
        )
        for name, was in change.was.items():
            show(f"     {name}: {_told(was)} -> {_told(change.became[name])}")
        touched = change.judged_again + change.final
        if touched:
            claims = f" on {counted(len(change.claims), 'claim')}" if change.claims else ""
            show(
                f"     {counted(touched, 'record')} relied on it ({change.judged_again} judged "
                f"again, {change.final} final{claims}), {money(change.amount_cents)}."
            )
        show(f"     {change.consequence} Owner: {change.owner}.")


def _told(value: object) -> str:
    return "-" if value is None else str(value)


def show_locks(rows: list[LockRow]) -> None:
    """The register, with how many records stand still for each lock."""
    table(
        "Status locks",
        ("lock", "record", "code", "held now", "who unlocks"),
        ((row.lock, row.record, row.code, row.records, row.unlocked_by) for row in rows),
        right=(3,),
    )
    show()
    for row in rows:
        show(f"  {row.lock}: {row.what}")
        show(f"    way out: {row.way_out}")


def show_trespasses(sight: Sight, found: list[Trespass]) -> None:
    """One line a user and right, with how often and who grants it."""
    if not found:
        show("Nobody changed anything without the right to.")
        return
    table(
        "Changed without the right",
        ("user", "role", "lacks", "changes", "records", "held now", "last", "who grants it"),
        (
            (
                *(each.user, each.role, each.missing_right),
                *(each.changes, each.records, each.held),
                *(sight.local(each.last_at), each.owner),
            )
            for each in found
        ),
        right=(3, 4, 5),
    )
