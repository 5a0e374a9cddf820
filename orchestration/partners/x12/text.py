"""Text made safe to send, and values X12 can spell at all."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from orchestration.ground.failures import PermanentFailure

ELEMENT_SEPARATOR = "*"
COMPONENT_SEPARATOR = ":"
REPETITION_SEPARATOR = "^"
SEGMENT_TERMINATOR = "~"


# Letters NFKD does not take apart; dropping them would turn OEDEGAARD into DEGAARD.
_WHOLE_LETTERS = str.maketrans(
    {
        "Æ": "AE",
        "Œ": "OE",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Ð": "D",
        "Þ": "TH",
        "\N{LATIN CAPITAL LETTER SHARP S}": "SS",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)
_UNSENDABLE = re.compile(r"[*:~^\x00-\x1f\x7f]")
_CLEAN_ALREADY = re.compile(r"[A-Z0-9&'()+,\-./#]+(?: [A-Z0-9&'()+,\-./#]+)*")


class MalformedClaim(PermanentFailure):
    """A value X12 cannot spell at all; the message names the field, never the value."""


def clean_text(text: str) -> str:
    """Make text safe to send: upper case, ASCII, no separators, no control characters.

    Every text passes through here on its way into a segment, because the X12 library escapes
    nothing: a ``~`` in a name would end the segment.
    """
    if _CLEAN_ALREADY.fullmatch(text):
        return text
    one_line = " ".join(text.split())  # a line break separates words, so it must not glue them
    letters = one_line.upper().translate(_WHOLE_LETTERS)
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode("ascii")
    # NFKD may bring separators and lower case back (a full-width colon), hence only now:
    return " ".join(_UNSENDABLE.sub("", plain.upper()).split())


def require(holds: bool, field: str, rule: str) -> None:
    """Refuse a value that does not hold to a rule, naming the field only."""
    if not holds:
        message = f"{field} {rule}"
        raise MalformedClaim(message)


def require_amount(value: object, field: str) -> None:
    """Refuse what is no exact amount."""
    # float is refused on purpose: 4e+06 has been seen in real money fields
    require(isinstance(value, Decimal) and value.is_finite(), field, "must be a finite Decimal")


def require_day(value: object, field: str) -> None:
    """Refuse what is no day."""
    # two instants of one day would be written as a span
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    require(is_day, field, "must be a date without a time")
