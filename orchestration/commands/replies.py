"""Commands about what partners answer: what a file of replies says, and what its codes mean."""

from pathlib import Path

import click

from orchestration.commands.opening import AS_JSON, Asked, say_refused, tell
from orchestration.commands.printing import show, table
from orchestration.ground.code_words import LISTS, Loaded, code_words, load_words
from orchestration.partners.understood import Part, Understood, Unread, understand
from orchestration.partners.x12.interchanges import of_path
from orchestration.views.payments import PaymentLine, payments
from orchestration.views.sentences import counted, money

_NAMED = 10
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group()
def replies() -> None:
    """Answers of clearinghouses and payers: what a file says and what of ours it answers."""


@replies.command("read")
@click.argument("file", type=FILE)
@AS_JSON
@click.pass_obj
def read(asked: Asked, *, file: Path, as_json: bool) -> None:
    """Say what FILE says and what it answers; nothing is landed, no person's data is shown."""
    house = asked.house()
    words = code_words(house.settings.agency_folder)
    if words.refused is not None:
        say_refused([words.refused])
    with house.database.engine.connect() as connection:
        understood = understand(of_path(file), connection, words, house.clock.now())
    tell(understood, as_json, lambda: _show(understood))


def _show(understood: Understood) -> None:
    for part in understood.parts:
        _show_part(part)
    for title, pieces in (("Not read", understood.unread), ("Doubts", understood.doubts)):
        if pieces:
            show()
            table(
                title,
                ("reason", "about", "kind", "interchange", "set", "times"),
                _rows(pieces, understood),
            )
    if not understood.parts:
        show("Nothing in it could be read.")


def _rows(pieces: list[Unread], understood: Understood) -> list[tuple[object, ...]]:
    return [
        (
            piece.reason,
            piece.refers_to,
            piece.kind,
            piece.interchange,
            piece.set_control,
            understood.counts[piece.reason],
        )
        for piece in pieces
    ]


def _show_part(part: Part) -> None:
    of_set = f", set {part.set_control}" if part.set_control else ""
    test = ", a test" if part.is_test else ""
    show(f"{part.kind} from {part.sender}, interchange {part.interchange}{of_set}{test}")
    for said, times in part.said.items():
        show(f"  {times:>7} {said}")
    if part.payment is not None:
        _show_payment(part)
    if part.answers:
        show(
            f"  answers {', '.join(part.answers)}: {counted(part.claims_named, 'claim')} named, "
            f"{counted(part.claims_reached, 'claim')} in what it answers"
        )
    if part.orphan_count:
        more = ", ..." if part.orphan_count > _NAMED else ""
        named = ", ".join(part.orphans[:_NAMED])
        show(f"  {part.orphan_count} answer nothing of ours: {named}{more}")
    if part.look_at:
        table(
            "",
            ("  to look at", "refers to", "line", "codes"),
            (
                (f"  {word.level} {word.outcome}", word.refers_to, word.line, ", ".join(word.codes))
                for word in part.look_at
            ),
        )


def _show_payment(part: Part) -> None:
    payment = part.payment
    if payment is None:
        return
    balance = "adds up" if payment.is_balanced else "does not add up: its posting waits"
    on = f" of {payment.paid_on}" if payment.paid_on else ""
    show(f"  payment {payment.number} {payment.method}{on}, {money(payment.cents)}: {balance}")
    for kind, cents in part.adjustments.items():
        show(f"    {kind}: {money(cents)} {'kept' if cents >= 0 else 'added'} outside claims")
    if part.unbalanced:
        show(f"    claims that do not add up: {', '.join(part.unbalanced)}")


@replies.command("payments")
@click.option("--held", is_flag=True, help="Only those that do not add up.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, help="How many; 50 by default."
)
@AS_JSON
@click.pass_obj
def list_payments(asked: Asked, *, held: bool, limit: int, as_json: bool) -> None:
    """Say what payers paid, what they kept outside claims, and what does not add up, that first."""
    with asked.opened() as (_, sight):
        found = payments(sight, held, limit)
    tell(found, as_json, lambda: _show_payments(found))


def _show_payments(found: tuple[PaymentLine, ...]) -> None:
    table(
        "Payments" if found else "No payments.",
        ("number", "method", "paid on", "amount", "claims", "paid on them", "kept", "stands"),
        (
            (
                line.number,
                line.method,
                line.paid_on,
                money(line.amount_cents),
                line.claims,
                money(line.claims_paid_cents),
                ", ".join(f"{kind} {money(cents)}" for kind, cents in line.kept.items()),
                _standing(line),
            )
            for line in found
        ),
        right=(3, 4, 5),
    )


def _standing(line: PaymentLine) -> str:
    if not line.is_balanced:
        return "held: the payment does not add up"
    if line.unbalanced:
        return f"{counted(line.unbalanced, 'claim')} held: not adding up"
    back = f"; {line.reversals} taken back" if line.reversals else ""
    return f"adds up{back}"


@click.group()
def codes() -> None:
    """Words for the codes of replies: our own, or those of a list the agency may use."""


@codes.command("load")
@click.argument("file", type=FILE)
@AS_JSON
@click.pass_obj
def load(asked: Asked, *, file: Path, as_json: bool) -> None:
    """Take the words of FILE (columns code_list, code, wording) over our own, code by code."""
    loaded = load_words(file, asked.house().settings.agency_folder)
    tell(loaded, as_json, lambda: _show_loaded(loaded))


@codes.command("say")
@click.argument("code")
@click.pass_obj
def say_code(asked: Asked, *, code: str) -> None:
    """Say what CODE means, written as replies show it: CO:197, A7:164:IL, IK403:1, HE:N820."""
    words = code_words(asked.house().settings.agency_folder)
    show(words.spoken(code))


def _show_loaded(loaded: Loaded) -> None:
    for code_list, count in loaded.lists.items():
        show(f"{counted(count, 'code')} of {LISTS[code_list]}")
    show(f"{loaded.new} of them had no words before.")


COMMANDS = (replies, codes)
