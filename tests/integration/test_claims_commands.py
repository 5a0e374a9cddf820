"""Answering a rejection by command: due, resend, verify, odd, partners, and the trace after it."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.bench_of_records import Records
from tests.command_line import CommandLine
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.billing_to_clearinghouse.replies import claim_of, land, on_claim
from tests.sql.delivery_to_billing.good_delivery import bill

pytestmark = pytest.mark.slow

BY = ("--by", "biller01@willow-bend.example", "--why", "Member id mended")


def test_a_rejected_claim_is_listed_asked_for_and_sent_again(
    records: Records, tmp_path: Path
) -> None:
    carehops = CommandLine(records, tmp_path)

    lay_claim_ground(records)
    bill(records, of("C1", date(2026, 11, 9)))
    records.run(HOP)
    claim = claim_of(records, "C1")
    early = carehops("claims", "resend", claim, *BY)
    assert early.exit_code == 2
    assert "Do not send it blindly" in early.output
    stranger = on_claim("C000000STRANGER", "rejected", "payer")
    land(records, on_claim(claim, "rejected", "payer", codes="A7:164:IL"), stranger)
    records.run(HOP)
    (due,) = json.loads(carehops("claims", "due", "--json").stdout)
    assert (due["claim"], due["standing"], due["codes"]) == (claim, "rejected", ["A7:164:IL"])
    assert claim in carehops("claims", "due").output
    assert carehops("claims", "resend", claim, "--by", "jo", "--why", "x").exit_code == 2
    asked = json.loads(carehops("claims", "resend", claim, *BY, "--json").stdout)
    assert (asked["wish"], asked["frequency"], asked["after_attempt"]) == ("resend", "1", 1)
    assert json.loads(carehops("claims", "due", "--json").stdout) == []
    records.run(HOP)
    told = carehops("trace", claim)
    assert f"Claim {claim}, attempt 2 (frequency 1)" in told.output
    assert "resend: Member id mended" in told.output
    assert "waiting for 999 from any_payer" in carehops("status").output
    noted = carehops("claims", "verify", claim, "--says", "not-held", *BY)
    assert "it may be resent" in noted.output
    (odd,) = json.loads(carehops("replies", "odd", "--kind", "orphan", "--json").stdout)
    assert odd["refers_to"] == "C000000STRANGER"
    assert carehops("replies", "odd").exit_code == 0
    assert "any_payer" in carehops("partners").output
