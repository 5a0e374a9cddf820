"""A whole claim file in front of the three gates, set by set, on all cores."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import BinaryIO, Final

from orchestration.partners.x12.gates.alone import claims_alone
from orchestration.partners.x12.gates.document import Document, SetText
from orchestration.partners.x12.gates.finding import Finding, known_control, shown_claim_id
from orchestration.partners.x12.gates.gatekeepers import Gatekeepers, Question
from orchestration.partners.x12.gates.judging import Asked, Verdict, claim_counts, read_set_of
from orchestration.partners.x12.gates.tally import Tally

NOT_JUDGED: Final = "check_did_not_end"
_NOT_JUDGED_MEND: Final = "The check itself failed over this: tell the EDI analyst, do not send."
_DIFFERS_MEND: Final = "Somebody else would read other claims than were meant: do not send."
_REPEATED_MEND: Final = "Send a claim once in a file."


@dataclass
class FileCheck:
    """One file's way through the gates.

    Args:
        gatekeepers: Who judges.
        asked: How the file shall be judged.
        tally: What the second reader counted; complete once ``findings`` is exhausted.
        sets: How many transaction sets there were.
    """

    gatekeepers: Gatekeepers
    asked: Asked = field(default_factory=Asked)
    tally: Tally = field(default_factory=Tally)
    sets: int = 0

    def findings(self, stream: BinaryIO) -> Iterator[Finding]:
        """Everything held against the file: set by set, what is around the sets last.

        Memory does not follow the file's length, but for eight bytes a claim.
        """
        document = Document(stream)
        once: set[Finding] = set()
        seen: set[bytes] = set()
        waiting: deque[SetText] = deque()

        def questions() -> Iterator[Question]:
            for one in document.sets():
                waiting.append(one)
                yield one, self.asked

        for verdict in self.gatekeepers.answers(questions()):
            one = waiting.popleft()
            yield from self._told(verdict or self._one_by_one(one), once, seen)
        yield from document.findings

    def _told(self, verdict: Verdict, once: set[Finding], seen: set[bytes]) -> Iterator[Finding]:
        self.sets += 1
        for finding in verdict.findings:
            if finding.set_control or finding.claim_id:
                yield finding
            elif finding not in once:  # the headers above the sets are judged with each of them
                once.add(finding)
                yield finding
        for claim in verdict.claims:
            self.tally.add(claim)
            mark = blake2b(claim.claim_id.encode("utf-8", "replace"), digest_size=8).digest()
            if mark in seen:
                control = known_control(verdict.control)
                place = ("CLM", "CLM01", shown_claim_id(claim.claim_id))
                yield Finding(*place, "claim_id_repeated", _REPEATED_MEND, set_control=control)
            seen.add(mark)

    def _one_by_one(self, one: SetText) -> Verdict:
        """A set whose processes died, judged claim by claim: whichever does that stands out."""
        read = read_set_of(one)
        parts = list(claims_alone(one, read))
        control = known_control(read.control)
        found: list[Finding] = []
        with self.gatekeepers.apart() as apart:
            verdicts = list(apart.answers((part.text, self.asked) for part in parts))
        for part, verdict in zip(parts, verdicts, strict=True):
            if verdict is None:
                place = ("CLM", "", shown_claim_id(part.claim_id))
                found.append(
                    Finding(*place, NOT_JUDGED, _NOT_JUDGED_MEND, "", control, part.places[-1])
                )
            else:
                found += (part.placed(finding) for finding in verdict.findings)
        if not parts:
            found.append(Finding("ST", "", "", NOT_JUDGED, _NOT_JUDGED_MEND, "", control))
        return Verdict(read.control, tuple(found), claim_counts(read))


def same_as_meant(meant: Tally, read: Tally) -> Iterator[Finding]:
    """Whether the second reader read all of what was to be written, and nothing else."""
    pairs = (
        ("claims_read_differ_from_meant", "CLM", meant.claims == read.claims),
        ("lines_read_differ_from_meant", "LX", meant.lines == read.lines),
        ("total_read_differs_from_meant", "CLM", meant.total == read.total),
        ("content_read_differs_from_meant", "CLM", meant.digest == read.digest),
    )
    yield from (
        Finding(segment, "", "", rule, _DIFFERS_MEND) for rule, segment, same in pairs if not same
    )
