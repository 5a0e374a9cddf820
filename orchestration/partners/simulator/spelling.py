"""Spells interchanges the partner sends, in the partner's own separators."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.partners.simulator.behaviour import Style

Element = str | Sequence[str]
Line = tuple[Element, ...]
"""A segment: its name and elements; an element of several components is a sequence of them."""

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Address:
    """Who writes to whom, under which number, when, in which separators."""

    sender: str
    receiver: str
    control: int
    at: datetime
    style: Style
    is_test: bool = True


def day(at: datetime) -> str:
    """A day as eight digits."""
    return at.strftime("%Y%m%d")


def amount(value: Decimal) -> str:
    """Money without zeros that say nothing."""
    text = format((value + 0).quantize(_CENT), "f")
    return text.rstrip("0").rstrip(".")


def spell(address: Address, kind: str, guide: str, sets: Iterable[Sequence[Line]]) -> bytes:
    """One interchange with one group of sets.

    Args:
        address: Its envelope.
        kind: GS01.
        guide: GS08, and ST03 where the guide asks for it.
        sets: Each set's segments between ST and SE; the first element names the set, as ST01.
    """
    lines: list[Line] = [_group(address, kind, guide)]
    count = 0
    for count, body in enumerate(sets, start=1):
        named = (guide,) if kind != "HP" else ()
        lines.append(("ST", str(body[0][0]), f"{count:04d}", *named))
        lines.extend(body[1:])
        lines.append(("SE", str(len(body) + 1), f"{count:04d}"))
    lines.append(("GE", str(count), str(address.control)))
    return _interchange(address, lines, groups=1)


def spell_alone(address: Address, line: Line) -> bytes:
    """One interchange that holds a segment and no group: a TA1."""
    return _interchange(address, [line], groups=0)


def _group(address: Address, kind: str, guide: str) -> Line:
    return (
        *("GS", kind, address.sender, address.receiver, day(address.at)),
        *(address.at.strftime("%H%M"), str(address.control), "X", guide),
    )


def _interchange(address: Address, lines: Iterable[Line], groups: int) -> bytes:
    style = address.style
    header = (
        *("ISA", "00", " " * 10, "00", " " * 10, "ZZ", address.sender.ljust(15)),
        *("ZZ", address.receiver.ljust(15), address.at.strftime("%y%m%d")),
        *(address.at.strftime("%H%M"), "^", "00501", f"{address.control:09d}", "0"),
        *("T" if address.is_test else "P", style.component),
    )
    trailer = ("IEA", str(groups), f"{address.control:09d}")
    end = style.segment + ("\n" if style.new_line else "")
    spelled = (_spelled(line, style) for line in (header, *lines, trailer))
    return "".join(text + end for text in spelled).encode("ascii")


def _spelled(line: Line, style: Style) -> str:
    elements = [
        element if isinstance(element, str) else style.component.join(element) for element in line
    ]
    while len(elements) > 1 and not elements[-1]:
        elements.pop()
    return style.element.join(elements)
