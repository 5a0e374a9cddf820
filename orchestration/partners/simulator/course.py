"""The way of each claim of a file through a partner, drawn when the file comes in.

A claim is answered level by level until it is refused, swallowed, or paid. What is drawn here is
when each answer is made and what it says; what becomes of it on its way back to us (lost, doubled,
late) is drawn here as well, and kept, because it is the truth a try is measured by.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from orchestration.partners.simulator.behaviour import LEVELS, Behaviour
from orchestration.partners.simulator.book import Book, Holding
from orchestration.partners.simulator.chance import Chance
from orchestration.partners.simulator.reading import SentClaim, SentFile, SentSet
from orchestration.partners.simulator.remittance import Judged

How = Literal["given", "lost", "swallowed", "never", "not this time", "wrong number"]
"""Given and arrives; given and lost; not given, nor anything after it; never given by this
partner; given only sometimes, and not now; given under a number that is not ours."""

OF_FILES: Final = ("TA1", "999")
TAKES_IN: Final = "clearinghouse 277CA"
_NEXT: Final = timedelta(minutes=1)
_REFUSALS: Final = {
    "clearinghouse 277CA": ("A3:21", "A6:153", "A7:562", "A8:496"),
    "payer 277CA": ("A3:33", "A7:164", "A7:187", "A8:228"),
}


@dataclass
class Step:
    """One answer to one claim.

    Args:
        level: Which.
        how: What becomes of it.
        at: When it arrives, or would have if it had been given.
        rejects: The code of a refusal; empty for an acceptance.
    """

    level: str
    how: How
    at: datetime | None = None
    rejects: str = ""


@dataclass
class Course:
    """One claim's way.

    Args:
        file: The interchange it came in.
        sent_set: Its transaction set.
        claim: The claim.
        behaviour: The partner's.
        received_at: When the file came in.
        steps: What is answered, by level.
        holding: The partner's record of it, once it is taken in.
        heard: What has gone out to us so far: when, at which level, and the code of a refusal.
        judged: What the payer decided so far, and when.
    """

    file: SentFile
    sent_set: SentSet
    claim: SentClaim
    behaviour: Behaviour
    received_at: datetime
    steps: dict[str, Step] = field(default_factory=dict)
    holding: Holding | None = None
    heard: list[tuple[datetime, str, str]] = field(default_factory=list)
    judged: list[tuple[datetime, Judged]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        """What chance is drawn for."""
        return (self.file.receiver, self.file.interchange, self.claim.claim_id)

    @property
    def payer_number(self) -> str:
        """The payer's own number of it; empty as long as it is not held."""
        return self.holding.payer_number if self.holding else ""


def plan(
    file: SentFile, behaviour: Behaviour, at: datetime, book: Book, chance: Chance
) -> list[Course]:
    """Draw the way of every claim of a file, and hold those that are taken in."""
    courses = [
        Course(file, sent_set, claim, behaviour, at)
        for sent_set in file.sets
        for claim in sent_set.claims
    ]
    drawing = _Drawing(file, behaviour, at, chance)
    live = courses
    for level in LEVELS:
        live = drawing.climb(level, live, book)
    drawing.disorder(courses)
    return courses


