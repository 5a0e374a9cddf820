"""Files of any size and any separators are read alike, a block at a time."""

import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from orchestration.partners.x12 import interchanges
from orchestration.partners.x12.interchanges import SHOWN, Source, of_bytes
from orchestration.partners.x12.replies import read_replies, statements
from orchestration.partners.x12.reply_rows import ReplyRow, Trouble
from tests.unit.sample_batch import SAMPLES
from tests.unit.test_x12_replies import PERSON, RECEIVER, SOURCE, answer_277, answer_835, answer_999

WHOLE = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())}
SEPARATORS = "*|!\x1d\x1c+%&~'\n\x1e:><\x1f\\;"


def respelled(data: bytes, element: str, component: str, terminator: str) -> bytes:
    """The same file with other separators."""
    text = data.decode().replace("\n", "")
    marks = {"*": element, ":": component, "~": terminator}
    return "".join(marks.get(letter, letter) for letter in text).encode()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.permutations(SEPARATORS).map(lambda letters: letters[:3]),
    st.sampled_from(["", "\n", "\r\n", " ", "\n   ", "\0"]),
)
def test_reading_is_the_same_whatever_the_separators(
    name: str, marks: list[str], between: str
) -> None:
    element, component, terminator = marks
    assume(not element.isspace())
    assume(not component.isspace())
    assume(not any(mark in "\x1c\x1d\x1e\x1f" for mark in (element, component)))
    spelled = respelled(WHOLE[name], element, component, terminator)
    spelled = spelled.replace(terminator.encode(), (terminator + between).encode())
    assert told(spelled) == told(WHOLE[name])


def told(data: bytes) -> tuple[object, ...]:
    replies = read_replies(data)
    return replies.rows, replies.doubts, [piece.reason for piece in replies.unreadable]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(1, 400),
    st.lists(st.sampled_from(sorted(WHOLE)), min_size=1, max_size=4),
    st.lists(st.sampled_from([b"", b"\n", b"\xef\xbb\xbf", b"noise", b"ISA*noise~"]), max_size=4),
)
def test_reading_is_the_same_whatever_the_blocks(
    size: int, names: list[str], between: list[bytes]
) -> None:
    data = b"".join(
        WHOLE[name] + noise for name, noise in zip(names, (*between, *[b""] * 4), strict=False)
    )
    expected = read_replies(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interchanges, "_BLOCK", size)
        assert read_replies(data) == expected


@pytest.mark.parametrize("size", range(150, 800, 7))
def test_a_header_is_found_though_it_is_full_of_the_last_terminator(size: int) -> None:
    first = respelled(WHOLE["remit.835"], "*", ":", "|").split(b"IEA")[0]
    data = first + respelled(WHOLE["remit_denied.835"], "|", ">", "'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interchanges, "_BLOCK", size)
        assert [row.level for row in read_replies(data).rows] == ["claim", "line", "payment"] * 2


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 900), st.binary(max_size=12)), max_size=3),
)
def test_no_damage_makes_the_reader_raise_in_small_blocks(
    name: str, size: int, damage: list[tuple[int, bytes]]
) -> None:
    data = WHOLE[name]
    for place, noise in damage:
        data = data[:place] + noise + data[place + len(noise) :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interchanges, "_BLOCK", size)
        read_replies(data)


class Endless:
    """A remittance that is made while it is read, so that only the reader holds any of it."""

    def __init__(self, claims: int, counted: int) -> None:
        self._claims = claims
        self._counted = counted

    def read(self, size: int) -> bytes:
        while len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def seek(self, _place: int) -> None:
        self._pieces, self._rest = self._made(), b""

    def __enter__(self) -> "Endless":
        self.seek(0)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _made(self) -> Iterator[bytes]:
        head, tail = answer_835("CLP*V*1*68*68", paid=str(68 * self._claims)).split(
            b"CLP*V*1*68*68~\n"
        )
        yield head
        for number in range(0, self._claims, 100):
            yield b"".join(b"CLP*V%07d*1*68*68~\n" % n for n in range(number, number + 100))
        yield tail.replace(b"SE*5*", b"SE*%d*" % (self._counted + 4))


def endless(claims: int, counted: int) -> Source:
    return lambda: cast(BinaryIO, Endless(claims, counted).__enter__())


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_large_set_is_believed_as_a_whole_and_never_held(is_whole: bool) -> None:
    claims = 20_000
    tracemalloc.start()
    counts = {ReplyRow: 0, Trouble: 0}
    for found in statements(endless(claims, claims if is_whole else claims - 1)):
        counts[type(found)] += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counts == ({ReplyRow: claims + 1, Trouble: 0} if is_whole else {ReplyRow: 0, Trouble: 1})
    assert peak < 8 * 2**20


def test_a_segment_without_end_is_not_held() -> None:
    whole = WHOLE["remit.835"]
    place = whole.index(b"LQ*HE")
    replies = read_replies(whole[:place] + b"LQ*" + b"x" * 3_000_000 + whole[place:])
    assert replies.rows == ()
    assert {piece.reason for piece in replies.unreadable} >= {"segment_too_long"}
    assert max(len(piece.raw) for piece in replies.unreadable) <= SHOWN


# --- a component separator that is not the declared one, in each kind of answer


def mistaken(data: bytes) -> bytes:
    return data.replace(b"*T*:~", b"*T*>~")


