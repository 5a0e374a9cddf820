"""Reads 837 files as a partner would: a few lines over the bytes, no maps, no library.

Names, birth dates and addresses are passed over; what is kept are numbers, codes and amounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

Segment = list[str]
_HEADER_LENGTH = 106
_HEADER_ELEMENTS = 17
_PROCEDURE_PARTS = 6


@dataclass
class SentLine:
    """One service of a claim: its control number, procedure, charge and units."""

    key: str
    procedure: str
    charge: Decimal
    units: str


@dataclass
class SentClaim:
    """One claim as it came.

    Args:
        claim_id: CLM01.
        charge: CLM02.
        frequency: 1 for an original, 7 for a replacement, 8 for a void.
        payer: Whom it names as payer, NM1*PR.
        member_known: Whether it names the member's id.
        position: Of its CLM in the set, ST counted as 1.
        original: The payer's own number of the claim it replaces or voids.
        sequence: SBR01: P, S or T, as this payer comes first, second or later.
        lines: Its services.
    """

    claim_id: str
    charge: Decimal
    frequency: str
    payer: str
    member_known: bool
    position: int
    original: str = ""
    sequence: str = "P"
    lines: list[SentLine] = field(default_factory=list)


@dataclass
class SentSet:
    """One transaction set: its number, reference, provider, claims, and what is wrong with it."""

    control: str
    reference: str = ""
    provider: str = ""
    claims: list[SentClaim] = field(default_factory=list)
    fault: str = ""


@dataclass
class SentFile:
    """One interchange: who sent it to whom, under which numbers, and its sets.

    ``fault`` is the note code of a TA1 that refuses it, empty when it can be taken in.
    """

    sender: str
    receiver: str
    interchange: str
    group: str = ""
    guide: str = ""
    is_test: bool = True
    wants_ta1: bool = False
    sets: list[SentSet] = field(default_factory=list)
    fault: str = ""

    @property
    def claims(self) -> list[SentClaim]:
        """All its claims."""
        return [claim for one in self.sets for claim in one.claims]


class NoInterchange(Exception):
    """The bytes do not even begin like an interchange; nobody would be answered."""


def read_claims(content: bytes) -> SentFile:
    """Read one file.

    Raises:
        NoInterchange: it has no header to answer to.
    """
    text = content.decode("latin-1")
    header = text[:_HEADER_LENGTH].split(text[3:4]) if text.startswith("ISA") else []
    if len(header) != _HEADER_ELEMENTS:
        raise NoInterchange
    element, component, terminator = text[3], header[16][:1], text[105]
    found = SentFile(
        sender=header[6].strip(),
        receiver=header[8].strip(),
        interchange=header[13],
        wants_ta1=header[14] == "1",
        is_test=header[15] == "T",
    )
    segments = (one.strip("\r\n").split(element) for one in text[_HEADER_LENGTH:].split(terminator))
    _Walk(found, component).walk(one for one in segments if one[0])
    return found


class _Walk:
    """Goes through the segments once and keeps where it is."""

    def __init__(self, found: SentFile, component: str) -> None:
        self._found = found
        self._component = component
        self._in_set = self._in_claim = False
        self._position = 0
        self._payer, self._sequence = "", "P"
        self._member_known = False

    def walk(self, segments: Iterator[Segment]) -> None:
        closed = False
        for segment in segments:
            name = segment[0]
            if name == "GS":
                self._found.group, self._found.guide = segment[6], segment[8]
            elif name == "ST":
                self._in_set, self._position = True, 1
                self._found.sets.append(SentSet(segment[2]))
            elif name == "SE":
                self._close_set(segment)
            elif name == "GE" and int(segment[1]) != len(self._found.sets):
                self._found.fault = "024"
            elif name == "IEA":
                closed = segment[2] == self._found.interchange
            elif self._in_set:
                self._position += 1
                self._take(name, segment)
        if not closed or self._in_set or not self._found.sets:
            self._found.fault = self._found.fault or "023"

    @property
    def _set(self) -> SentSet:
        return self._found.sets[-1]

    def _close_set(self, segment: Segment) -> None:
        self._in_set = self._in_claim = False
        if segment[2] != self._set.control:
            self._set.fault = "3"
        elif int(segment[1]) != self._position + 1:
            self._set.fault = "4"

    def _take(self, name: str, segment: Segment) -> None:
        if name == "CLM":
            self._open_claim(segment)
        elif name == "HL":
            self._in_claim = False
        elif self._in_claim:
            self._take_of_claim(self._set.claims[-1], name, segment)
        elif name == "BHT":
            self._set.reference = segment[3]
        elif name == "SBR":
            sequence = segment[1] if segment[1] in ("P", "S") else "T"
            self._sequence, self._member_known, self._payer = sequence, False, ""
        elif name == "NM1":
            self._name(segment)

    def _name(self, segment: Segment) -> None:
        number = segment[9] if len(segment) > 9 else ""  # noqa: PLR2004 - NM109
        if segment[1] == "85":
            self._set.provider = number
        elif segment[1] == "IL":
            self._member_known = bool(number)
        elif segment[1] == "PR":
            self._payer = number

    def _take_of_claim(self, claim: SentClaim, name: str, segment: Segment) -> None:
        if name == "REF" and segment[1] == "F8":
            claim.original = segment[2]
        elif name in ("SV1", "SV2"):
            self._open_line(claim, segment)
        elif name == "REF" and segment[1] == "6R" and claim.lines:
            claim.lines[-1].key = segment[2]

    def _open_claim(self, segment: Segment) -> None:
        self._in_claim = True
        place = segment[5].split(self._component)
        self._set.claims.append(
            SentClaim(
                claim_id=segment[1],
                charge=_amount(segment[2]),
                frequency=place[2] if len(place) > 2 else "",  # noqa: PLR2004 - CLM05-3
                payer=self._payer,
                member_known=self._member_known,
                position=self._position,
                sequence=self._sequence,
            )
        )

    def _open_line(self, claim: SentClaim, segment: Segment) -> None:
        # SV2 begins with the revenue code, one element before what SV1 begins with
        first = 1 if segment[0] == "SV1" else 2
        procedure = segment[first] or f"NU{self._component}{segment[1]}"
        claim.lines.append(
            SentLine(
                key=str(len(claim.lines) + 1),
                procedure=":".join(procedure.split(self._component)[:_PROCEDURE_PARTS]).rstrip(":"),
                charge=_amount(segment[first + 1]),
                units=segment[first + 3],
            )
        )


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
