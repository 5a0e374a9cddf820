"""Every kind of answer is read as rows that name our numbers."""

from datetime import date
from decimal import Decimal

import pytest

from orchestration.partners.x12.replies import ReplyRow, read_replies
from orchestration.partners.x12.reply_rows import Envelope
from tests.unit.sample_batch import SAMPLES

SENDER = "CLRHOUSE01"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def rows_of(data: bytes) -> list[ReplyRow]:
    """The rows of a file that is read to the last segment."""
    replies = read_replies(data)
    assert replies.unreadable == ()
    assert replies.doubts == ()
    return list(replies.rows)


def answer(kind: str, guide: str, *segments: str, sets: int = 1) -> bytes:
    """An interchange of whole sets around these segments."""
    parts = [
        "ISA*00*          *00*          *ZZ*CLRHOUSE01     *ZZ*AGENCY01       "
        "*260302*0632*^*00501*000000501*0*T*:",
        f"GS*XX*CLRHOUSE01*AGENCY01*20260302*0632*501*X*{guide}",
    ]
    for number in range(1, sets + 1):
        whole = [f"ST*{kind}*{number:04d}*{guide}", *segments]
        parts += [*whole, f"SE*{len(whole) + 1}*{number:04d}"]
    parts += [f"GE*{sets}*501", "IEA*1*000000501", ""]
    return "~\n".join(parts).encode("latin-1")


def answer_999(*segments: str) -> bytes:
    return answer("999", "005010X231A1", "AK1*HC*101*005010X222A1", *segments)


def answer_277(*segments: str) -> bytes:
    return answer("277", "005010X214", "BHT*0085*08*CH1*20260302*1105*TH", *segments)


def answer_835(*segments: str, paid: str = "0", sets: int = 1) -> bytes:
    return answer(
        "835", "005010X221A1", f"BPR*I*{paid}*C*ACH", "TRN*1*EFT0001*15123", *segments, sets=sets
    )


def heard(rows: list[ReplyRow]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(row.level, row.refers_to, row.outcome, row.codes) for row in rows]


# --- our own samples, whole rows


@pytest.mark.parametrize(
    ("name", "outcome", "code"),
    [
        ("interchange_accept.ta1", "accepted", "000"),
        ("interchange_reject.ta1", "rejected", "025"),
    ],
)
def test_a_ta1_answers_for_the_interchange(name: str, outcome: str, code: str) -> None:
    (row,) = rows_of(sample(name))
    assert (row.kind, row.level, row.refers_to) == ("TA1", "interchange", "000000101")
    assert (row.outcome, row.codes) == (outcome, (code,))
    assert row.envelope == Envelope(SENDER, "AGENCY01", "T", "000000500")


def test_a_999_accepts_set_and_group() -> None:
    of_set = ReplyRow(
        *("999", "set", "0001", "accepted"),
        group_control="101",
        set_control="0001",
        envelope=Envelope(SENDER, "AGENCY01", "T", "000000501", "0001"),
    )
    of_group = of_set._replace(level="group", refers_to="101", set_control="")
    assert rows_of(sample("ack_accept.999")) == [of_set, of_group]


def test_a_999_rejects_a_set_and_names_the_place() -> None:
    rows = rows_of(sample("ack_reject.999"))
    assert heard(rows) == [
        ("set", "0001", "rejected", ("IK502:5",)),
        ("segment", "0001", "rejected", ("IK304:8", "IK403:1")),
        ("group", "101", "rejected", ()),
    ]
    assert (rows[1].segment, rows[1].element, rows[1].position) == ("SV1", "SV104", 25)
    assert (rows[1].group_control, rows[1].set_control) == ("101", "0001")


def test_a_277ca_accepts_a_claim_under_the_payers_number() -> None:
    rows = rows_of(sample("claimack.277ca"))
    assert heard(rows) == [
        ("claim", "V000001", "accepted", ("A2:20:PR",)),
        ("provider", "1999999984", "received", ("A1:19:PR",)),
        ("batch", "B20260302A", "received", ("A1:19:PR",)),
    ]
    claim = rows[0]
    assert (claim.payer_claim_number, claim.amount) == ("ICN0000001", Decimal(68))
    assert (claim.batch_ref, claim.source_entity) == ("B20260302A", "payer")
    assert (claim.provider_id, claim.stated_on) == ("1999999984", date(2026, 3, 2))


