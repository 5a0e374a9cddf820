"""Records of delimited files are split as they were written, and bad lines stand alone."""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.flow.landing.lines import MOST_LINES, Record, chunks, lay_out, records
from orchestration.flow.landing.quoting import quote, split_line
from orchestration.flow.landing.receive import receive
from tests.conftest import room_in_memory

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12) | st.text(
    st.sampled_from('",\n;|\t x'), max_size=12
)
ROWS = st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=12)


def read(content: str | bytes, delimiter: str = ",", columns: int = 3) -> list[Record]:
    with tempfile.TemporaryDirectory(dir=room_in_memory()) as folder:
        path = Path(folder, "a.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        header = tuple(f"c{number}" for number in range(columns))
        layout = lay_out(receive(path, Path(folder, "kept")), delimiter, header)
        found = list(records(layout))
        assert b"".join(chunks(layout)).count(b"\n") == layout.newlines
        return found


def fields(record: Record, delimiter: str = ",") -> list[str]:
    assert record.fault is None
    (row,) = csv.reader(io.StringIO(record.copied.decode(), newline=""), delimiter=delimiter)
    return row


def written(rows: Sequence[Sequence[str]], delimiter: str, line_end: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(["c0", "c1", "c2"])
    writer.writerows(rows)
    return text.getvalue()


@settings(max_examples=200, deadline=None)
@given(rows=ROWS, delimiter=st.sampled_from(",;|\t"), line_end=st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_is_read(rows: list[list[str]], delimiter: str, line_end: str) -> None:
    # a line of nothing but blanks is no record, and a last line TRAILER is a trailer
    rows = [[f"x{row[0]}", *row[1:]] for row in rows]
    found = read(written(rows, delimiter, line_end), delimiter)
    assert [fields(record, delimiter) for record in found] == rows


@settings(max_examples=200, deadline=None)
@given(content=st.text(st.sampled_from('ab,"\n\r é'), max_size=60))
def test_every_byte_of_any_text_is_in_a_record_or_blank(content: str) -> None:
    found = read("c0,c1,c2\n" + content)
    kept = b"".join(record.raw for record in found)
    assert sorted(kept.translate(None, b"\r\n \t")) == sorted(
        content.encode().translate(None, b"\r\n \t")
    )
    numbers = [record.number for record in found]
    assert numbers == sorted(set(numbers))
    lines = content.encode().split(b"\n")
    for record in found:
        begins = record.raw.split(b"\n")[0].rstrip(b"\r")
        assert lines[record.number - 2].rstrip(b"\r").startswith(begins)


def test_line_numbers_count_lines_and_not_records() -> None:
    found = read('c0,c1,c2\n1,"a\nb",3\n\n4,5,6\n')
    assert [(record.number, fields(record)) for record in found] == [
        (2, ["1", "a\nb", "3"]),
        (5, ["4", "5", "6"]),
    ]


def test_a_mark_that_never_closes_costs_one_line() -> None:
    lines = ['x,"y,z', *["1,2,3"] * (MOST_LINES * 2), '4,"5 ""6""",7']
    found = read("c0,c1,c2\n" + "\n".join(lines) + "\n")
    assert [record.fault for record in found] == ["BAD-QUOTES", *[None] * (len(lines) - 1)]
    assert fields(found[-1]) == ["4", '5 "6"', "7"]


def test_a_carriage_return_inside_a_field_stays_there() -> None:
    (record,) = read(b"c0,c1,c2\r\n1,a\rb,3\r\n")
    assert fields(record) == ["1", "a\rb", "3"]
    assert record.raw == b"1,a\rb,3"


def test_only_the_last_line_can_be_cut_short() -> None:
    found = read("c0,c1,c2\n1,2\n1,2,3,4\n1,2")
    assert [record.fault for record in found] == ["FIELD-COUNT", "FIELD-COUNT", "LINE-CUT-SHORT"]


def test_a_trailer_is_no_record() -> None:
    assert len(read("c0,c1,c2\n1,2,3\nTRAILER,1\n\n")) == 1
    assert read("c0,c1,c2\nTRAILER,0") == []
    assert [record.fault for record in read("c0,c1,c2\nTRAILER,1\n1,2,3\n")] == [
        "FIELD-COUNT",
        None,
    ]


def test_trailing_tabs_are_fields_and_not_blanks() -> None:
    (record,) = read("c0\tc1\tc2\n1\t\t", "\t")
    assert fields(record, "\t") == ["1", "", ""]


def test_fields_are_split_and_put_together_alike() -> None:
    parts = ["a", 'b "c"', "d,e", ""]
    assert split_line(quote(parts, b",").decode(), ",") == parts
    assert split_line('a"b,c', ",") is None
    assert split_line('"a"b,c', ",") is None
    assert split_line('"a', ",") is None
