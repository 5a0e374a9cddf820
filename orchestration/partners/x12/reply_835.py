"""835: what was paid, denied or taken back, claim by claim and line by line.

One set is one payment: its claims and lines come as they stand in the file, the adjustments that
belong to no claim after them, the payment itself last, when it is known whether it adds up:

    a line      charge - paid = what was taken off the line
    a claim     charge - paid = what was taken off the claim and its lines
    a payment   amount = paid on all claims - adjustments outside claims

What does not add up is marked, not dropped: the bank has paid what it has paid. A reversal
(status 22) and the correction behind it carry the same claim number; they stay two rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.reply_835_segments import RemitSegments, adjustment_kind
from orchestration.partners.x12.reply_rows import (
    NO_PAYMENT,
    Level,
    Outcome,
    ReplyRow,
    Said,
    Seg,
    day,
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
_PROVIDER_ADJUSTMENT_STARTS: Final = (3, 5, 7, 9, 11, 13)
_NOTHING: Final = Decimal(0)


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


class Reader835:
    """Reads one 835, which is one payment."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._segments = RemitSegments(said)
        self._payment: Decimal | None = None
        self._payment_codes: tuple[str, ...] = ()
        self._trace = NO_PAYMENT
        self._paid_on: date | None = None
        self._payee = ""
        self._provider = ""
        self._claims_paid = _NOTHING
        self._provider_adjusted = _NOTHING
        self._is_whole = True
        self._is_split_otherwise = False
        self._taken_back: set[str] = set()
        self._claim_id = ""
        self._claim: _Entry | None = None
        self._lines: list[_Entry] = []
        self._innermost: _Entry | None = None

    @property
    def takes(self) -> Mapping[str, Callable[[Seg], None]]:
        """Name of a segment to what is done with it."""
        return {
            "BPR": self._take_payment,
            "TRN": self._take_trace,
            "N1*PE": self._take_payee,
            "TS3": self._take_provider,
            "CLP": self._take_claim,
            "NM1*TT": self._take_forwarded_to,
            "NM1*PR": self._take_other_payer,
            "SVC": self._take_line,
            "CAS": self._take_adjustments,
            "REF*6R": self._take_line_key,
            "LQ": self._take_remark,
            "MOA": self._take_claim_remarks,
            "MIA": self._take_claim_remarks,
            "PLB": self._take_provider_adjustments,
        }

    def finish(self) -> None:
        """Say what the payment is, and whether it adds up."""
        self._put_claim()
        if self._is_split_otherwise:
            self._said.trouble("separator_not_the_declared", self._trace.ref)
        if self._payment is None:
            self._said.trouble("amount_unreadable", self._trace.ref)
            return
        expected = self._claims_paid - self._provider_adjusted
        is_balanced = self._is_whole and self._payment == expected
        if self._is_whole and not is_balanced:
            self._said.trouble("payment_out_of_balance", self._trace.ref)
        self._said.say(
            ReplyRow(
                "835",
                "payment",
                self._trace.ref,
                "paid" if self._payment else "unpaid",
                self._payment_codes,
                provider_id=self._payee,
                amount=self._payment,
                is_balanced=is_balanced,
                payment=self._trace,
                stated_on=self._paid_on,
                source_entity="payer",
                envelope=self._said.envelope,
            )
        )

    def _take_payment(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        self._payment = money(elements[2])
        self._trace = self._trace._replace(method=elements[4] if is_code(elements[4]) else "")
        self._paid_on = day(elements[16])
        self._payment_codes = tuple(
            f"BPR:{code}" for code in (elements[1], elements[4]) if is_code(code)
        )

    def _take_trace(self, seg: Seg) -> None:
        if not self._trace.ref:
            _, _, ref, payer, *_ = self._said.elements(seg)
            self._trace = self._trace._replace(ref=ref, payer=payer)

    def _take_payee(self, seg: Seg) -> None:
        self._payee = self._provider = self._said.elements(seg)[4]

    def _take_provider(self, seg: Seg) -> None:
        self._put_claim()
        self._provider = self._said.elements(seg)[1] or self._payee

    def _take_claim(self, seg: Seg) -> None:
        self._put_claim()
        _, claim_id, status, charged, got, _, _, number, *_ = self._said.elements(seg)
        charge, paid = money(charged), money(got)
        if not claim_id:
            self._refuse("", seg)
        elif charge is None or paid is None:
            self._refuse(claim_id, seg)
        else:
            self._claims_paid += paid
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
            self._is_split_otherwise = self._is_split_otherwise or read.is_split_otherwise
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

    def _take_provider_adjustments(self, seg: Seg) -> None:
        self._put_claim()
        elements = self._said.elements(seg)
        for start in _PROVIDER_ADJUSTMENT_STARTS:
            named, text = elements[start], elements[start + 1]
            if not named and not text:
                continue
            amount = money(text)
            reason = self._said.component(named, 1)
            if amount is None or not is_code(reason):
                self._refuse(self._trace.ref, seg)
                continue
            self._provider_adjusted += amount
            self._said.say(
                ReplyRow(
                    "835",
                    "adjustment",
                    self._said.component(named, 2) or self._trace.ref,
                    "adjusted",
                    (f"PLB:{reason}",),
                    provider_id=elements[1],
                    amount=amount,
                    adjustment_kind=adjustment_kind(reason),
                    payment=self._trace,
                    stated_on=self._paid_on,
                    source_entity="payer",
                    envelope=self._said.envelope,
                )
            )

    def _put_claim(self) -> None:
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
        self._said.say(
            ReplyRow(
                "835",
                entry.level,
                self._claim_id,
                entry.outcome,
                entry.codes,
                provider_id=self._provider,
                line_key=entry.line_key,
                service_code=entry.service_code,
                payer_claim_number=entry.payer_claim_number,
                named_payer=entry.named_payer,
                charge=entry.charge,
                amount=entry.paid,
                adjustments=entry.adjustments,
                is_balanced=is_balanced,
                is_correction=is_correction,
                payment=self._trace,
                stated_on=self._paid_on,
                source_entity="payer",
                envelope=self._said.envelope,
            )
        )

    def _refuse(self, refers_to: str, seg: Seg) -> None:
        self._is_whole = False
        if refers_to:
            self._said.trouble("amount_unreadable", refers_to, seg)
        else:
            self._said.trouble("claim_unnamed", self._trace.ref, seg)
