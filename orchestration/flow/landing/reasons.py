"""Every reason a file, a line or a value can be refused for: class, words, and what to do.

The words name columns, counts and places; they never carry a value out of the file.
"""

from dataclasses import dataclass
from typing import Any

RESEND = "Correct it in the sending system and send the record again with a higher version."
ASK_SENDER = "Ask the sender for the whole file again, unchanged by other programs."
ASK_PARTNER = (
    "Fetch the file from the partner again; if it is the same, ask the partner to send a whole one."
)
ASK_MEANING = "Look at the piece, and ask the partner what it says; nothing was taken from it."
MEND_CONTRACT = "Agree the change with the sender, then change the feed's contract or their export."


@dataclass(frozen=True)
class Reason:
    """One reason a line waits.

    Args:
        code: Short and stable.
        reason_class: Kind of reason, as everywhere in the ledger.
        text: What is wrong; ``{column}`` becomes the column's name.
        next_step: What to do about it.
        is_type: Whether it says that a value is not of its column's type.
    """

    code: str
    reason_class: str
    text: str
    next_step: str
    is_type: bool = False

    def as_json(self, column: str | None) -> dict[str, Any]:
        """One entry of ``landing.held_line.reasons``."""
        return {
            "column": column,
            "code": self.code,
            "class": self.reason_class,
            "text": self.text.format(column=column),
            "next_step": self.next_step,
        }


def _reply(code: str, text: str, next_step: str) -> Reason:
    return Reason(f"X12-{code}", "EXTERNAL", text, next_step)


_LINE_REASONS = (
    # the line as a whole
    Reason("FIELD-COUNT", "SCHEMA", "the line has more or fewer fields than the header", RESEND),
    Reason(
        "LINE-CUT-SHORT",
        "SCHEMA",
        "the file ends in the middle of this line: it was cut off",
        ASK_SENDER,
    ),
    Reason(
        "LINE-TOO-LONG",
        "SCHEMA",
        "the line is longer than one megabyte",
        "Look for a quotation mark or line end that is missing in the sending system's export.",
    ),
    Reason(
        "BAD-QUOTES",
        "SCHEMA",
        "quotation marks in the line do not pair as RFC 4180 says",
        "Have the sender quote fields that hold quotation marks, doubling those inside.",
    ),
    Reason(
        "HEADER-REPEATED",
        "SCHEMA",
        "the line repeats the header",
        "Nothing to mend if two exports were joined; ask the sender to send them one by one.",
    ),
    Reason("NOT-A-RECORD", "SCHEMA", "the element of the array is not an object", MEND_CONTRACT),
    Reason("FIELD-TWICE", "SCHEMA", "the element names a field twice", MEND_CONTRACT),
    Reason("NOT-TEXT", "SCHEMA", "the line holds a character that no text may hold (NUL)", RESEND),
    # a value
    Reason("MISSING", "SCHEMA", "{column} is empty but needed", RESEND),
    Reason("NOT-A-VALUE", "SCHEMA", "{column} is a list or an object, not one value", RESEND),
    Reason("NOT-A-NUMBER", "SCHEMA", "{column} is not a number", RESEND, is_type=True),
    Reason(
        "NOT-A-DATE", "SCHEMA", "{column} is not a date written YYYY-MM-DD", RESEND, is_type=True
    ),
    Reason(
        "NOT-AN-INSTANT",
        "SCHEMA",
        "{column} is not an instant in the feed's time basis",
        RESEND,
        is_type=True,
    ),
    Reason("NOT-YES-OR-NO", "SCHEMA", "{column} is neither yes nor no", RESEND, is_type=True),
    Reason("TOO-LONG", "SCHEMA", "{column} is longer than 200 characters", RESEND),
    Reason("PATTERN", "SCHEMA", "{column} does not look as its contract says", RESEND),
    Reason("OUT-OF-RANGE", "SCHEMA", "{column} is outside what its contract allows", RESEND),
    Reason(
        "NOT-ALLOWED",
        "MAPPING",
        "{column} holds a word the feed's contract does not know",
        "Add the word to the feed's value map if it is right; else correct it at the source. "
        "Then send the record again with a higher version.",
    ),
    Reason(
        "TIME-IN-GAP",
        "SCHEMA",
        "{column} is a wall-clock time skipped when clocks went forward",
        RESEND,
    ),
    Reason(
        "TIME-AMBIGUOUS",
        "DATE_RANGE",
        "{column} is a wall-clock time that happened twice when clocks went back",
        "The EVV coordinator finds out which of the two it was and sends the record again with "
        "a higher version and the time with its offset, as in 2026-11-01 01:30-04:00.",
    ),
    # the record among its versions
    Reason(
        "SEQUENCE-REPEATED",
        "SEQUENCE",
        "the same version was received before with other content",
        RESEND,
    ),
    Reason(
        "SEQUENCE-BURNT",
        "SEQUENCE",
        "a line with this version was rejected before, so the number is used up",
        RESEND,
    ),
    # a piece of a partner's reply
    _reply("EMPTY", "the file holds nothing", ASK_PARTNER),
    _reply("NO-INTERCHANGE", "the file holds no X12 interchange", ASK_PARTNER),
    _reply("HEADER-UNREADABLE", "a header of an interchange is torn or cut off", ASK_PARTNER),
    _reply("TEXT-BEFORE-INTERCHANGE", "there is text before the first interchange", ASK_MEANING),
    _reply("TEXT-AFTER-INTERCHANGE", "there is text behind an interchange", ASK_MEANING),
    _reply(
        "LAST-SEGMENT-UNTERMINATED",
        "an interchange ends in the middle of a segment: it was cut off",
        ASK_PARTNER,
    ),
    _reply("SEGMENT-TOO-LONG", "a segment is longer than a megabyte", ASK_PARTNER),
    _reply("SET-TRAILER-MISSING", "a transaction set has no trailer", ASK_PARTNER),
    _reply(
        "SET-COUNT-WRONG",
        "a transaction set has more or fewer segments than its trailer counts",
        ASK_PARTNER,
    ),
    _reply("SET-CONTROL-DIFFERS", "the trailer belongs to another transaction set", ASK_PARTNER),
    _reply("SET-KIND-UNKNOWN", "a transaction set is of a kind that is not read here", ASK_MEANING),
    _reply("SEGMENT-OUTSIDE-SET", "a segment stands outside of any transaction set", ASK_MEANING),
    _reply("NOTHING-INSIDE", "an interchange has nothing in it", ASK_PARTNER),
    _reply("VERDICT-MISSING", "an acknowledgement gives no verdict", ASK_MEANING),
    _reply("VERDICT-UNREADABLE", "an acknowledgement gives a verdict nobody knows", ASK_MEANING),
    _reply("STATUS-UNREADABLE", "a status cannot be told from its code", ASK_MEANING),
    _reply("AMOUNT-UNREADABLE", "an amount is no amount", ASK_MEANING),
    _reply("CLAIM-UNNAMED", "a statement names no claim", ASK_MEANING),
)
LINE_REASONS = {reason.code: reason for reason in _LINE_REASONS}
