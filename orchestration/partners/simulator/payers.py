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
        of_each = [(course, self._first(at, course)) for course in new]
        of_each += [(course, self._anew(at, course)) for course in old]
        judged = [one for _, of_course in of_each for one in of_course]
        if not judged:
            return Paid(None, (), ())
        provider = (new or old)[0].sent_set.provider
        payment = Remittance(trace, self.payer, provider, tuple(judged))
        kept_back = tuple(self._keep_back(payment.paid, trace))
        again = [course for course in new if self._is_looked_at_again(course)]
        return Paid(
            Remittance(trace, self.payer, provider, tuple(judged), kept_back),
            tuple(course for course, of_course in of_each if of_course),
            tuple(again),
        )

    def _first(self, at: datetime, course: Course) -> list[Judged]:
        """A new claim is judged; a replacement or void first takes back what was said before."""
        holding = course.holding
        made: list[Judged] = []
        if holding is None:
            return made
        if course.claim.frequency != "1" and holding.judged is not None:
            taken_back = holding.judged.taken_back()
            # what a replacement takes back was said of the claim before it
            if course.claim.frequency == _VOID:
                course.judged.append((at, taken_back))
            made.append(taken_back)
            holding.judged = None
        if course.claim.frequency != _VOID:
            made.append(self._judge(at, course, "first"))
        return made

    def _anew(self, at: datetime, course: Course) -> list[Judged]:
        """A payment is taken back, and its correction stands right behind."""
        holding = course.holding
        if holding is None or holding.judged is None:
            return []
        taken_back = holding.judged.taken_back()
        course.judged.append((at, taken_back))
        return [taken_back, self._judge(at, course, "again")]

    def _judge(self, at: datetime, course: Course, when: str) -> Judged:
        holding = course.holding
        number = course.payer_number
        payment = course.behaviour.payment
        one = judge(course.claim, number, payment, self.chance, (*course.key, when))
        course.judged.append((at, one))
        if holding is not None:
            holding.judged = one
        if one.total and self.chance.happens(payment.recouped, *course.key, "recouped"):
            self.owed.append((_RECOUP, number, one.total))
        return one

    def _is_looked_at_again(self, course: Course) -> bool:
        share = course.behaviour.payment.reversed
        last = course.holding.judged if course.holding else None
        is_paid = last is not None and last.total > 0
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
