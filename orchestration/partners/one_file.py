"""One file on its way out: sent once, or found to have been."""

import logging

from orchestration.partners.deliveries import NEXT_LOOK, Deliveries, Owed
from orchestration.partners.line import CHUNK, Line, LineFailure, Transport

_log = logging.getLogger(__name__)


def send(owed: Owed, line: Line, transport: Transport, kind: str, book: Deliveries) -> bool:
    """Carry a waiting file to its partner.

    Args:
        owed: The file.
        line: The open way there.
        transport: What is known of it.
        kind: The transport's name.
        book: Where each step is written down.

    Returns:
        Whether it is there; where not, a person has to look.

    Raises:
        LineFailure: it did not get there, or it is not known whether it did; the book says which.
    """
    owed = book.begin(owed, kind)
    try:
        if line.size(transport.out, owed.file_name) is not None:
            book.fail(owed, "name_taken")
            return False
        _upload(owed, line, transport.out, book)
    except LineFailure as failure:
        book.put_back(owed, failure.why)
        raise
    book.offer(owed)
    try:
        line.rename(transport.out, owed.temporary, owed.file_name)
    except LineFailure as failure:
        book.doubt(owed, failure.why)
        raise
    book.sent(owed)
    return True


def _upload(owed: Owed, line: Line, folder: str, book: Deliveries) -> None:
    """All bytes under the temporary name, from where they stopped last time."""
    there = line.size(folder, owed.temporary) or 0
    if there > owed.size:
        line.remove(folder, owed.temporary)
        there = 0
    # the last piece is written again: parts of it may have got there out of order
    start = max(there - 1, 0) // CHUNK * CHUNK
    line.write(folder, owed.temporary, book.content(owed), start)
    if line.size(folder, owed.temporary) != owed.size:
        raise LineFailure("cut_short")


def verify(owed: Owed, line: Line, transport: Transport, book: Deliveries) -> None:
    """Find out whether a partner has a file it was asked to take.

    Raises:
        LineFailure: the partner could not be asked.
    """
    if book.is_answered(owed):
        book.sent(owed, "named_by_a_reply")
        return
    # in the order in which a partner moves files: one that is moved meanwhile is not missed
    for folder in (transport.out, *(transport.processed or ())):
        size = line.size(folder, owed.file_name)
        if size == owed.size:
            book.sent(owed, "seen_there")
            return
        if size is not None:
            book.fail(owed, "size_differs")
            return
    temporary = line.size(transport.out, owed.temporary)
    if temporary is not None or transport.keeps_what_it_takes:
        book.absent(owed)
    elif transport.hides_nothing:
        book.sent(owed, "taken_away")
    else:
        _log.info("%s may be with its partner: it is in none of the folders we see", owed.batch_no)
        book.doubt(owed, "not_seen", NEXT_LOOK)
