"""One segment after another onto a stream, with the library keeping the envelope's counts."""

from typing import TextIO

from pyx12.segment import Segment
from pyx12.x12file import X12Writer

from orchestration.ground.failures import PermanentFailure
from orchestration.partners.x12.spelling import Element, spell
from orchestration.partners.x12.text import (
    COMPONENT_SEPARATOR,
    ELEMENT_SEPARATOR,
    REPETITION_SEPARATOR,
    SEGMENT_TERMINATOR,
)


class BatchNotWritten(PermanentFailure):
    """The batch could not be written; what the stream holds is not a file to send."""


class Sheet:
    """The library's writer, with every text cleaned on its way in."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = X12Writer(
            stream,
            SEGMENT_TERMINATOR,
            ELEMENT_SEPARATOR,
            COMPONENT_SEPARATOR,
            "\n",
            REPETITION_SEPARATOR,
        )
        self._writer.check_837_lx = True

    @property
    def position(self) -> int:
        """How many segments the open set holds so far, ST included."""
        return int(self._writer.seg_count)

    def put(self, *row: Element) -> None:
        """Write one segment; None and empty texts leave their place blank."""
        self.put_raw(spell(row))

    def put_raw(self, segment: str) -> None:
        """Write a segment that is spelled already."""
        self._writer.Write(
            Segment(segment, SEGMENT_TERMINATOR, ELEMENT_SEPARATOR, COMPONENT_SEPARATOR)
        )

    def end_set(self) -> None:
        """Close the open set, count and number given by the library."""
        self.put("SE", "0", "0")
        self._complain()

    def close(self) -> None:
        """Close what is open, up to the interchange."""
        self._writer.close()
        self._complain()

    def _complain(self) -> None:
        # The library's own messages quote the segment, so only their codes are passed on.
        # Complaints about single segments are the gate's to make, claim by claim.
        found = self._writer.pop_errors()
        codes = sorted({f"{kind} {code}" for kind, code, *_ in found if kind != "seg"})
        if codes:
            message = f"the X12 library refused the envelope: {', '.join(codes)}"
            raise BatchNotWritten(message)