@dataclass
class _Drawing:
    """Draws one level after another."""

    file: SentFile
    behaviour: Behaviour
    at: datetime
    chance: Chance
    _last: dict[str, datetime] = field(default_factory=dict)

    def climb(self, level: str, live: list[Course], book: Book) -> list[Course]:
        """Answer those that are still under way; gives back those that go on."""
        sends = self.behaviour.level(level).sends
        file_key = (self.file.receiver, self.file.interchange, level)
        if sends == "never" or (sends == "sometimes" and self.chance.happens(0.5, *file_key)):
            how: How = "never" if sends == "never" else "not this time"
            return [course for course in live if self._pass_unsaid(level, how, course, book)]
        return [
            course for unit in _units(level, live) for course in self._answer(level, unit, book)
        ]

    def _pass_unsaid(self, level: str, how: How, course: Course, book: Book) -> bool:
        """Go on without an answer; who cannot be taken in is dropped without a word."""
        course.steps[level] = Step(level, how)
        if level == TAKES_IN:
            if book.refusal(course.claim):
                return False
            course.holding = book.take_in(course.claim)
        return True

    def _answer(self, level: str, unit: list[Course], book: Book) -> Iterable[Course]:
        """One answer, to a file, a set or a claim; whoever it accepts goes on."""
        about = (*_unit_key(level, unit[0]), level)
        at = self.behaviour.answered_at(level, self.at, self.chance.draw(*about, "delay"))
        before = max(self._last.get(course.claim.claim_id, self.at) for course in unit)
        at = self._not_before(level, at, before + _NEXT)
        faults = self.behaviour.faults
        lost_whole = level in OF_FILES and self.chance.happens(faults.lost, *about, "lost")
        for course in unit:
            own = about if level in OF_FILES else (*course.key, level)
            self._last[course.claim.claim_id] = at
            if self.chance.happens(faults.swallowed, *own, "swallowed"):
                course.steps[level] = Step(level, "swallowed", at)
                continue
            lost = lost_whole or (
                level not in OF_FILES and self.chance.happens(faults.lost, *own, "lost")
            )
            code = self._refusal(level, course, book)
            course.steps[level] = Step(level, "lost" if lost else "given", at, code)
            if code and course.holding is not None:
                book.give_back(course.claim)
            if not code:
                if level == TAKES_IN:
                    course.holding = book.take_in(course.claim)
                yield course

    def _not_before(self, level: str, at: datetime, earliest: datetime) -> datetime:
        if at >= earliest:
            return at
        return self.behaviour.next_payment(earliest) if level == "835" else earliest

    def _refusal(self, level: str, course: Course, book: Book) -> str:
        """Why it is refused at this level; empty when it is not."""
        rate = self.behaviour.level(level).rejects
        if level == "TA1":
            drawn = self.chance.happens(rate, *_unit_key(level, course), level, "rejects")
            return self.file.fault or ("022" if drawn else "")
        if level == "999":
            key = (*_unit_key(level, course), course.sent_set.control, level, "rejects")
            return course.sent_set.fault or ("5" if self.chance.happens(rate, *key) else "")
        if level == TAKES_IN:
            wrong = _own_finding(course.claim) or book.refusal(course.claim)
            if wrong:
                return wrong
        if level == "payer 277CA" and course.claim.frequency != "1":
            return "" if self.behaviour.payment.replaces else "A3:535"
        if level in _REFUSALS and self.chance.happens(rate, *course.key, level, "rejects"):
            return self.chance.choose(_REFUSALS[level], *course.key, level, "code")
        return ""

    def disorder(self, courses: list[Course]) -> None:
        """Let some answers arrive after the one that should follow them."""
        rate = self.behaviour.faults.out_of_order
        for level in LEVELS[:-1]:
            stepped = [course for course in courses if level in course.steps]
            for unit in _units(level, stepped):
                if level in OF_FILES:
                    self._delay(level, unit, rate, _unit_key(level, unit[0]))
                else:
                    for course in unit:
                        self._delay(level, [course], rate, course.key)

    def _delay(self, level: str, unit: list[Course], rate: float, key: tuple[object, ...]) -> None:
        if not self.chance.happens(rate, *key, level, "out of order"):
            return
        following = [at for course in unit if (at := _following(course, level)) is not None]
        for course in unit:
            step = course.steps[level]
            if following and step.how == "given":
                course.steps[level] = replace(step, at=max(following) + _NEXT)


def _following(course: Course, level: str) -> datetime | None:
    """When the next answer that is given arrives."""
    for later in LEVELS[LEVELS.index(level) + 1 :]:
        step = course.steps.get(later)
        if step is not None and step.how == "given":
            return step.at
    return None


def _units(level: str, courses: Iterable[Course]) -> Iterable[list[Course]]:
    """What is answered together: a file, a set's claims of one payer, one claim."""
    units: dict[tuple[str, ...], list[Course]] = defaultdict(list)
    for course in courses:
        units[_unit_key(level, course)].append(course)
    return list(units.values())


def _unit_key(level: str, course: Course) -> tuple[str, ...]:
    file = (course.file.receiver, course.file.interchange)
    if level in OF_FILES:
        return file
    if level == "835":
        return (*file, course.claim.claim_id)
    return (*file, course.sent_set.control, course.claim.payer)


def _own_finding(claim: SentClaim) -> str:
    """What its own reader holds against a claim; most of it no sender's gate should let through."""
    if not claim.member_known:
        return "A6:153"
    if claim.charge != sum(line.charge for line in claim.lines):
        return "A7:178"
    if claim.frequency not in ("1", "7", "8"):
        return "A7:535"
    if claim.frequency != "1" and not claim.original:
        return "A6:464"
    return ""
