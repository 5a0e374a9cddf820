"""277CA: which claims went on to be judged, and which never will be.

An answer has four levels, and a refusal may stand at any of them: the whole batch, all claims of
one provider, one claim, one line. Only the category (the first part of a status) decides; the
action code beside it is used against its meaning by some payers.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.interchanges import Seg
from orchestration.partners.x12.reply_rows import (
    Level,
    Outcome,
    Reading,
    ReplyRow,
    SourceEntity,
    Trouble,
    is_code,
    money,
)

_SOURCE_LEVEL: Final = "20"
_BATCH_LEVEL: Final = "21"
_PROVIDER_LEVEL: Final = "19"
_STATUS_ELEMENTS: Final = (1, 10, 11)
_STATUS_PARTS: Final = (1, 2, 3)
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
    level: Level
    refers_to: str = ""
    line_key: str = ""
    payer_claim_number: str | None = None
    amount: Decimal | None = None
    charge: Decimal | None = None
    codes: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    is_readable: bool = True


class Reader277CA:
    """Reads one 277CA."""

    def __init__(self) -> None:
        self._reading = Reading()
        self._level = ""
        self._source: SourceEntity | None = None
        self._batch_ref = ""
        self._draft: _Draft | None = None
        self._lines: list[_Draft] = []

    def feed(self, seg: Seg) -> None:
        """Take one segment in."""
        if seg.name == "HL":
            self._enter(seg.at(3))
        elif seg.name == "NM1":
            self._name(seg)
        elif seg.name == "TRN":
            self._trace(seg)
        elif seg.name == "STC":
            self._add_status(seg)
        elif seg.name == "REF":
            self._add_reference(seg)
        elif seg.name == "SVC":
            claim_id = self._draft.refers_to if self._draft else ""
            self._lines.append(_Draft("line", claim_id, charge=money(seg.at(2))))

    def finish(self) -> Reading:
        """Say what the 277CA said."""
        self._put_draft()
        return self._reading

    def _enter(self, level: str) -> None:
        self._put_draft()
        self._level = level
        if level == _BATCH_LEVEL:
            self._draft = _Draft("batch")
        elif level == _PROVIDER_LEVEL:
            self._draft = _Draft("provider")

    @property
    def _is_at_claim(self) -> bool:
        return self._level not in ("", _SOURCE_LEVEL, _BATCH_LEVEL, _PROVIDER_LEVEL)

    def _name(self, seg: Seg) -> None:
        if self._level == _SOURCE_LEVEL:
            self._source = _SOURCES.get(seg.at(1))
        elif self._level == _PROVIDER_LEVEL and self._draft is not None:
            self._draft.refers_to = seg.at(9)

    def _trace(self, seg: Seg) -> None:
        if self._level == _BATCH_LEVEL and self._draft is not None:
            self._batch_ref = self._draft.refers_to = seg.at(2)
        elif self._is_at_claim:
            self._put_draft()
            self._draft = _Draft("claim", seg.at(2))

    def _add_status(self, seg: Seg) -> None:
        if self._draft is None and self._is_at_claim:
            self._draft = _Draft("claim")
        draft = self._lines[-1] if self._lines else self._draft
        if draft is None:
            return
        for element in _STATUS_ELEMENTS:
            if not seg.at(element):
                continue
            parts = [seg.part(element, part) for part in _STATUS_PARTS]
            if not _CATEGORY.fullmatch(parts[0]):
                draft.is_readable = False
                continue
            draft.codes.append(":".join(part for part in parts if is_code(part)))
            draft.outcomes.append(_OUTCOMES.get(parts[0], "review"))
        if draft.amount is None:
            draft.amount = money(seg.at(4))

    def _add_reference(self, seg: Seg) -> None:
        if seg.at(1) == "1K" and self._draft is not None:
            self._draft.payer_claim_number = seg.at(2) or None
        elif seg.at(1) == "FJ" and self._lines:
            self._lines[-1].line_key = seg.at(2)

    def _put_draft(self) -> None:
        for draft in (*((self._draft,) if self._draft else ()), *self._lines):
            self._put(draft)
        self._draft, self._lines = None, []

    def _put(self, draft: _Draft) -> None:
        if not draft.is_readable:
            self._reading.unreadable.append(Trouble("status_unreadable", draft.refers_to))
        elif not draft.outcomes:
            return
        elif not draft.refers_to and draft.level in ("claim", "line"):
            self._reading.unreadable.append(Trouble("claim_unnamed", self._batch_ref))
        else:
            self._reading.rows.append(
                ReplyRow(
                    "277CA",
                    draft.level,
                    draft.refers_to,
                    min(draft.outcomes, key=_GRAVEST_FIRST.index),
                    tuple(draft.codes),
                    batch_ref=self._batch_ref,
                    line_key=draft.line_key,
                    payer_claim_number=draft.payer_claim_number,
                    amount=draft.amount,
                    charge=draft.charge,
                    source_entity=self._source,
                )
            )
