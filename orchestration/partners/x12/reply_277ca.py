"""277CA: which claims went on to be judged, and which never will be.

An answer has four levels, and a refusal may stand at any of them: the whole batch, all claims of
one provider, one claim, one line. A refusal reaches everything below it, also what is not listed;
where a claim is listed below and got further, the refusal is only in part. The category (the
first part of a status) decides; the action code beside it is used against its meaning by some
payers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.reply_rows import (
    Level,
    Outcome,
    ReplyRow,
    Said,
    Seg,
    SourceEntity,
    day,
    is_code,
    money,
    service,
)

_SOURCE_LEVEL: Final = "20"
_BATCH_LEVEL: Final = "21"
_PROVIDER_LEVEL: Final = "19"
_STATUS_ELEMENTS: Final = (1, 10, 11)
_CATEGORY: Final = re.compile(r"[A-Z][0-9]{1,2}")
_SOURCES: Final[dict[str, SourceEntity]] = {"PR": "payer", "AY": "clearinghouse"}
_OUTCOMES: Final[dict[str, Outcome]] = {
    "A0": "forwarded",
    "A1": "received",
    "A2": "accepted",
    "A3": "rejected",
    "A5": "split",
    "A6": "rejected",
    "A7": "rejected",
    "A8": "rejected",
}
# Of several statuses the gravest decides. "received" is a receipt, not yet an answer. Any other
# category (A4 "not found", or one that does not belong here) is for a person to look at.
_GRAVEST_FIRST: Final[tuple[Outcome, ...]] = (
    "rejected",
    "review",
    "accepted",
    "split",
    "forwarded",
    "received",
)


@dataclass(slots=True)
class _Draft:
    """What is known of one thing until the next one begins."""

    level: Level
    refers_to: str = ""
    line_key: str = ""
    service_code: str = ""
    payer_claim_number: str = ""
    amount: Decimal | None = None
    charge: Decimal | None = None
    stated_on: date | None = None
    codes: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    unread: Seg | None = None
    claims_below_go_on: bool = False

    @property
    def outcome(self) -> Outcome:
        gravest = min(self.outcomes, key=_GRAVEST_FIRST.index)
        return "partial" if gravest == "rejected" and self.claims_below_go_on else gravest


class Reader277CA:
    """Reads one 277CA."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._components = said.component_separator
        self._level = ""
        self._source: SourceEntity | None = None
        self._batch: _Draft | None = None
        self._provider: _Draft | None = None
        self._claim: _Draft | None = None
        self._lines: list[_Draft] = []

    @property
    def takes(self) -> Mapping[str, Callable[[Seg], None]]:
        """Name of a segment to what is done with it."""
        return {
            "HL": self._enter,
            "NM1": self._name,
            "TRN": self._trace,
            "STC": self._add_status,
            "REF": self._add_reference,
            "SVC": self._open_line,
        }

    def finish(self) -> None:
        """Say what is left: a batch is spoken of when its last claim is known."""
        self._leave_batch()

    @property
    def _is_at_claim(self) -> bool:
        return self._level not in ("", _SOURCE_LEVEL, _BATCH_LEVEL, _PROVIDER_LEVEL)

    @property
    def _innermost(self) -> _Draft | None:
        if self._lines:
            return self._lines[-1]
        if self._level == _BATCH_LEVEL:
            return self._batch
        return self._provider if self._level == _PROVIDER_LEVEL else self._claim

    def _enter(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        self._leave_claim()
        self._level = elements[3]
        if self._level == _BATCH_LEVEL:
            self._leave_batch()
            self._batch = _Draft("batch")
        elif self._level == _PROVIDER_LEVEL:
            self._leave_provider()
            self._provider = _Draft("provider")

    def _name(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        if self._level == _SOURCE_LEVEL:
            self._source = _SOURCES.get(elements[1])
        elif self._level == _PROVIDER_LEVEL and self._provider is not None:
            self._provider.refers_to = elements[9]

    def _trace(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        if self._level == _BATCH_LEVEL and self._batch is not None:
            self._batch.refers_to = elements[2]
        elif self._is_at_claim:
            self._leave_claim()
            self._claim = _Draft("claim", elements[2])

    def _open_line(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        claim_id = self._claim.refers_to if self._claim else ""
        line = _Draft("line", claim_id, charge=money(elements[2]))
        line.service_code = service(elements[1], self._components)
        self._lines.append(line)

    def _add_status(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        if self._claim is None and self._is_at_claim:
            self._claim = _Draft("claim")
        draft = self._innermost
        if draft is None:
            return
        for element in _STATUS_ELEMENTS:
            if not elements[element]:
                continue
            parts = elements[element].split(self._components)[:3]
            if not _CATEGORY.fullmatch(parts[0]):
                draft.unread = seg
                continue
            draft.codes.append(":".join(part for part in parts if is_code(part)))
            draft.outcomes.append(_OUTCOMES.get(parts[0], "review"))
        draft.stated_on = draft.stated_on or day(elements[2])
        if draft.amount is None:
            draft.amount = money(elements[4])

    def _add_reference(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        if elements[1] == "1K" and self._claim is not None:
            self._claim.payer_claim_number = elements[2]
        elif elements[1] == "FJ" and self._lines:
            self._lines[-1].line_key = elements[2]

    def _leave_claim(self) -> None:
        claim, lines = self._claim, self._lines
        self._claim, self._lines = None, []
        if claim is not None:
            self._put(claim)
            for above in (self._provider, self._batch):
                if above is not None and claim.outcomes and claim.outcome != "rejected":
                    above.claims_below_go_on = True
        for line in lines:
            self._put(line)

    def _leave_provider(self) -> None:
        self._leave_claim()
        provider = self._provider
        if provider is not None:
            self._put(provider)
        self._provider = None

    def _leave_batch(self) -> None:
        self._leave_provider()
        if self._batch is not None:
            self._put(self._batch)
        self._batch = None

    def _put(self, draft: _Draft) -> None:
        batch_ref = self._batch.refers_to if self._batch else ""
        if draft.unread is not None:
            self._said.trouble("status_unreadable", draft.refers_to, draft.unread)
        elif not draft.outcomes:
            return
        elif not draft.refers_to and draft.level in ("claim", "line"):
            self._said.trouble("claim_unnamed", batch_ref)
        else:
            self._said.say(
                ReplyRow(
                    "277CA",
                    draft.level,
                    draft.refers_to,
                    draft.outcome,
                    tuple(draft.codes),
                    batch_ref=batch_ref,
                    provider_id=self._provider.refers_to if self._provider else "",
                    line_key=draft.line_key,
                    service_code=draft.service_code,
                    payer_claim_number=draft.payer_claim_number,
                    charge=draft.charge,
                    amount=draft.amount,
                    stated_on=draft.stated_on,
                    source_entity=self._source,
                    envelope=self._said.envelope,
                )
            )
