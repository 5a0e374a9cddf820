"""Billable lines go out once, on claims their payer's guide accepts."""

import stat
from datetime import date, timedelta

import pytest

from orchestration.partners.x12.gates.guide import guide_findings
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, claims, files, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import auth, bill, client, contract

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
SUNDAY = MONDAY - timedelta(days=1)


@pytest.fixture(scope="module")
def sent(module_records: Records) -> Records:
    """Two payers, three clients, two weeks; every visit on its way."""
    records = module_records
    lay_claim_ground(records, "C2")
    records.put("payer_contract", contract("NIGHT", splits_at_midnight=True))
    bill(
        records,
        of("C1", SUNDAY),
        of("C1", MONDAY),
        of("C1", MONDAY + timedelta(days=6)),
        of("C2", MONDAY, hour=12, modifier1=None),
        of("C-P2", MONDAY, hour=15),
        of("C2", SUNDAY, hour=23, service_code="NIGHT"),
    )
    records.run(HOP)
    return records


def test_a_claim_is_one_clients_week_with_one_payer(sent: Records) -> None:
    week, week_before = MONDAY, MONDAY - timedelta(days=7)
    assert claims(sent) == [
        ("C-P2", "P2", week, 1, 1700),
        ("C1", "P1", week_before, 1, 1700),
        ("C1", "P1", week, 2, 3400),
        ("C2", "P1", week_before, 1, 1700),
        ("C2", "P1", week, 1, 1700),
    ]


def test_there_is_one_file_for_each_payer_and_the_guide_accepts_it(sent: Records) -> None:
    written = files(sent)
    assert list(written) == ["B000000001.837", "B000000002.837"]
    for content in written.values():
        assert guide_findings(content) == []
    assert b"EXAMPLE MEDICAID PLAN" in written["B000000001.837"]
    assert b"SECOND PLAN" in written["B000000002.837"]
    assert b"SECOND PLAN" not in written["B000000001.837"]


def test_a_file_is_a_test_file_until_the_agency_says_otherwise(sent: Records) -> None:
    assert {row.usage for row in sent.all("select usage from core.claim_batch")} == {"T"}
    assert all(b"*1*T*:~" in content for content in files(sent).values())


def test_what_is_in_the_outbox_is_what_the_database_keeps(sent: Records) -> None:
    kept = sent.all("select file_name, content, claim_count, written_at from core.claim_batch")
    assert {row.file_name: bytes(row.content) for row in kept} == files(sent)
    assert {row.file_name: row.claim_count for row in kept} == {
        "B000000001.837": 4,
        "B000000002.837": 1,
    }
    assert all(row.written_at is not None for row in kept)


def test_only_their_owner_can_read_what_lies_in_the_outbox(sent: Records) -> None:
    outbox = sent.settings.outbox
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in outbox.iterdir()} == {0o600}


def test_every_visit_stands_at_the_rung_its_file_has_reached(sent: Records) -> None:
    rows = sent.all(
        "select distinct state, checkpoint, rung from ledger.entry where hop = :hop", hop=HOP
    )
    assert [tuple(row) for row in rows] == [("moved", "V15", "sent")]


@pytest.mark.proves("S2-26")
def test_a_line_goes_out_under_the_name_it_was_reconciled_by(sent: Records) -> None:
    content = b"".join(files(sent).values()).decode()
    rows = sent.all("select reconciliation_id, claim_id from core.billable_line")
    assert len(rows) == 6
    for row in rows:
        assert f"REF*6R*{row.reconciliation_id}~" in content
        assert f"CLM*{row.claim_id}*" in content


def test_a_second_pass_sends_nothing_twice(sent: Records) -> None:
    before = files(sent)
    again = sent.run(HOP)
    assert again.taken == 0
    assert again.written["claim_batch"] == again.written["claim_line"] == 0
    assert files(sent) == before
    numbers = sent.one("select interchange_no, group_no from core.control_number")
    assert numbers is not None
    assert tuple(numbers) == (2, 2)


def test_no_table_but_the_kept_file_names_a_person(sent: Records) -> None:
    columns = sent.all(
        "select format('%I.%I', table_schema, table_name) as name, column_name, data_type "
        "from information_schema.columns where table_schema in ('core', 'audit', 'ledger', 'ops')"
    )
    named = set()
    for column in columns:
        text = (
            f"encode({column.column_name}, 'escape')"
            if column.data_type == "bytea"
            else f"cast({column.column_name} as text)"
        )
        if sent.all(f"select 1 from {column.name} where {text} like '%ZZPHI%'"):
            named.add(f"{column.name}.{column.column_name}")
    assert named == {"core.claim_batch.content"}


