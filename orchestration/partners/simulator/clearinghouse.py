"""The clearinghouse itself: takes files in, and answers when their time has come.

It knows no clock: whoever runs it says what time it is. The same seed and the same files at the
same instants give the same answers, byte by byte.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Final

from orchestration.partners.simulator.acknowledgements import (
    Status,
    spell_277ca,
    spell_999,
    spell_ta1,
)
from orchestration.partners.simulator.behaviour import POSTED, Behaviour
from orchestration.partners.simulator.book import Book
from orchestration.partners.simulator.chance import Chance
from orchestration.partners.simulator.course import OF_FILES, Course, plan
from orchestration.partners.simulator.payers import Cashier
from orchestration.partners.simulator.reading import NoInterchange, SentFile, SentSet, read_claims
from orchestration.partners.simulator.remittance import spell_835
from orchestration.partners.simulator.spelling import Address
from orchestration.partners.simulator.strays import Stray, spell_stray, stray, torn

_CLAIM_LEVELS: Final = ("clearinghouse 277CA", "payer 277CA")
_AT_ONCE: Final = timedelta(minutes=1)
_TWICE_AFTER: Final = timedelta(hours=2)
_CONTRADICTED_AFTER: Final = timedelta(hours=3)
_STRAYS_AFTER: Final = timedelta(hours=30)
_SECOND_INTERCHANGE: Final = "025"
_NOTHING_IN_IT: Final = "024"
_CONTRADICTION: Final = "A3:21"
_FOREIGN_GROUP: Final = 500_000_000
_WRONG_BY: Final = Decimal(1)


@dataclass(frozen=True)
class Answer:
    """One file that goes back to us."""

    at: datetime
    name: str
    content: bytes


@dataclass
class Letter:
    """An answer on its way.

    Args:
        level: Which one.
        file: What it answers, or whose sender it goes to.
        behaviour: Whose it is.
        told: Whom it tells of, each with the code of a refusal; empty for an acceptance.
        spell: Spells it under an envelope; None when there turns out to be nothing to say.
        key: Under which others are gathered into it until it goes.
    """

    level: str
    file: SentFile
    behaviour: Behaviour
    told: list[tuple[Course, str]]
    spell: Callable[["Letter", Address], bytes | None]
    key: tuple[object, ...] = ()


@dataclass
class Clearinghouse:
    """A clearinghouse with its partners.

    Args:
        behaviours: The partners; one of them without payers, for those that have no file.
        seed: Of everything that is left to chance.
        orphans: How many answers to nothing are sent in any case, one for each file that comes in.
        wrong_numbers: How many 999 name another group in any case.
        book: What it holds.
        courses: Every claim's way, in the order they came.
        strays: Answers to nothing, as far as they have been sent.
        mistaken: 999 that name another group than they answer.
        unreadable: How many files were no interchange.
    """

    behaviours: Sequence[Behaviour]
    seed: int
    orphans: int = 0
    wrong_numbers: int = 0
    book: Book = field(default_factory=Book)
    courses: list[Course] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    mistaken: list[Stray] = field(default_factory=list)
    unreadable: int = 0

    def __post_init__(self) -> None:
        self._chance = Chance(self.seed)
        self._ordinal = count()
        self._coming: list[tuple[datetime, int, Letter]] = []
        self._gathered: dict[tuple[object, ...], Letter] = {}
        self._controls: dict[str, int] = defaultdict(int)
        self._cashiers: dict[str, Cashier] = {}
        self._planted = 0
        self._by_payer = {payer: one for one in self.behaviours for payer in one.payers}
        self._anyone = next(one for one in self.behaviours if not one.payers)

    def receive(self, content: bytes, at: datetime) -> None:
        """Take a file in; what is no interchange at all is answered by nobody."""
        try:
            file = read_claims(content)
        except (NoInterchange, IndexError, ValueError):
            self.unreadable += 1
            return
        claims = file.claims
        behaviour = self.behaviour_of(claims[0].payer if claims else "")
        if self.book.has_seen(file) or not claims:
            code = _SECOND_INTERCHANGE if claims else file.fault or _NOTHING_IN_IT
            refuse = partial(_refuse_file, code)
            self._post(at + _AT_ONCE, Letter("TA1", file, behaviour, [], refuse))
            return
        courses = plan(file, behaviour, at, self.book, self._chance)
        self.courses += courses
        for level in OF_FILES:
            self._answer_file(level, file, behaviour, courses)
        for course in courses:
            self._answer_claim(course)
        if self._planted < self.orphans or self._goes_wrong("orphans", file, behaviour):
            self._plant_stray(file, behaviour, at)

    def behaviour_of(self, payer: str) -> Behaviour:
        """Who answers for a payer."""
        return self._by_payer.get(payer, self._anyone)

    def answers(self, until: datetime) -> Iterator[Answer]:
        """Every file that goes out up to an instant, in order; each once."""
        while self._coming and self._coming[0][0] <= until:
            at, _, letter = heapq.heappop(self._coming)
            self._gathered.pop(letter.key, None)
            yield from self._send(letter, at)

    def _post(self, at: datetime, letter: Letter) -> None:
        heapq.heappush(self._coming, (at, next(self._ordinal), letter))

    def _send(self, letter: Letter, at: datetime) -> Iterator[Answer]:
        file = letter.file
        control = self._controls[file.receiver] + 1
        style = letter.behaviour.style
        address = Address(file.receiver, file.sender, control, at, style, is_test=file.is_test)
        content = letter.spell(letter, address)
        if content is None:
            return
        self._controls[file.receiver] = control
        for course, code in letter.told:
            course.heard.append((at, letter.level, code))
        word = "835" if letter.level == POSTED else letter.level.split()[-1]
        name = f"{file.receiver}_{word}_{control:09d}"
        faults, about = letter.behaviour.faults, (file.receiver, word, control)
        if self._chance.happens(faults.malformed, *about, "malformed"):
            yield Answer(at, f"{name}_torn.x12", torn(content, self._chance, about))
        yield Answer(at, f"{name}.x12", content)
        of_claims = letter.level in _CLAIM_LEVELS
        if not of_claims and self._chance.happens(faults.duplicates, *about, "duplicate"):
            yield Answer(at, f"{name}_again.x12", content)

    def _answer_file(
        self, level: str, file: SentFile, behaviour: Behaviour, courses: Sequence[Course]
    ) -> None:
        """TA1 or 999, if this file gets one that arrives."""
        told = [(course, course.steps[level]) for course in courses if level in course.steps]
        given = [(course, step) for course, step in told if step.how == "given"]
        if not given or given[0][1].at is None:
            return
        letter = Letter(
            level,
            file,
            behaviour,
            [(course, step.rejects) for course, step in given],
            _ta1 if level == "TA1" else self._spell_999,
        )
        if level == "999" and (
            len(self.mistaken) < self.wrong_numbers
            or self._goes_wrong("wrong_numbers", file, behaviour)
        ):
            self._mistake(letter)
        self._post(given[0][1].at, letter)

    def _goes_wrong(self, fault: str, file: SentFile, behaviour: Behaviour) -> bool:
        share: float = getattr(behaviour.faults, fault)
        return self._chance.happens(share, file.receiver, file.interchange, fault)

    def _mistake(self, letter: Letter) -> None:
        """Let a 999 name a group we never sent: for us, its claims stay unanswered."""
        group = str(int(letter.file.group) + _FOREIGN_GROUP)
        for course, _ in letter.told:
            course.steps["999"] = replace(course.steps["999"], how="wrong number")
        said, letter.told = letter.told, []
        self.mistaken.append(Stray("999", group))
        letter.spell = lambda sent, address: _spell_group(address, group, said, sent.file.guide)

    @staticmethod
    def _spell_999(letter: Letter, address: Address) -> bytes:
        file = letter.file
        return _spell_group(address, file.group, letter.told, file.guide)

    def _answer_claim(self, course: Course) -> None:
        """277CA and 835, as far as this claim gets them."""
        for level in _CLAIM_LEVELS:
            step = course.steps.get(level)
            if step is None or step.how != "given" or step.at is None:
                continue
            self._gather(step.at, level, course, step.rejects)
            faults = course.behaviour.faults
            if self._chance.happens(faults.duplicates, *course.key, level, "twice"):
                self._gather(step.at + _TWICE_AFTER, level, course, step.rejects)
            if self._chance.happens(faults.contradictions, *course.key, level, "contradicted"):
                opposite = "" if step.rejects else _CONTRADICTION
                self._gather(step.at + _CONTRADICTED_AFTER, level, course, opposite)
        step = course.steps.get("835")
        if step is not None and step.how == "given" and step.at is not None:
            self._cashier(course).due[step.at].append(course)
            self._post_payment(course, step.at)

    def _gather(self, at: datetime, level: str, course: Course, code: str) -> None:
        """Claims of one file that are answered at one instant are answered together."""
        key = (at, level, course.file.receiver, course.file.interchange)
        letter = self._gathered.get(key)
        if letter is None:
            letter = Letter(level, course.file, course.behaviour, [], _spell_277ca, key)
            self._gathered[key] = letter
            self._post(at, letter)
        letter.told.append((course, code))

    def _cashier(self, course: Course) -> Cashier:
        payer = course.claim.payer
        return self._cashiers.setdefault(payer, Cashier(payer, self._chance))

    def _post_payment(self, course: Course, at: datetime) -> None:
        key = (at, "835", course.claim.payer)
        if key not in self._gathered:
            spell = partial(self._pay, self._cashier(course))
            letter = Letter("835", course.file, course.behaviour, [], spell, key)
            self._gathered[key] = letter
            self._post(at, letter)

    def _pay(self, cashier: Cashier, letter: Letter, address: Address) -> bytes | None:
        paid = cashier.pay(address.at, f"{cashier.payer}{address.control:09d}")
        letter.told = [(course, "") for course in paid.told]
        for course in paid.again:
            next_time = course.behaviour.next_payment(address.at + _AT_ONCE)
            cashier.anew[next_time].append(course)
            self._post_payment(course, next_time)
        if paid.remittance is None:
            return None
        share = letter.behaviour.faults.unbalanced
        if self._chance.happens(share, cashier.payer, address.control, "unbalanced"):
            return spell_835(address, replace(paid.remittance, wrong_by=_WRONG_BY))
        letter.level = POSTED
        return spell_835(address, paid.remittance)

    def _plant_stray(self, file: SentFile, behaviour: Behaviour, at: datetime) -> None:
        one = stray(self._planted)
        self._planted += 1

        def spell(_: Letter, address: Address) -> bytes:
            self.strays.append(one)
            return spell_stray(address, one, file)

        self._post(at + _STRAYS_AFTER, Letter(one.kind, file, behaviour, [], spell))


def _refuse_file(code: str, letter: Letter, address: Address) -> bytes:
    return spell_ta1(address, letter.file, code)


def _ta1(letter: Letter, address: Address) -> bytes:
    return spell_ta1(address, letter.file, letter.told[0][1])


def _spell_group(
    address: Address, group: str, told: Sequence[tuple[Course, str]], guide: str
) -> bytes:
    verdicts: dict[str, tuple[SentSet, str]] = {}
    for course, code in told:
        verdicts.setdefault(course.sent_set.control, (course.sent_set, code))
    return spell_999(address, group, list(verdicts.values()), guide)


def _spell_277ca(letter: Letter, address: Address) -> bytes:
    statuses = [
        Status(course.sent_set, course.claim, code, course.payer_number)
        for course, code in letter.told
    ]
    return spell_277ca(address, letter.level, statuses)