def test_a_277ca_rejects_a_claim() -> None:
    claim = rows_of(sample("claimack_rejected.277ca"))[0]
    assert (claim.outcome, claim.codes) == ("rejected", ("A7:164:IL",))
    assert claim.payer_claim_number == ""


def test_an_835_pays_a_claim_and_says_what_it_took_off() -> None:
    claim, line, payment = rows_of(sample("remit.835"))
    assert (payment.refers_to, payment.amount) == ("EFT0001", Decimal(51))
    assert (payment.payment.method, payment.is_balanced) == ("ACH", True)
    assert {row.payment.ref for row in (claim, line, payment)} == {"EFT0001"}
    assert heard([payment, claim, line]) == [
        ("payment", "EFT0001", "paid", ("BPR:I", "BPR:ACH")),
        ("claim", "V000001", "paid", ("CLP:1",)),
        ("line", "V000001", "paid", ("CO:198", "HE:N820")),
    ]
    assert (claim.amount, claim.charge) == (Decimal(51), Decimal(68))
    assert claim.payer_claim_number == "ICN0000001"
    assert (line.line_key, line.adjustments) == ("V000001-1", (("CO:198", Decimal(17)),))
    assert {row.source_entity for row in (payment, claim, line)} == {"payer"}


def test_an_835_denies_a_claim() -> None:
    claim, line, payment = rows_of(sample("remit_denied.835"))
    assert (payment.outcome, payment.amount) == ("unpaid", Decimal(0))
    assert (claim.outcome, claim.codes, claim.amount) == ("denied", ("CLP:4",), Decimal(0))
    assert (line.outcome, line.codes) == ("denied", ("CO:197",))


def test_our_own_claim_file_is_no_answer() -> None:
    replies = read_replies(sample("claim_ok.837"))
    assert replies.rows == ()
    assert [piece.reason for piece in replies.unreadable] == ["set_kind_unknown"]


# --- TA1


def header(tail: str) -> bytes:
    return sample("interchange_accept.ta1")[:107] + tail.encode()


def test_a_ta1_may_lack_its_note_and_write_the_year_in_full() -> None:
    (row,) = rows_of(header("TA1*101*20260302*0615*E~\nIEA*0*000000500~\n"))
    assert (row.refers_to, row.outcome, row.codes) == ("000000101", "accepted_with_errors", ())


def test_several_ta1_stand_before_a_group() -> None:
    whole = sample("ack_accept.999").decode()
    ta1 = "TA1*000000101*260302*0615*A*000~\nTA1*000000102*260302*0615*R*025~\n"
    rows = rows_of(whole.replace("GS*", ta1 + "GS*").encode())
    assert [(row.kind, row.refers_to) for row in rows] == [
        ("TA1", "000000101"),
        ("TA1", "000000102"),
        ("999", "0001"),
        ("999", "101"),
    ]


# --- 999


def test_a_999_names_the_claim_when_it_knows_it() -> None:
    rows = rows_of(
        answer_999(
            *("AK2*837*0001", "IK5*A", "AK2*837*0002"),
            *("IK3*CLM*22**8", "CTX*CLM01:V000007", "IK4*2*782*1*ECHOED"),
            *("IK4*5:1*1331*7*ECHOED", "IK5*R*5*I5", "AK9*P*2*2*1"),
        )
    )
    assert heard(rows) == [
        ("set", "0001", "accepted", ()),
        ("set", "0002", "rejected", ("IK502:5", "IK502:I5")),
        ("claim", "V000007", "rejected", ("IK304:8", "IK403:1")),
        ("claim", "V000007", "rejected", ("IK304:8", "IK403:7")),
        ("group", "101", "partial", ()),
    ]
    assert [row.element for row in rows[2:4]] == ["CLM02", "CLM05-1"]
    assert "ECHOED" not in repr(rows)


def test_a_set_with_errors_noted_goes_on() -> None:
    rows = rows_of(answer_999("AK2*837*0001", "IK3*REF*57**3", "IK5*E*5", "AK9*E*1*1*1"))
    assert [row.outcome for row in rows] == ["accepted_with_errors"] * 3


@pytest.mark.parametrize("verdict", ["M", "R", "W", "X"])
def test_a_group_may_be_refused_without_naming_a_set(verdict: str) -> None:
    rows = rows_of(answer_999(f"AK9*{verdict}*1*1*0*1*4"))
    assert heard(rows) == [("group", "101", "rejected", ("AK905:1", "AK905:4"))]


