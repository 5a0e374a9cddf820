"""No damage makes the reader raise, and no damage goes unsaid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.partners.x12.replies import Replies, read_replies
from tests.unit.sample_batch import SAMPLES

REMIT = (SAMPLES / "remit.835").read_bytes()
DENIED = (SAMPLES / "remit_denied.835").read_bytes()
ACK = (SAMPLES / "ack_reject.999").read_bytes()
CLAIM_ACK = (SAMPLES / "claimack.277ca").read_bytes()
ANSWERS = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())}


def reasons(replies: Replies) -> tuple[list[str], list[str]]:
    return (
        [piece.reason for piece in replies.unreadable],
        [doubt.reason for doubt in replies.doubts],
    )


def what_it_says(data: bytes) -> list[tuple[object, ...]]:
    return [(row.level, row.refers_to, row.outcome, row.amount) for row in read_replies(data).rows]


@pytest.mark.parametrize(
    ("data", "unreadable", "doubts"),
    [
        pytest.param(b"", ["empty"], [], id="an empty file"),
        pytest.param(b" \r\n\x00", ["empty"], [], id="a blank file"),
        pytest.param(b"<html><b>Sign in</b></html>", ["no_interchange"], [], id="a web page"),
        pytest.param(REMIT[107:], ["no_interchange"], [], id="no header"),
        pytest.param(REMIT[:60], ["header_unreadable"], [], id="half a header"),
        pytest.param(
            REMIT.replace(b"CLRHOUSE01     ", b"CLRHOUSE01"),
            [],
            ["header_unpadded"],
            id="a header without its blanks",
        ),
        pytest.param(
            REMIT.replace(b"*T*:~\n", b"*T*:"), ["header_unreadable"], [], id="no terminator"
        ),
        pytest.param(
            REMIT.replace(b"*00501*", b"*00999*"), [], ["version_unknown"], id="an unknown version"
        ),
        pytest.param(
            REMIT[: REMIT.index(b"LQ*") + 5],
            ["last_segment_unterminated", "set_trailer_missing"],
            ["group_trailer_missing", "interchange_trailer_missing"],
            id="a file cut in the middle of a segment",
        ),
        pytest.param(
            REMIT.replace(b"SE*20*0001~\n", b""),
            ["set_trailer_missing"],
            [],
            id="a set without its trailer",
        ),
        pytest.param(
            REMIT.replace(b"SE*20*", b"SE*21*"), ["set_count_wrong"], [], id="a wrong set count"
        ),
        pytest.param(
            REMIT.replace(b"SE*20*0001", b"SE*20*0002"),
            ["set_control_differs"],
            [],
            id="a trailer of another set",
        ),
        pytest.param(
            REMIT.replace(b"LQ*HE*N820~\n", b""), ["set_count_wrong"], [], id="a segment lost"
        ),
        pytest.param(
            REMIT.replace(b"GE*1*503", b"GE*2*503"), [], ["group_count_wrong"], id="wrong GE01"
        ),
        pytest.param(
            REMIT.replace(b"GE*1*503", b"GE*1*504"), [], ["group_control_differs"], id="wrong GE02"
        ),
        pytest.param(
            REMIT.replace(b"IEA*1", b"IEA*2"), [], ["interchange_count_wrong"], id="wrong IEA01"
        ),
        pytest.param(
            REMIT.replace(b"IEA*1*000000503", b"IEA*1*000000504"),
            [],
            ["interchange_control_differs"],
            id="wrong IEA02",
        ),
        pytest.param(REMIT.replace(b"GE*1*503~\n", b""), [], ["group_trailer_missing"], id="no GE"),
        pytest.param(
            REMIT.replace(b"IEA*1*000000503~\n", b""),
            [],
            ["interchange_trailer_missing"],
            id="no IEA",
        ),
        pytest.param(
            REMIT.replace(b"GE*1*503", b"SE*2*0001~\nGE*1*503"),
            ["segment_outside_set"],
            [],
            id="a trailer twice",
        ),
        pytest.param(
            REMIT.replace(b"GE*1*503", b"CLP*V9*1*1*1~\nCAS*CO*1*1~\nGE*1*503"),
            ["segment_outside_set"],
            [],
            id="segments outside any set",
        ),
        pytest.param(
            REMIT[:107] + b"IEA*0*000000503~\n", ["nothing_inside"], [], id="nothing inside"
        ),
        pytest.param(
            REMIT + b"Thank you!", ["text_after_interchange"], [], id="text behind the trailer"
        ),
        pytest.param(
            b"Dear partner,\n" + REMIT, ["text_before_interchange"], [], id="text before the header"
        ),
        pytest.param(
            REMIT + REMIT[:50], ["header_unreadable"], [], id="half an interchange behind"
        ),
        pytest.param(
            REMIT + DENIED.replace(b"*ZZ*AGENCY01", b"*AGENCY01"),
            ["header_unreadable"],
            [],
            id="a torn header behind",
        ),
        pytest.param(
            ACK[:40] + b"\n" + REMIT, ["header_unreadable"], [], id="half an interchange before"
        ),
        pytest.param(
            REMIT.replace(b"ST*835*0001", b"ST*997*0001"),
            ["set_kind_unknown"],
            [],
            id="a set nobody here reads",
        ),
        pytest.param(
            (SAMPLES / "interchange_accept.ta1").read_bytes().replace(b"*A*000", b"*Q*000"),
            ["verdict_unreadable"],
            [],
            id="a verdict nobody knows",
        ),
    ],
)
def test_damage_is_reported(data: bytes, unreadable: list[str], doubts: list[str]) -> None:
    replies = read_replies(data)
    assert reasons(replies) == (unreadable, doubts)
    torn = {"set_trailer_missing", "set_count_wrong", "set_control_differs"} & set(unreadable)
    assert not (torn and replies.rows), "a torn set gives no rows"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + REMIT, id="a byte order mark"),
        pytest.param(REMIT.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(b"\r\n  \t" + REMIT, id="leading blanks"),
        pytest.param(REMIT.replace(b"~\n", b"~"), id="one long line"),
        pytest.param(REMIT.replace(b"~\n", b"~\r\n"), id="lines of another system"),
        pytest.param(REMIT.replace(b"~\n", b"\n"), id="line ends as terminators"),
        pytest.param(REMIT.replace(b"~\n", b"\r\n"), id="two line ends as terminators"),
        pytest.param(REMIT.replace(b"~\n", b"\n\n"), id="blank lines between terminators"),
        pytest.param(REMIT.replace(b"~\n", b"~\n~\n"), id="blank segments"),
        pytest.param(REMIT.replace(b"~\n", b"~\n   "), id="indented segments"),
        pytest.param(REMIT.replace(b"F2~", b"F2***~").replace(b"*1~\n", b"*1**~\n"), id="trailing"),
        pytest.param(REMIT.replace(b"TESTPERSON", b"TESTP\xc9RSON"), id="Latin-1"),
        pytest.param(REMIT.replace(b"TESTPERSON", b"ISA*00"), id="a person called ISA"),
        pytest.param(REMIT.replace(b"*", b"|").replace(b":", b">"), id="other separators"),
        pytest.param(REMIT.rstrip(b"~\n"), id="the last terminator missing"),
    ],
)
def test_what_is_only_unusual_is_read_in_full(data: bytes) -> None:
    replies = read_replies(data)
    assert reasons(replies) == ([], [])
    assert what_it_says(data) == what_it_says(REMIT)


def test_each_interchange_is_read_with_its_own_separators() -> None:
    other = DENIED.replace(b"*", b"|").replace(b":", b">").replace(b"~\n", b"'")
    together = REMIT + b"\n\n" + other + b"\n\xef\xbb\xbf" + CLAIM_ACK
    replies = read_replies(together)
    assert reasons(replies) == ([], [])
    assert what_it_says(together) == [
        *what_it_says(REMIT),
        *what_it_says(DENIED),
        *what_it_says(CLAIM_ACK),
    ]


def test_whole_sets_beside_a_torn_one_are_believed() -> None:
    start, end = REMIT.index(b"ST*835"), REMIT.index(b"GE*")
    whole = REMIT[start:end]
    torn = whole.replace(b"0001~\n", b"0002~\n").replace(b"LQ*HE*N820~\n", b"")
    third = whole.replace(b"*0001~\n", b"*0003~\n")
    replies = read_replies(REMIT[:start] + whole + torn + third + b"GE*3*503~\nIEA*1*000000503~\n")
    assert {row.envelope.reply_set for row in replies.rows} == {"0001", "0003"}
    (piece,) = replies.unreadable
    assert (piece.reason, piece.kind, piece.reply_set) == ("set_count_wrong", "835", "0002")
    assert piece.reply_interchange == "000000503"


def test_a_component_separator_that_is_not_the_declared_one_is_noticed() -> None:
    replies = read_replies(CLAIM_ACK.replace(b"*T*:~", b"*T*|~"))
    assert replies.rows == ()
    assert {piece.reason for piece in replies.unreadable} == {"status_unreadable"}


def test_a_header_whose_terminator_is_also_its_separator_is_passed_over() -> None:
    replies = read_replies(CLAIM_ACK.replace(b"*T*:~", b"*T*::", 1))
    assert replies.rows == ()
    assert [piece.reason for piece in replies.unreadable] == ["header_unreadable"]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(ANSWERS)),
    st.binary(max_size=30)
    | st.sampled_from([b"~", b"*", b":", b"ISA*", b"~IEA*1*1~", b"~SE*1*1~"]),
    st.integers(0, 1200),
    st.integers(0, 80),
)
def test_no_damage_makes_the_reader_raise(name: str, noise: bytes, place: int, lost: int) -> None:
    whole = ANSWERS[name]
    read_replies(whole[:place] + noise + whole[place + lost :])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ANSWERS)), st.integers(0, 1200))
def test_a_file_cut_anywhere_is_never_taken_for_a_whole_one(name: str, length: int) -> None:
    whole = ANSWERS[name].rstrip(b"~\n")
    cut = whole[: min(length, len(whole) - len(b"*000000501"))]
    replies = read_replies(cut)
    assert replies.unreadable or replies.doubts


NAMES = (
    "AK1 AK2 AK9 IK3 IK4 IK5 CTX HL NM1 TRN STC REF SVC QTY BPR CLP CAS LQ MOA MIA PLB TA1 ST SE"
)
ELEMENT = st.sampled_from(
    ["", "0", "1", "2", "20", "21", "19", "PT", "A", "R", "A7:1", "-", ".", ":"]
)
SEGMENT = st.tuples(st.sampled_from(NAMES.split()), st.lists(ELEMENT, max_size=20)).map(
    lambda pair: "*".join((pair[0], *pair[1]))
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["999", "277", "835"]), st.lists(SEGMENT, max_size=25))
def test_no_order_of_segments_makes_the_reader_raise(kind: str, segments: list[str]) -> None:
    whole = [f"ST*{kind}*0001", *segments]
    body = "~".join([*whole, f"SE*{len(whole) + 1}*0001", "GE*1*503", "IEA*1*000000503", ""])
    read_replies(REMIT[:107] + b"GS*XX*A*B*20260316*0700*503*X*005010~" + body.encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_noise_makes_the_reader_raise(noise: bytes) -> None:
    assert read_replies(noise).rows == ()
    read_replies(REMIT[:106] + noise)
