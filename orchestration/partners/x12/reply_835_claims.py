"""The claims and lines of one remittance, as they stand in it, and whether they add up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.reply_835_segments import RemitSegments
from orchestration.partners.x12.reply_rows import (
    NO_PAYMENT,
    Level,
    Outcome,
    Payment,
    ReplyRow,
    Said,
    Seg,
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
_NOTHING: Final = Decimal(0)
_NO: Final = ""


@dataclass(slots=True)
class _Entry:
    """A claim or a line, until the next one begins."""

    level: Level
    outcome: Outcome
    charge: Decimal
    paid: Decimal
    service_code: str = ""
    payer_claim_number: str = ""
    named_payer: str = ""
    line_key: str = ""
    codes: tuple[str, ...] = ()
    adjustments: tuple[tuple[str, Decimal], ...] = ()
    adjusted: Decimal = _NOTHING
    is_whole: bool = True


class RemitClaims:
    """Reads the claims of one remittance.

    ``payment``, ``paid_on`` and ``provider`` are set from outside, before the claims they are
    for. ``paid`` is what all claims so far were paid; ``is_whole`` whether every amount was read.
    """

    def __init__(self, said: Said) -> None:
        self.payment: Payment = NO_PAYMENT
        self.paid_on: date | None = None
        self.provider = ""
        self.paid = _NOTHING
        self.is_whole = True
        self.is_split_otherwise = False
        self._said = said
        self._segments = RemitSegments(said)
        self._taken_back: set[str] = set()
        self._claim_id = ""
        self._claim: _Entry | None = None
        self._lines: list[_Entry] = []
        self._innermost: _Entry | None = None

    @property
    def takes(self) -> Mapping[str, Callable[[Seg], None]]:
        """Name of a segment to what is done with it."""
        return {
            "CLP": self._take_claim,
            "NM1*TT": self._take_forwarded_to,
            "NM1*PR": self._take_other_payer,
            "SVC": self._take_line,
            "CAS": self._take_adjustments,
            "REF*6R": self._take_line_key,
            "LQ": self._take_remark,
            "MOA": self._take_claim_remarks,
            "MIA": self._take_claim_remarks,
        }

    def _take_claim(self, seg: Seg) -> None:
        self.leave()
        _, claim_id, status, charged, got, _, _, number, *_ = self._said.elements(seg)
        charge, paid = money(charged), money(got)
        if not claim_id:
            self._refuse("", seg)
        elif charge is None or paid is None:
            self._refuse(claim_id, seg)
        else:
            self.paid += paid
            outcome = _CLAIM_OUTCOMES.get(status, "review")
            if outcome == "paid" and not paid:
                outcome = "unpaid"
            self._claim_id = claim_id
            claim = _Entry("claim", outcome, charge, paid, "", number)
            if is_code(status):
                claim.codes = (f"CLP:{status}",)
            self._claim = self._innermost = claim

    def _take_forwarded_to(self, seg: Seg) -> None:
        if self._claim is not None:
            self._claim.named_payer = self._said.elements(seg)[9]

    def _take_other_payer(self, seg: Seg) -> None:
        if self._claim is not None and not self._claim.named_payer:
            self._claim.named_payer = self._said.elements(seg)[9]

    def _take_line(self, seg: Seg) -> None:
        claim = self._claim
        if claim is None:
            return
        read = self._segments.service(seg)
        if read is None:
            self._refuse(self._claim_id, seg)
            line = _Entry("line", claim.outcome, _NOTHING, _NOTHING, is_whole=False)
        else:
            outcome = claim.outcome
            if outcome in ("paid", "unpaid"):
                outcome = "paid" if read.paid else "unpaid"
            line = _Entry("line", outcome, read.charge, read.paid, read.code)
            self.is_split_otherwise = self.is_split_otherwise or read.is_split_otherwise
        self._lines.append(line)
        self._innermost = line

    def _take_adjustments(self, seg: Seg) -> None:
        entry = self._innermost
        if entry is None:
            return
        read = self._segments.taken_off(seg)
        if read is None:
            entry.is_whole = False
            self._said.trouble("amount_unreadable", self._claim_id, seg)
            return
        entry.adjustments += read.adjustments
        entry.codes += read.codes
        entry.adjusted += read.total

    def _take_line_key(self, seg: Seg) -> None:
        if self._lines:
            self._lines[-1].line_key = self._said.elements(seg)[2]

    def _take_remark(self, seg: Seg) -> None:
        if self._lines:
            self._lines[-1].codes += self._segments.remark(seg)

    def _take_claim_remarks(self, seg: Seg) -> None:
        if self._claim is not None:
            self._claim.codes += self._segments.remark(seg)

    def leave(self) -> None:
        """Say what the claim and its lines are, and whether they add up."""
        claim, lines = self._claim, self._lines
        if claim is None:
            return
        self._claim, self._innermost, self._lines = None, None, []
        adjusted, is_whole, is_balanced = claim.adjusted, claim.is_whole, True
        balances = []
        for line in lines:
            adjusted += line.adjusted
            is_whole = is_whole and line.is_whole
            line_balanced = line.is_whole and line.charge - line.paid == line.adjusted
            if line.is_whole and not line_balanced:
                self._said.trouble("line_out_of_balance", self._claim_id)
            balances.append(line_balanced)
            is_balanced = is_balanced and line_balanced
        if is_whole and claim.charge - claim.paid != adjusted:
            self._said.trouble("claim_out_of_balance", self._claim_id)
            is_balanced = False
        is_correction = False
        if claim.outcome == "reversed":
            self._taken_back.add(self._claim_id)
        elif self._taken_back:
            is_correction = self._claim_id in self._taken_back
        self._say(claim, is_balanced=is_whole and is_balanced, is_correction=is_correction)
        for line, line_balanced in zip(lines, balances, strict=True):
            if line.is_whole:
                self._say(line, is_balanced=line_balanced, is_correction=is_correction)

    def _say(self, entry: _Entry, *, is_balanced: bool, is_correction: bool) -> None:
        # in the order of ReplyRow's fields: to name them would take a fifth of all reading
        row = ReplyRow(
            "835",
            entry.level,
            self._claim_id,
            entry.outcome,
            entry.codes,
            _NO,
            _NO,
            _NO,
            self.provider,
            entry.line_key,
            entry.service_code,
            entry.payer_claim_number,
            entry.named_payer,
            entry.charge,
            entry.paid,
            entry.adjustments,
            _NO,
            is_balanced,
            is_correction,
            self.payment,
            self.paid_on,
            _NO,
            _NO,
            0,
            "payer",
            self._said.envelope,
        )
        self._said.say(row)

    def _refuse(self, refers_to: str, seg: Seg) -> None:
        self.is_whole = False
        if refers_to:
            self._said.trouble("amount_unreadable", refers_to, seg)
        else:
            self._said.trouble("claim_unnamed", self.payment.ref, seg)
