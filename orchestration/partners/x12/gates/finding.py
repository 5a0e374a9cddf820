"""What a gate says about a claim or a file: where, against which rule, and how to mend it.

A finding names places (segment, element, position) and keys that are ours (claim, line, control
number), so it may be logged, shown and kept. It quotes the file only for somebody who asked.
"""

import re
from dataclasses import dataclass, field
from typing import Final

UNKNOWN_SEGMENT: Final = "?"

_SEGMENTS: Final = frozenset(
    (
        *("ISA", "IEA", "GS", "GE", "ST", "SE", "BHT", "HL", "NM1", "N3", "N4", "PER", "PRV"),
        *("SBR", "DMG", "REF", "CLM", "DTP", "CL1", "PWK", "AMT", "NTE", "CRC", "HI", "LX"),
        *("SV1", "SV2", "PAT", "CAS", "OI", "MOA", "SVD", "CN1", "K3", "CR1", "CRC", "CR3"),
        *("HCP", "MEA", "CTP", "QTY", "PS1", "N2", "LQ", "FRM", "CUR", "CR6", "SV5"),
    )
)
_CONTROL: Final = re.compile(r"[0-9]{1,9}")
_CLAIM_ID: Final = re.compile(r"[A-Z0-9._-]{1,38}")
_PERHAPS_A_NAME: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to send.

    ``position`` counts segments in the transaction set with ST as 1, as a 999 does; 0 means the
    finding is about no single segment. ``claim_id`` is empty when the whole file is meant.
    ``quoted`` is the segment itself, a person's data: filled only for somebody who asked.
    """

    segment: str
    element: str
    claim_id: str
    rule: str
    mend: str
    line_key: str = ""
    set_control: str = ""
    position: int = 0
    quoted: str = field(default="", repr=False)


def known_control(number: object) -> str:
    """The control number if it is one."""
    return str(number) if _CONTROL.fullmatch(str(number)) else ""


def shown_claim_id(claim_id: str) -> str:
    """A claim's id as it may be told: some systems make it of the person's name."""
    is_told = _CLAIM_ID.fullmatch(claim_id) and not _PERHAPS_A_NAME.search(claim_id)
    return claim_id if is_told else ""


def shown_line_key(key: str) -> str:
    """A line's key as it may be told."""
    return shown_claim_id(key)


def known_segment(name: object) -> str:
    """The segment's name if a home-care 837 has such a segment."""
    return name if isinstance(name, str) and name in _SEGMENTS else UNKNOWN_SEGMENT
