"""Defects of what is written in a segment, judged with what is known about its file."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Final, NamedTuple

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.reading import Seg
from orchestration.partners.x12.gates.rule import Rule

_PLAIN: Final = re.compile(r"[ -_a-~]*")  # printable ASCII without the grave accent
_PLAIN_CAPITALS: Final = re.compile(r"[ -_{-~]*")
_MAY_BE_SMALL: Final = frozenset({"PER"})  # addresses of electronic mail
_PROCEDURES: Final = {"SV1": 1, "SV2": 2}


class Text(NamedTuple):
    """A segment and what its file says around it.

    Args:
        seg: The segment.
        repetition: The interchange's repetition separator.
        written: The day the set was written, if it says so.
        service_codes: The codes the agency bills, if they are asked for.
    """

    seg: Seg
    repetition: str
    written: date | None
    service_codes: Collection[str] | None


def _is_unsendable(text: Text) -> bool:
    plain = "".join(text.seg.elements)
    if _PLAIN.fullmatch(plain) and text.repetition not in plain:
        return False
    plain = plain.replace(text.seg.component, "")  # it may be a control character itself
    return not _PLAIN.fullmatch(plain) or text.repetition in plain


def _is_small(text: Text) -> bool:
    return text.seg.name not in _MAY_BE_SMALL and any(
        not element.isupper() and element.upper() != element for element in text.seg.elements
    )


def _is_yet_to_come(text: Text) -> bool:
    seg = text.seg
    if text.written is None or seg[1] != "472":
        return False
    span = shapes.days(seg[2], seg[3])
    return span is not None and span[1] > text.written


def _is_yet_to_be_born(text: Text) -> bool:
    born = shapes.day(text.seg[2])
    return text.written is not None and born is not None and born > text.written


def _is_not_billed(text: Text) -> bool:
    if text.service_codes is None:
        return False
    kind, *code = text.seg.parts(_PROCEDURES[text.seg.name])[:2]
    return kind == "HC" and bool(code) and code[0] not in text.service_codes


CHARACTER_RULES: Final[tuple[Rule[Text], ...]] = (
    Rule(
        "character_not_sendable",
        "",
        "",
        "Take characters outside plain text, or a separator, from the value.",
        _is_unsendable,
    ),
    Rule(
        "small_letters",
        "",
        "",
        "Write capital letters: some payers refuse small ones.",
        _is_small,
    ),
)

_SERVICE_CODE_UNKNOWN: Final[Rule[Text]] = Rule(
    "service_code_unknown",
    "",
    "",
    "The agency does not bill this code: correct it or add it to the payer's contract.",
    _is_not_billed,
)
TEXT_RULES: Final[dict[str, tuple[Rule[Text], ...]]] = {
    "DTP": (
        Rule(
            "service_in_the_future",
            "DTP",
            "DTP03",
            "The service lies behind the day the file was written.",
            _is_yet_to_come,
        ),
    ),
    "DMG": (
        Rule(
            "born_in_the_future",
            "DMG",
            "DMG02",
            "The birth date lies behind the day the file was written.",
            _is_yet_to_be_born,
        ),
    ),
    "SV1": (_SERVICE_CODE_UNKNOWN,),
    "SV2": (_SERVICE_CODE_UNKNOWN,),
}


def is_plain(segments: Iterable[str], repetition: str) -> bool:
    """Whether nothing at all in a set needs the rules about characters."""
    text = "".join(segments)
    return _PLAIN_CAPITALS.fullmatch(text) is not None and repetition not in text