def test_later_visits_get_numbers_that_were_never_used(records: Records) -> None:
    lay_claim_ground(records)
    for days in range(3):
        bill(records, of("C1", MONDAY + timedelta(days=days)))
        records.run(HOP)
    batches = records.all("select interchange_control from core.claim_batch order by batch_no")
    assert [row.interchange_control for row in batches] == ["000000001", "000000002", "000000003"]
    assert len({row.claim_id for row in records.all("select claim_id from core.claim")}) == 3


def test_a_claim_holds_fifty_lines_and_no_visit_is_torn(records: Records) -> None:
    lay_claim_ground(records)
    records.put("payer_contract", contract("NIGHT", splits_at_midnight=True))
    late = [
        of("C1", MONDAY + timedelta(days=day), hour=23, service_code="NIGHT")
        | {"visit_id": f"late-{day}"}
        for day in range(4)
    ]
    quarters = [
        of("C1", MONDAY + timedelta(days=day), hour=hour) for day in range(4) for hour in range(15)
    ]
    for one in late:
        one["call_out_at"] += timedelta(minutes=30)
    bill(records, *quarters, *late)
    records.run(HOP)
    sizes = sorted(row.line_count for row in records.all("select line_count from core.claim"))
    assert sum(sizes) == 68
    assert max(sizes) <= 50
    torn = records.all(
        "select record_id from core.claim_line "
        "group by record_id having count(distinct claim_id) > 1"
    )
    assert torn == []


def test_an_authorization_goes_on_the_claim_and_parts_claims(records: Records) -> None:
    lay_claim_ground(records)
    records.put("payer_contract", contract("AUTH1", needs_service_auth=True))
    records.put("service_auth", auth("PA-77", service_code="AUTH1"))
    bill(records, of("C1", MONDAY), of("C1", MONDAY, hour=14, service_code="AUTH1"))
    records.run(HOP)
    (content,) = files(records).values()
    assert len(claims(records)) == 2
    assert content.count(b"REF*G1*PA-77~") == 1


def test_a_night_under_two_authorizations_is_one_claim_that_names_both(records: Records) -> None:
    lay_claim_ground(records)
    records.put(
        "payer_contract", contract("AUTH1", needs_service_auth=True, splits_at_midnight=True)
    )
    tuesday = MONDAY + timedelta(days=1)
    records.put(
        "service_auth",
        auth("PA-1", service_code="AUTH1", period_to=MONDAY),
        auth("PA-2", service_code="AUTH1", period_from=tuesday),
    )
    night = of("C1", MONDAY, hour=23, service_code="AUTH1")
    night["call_out_at"] += timedelta(hours=1)
    bill(records, night)
    records.run(HOP)
    (content,) = files(records).values()
    assert guide_findings(content) == []
    claim, line = content.index(b"REF*G1*PA-1~"), content.index(b"REF*G1*PA-2~")
    assert claim < content.index(b"LX*1~") < content.index(b"LX*2~") < line


def test_care_in_the_community_goes_on_a_claim_that_says_so(records: Records) -> None:
    lay_claim_ground(records)
    terms = contract("POSVC", place_of_service="12", place_of_service_community="99")
    records.put("payer_contract", terms)
    bill(
        records,
        of("C1", MONDAY, service_code="POSVC"),
        of("C1", MONDAY, hour=12, service_code="POSVC", location_type="community"),
    )
    records.run(HOP)
    assert len(claims(records)) == 2
    (content,) = [content.decode() for content in files(records).values()]
    places = {segment.split("*")[5] for segment in content.split("~") if "CLM*" in segment}
    assert places == {"12:B:1", "99:B:1"}


def test_a_client_without_diagnosis_is_billed_by_the_payers_default(records: Records) -> None:
    lay_claim_ground(records)
    records.put("client", client("C-none", diagnosis_code=None))
    records.put("payer_contract", contract("DXDEF", dx_default="R69"))
    bill(records, of("C-none", MONDAY, service_code="DXDEF"))
    records.run(HOP)
    (content,) = [content.decode() for content in files(records).values()]
    assert "HI*ABK:R69~" in content.replace("\n", "")
