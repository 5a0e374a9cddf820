"""A file of replies is understood, and matched to what we sent, without landing it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.ground.code_words import our_words
from orchestration.partners.understood import Understood, understand
from orchestration.partners.x12.interchanges import of_bytes
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.billing_to_clearinghouse.test_answers import FIRST, MONDAY, claim_of
from tests.sql.delivery_to_billing.good_delivery import bill
from tests.unit.test_x12_replies import (
    PERSON,
    RECEIVER,
    SOURCE,
    answer,
    answer_277,
    answer_835,
    sample,
)


@pytest.fixture(scope="module")
def sent(module_records: Records) -> Records:
    """Two clients' claims in one file; nothing here writes."""
    lay_claim_ground(module_records, "C2")
    bill(module_records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    module_records.run(HOP)
    return module_records


def read(records: Records, data: bytes) -> Understood:
    with records.database.engine.connect() as connection:
        return understand(of_bytes(data), connection, our_words(), records.now)


def test_an_answer_to_a_file_reaches_its_claims(sent: Records) -> None:
    ours = sample("interchange_reject.ta1").replace(b"000000101", b"000000001")
    (part,) = read(sent, ours).parts
    assert (part.kind, part.set_control, part.is_test) == ("TA1", "", True)
    assert (part.answers, part.claims_named, part.claims_reached) == (["B000000001"], 0, 2)
    assert part.look_at[0].codes == ("025 (control number was used before)",)


def test_a_group_s_answer_reaches_its_claims(sent: Records) -> None:
    ours = answer("999", "005010X231A1", "AK1*HC*1", "AK9*A*1*1*1")
    (part,) = read(sent, ours).parts
    assert (part.said, part.claims_reached) == ({"group accepted": 1}, 2)


def test_a_claim_is_matched_and_a_strange_one_is_an_orphan(sent: Records) -> None:
    claim = claim_of(sent, FIRST)
    (part,) = read(
        sent,
        answer_277(
            *(*SOURCE, *RECEIVER, *PERSON, f"TRN*2*{claim}", "STC*A7:164:IL"),
            *(*PERSON, "TRN*2*NEVERSENT", "STC*A2:20"),
        ),
    ).parts
    assert (part.answers, part.claims_named) == (["B000000001"], 1)
    assert (part.orphans, part.orphan_count) == (["claim NEVERSENT"], 1)
    assert part.look_at[0].refers_to == claim


def test_a_payment_is_told_with_its_balance(sent: Records) -> None:
    (part,) = read(
        sent,
        answer_835(
            *("CLP*V1*1*68*51", "CAS*CO*45*16", "PLB*1999999984*20261231*WO:R*1*L6*-2"), paid="52"
        ),
    ).parts
    assert part.payment is not None
    assert (part.payment.number, part.payment.cents, part.payment.is_balanced) == (
        "EFT0001",
        5200,
        True,
    )
    assert part.adjustments == {"recoupment": 100, "interest": -200}
    assert part.unbalanced == ["V1"]


def test_what_cannot_be_read_is_told_and_nobody_s_data(sent: Records) -> None:
    understood = read(sent, sample("remit.835").replace(b"SE*20*", b"SE*21*"))
    assert understood.parts == []
    assert [piece.reason for piece in understood.unread] == ["set_count_wrong"]
    shifted = answer_835("CLP*DOE, JANE*1*68*68", paid="68")
    assert "JANE" not in repr(read(sent, shifted))
    assert "TESTPERSON" not in repr(read(sent, sample("remit.835")))


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_says_it(sent: Records, tmp_path: Path, as_json: bool) -> None:
    path = tmp_path / "any.txt"
    path.write_bytes(sample("remit_denied.835") + sample("ack_reject.999"))
    environ = {
        "CAREHOPS_HOME": str(tmp_path / "home"),
        "CAREHOPS_DATABASE_URL": sent.database.url.render_as_string(hide_password=False),
    }
    flags = ["--json"] if as_json else []
    result = CliRunner().invoke(main, ["replies", "read", str(path), *flags], env=environ)
    assert result.exit_code == 0, result.output
    assert "CO:197 (no authorization or notice on file" in result.stdout
    assert "TESTPERSON" not in result.output
    if as_json:
        assert [part["kind"] for part in json.loads(result.stdout)["parts"]] == ["835", "999"]
    assert sent.one("select count(*) as n from landing.clearinghouse_reply").n == 0
