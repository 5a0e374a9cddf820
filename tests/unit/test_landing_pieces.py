"""Names, headers, paths and bytes: the small judgements landing is made of."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.flow.landing.elements import elements
from orchestration.flow.landing.headers import check_delimiter, check_header
from orchestration.flow.landing.paths import pick, read_path
from orchestration.flow.landing.reasons import LINE_REASONS
from orchestration.flow.landing.receive import CHUNK, receive, safe_name
from orchestration.flow.landing.stops import Quarantined
from orchestration.ground.failures import ContractFailure

WANTED = ("Visit ID", "Visit Version", "Patient ID", "Start Time")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("visits_20261120.csv", "visits_20261120.csv"),
        ("Smith, Jane (1).csv", "Smith__Jane__1_.csv"),
        ("a/b\x00c", "a_b_c"),
        ("", "_"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert len(safe_name("x" * 999)) == 200


def test_a_header_may_come_in_any_order() -> None:
    check_header(tuple(reversed(WANTED)), WANTED)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ((*WANTED, "Notes"), "unknown: Notes"),
        (WANTED[1:], "missing: Visit ID"),
        ((*WANTED[:3], "start time"), "perhaps Start Time is now called start time"),
        ((*WANTED[:3], "Start Time "), "perhaps Start Time is now called Start Time"),
        ((*WANTED, ""), "unknown: (no name)"),
        ((*WANTED, "Start Time"), "twice (at place 5)"),
        ((*WANTED, "a\x1b[2Jb"), "unknown: a__2Jb"),
    ],
)
def test_a_header_that_differs_says_how(header: tuple[str, ...], said: str) -> None:
    with pytest.raises(Quarantined) as caught:
        check_header(header, WANTED)
    assert said in caught.value.reason
    assert caught.value.next_step


def test_a_row_of_values_is_not_shown_as_a_header() -> None:
    with pytest.raises(Quarantined) as caught:
        check_header(("V1", "1", "Jane Zzcanary", "2026-11-20"), WANTED)
    assert caught.value.code == "HEADER-MISSING"
    assert "Zzcanary" not in caught.value.reason


def test_a_row_of_values_run_into_the_header_is_not_shown() -> None:
    with pytest.raises(Quarantined) as caught:
        check_header((*WANTED[:3], "Start TimeV1", "1", "Jane Zzcanary", "2026-11-20"), WANTED)
    assert "unknown: 4 columns" in caught.value.reason
    assert "Zzcanary" not in caught.value.reason


def test_another_delimiter_is_recognized() -> None:
    with pytest.raises(Quarantined, match="tabs, the contract says bars"):
        check_delimiter("\t".join(WANTED), "|", WANTED)
    check_delimiter("something;else", ",", WANTED)


ELEMENT = {
    "a": "1",
    "b": {"c": "2"},
    "d": [{"k": "x", "v": "3"}, {"k": "y", "v": True}, "odd"],
    "e": [],
    "f": None,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", "1"),
        ("b.c", "2"),
        ("d[k=x].v", "3"),
        ("d[k=y].v", True),
        ("d[0].v", "3"),
        ("d[9].v", None),
        ("d[k=z].v", None),
        ("e[0].v", None),
        ("f.g", None),
        ("a.b", None),
        ("nothing", None),
    ],
)
def test_paths_lead_into_elements(path: str, value: object) -> None:
    assert pick(ELEMENT, read_path(path)) == value


@pytest.mark.parametrize("path", ["a[", "a[]b", "[0]", "a..b", "a[x]"])
def test_a_path_that_is_none_is_a_broken_contract(path: str) -> None:
    with pytest.raises(ContractFailure):
        read_path(path)


def test_elements_keep_their_very_text(tmp_path: Path) -> None:
    written = ['{"a": 1.50, "b": [1e5, -0]}', '{"a" : "é\\u00e9\\n"}', "{ }"]
    path = tmp_path / "a.json"
    path.write_text(" [" + " ,\n ".join(written) + "\n]\n")
    found = list(elements(path))
    assert [(number, text) for number, text, _ in found] == list(enumerate(written, start=1))
    assert found[0][2] == {"a": "1.50", "b": ["1e5", "-0"]}
    assert found[1][2] == {"a": "éé\n"}


def test_an_element_larger_than_a_piece_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows: list[dict[str, Any]] = [{"a": "é" * CHUNK}, {"a": "b"}]
    path.write_text(json.dumps(rows, ensure_ascii=False))
    assert [value for _, _, value in elements(path)] == rows


def test_what_is_learnt_of_the_bytes_is_the_same_wherever_pieces_end(tmp_path: Path) -> None:
    content = b"head\n" + b"x" * (CHUNK - 7) + "é\n".encode() + b"y" * CHUNK * 2 + b"\n\0z\n\xff\n"
    path = tmp_path / "a"
    path.write_bytes(content)
    received = receive(path, tmp_path / "kept")
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert received.byte_count == len(content)
    assert received.newlines == content.count(b"\n")
    assert (received.nul_line, received.not_utf8_line) == (4, 5)
    assert received.longest_line == CHUNK * 2
    assert received.head == content[:CHUNK]


def test_text_that_ends_inside_a_letter_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes("ab\né".encode()[:-1])
    assert receive(path, tmp_path / "kept").not_utf8_line == 2


def test_reasons_never_have_room_for_a_value() -> None:
    for reason in LINE_REASONS.values():
        told = reason.as_json("hired_on")
        assert set(told) == {"column", "code", "class", "text", "next_step"}
        assert "{" not in told["text"] + told["next_step"]