def test_a_999_without_verdicts_is_reported_not_guessed() -> None:
    replies = read_replies(answer_999("AK2*837*0001", "IK3*REF*57**3", "AK2*837*0002", "IK5*?"))
    assert replies.rows == ()
    assert [(piece.reason, piece.refers_to) for piece in replies.unreadable] == [
        ("verdict_missing", "0001"),
        ("verdict_unreadable", "0002"),
        ("verdict_missing", "101"),
    ]


def test_a_group_verdict_nobody_knows_is_reported() -> None:
    replies = read_replies(answer_999("AK9*Q*1*1*1"))
    assert [piece.reason for piece in replies.unreadable] == ["verdict_unreadable"]
    assert replies.unreadable[0].kind == "999"


def test_a_place_named_like_a_person_is_not_repeated() -> None:
    rows = rows_of(answer_999("AK2*837*0001", "IK3*LEE*15**1", "IK5*R*5", "AK9*R*1*1*0"))
    assert (rows[1].segment, rows[1].position) == ("?", 15)


# --- 277CA

SOURCE = ("HL*1**20*1", "NM1*PR*2*EXAMPLE MEDICAID PLAN*****PI*EXMCD1", "TRN*1*R1")
RECEIVER = ("HL*2*1*21*1", "NM1*41*2*EXAMPLE HOME CARE LLC*****46*AGENCY01", "TRN*2*B1-0001")
PROVIDER = ("HL*3*2*19*1", "NM1*85*2*EXAMPLE HOME CARE LLC*****XX*1999999984", "TRN*1*0")
PERSON = ("HL*4*3*PT", "NM1*QC*1*TESTPERSON*ALPHA****MI*000000000101")


def test_a_whole_batch_is_refused_without_a_claim_named() -> None:
    rows = rows_of(answer_277(*SOURCE, *RECEIVER, "STC*A3:24:41*20260302*U*680"))
    assert heard(rows) == [("batch", "B1-0001", "rejected", ("A3:24:41",))]
    assert rows[0].amount == Decimal(680)


def test_all_claims_of_a_provider_are_refused_at_once() -> None:
    rows = rows_of(answer_277(*SOURCE, *RECEIVER, "STC*A1:19", *PROVIDER, "STC*A3:24:85**U*68"))
    assert heard(rows)[0] == ("provider", "1999999984", "rejected", ("A3:24:85",))
    assert (rows[0].batch_ref, rows[0].provider_id) == ("B1-0001", "1999999984")


def test_the_gravest_of_several_statuses_decides() -> None:
    statuses = ("STC*A2:20:PR*20260302*WQ*68", "STC*A7:500:85*20260302*U*68******A8:496:85*A7:164")
    (row,) = rows_of(answer_277(*SOURCE, *RECEIVER, *PERSON, "TRN*2*V000001", *statuses))
    assert (row.outcome, row.refers_to) == ("rejected", "V000001")
    assert row.codes == ("A2:20:PR", "A7:500:85", "A8:496:85", "A7:164")


@pytest.mark.parametrize(
    ("category", "outcome"),
    [
        ("A0", "forwarded"),
        ("A1", "received"),
        ("A2", "accepted"),
        ("A3", "rejected"),
        ("A4", "review"),
        ("A5", "split"),
        ("A6", "rejected"),
        ("A7", "rejected"),
        ("A8", "rejected"),
        ("F1", "review"),
        ("P1", "review"),
        ("E0", "review"),
    ],
)
def test_the_category_decides_whatever_the_action_code_says(category: str, outcome: str) -> None:
    status = f"STC*{category}:20*20260302*WQ*68"
    (row,) = rows_of(answer_277(*SOURCE, *RECEIVER, *PERSON, "TRN*2*V000001", status))
    assert row.outcome == outcome


def test_lines_in_error_follow_their_claim() -> None:
    rows = rows_of(
        answer_277(
            *(*SOURCE, *RECEIVER, *PERSON, "TRN*2*V000001", "STC*A3:21:82*20260302*U*136"),
            *("REF*1K*ICN7", "SVC*HC:T1019:U1*68*****16"),
            *("STC*A3:122**U*******A3:153:82", "REF*FJ*V000001-1"),
            *("SVC*HC:T1019*68*****16", "STC*A7:476**U", "REF*FJ*V000001-2"),
        )
    )
    assert [(row.level, row.line_key, row.codes) for row in rows] == [
        ("claim", "", ("A3:21:82",)),
        ("line", "V000001-1", ("A3:122", "A3:153:82")),
        ("line", "V000001-2", ("A7:476",)),
    ]
    assert {row.refers_to for row in rows} == {"V000001"}
    assert [row.payer_claim_number for row in rows] == ["ICN7", "", ""]


