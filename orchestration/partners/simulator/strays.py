"""What arrives though it should not: answers to nothing of ours, and torn copies of good ones."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from orchestration.partners.simulator.acknowledgements import (
    Status,
    spell_277ca,
    spell_999,
    spell_ta1,
)
from orchestration.partners.simulator.chance import Chance
from orchestration.partners.simulator.reading import SentClaim, SentFile, SentLine, SentSet
from orchestration.partners.simulator.remittance import Remittance, judge_paid, spell_835
from orchestration.partners.simulator.spelling import Address

Kind = Literal["TA1", "999", "277CA", "835"]
KINDS: Final[tuple[Kind, ...]] = ("277CA", "835", "999", "TA1")
_FOREIGN: Final = 900_000_000
_TEARS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda content: content[: len(content) // 2],
    lambda content: content[:60],
    lambda _: b"<html><body>Service unavailable</body></html>",
)


@dataclass(frozen=True)
class Stray:
    """An answer to something we never sent.

    Args:
        kind: Which answer.
        refers_to: What it names: an interchange, a group or a claim.
        name: The file it comes in.
    """

    kind: Kind
    refers_to: str
    name: str = ""


def stray(number: int) -> Stray:
    """The n-th answer to nothing; kinds take turns."""
    kind = KINDS[number % len(KINDS)]
    foreign = _FOREIGN + number
    return Stray(kind, f"X{foreign}" if kind in ("277CA", "835") else str(foreign))


def spell_stray(address: Address, one: Stray, file: SentFile) -> bytes:
    """The answer itself, in the manner of those the sender of ``file`` gets."""
    line = SentLine("1", "HC:T1019", Decimal(100), "4")
    claim = SentClaim(one.refers_to, Decimal(100), "1", "NOBODY", True, 2, lines=[line])
    sent_set = SentSet("0001", f"X{one.refers_to}-0001", file.sets[0].provider, [claim])
    if one.kind == "TA1":
        nobody = SentFile(file.sender, file.receiver, one.refers_to)
        return spell_ta1(address, nobody, "")
    if one.kind == "999":
        return spell_999(address, one.refers_to, [(sent_set, "")], file.guide)
    if one.kind == "277CA":
        status = Status(sent_set, claim, "", f"P{one.refers_to}")
        return spell_277ca(address, "payer 277CA", [status])
    paid = judge_paid(claim, f"P{one.refers_to}")
    return spell_835(address, Remittance(f"T{one.refers_to}", "NOBODY", sent_set.provider, (paid,)))


def torn(content: bytes, chance: Chance, about: tuple[object, ...]) -> bytes:
    """What arrives of a file when something goes wrong on its way."""
    return chance.choose(_TEARS, *about, "tear")(content)
