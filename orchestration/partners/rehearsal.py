"""A payer's file is written as it would be sent, to hear what the three gates say about it."""

import io
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import sqlalchemy as sa

from orchestration.ground.contracts import Examination
from orchestration.partners.batch_writing import count_of, envelope_of, prints_of, write_batch
from orchestration.partners.claim_rows import Draft, PayerDrafts
from orchestration.partners.sender import Sender
from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.gates.checking import FileCheck, same_as_meant
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.gatekeepers import standing_gatekeepers
from orchestration.partners.x12.gates.tally import ClaimCount, Tally
from orchestration.partners.x12.sheet import BatchNotWritten

GATE_CODE: Final = "CLM-GATE"
NPI_CODE: Final = "PROV-NPI"
_NPI_RULES: Final = frozenset({"billing_npi_missing", "billing_npi_check_digit_wrong"})
_UNSPELLED: Final = "The claim cannot be spelled: tell the EDI analyst."


_log = logging.getLogger(__name__)


class Rehearsal:
    """One payer's file as it would be sent, and what the gates say about it."""

    def __init__(self, examination: Examination, sender: Sender, of_payer: PayerDrafts) -> None:
        self._of_payer = of_payer
        self._sender = sender
        self._envelope = envelope_of(examination, sender, "B000000001", 1, 1)
        self._drafts: dict[str, Draft] = {}
        self._found: dict[str, list[Finding]] = defaultdict(list)
        self._meant: dict[str, ClaimCount] = {}
        self.prints: list[dict[str, object]] = []

    def refused(self) -> Iterator[tuple[Draft, list[Finding]]]:
        """The claims that would come back, each with everything against it."""
        text = io.StringIO()
        of_all: list[Finding] = []
        try:
            written = write_batch(
                *(text, self._envelope, self._sender, self._of_payer, self._claims()),
                refused=self._unspelled,
            )
        except BatchNotWritten:
            # no claim could even be spelled, or the library refused the envelope for all of them
            if not any(self._found.values()):
                raise
        else:
            self.prints = [
                {"claim_id": claim_id, "print": print_}
                for claim_id, print_ in prints_of(written).items()
            ]
            check = FileCheck(standing_gatekeepers())
            for one in check.findings(io.BytesIO(text.getvalue().encode("ascii"))):
                (self._found[one.claim_id] if one.claim_id in self._drafts else of_all).append(one)
            of_all += same_as_meant(Tally.of(self._meant.values()), check.tally)
        _log_rules([*of_all, *(one for found in self._found.values() for one in found)])
        for claim_id, draft in self._drafts.items():
            found = [*of_all, *self._found[claim_id]]
            if found:
                yield draft, found

    def _claims(self) -> Iterator[Claim]:
        for draft in self._of_payer.drafts:
            # the claim itself is let go: a batch may hold many
            self._drafts[draft.claim_id] = Draft(draft.claim_id, draft.record_ids, None)
            if draft.claim is None:
                self._malformed(draft.claim_id, draft.why_not)
            else:
                self._meant[draft.claim_id] = count_of(draft.claim)
                yield draft.claim

    def _unspelled(self, claim_id: str) -> None:
        self._malformed(claim_id, _UNSPELLED)
        del self._meant[claim_id]

    def _malformed(self, claim_id: str, mend: str) -> None:
        self._found[claim_id].append(Finding("CLM", "", claim_id, "malformed", mend))


def by_code(found: Iterable[Finding]) -> dict[str, str]:
    """The rules broken, with their places, under the code of the edit each belongs to."""
    rules: dict[str, set[str]] = defaultdict(set)
    for one in found:
        code = NPI_CODE if one.rule in _NPI_RULES else GATE_CODE
        rules[code].add(f"{one.rule} at {one.element}" if one.element else one.rule)
    return {code: ", ".join(sorted(broken)) for code, broken in rules.items()}


def keep_findings(examination: Examination, draft: Draft, found: Iterable[Finding]) -> None:
    """Keep what the gates hold against a claim, for whoever mends it."""
    seen = examination.clock.now()
    rows = [
        {
            "record_id": record_id,
            "claim_id": draft.claim_id,
            "rule": one.rule,
            "segment": one.segment,
            "element": one.element,
            "line_key": one.line_key,
            "mend": one.mend,
            "pass_id": examination.pass_id,
            "found_at": seen,
        }
        for record_id in draft.record_ids
        for one in found
    ]
    examination.connection.execute(_KEEP_FINDING, rows)


def _log_rules(found: Iterable[Finding]) -> None:
    for (segment, rule), times in sorted(Counter((one.segment, one.rule) for one in found).items()):
        _log.warning("claims would be refused: %s %s, %d times", segment, rule, times)


_KEEP_FINDING = sa.text("""
insert into core.gate_finding
    (record_id, claim_id, rule, segment, element, line_key, mend, pass_id, found_at)
values
    (:record_id, :claim_id, :rule, :segment, :element, :line_key, :mend, :pass_id, :found_at)
""")
