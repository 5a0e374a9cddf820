"""What a gate says about a claim or a file: where, against which rule, and how to mend it.

A finding never quotes the file. It names places (segment, element, position) and keys that are
ours (claim, line, control number), so it may be logged, shown and kept.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to send.

    ``position`` counts segments in the transaction set with ST as 1, as a 999 does; 0 means the
    finding is about no single segment. ``claim_id`` is empty when the whole file is meant.
    """

    segment: str
    element: str
    claim_id: str
    rule: str
    mend: str
    line_key: str = ""
    set_control: str = ""
    position: int = 0
