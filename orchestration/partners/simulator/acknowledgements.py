"""TA1, 999 and 277CA, as a partner spells them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from orchestration.partners.simulator.reading import SentClaim, SentFile, SentSet
from orchestration.partners.simulator.spelling import (
    Address,
    Line,
    amount,
    day,
    spell,
    spell_alone,
)

_GUIDE_999 = "005010X231A1"
_GUIDE_277CA = "005010X214"
_SPEAKERS = {"clearinghouse 277CA": "AY", "payer 277CA": "PR"}
_ACCEPTS = {"clearinghouse 277CA": "A1:19", "payer 277CA": "A2:20"}


def spell_ta1(address: Address, file: SentFile, code: str) -> bytes:
    """Whether the interchange was taken in; ``code`` says why it was not."""
    verdict = ("R", code) if code else ("A", "000")
    received = (day(address.at)[2:], address.at.strftime("%H%M"))
    return spell_alone(address, ("TA1", file.interchange, *received, *verdict))


def spell_999(
    address: Address, group: str, verdicts: Sequence[tuple[SentSet, str]], guide: str
) -> bytes:
    """What became of each set of a group.

    Args:
        address: The envelope.
        group: The group's number, as the partner believes it to be.
        verdicts: Each set with why it is refused; empty for one that is accepted.
        guide: Version of the sets.
    """
    lines: list[Line] = [("999",), ("AK1", "HC", group, guide)]
    for sent_set, code in verdicts:
        lines.append(("AK2", "837", sent_set.control, guide))
        if code and sent_set.claims:
            claim = sent_set.claims[0]
            lines.append(("IK3", "CLM", str(claim.position), "2300", "8"))
            lines.append(("CTX", ("CLM01", claim.claim_id)))
            lines.append(("IK4", ("5", "1"), "1331", "7"))
        lines.append(("IK5", "R", code) if code else ("IK5", "A"))
    refused = sum(bool(code) for _, code in verdicts)
    verdict = "A" if not refused else "R" if refused == len(verdicts) else "P"
    count = str(len(verdicts))
    lines.append(("AK9", verdict, count, count, str(len(verdicts) - refused)))
    return spell(address, "FA", _GUIDE_999, [lines])


@dataclass(frozen=True)
class Status:
    """What a 277CA says of one claim: the code of a refusal, or empty; the payer's number."""

    sent_set: SentSet
    claim: SentClaim
    rejects: str
    payer_number: str


def spell_277ca(address: Address, level: str, statuses: Iterable[Status]) -> bytes:
    """Which claims were accepted, set by set."""
    by_set = groupby(statuses, key=lambda status: status.sent_set.reference)
    sets = [_set_277ca(address, level, list(of_set)) for _, of_set in by_set]
    return spell(address, "HN", _GUIDE_277CA, sets)


def _set_277ca(address: Address, level: str, statuses: Sequence[Status]) -> list[Line]:
    sent_set, today = statuses[0].sent_set, day(address.at)
    total = sum((status.claim.charge for status in statuses), Decimal(0))
    lines: list[Line] = [
        ("277",),
        ("BHT", "0085", "08", f"{address.control}", today, address.at.strftime("%H%M"), "TH"),
        ("HL", "1", "", "20", "1"),
        ("NM1", _SPEAKERS[level], "2", "FICTIVE PARTNER", *[""] * 4, "46", address.sender),
        ("TRN", "1", f"{address.control}"),
        ("DTP", "050", "D8", today),
        ("DTP", "009", "D8", today),
        ("HL", "2", "1", "21", "1"),
        ("NM1", "41", "2", "FICTIVE SENDER", *[""] * 4, "46", address.receiver),
        ("TRN", "2", sent_set.reference),
        ("STC", ("A1", "19", "PR"), today, "WQ", amount(total)),
        ("HL", "3", "2", "19", "1"),
        ("NM1", "85", "2", "FICTIVE PROVIDER", *[""] * 4, "XX", sent_set.provider),
    ]
    for number, status in enumerate(statuses, start=4):
        lines += _claim_277ca(level, status, number, today)
    return lines


def _claim_277ca(level: str, status: Status, number: int, today: str) -> Iterable[Line]:
    category, code = (status.rejects or _ACCEPTS[level]).split(":")
    action = "U" if status.rejects else "WQ"
    yield ("HL", str(number), "3", "PT")
    yield ("NM1", "QC", "1", "FICTIVE", "PERSON", *[""] * 3, "MI", "0")
    yield ("TRN", "2", status.claim.claim_id)
    yield ("STC", (category, code, "PR"), today, action, amount(status.claim.charge))
    if status.payer_number and level == "payer 277CA":
        yield ("REF", "1K", status.payer_number)