def test_one_person_may_have_several_claims() -> None:
    claims = ("TRN*2*V000001", "STC*A2:20", "TRN*2*V000002", "STC*A7:500:IL")
    rows = rows_of(answer_277(*SOURCE, *RECEIVER, *PERSON, *claims))
    assert [(row.refers_to, row.outcome) for row in rows] == [
        ("V000001", "accepted"),
        ("V000002", "rejected"),
    ]


def test_a_clearinghouse_and_a_payer_are_told_apart() -> None:
    house = (SOURCE[0], "NM1*AY*2*EXAMPLE CLEARINGHOUSE*****46*CLRHOUSE01")
    claim = (*PERSON, "TRN*2*V000001", "STC*A0:16:PR")
    assert rows_of(answer_277(*house, *claim))[0].source_entity == "clearinghouse"
    assert rows_of(answer_277(*SOURCE, *claim))[0].source_entity == "payer"
    assert rows_of(answer_277(*claim))[0].source_entity is None


def test_a_status_that_cannot_be_split_is_reported_not_guessed() -> None:
    whole = sample("claimack_rejected.277ca").replace(b"*T*:~", b"*T*>~")
    replies = read_replies(whole)
    assert replies.rows == ()
    assert [(piece.reason, piece.refers_to) for piece in replies.unreadable] == [
        ("status_unreadable", "V000001"),
        ("status_unreadable", "1999999984"),
        ("status_unreadable", "B20260302A"),
    ]


def test_a_status_of_nobodys_claim_is_reported() -> None:
    replies = read_replies(answer_277(*SOURCE, *RECEIVER, *PERSON, "STC*A7:500:IL"))
    assert replies.rows == ()
    assert [(piece.reason, piece.refers_to) for piece in replies.unreadable] == [
        ("claim_unnamed", "B1-0001")
    ]


def test_an_answer_to_a_status_question_is_not_taken_for_a_277ca() -> None:
    replies = read_replies(answer("277", "005010X212", *SOURCE))
    assert [piece.reason for piece in replies.unreadable] == ["set_kind_unknown"]


# --- 835


def test_a_reversal_and_its_correction_stay_two_rows() -> None:
    rows = rows_of(
        answer_835(
            *("CLP*V000001*22*-68*-51**MC*ICN1", "CAS*CO*45*-17"),
            *("CLP*V000001*1*68*60**MC*ICN2", "CAS*CO*45*8"),
            paid="9",
        )
    )
    assert [(row.refers_to, row.outcome, row.amount) for row in rows] == [
        ("V000001", "reversed", Decimal(-51)),
        ("V000001", "paid", Decimal(60)),
        ("EFT0001", "paid", Decimal(9)),
    ]
    assert [row.payer_claim_number for row in rows[:2]] == ["ICN1", "ICN2"]
    assert [row.is_correction for row in rows] == [False, True, None]
    assert [row.is_balanced for row in rows] == [True, True, True]


def test_six_adjustments_fit_one_segment_and_claim_and_line_each_have_theirs() -> None:
    six = "CAS*CO*1*1**2*2**3*3**4*4**5*5**6*6"
    rows = rows_of(
        answer_835(
            *("CLP*V000001*1*100*69**MC*ICN1", "CAS*PR*3*10", "MOA***MA01*MA15"),
            *("SVC*HC:T1019*100*79**16", six, "REF*6R*K1", "LQ*HE*N1", "LQ*HE*N2"),
            paid="69",
        )
    )
    claim, line, _ = rows
    assert claim.adjustments == (("PR:3", Decimal(10)),)
    assert claim.codes == ("CLP:1", "PR:3", "MOA:MA01", "MOA:MA15")
    assert [code for code, _ in line.adjustments] == [f"CO:{number}" for number in range(1, 7)]
    assert sum(amount for _, amount in line.adjustments) == 21
    assert line.codes[-2:] == ("HE:N1", "HE:N2")


