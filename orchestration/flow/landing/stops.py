"""What stops a file, said so that somebody can act on it."""


class NotTaken(Exception):
    """Why a file stops here: its code, the sentence, and what to do."""

    def __init__(
        self, code: str, reason: str, next_step: str, reason_class: str = "SCHEMA"
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.next_step = next_step
        self.reason_class = reason_class


class Refused(NotTaken):
    """No bytes can or should be taken; the file stays where it is."""


class Quarantined(NotTaken):
    """Bytes are kept, nothing is loaded, and the feed is not fresh."""
