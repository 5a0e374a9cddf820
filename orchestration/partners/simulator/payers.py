"""The paying side: what falls due on each payment day, and what it comes to."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from orchestration.partners.simulator.chance import Chance
from orchestration.partners.simulator.course import Course
from orchestration.partners.simulator.remittance import Judged, Remittance, judge

_RECOUP: Final = "WO"
_CARRIED: Final = "FB"
_VOID: Final = "8"


@dataclass(frozen=True)
class Paid:
    """One payment day.

    Args:
        remittance: The payment; None when there is nothing to tell.
        told: Whom it tells of.
        again: Whose payment is taken back and made anew on the next one.
    """

    remittance: Remittance | None
    told: tuple[Course, ...]
    again: tuple[Course, ...]


@dataclass
class Cashier:
    """One payer's payments.

    Args:
        payer: As claims name it.
        chance: What decides.
        due: Claims to be judged and paid, by payment day.
        anew: Claims whose payment is taken back and made anew, by payment day.
        owed: What is to be kept back from a payment: reason, reference, amount.
    """

    payer: str
    chance: Chance
    due: dict[datetime, list[Course]] = field(default_factory=lambda: defaultdict(list))
    anew: dict[datetime, list[Course]] = field(default_factory=lambda: defaultdict(list))
    owed: list[tuple[str, str, Decimal]] = field(default_factory=list)

    def pay(self, at: datetime, trace: str) -> Paid:
        """Judge and pay what is due then, under a number of its own."""
        new, old = self.due.pop(at, []), self.anew.pop(at, [])
        judged = [self._told(at, course, one) for course in new for one in self._first(course)]
        judged += [self._told(at, course, one) for course in old for one in self._anew(course)]
        if not judged:
            return Paid(None, (), ())
        provider = (new or old)[0].sent_set.provider
        payment = Remittance(trace, self.payer, provider, tuple(judged))
        kept_back = tuple(self._keep_back(payment.paid, trace))
        again = [course for course in new if self._is_looked_at_again(course)]
        return Paid(
            Remittance(trace, self.payer, provider, tuple(judged), kept_back),
            tuple(new + old),
            tuple(again),
        )

    @staticmethod
    def _told(at: datetime, course: Course, one: Judged) -> Judged:
        course.judged.append((at, one))
        return one

    def _first(self, course: Course) -> list[Judged]:
        """A new claim is judged; a replacement or void first takes back what was paid before."""
        holding = course.holding
        made: list[Judged] = []
        if holding is None:
            return made
        if course.claim.frequency != "1" and holding.paid is not None:
            made.append(holding.paid.taken_back())
            holding.paid = None
        if course.claim.frequency != _VOID:
            made.append(self._judge(course, "first"))
        return made

    def _anew(self, course: Course) -> list[Judged]:
        """A payment is taken back, and its correction stands right behind."""
        holding = course.holding
        if holding is None or holding.paid is None:
            return []
        return [holding.paid.taken_back(), self._judge(course, "again")]

    def _judge(self, course: Course, when: str) -> Judged:
        holding = course.holding
        number = course.payer_number
        payment = course.behaviour.payment
        one = judge(course.claim, number, payment, self.chance, (*course.key, when))
        if holding is not None:
            holding.paid = one if one.total else None
        if one.total and self.chance.happens(payment.recouped, *course.key, "recouped"):
            self.owed.append((_RECOUP, number, one.total))
        return one

    def _is_looked_at_again(self, course: Course) -> bool:
        share = course.behaviour.payment.reversed
        is_paid = course.holding is not None and course.holding.paid is not None
        return is_paid and self.chance.happens(share, *course.key, "reversed")

    def _keep_back(self, paid: Decimal, trace: str) -> list[tuple[str, str, Decimal]]:
        """What is taken out of a payment, as far as it suffices; a shortage is carried on."""
        if paid < 0:
            self.owed.append((_CARRIED, trace, -paid))
            return [(_CARRIED, trace, paid)]
        kept: list[tuple[str, str, Decimal]] = []
        for one in list(self.owed):
            if one[2] <= paid:
                paid -= one[2]
                self.owed.remove(one)
                kept.append(one)
        return kept
