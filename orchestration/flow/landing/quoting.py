"""Fields in quotation marks, as RFC 4180 has them: taken apart and put together."""

import re
from functools import lru_cache

OPEN, BAD = object(), object()
_CLOSED = re.compile(r'"[^"]*(?:""[^"]*)*"(?!")')


def split_line(text: str, delimiter: str) -> list[str] | None:
    """The fields of one line, or None when its quotation marks do not pair."""
    fields = parse(text, delimiter)
    return fields if isinstance(fields, list) else None


def parse(text: str, delimiter: str) -> list[str] | object:
    """The fields as RFC 4180 says; ``OPEN`` if a quoted one does not end, else ``BAD``."""
    pattern = _field(delimiter)
    fields: list[str] = []
    at = 0
    while found := pattern.match(text, at):
        quoted, bare, end = found.groups()
        fields.append(bare if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if not end:
            return fields
    return OPEN if text.startswith('"', at) and not _CLOSED.match(text, at) else BAD


@lru_cache
def _field(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{mark}\n]*))({mark}|\Z)')


def quote(fields: list[str], delimiter: bytes) -> bytes:
    """Fields as COPY takes them, every one in quotation marks."""
    between = '"' + delimiter.decode() + '"'
    return ('"' + between.join([field.replace('"', '""') for field in fields]) + '"').encode()