def test_an_adjustment_outside_claims_lessens_the_payment() -> None:
    rows = rows_of(
        answer_835(
            *("CLP*V000001*1*68*68", "PLB*1999999984*20261231*WO:REF1*60*L6:REF2*-2"),
            paid="10",
        )
    )
    assert heard(rows)[1:3] == [
        ("adjustment", "REF1", "adjusted", ("PLB:WO",)),
        ("adjustment", "REF2", "adjusted", ("PLB:L6",)),
    ]
    assert [row.amount for row in rows[1:]] == [Decimal(60), Decimal(-2), Decimal(10)]
    assert [row.adjustment_kind for row in rows] == ["", "recoupment", "interest", ""]
    assert rows[1].provider_id == "1999999984"


def test_a_payment_may_be_nothing_but_a_debt() -> None:
    rows = rows_of(answer_835("PLB*1999999984*20261231*WO:REF1*60", paid="-60"))
    assert [row.amount for row in rows] == [Decimal(60), Decimal(-60)]


def test_one_file_may_hold_several_payments() -> None:
    rows = rows_of(answer_835("CLP*V000001*1*68*68", paid="68", sets=2))
    assert [(row.envelope.reply_set, row.level) for row in rows] == [
        ("0001", "claim"),
        ("0001", "payment"),
        ("0002", "claim"),
        ("0002", "payment"),
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("1", "paid"),
        ("2", "paid"),
        ("3", "paid"),
        ("4", "denied"),
        ("19", "forwarded"),
        ("22", "reversed"),
        ("23", "not_theirs"),
        ("25", "predetermined"),
        ("99", "review"),
    ],
)
def test_the_claim_status_decides(status: str, outcome: str) -> None:
    rows = rows_of(answer_835(f"CLP*V000001*{status}*68*68", paid="68"))
    assert (rows[0].outcome, rows[0].codes) == (outcome, (f"CLP:{status}",))


def test_what_does_not_add_up_is_doubted_and_kept() -> None:
    replies = read_replies(
        answer_835(
            *("CLP*V000001*1*68*51", "SVC*HC:T1019*68*51", "CAS*CO*45*16"),
            *("CLP*V000002*1*68*51", "SVC*HC:T1019*68*51", "CAS*CO*45*17"),
            paid="100",
        )
    )
    assert [(row.level, row.refers_to, row.is_balanced) for row in replies.rows] == [
        ("claim", "V000001", False),
        ("line", "V000001", False),
        ("claim", "V000002", True),
        ("line", "V000002", True),
        ("payment", "EFT0001", False),
    ]
    assert replies.unreadable == ()
    assert [(doubt.reason, doubt.refers_to) for doubt in replies.doubts] == [
        ("line_out_of_balance", "V000001"),
        ("claim_out_of_balance", "V000001"),
        ("payment_out_of_balance", "EFT0001"),
    ]


@pytest.mark.parametrize("amount", ["SECRET", "", "1e3", "NaN", "1,000", "--1"])
def test_a_claim_whose_amount_cannot_be_read_is_held_and_its_neighbours_go_on(amount: str) -> None:
    replies = read_replies(
        answer_835(f"CLP*V000001*1*68*{amount}", "SVC*HC:T1019*68*1", "CLP*V000002*1*68*68")
    )
    assert [(row.refers_to, row.is_balanced) for row in replies.rows] == [
        ("V000002", True),
        ("EFT0001", False),
    ]
    assert [(piece.reason, piece.refers_to) for piece in replies.unreadable] == [
        ("amount_unreadable", "V000001")
    ]
    assert "SECRET" not in repr(replies)


def test_unreadable_parts_of_a_remittance_are_each_named() -> None:
    replies = read_replies(
        answer_835(
            *("CLP**1*68*68", "CLP*V000002*1*68*68", "SVC*HC:T1019*68*x", "CAS*CO*45*x"),
            "PLB*1999999984*20261231*WO:REF1*x",
            paid="x",
        )
    )
    assert [(row.level, row.refers_to) for row in replies.rows] == [("claim", "V000002")]
    assert [piece.reason for piece in replies.unreadable] == [
        "claim_unnamed",
        *["amount_unreadable"] * 4,
    ]
    assert [row.is_balanced for row in replies.rows] == [False]


def test_no_name_leaves_an_answer() -> None:
    for path in sorted(SAMPLES.iterdir()):
        assert "TESTPERSON" not in repr(read_replies(path.read_bytes()))
