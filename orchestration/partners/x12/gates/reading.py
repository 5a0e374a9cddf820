"""Gate 2: a second reader, which knows neither the validator's maps nor our writer.

It takes a transaction set's segments and says what somebody else would read in them: levels,
parties, claims, other payers, lines. The rules look at what it read. It refuses nothing: a
segment it cannot place stays where it was found.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from orchestration.partners.x12.gates.finding import (
    known_control,
    known_segment,
    shown_claim_id,
    shown_line_key,
)

_OF_A_PARTY: Final = frozenset({"N2", "N3", "N4", "PER", "REF", "DMG", "PRV", "DTP"})
_PEOPLE: Final = frozenset({"22", "23"})


@dataclass(frozen=True, slots=True)
class Seg:
    """A segment and its place in the set, with ST as 1."""

    place: int
    text: str
    elements: Sequence[str]
    element: str
    component: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.elements[0]

    @property
    def known_name(self) -> str:
        """Its name as it may be told: in a broken file it may be part of a text."""
        return known_segment(self.elements[0])

    def __getitem__(self, position: int) -> str:
        return self.elements[position] if position < len(self.elements) else ""

    def parts(self, position: int) -> list[str]:
        """The components of an element."""
        return self[position].split(self.component)

    def part(self, position: int, part: int) -> str:
        """One component of an element, counted from 1; blank if it is not there."""
        parts = self[position].split(self.component)
        return parts[part - 1] if part <= len(parts) else ""


@dataclass(slots=True)
class Loop:
    """A run of segments that belong together, and the parties named among them."""

    head: Seg
    segs: list[Seg] = field(default_factory=list)
    parties: list["Loop"] = field(default_factory=list)

    def all(self, name: str, qualifier: str = "") -> Iterator[Seg]:
        """Its own segments of this name, with this first element if one is given."""
        for seg in self.segs:
            if seg.elements[0] == name and (not qualifier or seg[1] == qualifier):
                yield seg

    def first(self, name: str, qualifier: str = "") -> Seg | None:
        """The first of them, if there is one."""
        return next(self.all(name, qualifier), None)

    def party(self, *roles: str) -> "Loop | None":
        """The first party in one of these roles."""
        return next((one for one in self.parties if one.head[1] in roles), None)

    def has(self, name: str, *qualifiers: str) -> bool:
        """Whether one of its own segments has this name and one of these first elements."""
        return any(seg.elements[0] == name and seg[1] in qualifiers for seg in self.segs)


@dataclass(slots=True)
class Line(Loop):
    """A service line; ``judgements`` are what other payers said about it."""

    judgements: list[Loop] = field(default_factory=list)

    @property
    def service(self) -> Seg | None:
        """What was done and what it costs."""
        return self.first("SV1") or self.first("SV2")

    @property
    def key(self) -> str:
        """What replies call it."""
        key = self.first("REF", "6R")
        return key[2] if key else ""


@dataclass(slots=True)
class Claim(Loop):
    """A claim, the levels it stands in, other payers' part in it, its lines."""

    subscriber: "Level | None" = None
    patient: "Level | None" = None
    billing: "Level | None" = None
    guide: str = ""
    others: list[Loop] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def claim_id(self) -> str:
        """Its own id."""
        return self.head[1]

    @property
    def person(self) -> Loop | None:
        """Who was cared for."""
        if self.patient is not None:
            return self.patient.party("QC")
        return self.subscriber.party("IL") if self.subscriber is not None else None


@dataclass(slots=True)
class Level(Loop):
    """A hierarchical level: who bills, who is insured, or who depends on them."""

    claims: list[Claim] = field(default_factory=list)
    children: int = 0

    @property
    def kind(self) -> str:
        """``20`` bills, ``22`` is insured, ``23`` depends."""
        return self.head[3]


@dataclass(slots=True)
class SetRead(Loop):
    """A transaction set as read."""

    levels: list[Level] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    all_segs: list[Seg] = field(default_factory=list)
    group_guide: str = ""
    known_owners: "Owners | None" = None

    @property
    def control(self) -> str:
        """Its control number."""
        return self.head[2]

    def loops(self) -> Iterator[Loop]:
        """Every loop of the set that may name somebody."""
        yield self
        yield from self.levels
        for claim in self.claims:
            yield claim
            yield from claim.others
            yield from claim.lines

    def owners(self) -> "Owners":
        """Whose each segment is; found out when somebody asks for the first time."""
        if self.known_owners is None:
            self.known_owners = Owners(self)
        return self.known_owners

    @property
    def is_institutional(self) -> bool:
        """Whether it is written by the guide for institutions."""
        return "X223" in (self.head[3] or self.group_guide)


