"""Every refusal and denial is laid at the door of the hop and edit that should have caught it."""

import fnmatch

import pytest

from orchestration.flow.edits import REASON_CLASSES
from orchestration.partners.escapes import causes, edit_codes
from tests.sql.reports.rows_to_report import DAY, H3, NOW, Rows

SENT = NOW - 9 * DAY


def sent(rows: Rows, *claims: str) -> None:
    for number, claim in enumerate(claims):
        rows.visit(claim, SENT - DAY, client_id=f"C{number}")
        rows.claim(claim, {f"hhax/{claim}": 1700}, SENT)


@pytest.mark.proves("S0-22", "S0-27")
def test_a_refusal_is_counted_where_it_should_have_been_caught(rows: Rows) -> None:
    sent(rows, "CL1", "CL2", "CL3", "CL4")
    entry = rows.entry(H3, "hhax/CL2", "moved")
    rows.went(entry, SENT - DAY, "waiting>held", ("AUTH-NONE",))
    rows.reply("CL1", "277CA", "rejected", NOW - 8 * DAY, codes="A7:164:IL")
    rows.reply("CL2", "835", "denied", NOW - 8 * DAY, amount=0, codes="CLP:4;CO:197")
    rows.reply("CL3", "835", "denied", NOW - 8 * DAY, amount=0, codes="CLP:4;CO:16;HE:N820")
    rows.reply("CL4", "277CA", "rejected", NOW - 8 * DAY, codes="A7:999")
    told = {row["code"]: row for row in rows.tell("escapes")}
    assert set(told) == {"A7:164:IL", "CO:197", "HE:N820", "A7:999"}
    member, auth, units, unknown = (
        told[code] for code in ("A7:164:IL", "CO:197", "HE:N820", "A7:999")
    )
    assert (member["hop"], member["edits"]) == ("delivery_to_billing", "ELIG-ID-FORMAT")
    assert (member["rejected"], member["escaped"], member["went_on"]) == (1, 1, 0)
    assert (auth["denied"], auth["escaped"], auth["went_on"]) == (1, 0, 1)
    assert units["hop"] == "billing_to_clearinghouse"
    assert (unknown["hop"], unknown["no_edit"], unknown["cents"]) == (None, 1, 1700)
    assert unknown["reason_class"] == "MAPPING", "nobody told us what it means"


def test_an_acceptance_is_no_escape(rows: Rows) -> None:
    sent(rows, "CL1")
    rows.reply("CL1", "277CA", "accepted", NOW - 8 * DAY)
    rows.reply("CL1", "835", "paid", NOW - 7 * DAY, amount=17)
    assert rows.tell("escapes") == []


def test_every_cause_names_a_class_and_edits_there_are() -> None:
    rows = causes()
    known = edit_codes()
    assert {row["reason_class"] for row in rows} <= REASON_CLASSES
    assert len({(row["code_list"], row["code"]) for row in rows}) == len(rows)
    for row in rows:
        for wanted in filter(None, row["edits"].split(";")):
            assert fnmatch.filter(known, wanted), f"no edit is called {wanted}"


@pytest.mark.parametrize("code", ["197", "198", "16", "18", "29", "31", "22", "B7", "252", "272"])
def test_the_commonest_denials_of_home_care_have_a_cause(code: str) -> None:
    assert any((row["code_list"], row["code"]) == ("carc", code) for row in causes())