def test_a_remittance_split_otherwise_than_declared_keeps_its_money_and_is_doubted() -> None:
    replies = read_replies(mistaken(answer_835("CLP*V1*1*68*68", "SVC*HC:T1019*68*68", paid="68")))
    assert [(row.level, row.service_code) for row in replies.rows] == [
        ("claim", ""),
        ("line", ""),
        ("payment", ""),
    ]
    assert [doubt.reason for doubt in replies.doubts] == ["separator_not_the_declared"]


def test_an_adjustment_outside_claims_split_otherwise_than_declared_is_not_guessed() -> None:
    plb = "PLB*1999999984*20261231*WO:REF1*60"
    replies = read_replies(mistaken(answer_835("CLP*V1*1*68*68", plb, paid="8")))
    assert [piece.reason for piece in replies.unreadable] == ["amount_unreadable"]
    assert [row.is_balanced for row in replies.rows] == [True, False]


def test_a_999_split_otherwise_than_declared_names_no_claim() -> None:
    named = ("AK2*837*0001", "IK3*CLM*22**8", "CTX*CLM01:V1", "IK5*R*5", "AK9*R*1*1*0")
    replies = read_replies(mistaken(answer_999(*named)))
    assert [piece.reason for piece in replies.unreadable] == ["claim_unnamed"]
    assert [row.level for row in replies.rows] == ["set", "segment", "group"]


# --- what a refusal reaches


PROVIDER = ("HL*3*2*19*1", "NM1*85*2*EXAMPLE HOME CARE LLC*****XX*1999999984")


def test_a_batch_refused_beside_claims_that_got_further_is_refused_in_part() -> None:
    batch = (*SOURCE, *RECEIVER, "STC*A3:24:41*20260302*U*680")
    claims = (*PERSON, "TRN*2*V1", "STC*A2:20", *PERSON, "TRN*2*V2", "STC*A7:500:IL")
    rows = read_replies(answer_277(*batch, *claims)).rows
    assert [(row.level, row.refers_to, row.outcome) for row in rows] == [
        ("claim", "V1", "accepted"),
        ("claim", "V2", "rejected"),
        ("batch", "B1-0001", "partial"),
    ]


def test_a_provider_refused_with_all_its_listed_claims_is_refused_as_a_whole() -> None:
    refused = ("STC*A3:24:85**U*68", *PERSON, "TRN*2*V2", "STC*A3:24:85")
    other = ("HL*5*2*19*1", "NM1*85*2*OTHER LLC*****XX*1558598797", "STC*A1:19")
    rows = read_replies(answer_277(*SOURCE, *RECEIVER, *PROVIDER, *refused, *other)).rows
    assert [(row.level, row.refers_to, row.outcome, row.provider_id) for row in rows] == [
        ("claim", "V2", "rejected", "1999999984"),
        ("provider", "1999999984", "rejected", "1999999984"),
        ("provider", "1558598797", "received", "1558598797"),
    ]


# --- remittances


def test_a_claim_sent_on_says_whom_it_went_to_and_what_was_paid() -> None:
    rows = read_replies(
        answer_835(
            *("CLP*V1*19*68*40**MC*ICN1", "CAS*PR*2*28"),
            *("NM1*QC*1*TESTPERSON*ALPHA", "NM1*TT*2*OTHER PLAN*****PI*OTHER1"),
            *("CLP*V2*1*68*68", "NM1*PR*2*FIRST PLAN*****PI*FIRST1"),
            paid="108",
        )
    ).rows
    assert [(row.outcome, row.amount, row.named_payer) for row in rows[:2]] == [
        ("forwarded", 40, "OTHER1"),
        ("paid", 68, "FIRST1"),
    ]


def test_a_claim_processed_without_payment_is_not_called_paid() -> None:
    rows = read_replies(answer_835("CLP*V1*1*68*0", "CAS*PR*1*68", paid="0")).rows
    assert [(row.level, row.outcome, row.is_balanced) for row in rows] == [
        ("claim", "unpaid", True),
        ("payment", "unpaid", True),
    ]


def test_a_claim_whose_lines_are_wrong_in_opposite_ways_does_not_add_up() -> None:
    lines = ("SVC*HC:T1019*34*30", "CAS*CO*45*5", "SVC*HC:T1019*34*30", "CAS*CO*45*3")
    rows = read_replies(answer_835("CLP*V1*1*68*60", *lines, paid="60")).rows
    assert [(row.level, row.is_balanced) for row in rows] == [
        ("claim", False),
        ("line", False),
        ("line", False),
        ("payment", True),
    ]


def test_a_line_keeps_procedure_and_modifiers() -> None:
    rows = read_replies(
        answer_835("CLP*V1*1*68*68", "SVC*HC:T1019:U1:U2:TT:KX*68*68**16", paid="68")
    ).rows
    assert rows[1].service_code == "T1019:U1:U2:TT:KX"


def test_claims_belong_to_the_provider_of_their_summary() -> None:
    rows = read_replies(
        answer_835(
            *(
                "N1*PE*EXAMPLE LLC*XX*1999999984",
                "CLP*V1*1*68*68",
                "TS3*1558598797*12*20261231*1*9",
            ),
            "CLP*V2*1*68*68",
            paid="136",
        )
    ).rows
    assert [row.provider_id for row in rows] == ["1999999984", "1558598797", "1999999984"]


def test_reading_twice_says_the_same() -> None:
    data = b"".join(WHOLE.values())
    assert list(statements(of_bytes(data))) == list(statements(of_bytes(data)))
