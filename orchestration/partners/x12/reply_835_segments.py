"""What single segments of a remittance say.

Within a payment most lines, adjustments and remarks are like others in every letter: what one was
read as is remembered for the next.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from orchestration.partners.x12.reply_rows import Said, Seg, is_code, money, service

_ALIKE: Final = 1 << 13
_NOTHING: Final = Decimal(0)
_ADJUSTMENT_STARTS: Final = (2, 5, 8, 11, 14, 17)
_REMARKS: Final = {"MOA": range(3, 8), "MIA": (5, *range(20, 24))}

# Why money moved outside claims. A positive amount lessens the payment, a negative one raises it:
# what is forwarded as a debt (FB, WO) comes once with each sign, here and in a later payment.
_ADJUSTMENT_KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(("WO", "WU", "OB", "B3"), "recoupment"),
    "FB": "balance_forward",
    "L6": "interest",
    **dict.fromkeys(("L3", "50", "51"), "penalty"),
    **dict.fromkeys(("AP", "PI", "LS", "IS", "C5"), "advance"),
    "72": "refund",
    **dict.fromkeys(("IR", "LE", "SL", "E3"), "levy"),
    **dict.fromkeys(("BN", "IP", "B2"), "incentive"),
    **dict.fromkeys(("CT", "CR"), "capitation"),
}


class TakenOff(NamedTuple):
    """What one CAS segment says."""

    adjustments: tuple[tuple[str, Decimal], ...]
    codes: tuple[str, ...]
    total: Decimal


class Service(NamedTuple):
    """What one SVC segment says; ``is_split_otherwise`` when its procedure cannot be told."""

    code: str
    charge: Decimal
    paid: Decimal
    is_split_otherwise: bool


def adjustment_kind(reason: str) -> str:
    """What an adjustment outside claims is, by its reason code."""
    return _ADJUSTMENT_KINDS.get(reason, "other")


class RemitSegments:
    """Reads segments of one remittance.

    Args:
        said: Knows the separators.
    """

    def __init__(self, said: Said) -> None:
        self._said = said
        self.service = lru_cache(_ALIKE)(self._service)
        self.taken_off = lru_cache(_ALIKE)(self._taken_off)
        self.remark = lru_cache(_ALIKE)(self._remark)

    def _service(self, seg: Seg) -> Service | None:
        """What a SVC says, or None if an amount is none."""
        _, composite, charged, got, *_ = self._said.elements(seg)
        charge, paid = money(charged), money(got or "0")
        if charge is None or paid is None:
            return None
        code = service(composite, self._said.component_separator)
        return Service(code, charge, paid, bool(composite) and not code)

    def _taken_off(self, seg: Seg) -> TakenOff | None:
        """What a CAS says, or None if an amount or a code is none."""
        elements = self._said.elements(seg)
        group = elements[1]
        adjustments = []
        for start in _ADJUSTMENT_STARTS:
            reason, text = elements[start], elements[start + 1]
            if not reason and not text:
                continue
            amount = money(text)
            if amount is None or not is_code(group) or not is_code(reason):
                return None
            adjustments.append((f"{group}:{reason}", amount))
        codes = tuple(dict.fromkeys(code for code, _ in adjustments))
        total = sum((amount for _, amount in adjustments), _NOTHING)
        return TakenOff(tuple(adjustments), codes, total)

    def _remark(self, seg: Seg) -> tuple[str, ...]:
        """Remark codes of a LQ, MOA or MIA."""
        name, first, second, *_ = elements = self._said.elements(seg)
        if name == "LQ":
            group, codes = first, [second]
        else:
            group, codes = name, [elements[position] for position in _REMARKS[name]]
        return tuple(f"{group}:{code}" for code in codes if is_code(code) and is_code(group))
