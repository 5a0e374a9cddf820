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
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.reply_835_claims import RemitClaims
from orchestration.partners.x12.reply_835_segments import adjustment_kind
from orchestration.partners.x12.reply_rows import (
    ReplyRow,
    Said,
    Seg,
    day,
    is_code,
    money,
)

_PROVIDER_ADJUSTMENT_STARTS: Final = (3, 5, 7, 9, 11, 13)


class Reader835:
    """Reads one 835, which is one payment."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._claims = RemitClaims(said)
        self._amount: Decimal | None = None
        self._codes: tuple[str, ...] = ()
        self._payee = ""
        self._provider_adjusted = Decimal(0)

    @property
    def takes(self) -> Mapping[str, Callable[[Seg], None]]:
        """Name of a segment to what is done with it."""
        return {
            "BPR": self._take_payment,
            "TRN": self._take_trace,
            "N1*PE": self._take_payee,
            "TS3": self._take_provider,
            **self._claims.takes,
            "PLB": self._take_provider_adjustments,
        }

    def finish(self) -> None:
        """Say what the payment is, and whether it adds up."""
        self._claims.leave()
        if self._claims.is_split_otherwise:
            self._said.trouble("separator_not_the_declared", self._claims.payment.ref)
        if self._amount is None:
            self._said.trouble("amount_unreadable", self._claims.payment.ref)
            return
        expected = self._claims.paid - self._provider_adjusted
        is_balanced = self._claims.is_whole and self._amount == expected
        if self._claims.is_whole and not is_balanced:
            self._said.trouble("payment_out_of_balance", self._claims.payment.ref)
        self._said.say(
            ReplyRow(
                "835",
                "payment",
                self._claims.payment.ref,
                "paid" if self._amount else "unpaid",
                self._codes,
                provider_id=self._payee,
                amount=self._amount,
                is_balanced=is_balanced,
                payment=self._claims.payment,
                stated_on=self._claims.paid_on,
                source_entity="payer",
                envelope=self._said.envelope,
            )
        )

    def _take_payment(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        self._amount = money(elements[2])
        self._claims.payment = self._claims.payment._replace(
            method=elements[4] if is_code(elements[4]) else ""
        )
        self._claims.paid_on = day(elements[16])
        self._codes = tuple(f"BPR:{code}" for code in (elements[1], elements[4]) if is_code(code))

    def _take_trace(self, seg: Seg) -> None:
        if not self._claims.payment.ref:
            _, _, ref, payer, *_ = self._said.elements(seg)
            self._claims.payment = self._claims.payment._replace(ref=ref, payer=payer)

    def _take_payee(self, seg: Seg) -> None:
        self._payee = self._claims.provider = self._said.elements(seg)[4]

    def _take_provider(self, seg: Seg) -> None:
        self._claims.leave()
        self._claims.provider = self._said.elements(seg)[1] or self._payee

    def _take_provider_adjustments(self, seg: Seg) -> None:
        self._claims.leave()
        elements = self._said.elements(seg)
        for start in _PROVIDER_ADJUSTMENT_STARTS:
            named, text = elements[start], elements[start + 1]
            if not named and not text:
                continue
            amount = money(text)
            reason = self._said.component(named, 1)
            if amount is None or not is_code(reason):
                self._claims.is_whole = False
                self._said.trouble("amount_unreadable", self._claims.payment.ref, seg)
                continue
            self._provider_adjusted += amount
            self._said.say(
                ReplyRow(
                    "835",
                    "adjustment",
                    self._said.component(named, 2) or self._claims.payment.ref,
                    "adjusted",
                    (f"PLB:{reason}",),
                    provider_id=elements[1],
                    amount=amount,
                    adjustment_kind=adjustment_kind(reason),
                    payment=self._claims.payment,
                    stated_on=self._claims.paid_on,
                    source_entity="payer",
                    envelope=self._said.envelope,
                )
            )