class Owners:
    """Whose each segment of a set is: which claim's, its person's levels included, which line's."""

    def __init__(self, read: SetRead) -> None:
        self.set_control = known_control(read.control)
        self._starts = [0]
        self._names = [("", "")]
        person = 0
        claims = {claim.head.place: claim for claim in read.claims}
        for seg in read.all_segs:
            if seg.elements[0] == "HL" and seg[3] in _PEOPLE:
                person = person or seg.place
                self._begin(seg.place, "")
            elif seg.elements[0] in {"HL", "SE"}:
                person = 0
                self._begin(seg.place, "")
            elif seg.place in claims:
                self._claim(claims[seg.place], person or seg.place)
                person = 0

    def of(self, place: int) -> tuple[str, str]:
        """The id of the claim and the key of the line, each blank if there is none."""
        return self._names[bisect_right(self._starts, place) - 1]

    def _claim(self, claim: Claim, start: int) -> None:
        while self._starts[-1] >= start:
            self._starts.pop()
            self._names.pop()
        claim_id = shown_claim_id(claim.claim_id)
        self._begin(start, claim_id)
        for line in claim.lines:
            self._begin(line.head.place, claim_id, shown_line_key(line.key))

    def _begin(self, place: int, claim_id: str, line_key: str = "") -> None:
        self._starts.append(place)
        self._names.append((claim_id, line_key))


def read_set(segments: Sequence[str], element: str, component: str, group: str) -> SetRead:
    """Read one set from ST to SE.

    Args:
        segments: Its segments, without terminators.
        element: The character between elements.
        component: The character between components.
        group: The GS segment above it.
    """
    return _Reader(segments, element, component, group).read()


class _Reader:
    def __init__(self, segments: Sequence[str], element: str, component: str, group: str) -> None:
        self._segs = [
            Seg(place, text, text.split(element), element, component)
            for place, text in enumerate(segments, start=1)
        ]
        fields = group.split(element)
        self._set = SetRead(self._segs[0], all_segs=self._segs)
        self._set.group_guide = fields[8] if len(fields) > len("GS012345") else ""
        self._billing: Level | None = None
        self._subscriber: Level | None = None
        self._patient: Level | None = None
        self._claim: Claim | None = None
        self._line: Line | None = None
        self._here: Loop = self._set
        self._party: Loop | None = None

    def read(self) -> SetRead:
        begin = {
            "HL": self._level,
            "CLM": self._begin_claim,
            "SBR": self._payer,
            "LX": self._begin_line,
            "SVD": self._judgement,
            "NM1": self._name,
        }
        for seg in self._segs:
            name = seg.elements[0]
            if name in begin:
                begin[name](seg)
            elif self._party is not None and name in _OF_A_PARTY:
                self._party.segs.append(seg)
            else:
                self._party = None
                self._here.segs.append(seg)
        return self._set

    def _go(self, loop: Loop) -> None:
        self._here, self._party = loop, None

    def _level(self, seg: Seg) -> None:
        level = Level(seg)
        above = {"22": self._billing, "23": self._subscriber}.get(level.kind)
        if above is not None:
            above.children += 1
        if level.kind == "20":
            self._billing, self._subscriber, self._patient = level, None, None
        elif level.kind == "22":
            self._subscriber, self._patient = level, None
        else:
            self._patient = level
        self._set.levels.append(level)
        self._claim = self._line = None
        self._go(level)

    def _begin_claim(self, seg: Seg) -> None:
        claim = Claim(
            seg, subscriber=self._subscriber, patient=self._patient, billing=self._billing
        )
        claim.guide = "I" if self._set.is_institutional else "P"
        level = self._patient or self._subscriber or self._billing
        if level is not None:
            level.claims.append(claim)
        self._set.claims.append(claim)
        self._claim, self._line = claim, None
        self._go(claim)

    def _payer(self, seg: Seg) -> None:
        if self._claim is None:
            self._party = None
            self._here.segs.append(seg)
            return
        other = Loop(seg)
        self._claim.others.append(other)
        self._go(other)

    def _begin_line(self, seg: Seg) -> None:
        line = Line(seg)
        if self._claim is not None:
            self._claim.lines.append(line)
        self._line = line
        self._go(line)

    def _judgement(self, seg: Seg) -> None:
        judgement = Loop(seg)
        if self._line is not None:
            self._line.judgements.append(judgement)
        self._go(judgement)

    def _name(self, seg: Seg) -> None:
        self._party = Loop(seg)
        self._here.parties.append(self._party)
