"""835: what a payer pays, line by line, takes back, pays anew, or takes out of another payment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from orchestration.partners.simulator.behaviour import Payment
from orchestration.partners.simulator.chance import Chance
from orchestration.partners.simulator.reading import SentClaim
from orchestration.partners.simulator.spelling import Address, Line, amount, day, spell

_GUIDE = "005010X221A1"
_CENT = Decimal("0.01")
_CONTRACT_SHARES = (Decimal(0), Decimal("0.05"), Decimal("0.1"))
_DENIALS = (("197", "M62"), ("16", "N821"), ("29", "N390"), ("18", "N522"), ("109", "N418"))
_PART_DENIALS = (("198", "N54"), ("272", "N820"))
_DENIED, REVERSAL = "4", "22"
_PAID = {"P": "1", "S": "2", "T": "3"}
_FORWARDED = {"P": "19", "S": "20", "T": "21"}


@dataclass(frozen=True)
class Judged:
    """A claim as a payer judged it.

    Args:
        claim: The claim.
        payer_number: The payer's own number of it.
        status: CLP02.
        paid: For each line.
        reasons: For each line, what was not paid and why: adjustment and amount.
        remarks: For each line, a remark code or none.
    """

    claim: SentClaim
    payer_number: str
    status: str
    paid: tuple[Decimal, ...]
    reasons: tuple[tuple[tuple[str, Decimal], ...], ...]
    remarks: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """What is paid for it; negative when it is taken back."""
        return sum(self.paid, Decimal(0))

    def taken_back(self) -> "Judged":
        """Its reversal: the same with every sign turned."""
        turned = tuple(tuple((code, -value) for code, value in one) for one in self.reasons)
        return Judged(
            *(self.claim, self.payer_number, REVERSAL),
            *(tuple(-paid for paid in self.paid), turned, self.remarks),
        )


def judge(
    claim: SentClaim,
    payer_number: str,
    payment: Payment,
    chance: Chance,
    about: tuple[object, ...],
) -> Judged:
    """What a payer decides on a claim, drawn by the shares it behaves by."""
    drawn = chance.draw(*about, "decision")
    share = chance.choose(_CONTRACT_SHARES, *about, "contract")
    if drawn < payment.denied:
        code, remark = chance.choose(_DENIALS, *about, "denial")
        unpaid = [(Decimal(0), ((f"CO:{code}", line.charge),), remark) for line in claim.lines]
        return _judged(claim, payer_number, _DENIED, unpaid)
    decided = [_line(line.charge, share) for line in claim.lines]
    if drawn < payment.denied + payment.part:
        reason = chance.choose(_PART_DENIALS, *about, "part")
        decided[-1] = _line_in_part(claim.lines[-1].charge, reason, whole=len(decided) > 1)
    words = _FORWARDED if drawn >= 1 - payment.forwarded else _PAID
    return _judged(claim, payer_number, words[claim.sequence], decided)


def judge_paid(claim: SentClaim, payer_number: str) -> Judged:
    """A claim that is paid as it was charged."""
    decided = [_line(line.charge, Decimal(0)) for line in claim.lines]
    return _judged(claim, payer_number, _PAID[claim.sequence], decided)


_Decided = tuple[Decimal, tuple[tuple[str, Decimal], ...], str]


def _judged(
    claim: SentClaim, payer_number: str, status: str, decided: Sequence[_Decided]
) -> Judged:
    paid, reasons, remarks = zip(*decided, strict=True)
    return Judged(claim, payer_number, status, paid, reasons, remarks)


def _line(charge: Decimal, share: Decimal) -> _Decided:
    kept = (charge * share).quantize(_CENT, ROUND_DOWN)
    return charge - kept, (("CO:45", kept),) if kept else (), ""


def _line_in_part(charge: Decimal, reason: tuple[str, str], *, whole: bool) -> _Decided:
    code, remark = reason
    paid = Decimal(0) if whole else (charge / 2).quantize(_CENT, ROUND_DOWN)
    return paid, ((f"CO:{code}", charge - paid),), remark


@dataclass(frozen=True)
class Remittance:
    """One payment: its trace number, what is judged, and what is kept back outside claims.

    Args:
        trace: TRN02.
        payer: Whom claims name as payer.
        provider: Who is paid.
        judged: Claims, in order; a reversal stands right before its correction.
        adjustments: Reason, reference, amount; a positive amount lessens the payment.
        wrong_by: By how much the stated payment differs from what its parts come to.
    """

    trace: str
    payer: str
    provider: str
    judged: tuple[Judged, ...]
    adjustments: tuple[tuple[str, str, Decimal], ...] = ()
    wrong_by: Decimal = Decimal(0)

    @property
    def paid(self) -> Decimal:
        """What its parts come to."""
        claims = sum((one.total for one in self.judged), Decimal(0))
        return claims - sum((value for _, _, value in self.adjustments), Decimal(0))


def spell_835(address: Address, remittance: Remittance) -> bytes:
    """One remittance advice."""
    today, paid = day(address.at), remittance.paid + remittance.wrong_by
    method = ("I", amount(paid), "C", "ACH", "CCP") if paid else ("H", "0", "C", "NON", "")
    lines: list[Line] = [
        ("835",),
        ("BPR", *method, *[""] * 10, today),
        ("TRN", "1", remittance.trace, "1999999999"),
        ("DTM", "405", today),
        ("N1", "PR", "FICTIVE PAYER", "XV", remittance.payer),
        ("N3", "1 NOWHERE"),
        ("N4", "SAMPLETON", "OH", "000019999"),
        ("N1", "PE", "FICTIVE PROVIDER", "XX", remittance.provider),
        ("LX", "1"),
    ]
    for judged in remittance.judged:
        lines += _claim(judged)
    for reason, reference, value in remittance.adjustments:
        year_end = f"{address.at.year}1231"
        lines.append(("PLB", remittance.provider, year_end, (reason, reference), amount(value)))
    return spell(address, "HP", _GUIDE, [lines])


def _claim(judged: Judged) -> Iterable[Line]:
    claim, sign = judged.claim, -1 if judged.status == REVERSAL else 1
    yield (
        *("CLP", claim.claim_id, judged.status, amount(sign * claim.charge)),
        *(amount(judged.total), "", "MC", judged.payer_number, "12", claim.frequency),
    )
    yield ("NM1", "QC", "1", "FICTIVE", "PERSON")
    if judged.status in _FORWARDED.values():
        yield ("NM1", "TT", "2", "FICTIVE NEXT PAYER", *[""] * 4, "PI", "NEXTPAYER")
    for line, paid, reasons, remark in zip(
        claim.lines, judged.paid, judged.reasons, judged.remarks, strict=True
    ):
        procedure = line.procedure.split(":")
        yield ("SVC", procedure, amount(sign * line.charge), amount(paid), "", line.units)
        for code, value in reasons:
            group, reason = code.split(":")
            yield ("CAS", group, reason, amount(value))
        yield ("REF", "6R", line.key)
        if remark:
            yield ("LQ", "HE", remark)
