"""835: what was paid, denied or taken back, claim by claim and line by line.

A reversal and the correction behind it carry the same claim number; they stay two rows, in the
order of the file. Whatever does not add up is doubted, not dropped: the bank has paid what it
has paid.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.interchanges import Seg
from orchestration.partners.x12.reply_rows import (
    Level,
    Outcome,
    Reading,
    Reason,
    ReplyRow,
    Trouble,
    is_code,
    money,
)

_CLAIM_OUTCOMES: Final[dict[str, Outcome]] = {
    "1": "paid",
    "2": "paid",
    "3": "paid",
    "4": "denied",
    "19": "forwarded",
    "20": "forwarded",
    "21": "forwarded",
    "22": "reversed",
    "23": "not_theirs",
    "25": "predetermined",
}
_ADJUSTMENT_STARTS: Final = (2, 5, 8, 11, 14, 17)
_PROVIDER_ADJUSTMENT_STARTS: Final = (3, 5, 7, 9, 11, 13)
_CLAIM_REMARKS: Final = {"MOA": range(3, 8), "MIA": (5, *range(20, 24))}


@dataclass(slots=True)
class _Entry:
    level: Level
    claim_id: str
    outcome: Outcome
    charge: Decimal
    paid: Decimal
    payer_claim_number: str | None = None
    line_key: str = ""
    codes: list[str] = field(default_factory=list)
    adjustments: list[tuple[str, Decimal]] = field(default_factory=list)
    is_whole: bool = True

    @property
    def adjusted(self) -> Decimal:
        return sum((amount for _, amount in self.adjustments), Decimal(0))

    def row(self) -> ReplyRow:
        return ReplyRow(
            "835",
            self.level,
            self.claim_id,
            self.outcome,
            (*self.codes, *dict.fromkeys(code for code, _ in self.adjustments)),
            line_key=self.line_key,
            payer_claim_number=self.payer_claim_number,
            amount=self.paid,
            charge=self.charge,
            adjustments=tuple(self.adjustments),
            source_entity="payer",
        )


class Reader835:
    """Reads one 835, which is one payment."""

    def __init__(self) -> None:
        self._reading = Reading()
        self._payment: Decimal | None = None
        self._payment_codes: tuple[str, ...] = ()
        self._payment_ref = ""
        self._claims_paid = Decimal(0)
        self._provider_adjusted = Decimal(0)
        self._is_whole = True
        self._claim: _Entry | None = None
        self._lines: list[_Entry] = []
        self._takes = {
            "BPR": self._take_payment,
            "TRN": self._take_trace,
            "CLP": self._take_claim,
            "SVC": self._take_line,
            "CAS": self._take_adjustments,
            "REF": self._take_reference,
            "LQ": self._take_remark,
            "MOA": self._take_claim_remarks,
            "MIA": self._take_claim_remarks,
            "PLB": self._take_provider_adjustments,
        }

    def feed(self, seg: Seg) -> None:
        """Take one segment in."""
        take = self._takes.get(seg.name)
        if take is not None:
            take(seg)

    def finish(self) -> Reading:
        """Say what the 835 said, the payment first."""
        self._put_claim()
        if self._payment is None:
            self._refuse("amount_unreadable", self._payment_ref)
            return self._reading
        payment = ReplyRow(
            "835",
            "payment",
            self._payment_ref,
            "paid" if self._payment else "unpaid",
            self._payment_codes,
            amount=self._payment,
            source_entity="payer",
        )
        self._reading.rows.insert(0, payment)
        expected = self._claims_paid - self._provider_adjusted
        if self._is_whole and self._payment != expected:
            self._reading.doubts.append(Trouble("payment_out_of_balance", self._payment_ref))
        return self._reading

    def _take_payment(self, seg: Seg) -> None:
        self._payment = money(seg.at(2))
        self._payment_codes = tuple(
            f"BPR:{code}" for code in (seg.at(1), seg.at(4)) if is_code(code)
        )

    def _take_trace(self, seg: Seg) -> None:
        self._payment_ref = self._payment_ref or seg.at(2)

    def _take_claim(self, seg: Seg) -> None:
        self._put_claim()
        claim_id, status = seg.at(1), seg.at(2)
        charge, paid = money(seg.at(3)), money(seg.at(4))
        if not claim_id:
            self._refuse("claim_unnamed", self._payment_ref)
        elif charge is None or paid is None:
            self._refuse("amount_unreadable", claim_id)
        else:
            self._claims_paid += paid
            self._claim = _Entry(
                "claim",
                claim_id,
                _CLAIM_OUTCOMES.get(status, "review"),
                charge,
                paid,
                payer_claim_number=seg.at(7) or None,
                codes=[f"CLP:{status}"] if is_code(status) else [],
            )

    def _take_line(self, seg: Seg) -> None:
        if self._claim is None:
            return
        charge, paid = money(seg.at(2)), money(seg.at(3) or "0")
        if charge is None or paid is None:
            self._claim.is_whole = False
            self._refuse("amount_unreadable", self._claim.claim_id)
            charge = paid = Decimal(0)
        readable = self._claim.is_whole
        outcome = self._claim.outcome
        if outcome == "paid" and paid == 0:
            outcome = "unpaid"
        self._lines.append(
            _Entry("line", self._claim.claim_id, outcome, charge, paid, is_whole=readable)
        )

    @property
    def _innermost(self) -> _Entry | None:
        return self._lines[-1] if self._lines else self._claim

    def _take_adjustments(self, seg: Seg) -> None:
        entry = self._innermost
        if entry is None:
            return
        for start in _ADJUSTMENT_STARTS:
            reason, text = seg.at(start), seg.at(start + 1)
            if not reason and not text:
                continue
            amount = money(text)
            if amount is None or not is_code(seg.at(1)) or not is_code(reason):
                entry.is_whole = False
                self._reading.doubts.append(Trouble("amount_unreadable", entry.claim_id))
            else:
                entry.adjustments.append((f"{seg.at(1)}:{reason}", amount))

    def _take_reference(self, seg: Seg) -> None:
        if seg.at(1) == "6R" and self._lines:
            self._lines[-1].line_key = seg.at(2)

    def _take_remark(self, seg: Seg) -> None:
        if self._lines and is_code(seg.at(1)) and is_code(seg.at(2)):
            self._lines[-1].codes.append(f"{seg.at(1)}:{seg.at(2)}")

    def _take_claim_remarks(self, seg: Seg) -> None:
        if self._claim is not None:
            remarks = (seg.at(position) for position in _CLAIM_REMARKS[seg.name])
            self._claim.codes += [f"{seg.name}:{code}" for code in remarks if is_code(code)]

    def _take_provider_adjustments(self, seg: Seg) -> None:
        self._put_claim()
        for start in _PROVIDER_ADJUSTMENT_STARTS:
            if not seg.at(start) and not seg.at(start + 1):
                continue
            amount = money(seg.at(start + 1))
            if amount is None:
                self._refuse("amount_unreadable", self._payment_ref)
                continue
            self._provider_adjusted += amount  # a positive amount lessens the payment
            reason = seg.part(start, 1)
            self._reading.rows.append(
                ReplyRow(
                    "835",
                    "adjustment",
                    seg.part(start, 2) or self._payment_ref,
                    "adjusted",
                    (f"PLB:{reason}",) if is_code(reason) else (),
                    amount=amount,
                    source_entity="payer",
                )
            )

    def _put_claim(self) -> None:
        claim, lines = self._claim, self._lines
        self._claim, self._lines = None, []
        if claim is None:
            return
        self._reading.rows.append(claim.row())
        self._reading.rows += [line.row() for line in lines if line.is_whole]
        adjusted = claim.adjusted
        for line in lines:
            adjusted += line.adjusted
            if line.is_whole and line.charge - line.paid != line.adjusted:
                self._doubt("line_out_of_balance", claim.claim_id)
        if all(entry.is_whole for entry in (claim, *lines)) and (
            claim.charge - claim.paid != adjusted
        ):
            self._doubt("claim_out_of_balance", claim.claim_id)

    def _doubt(self, reason: Reason, refers_to: str) -> None:
        self._reading.doubts.append(Trouble(reason, refers_to))

    def _refuse(self, reason: Reason, refers_to: str) -> None:
        self._is_whole = False
        self._reading.unreadable.append(Trouble(reason, refers_to))
