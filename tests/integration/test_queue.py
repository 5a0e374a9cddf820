"""A hop's queue: piles by reason, then records, overdue first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from orchestration import assembly
from orchestration.commands import hop_pages
from orchestration.commands.printing import plain
from orchestration.ground.failures import ContractFailure
from orchestration.views.queue import Queue, queue
from orchestration.views.sight import Sight
from tests.bench_of_records import ZONE, Records

HOP = "evv_to_coordination"


@contextmanager
def looking(records: Records) -> Iterator[Sight]:
    with records.database.engine.connect() as connection:
        yield Sight(
            connection, assembly.hops(), assembly.feeds(), assembly.sql_library(), records.now, ZONE
        )


def look(records: Records, owner: str | None = None, reason: str | None = None) -> Queue:
    with looking(records) as sight:
        return queue(sight, HOP, owner, reason)


@pytest.fixture
def piled(records: Records) -> Records:
    """Three visits of an unknown client, one of an unknown payer, one no pass has seen."""
    records.put("client", client_id="C1", medicaid_id="000000000001")
    records.put("caregiver", caregiver_id="G1")

    def visit(number: int, client: str) -> dict[str, object]:
        return {
            "source_system": "hhax",
            "visit_id": f"V{number}",
            "sequence_id": 1,
            "client_id": client,
            "caregiver_id": "G1",
            "payer_id": "MCO",
            "payer_program": "HCBS",
            "service_code": "T1019",
            "time_zone": ZONE,
            "call_in_at": records.now - timedelta(hours=9 + number),
            "call_out_at": records.now - timedelta(hours=8 + number),
        }

    records.put("evv_visit", *(visit(number, "C9") for number in (1, 2, 3)), visit(4, "C1"))
    records.run(HOP)
    records.now += timedelta(minutes=5)
    records.put("evv_visit", visit(5, "C1"))
    return records


@pytest.mark.proves("S0-02")
def test_records_are_piled_by_their_first_reason(piled: Records) -> None:
    seen = look(piled)
    assert seen.records == 5
    assert [(pile.code, pile.records) for pile in seen.reasons] == [
        ("EVV-UNKNOWN-CLIENT", 3),
        ("MAP-PAYER", 1),
        (None, 1),
    ]
    unknown, payer, new = seen.reasons
    assert unknown.owner == "EVV coordinator"
    assert unknown.defect
    assert unknown.next_step
    assert unknown.due_at is not None
    assert payer.owner == "Contract/payer-relations manager"
    # behind another reason, but there
    assert payer.behind == 3
    assert new.state == "waiting"


@pytest.mark.proves("S1-03")
def test_money_at_stake_is_added_up(piled: Records) -> None:
    with piled.database.transaction() as connection:
        connection.exec_driver_sql("update ledger.entry set amount_cents = 1050")
    seen = look(piled)
    assert seen.amount_cents == 5250
    assert seen.reasons[0].amount_cents == 3150


@pytest.mark.proves("S0-06")
def test_overdue_records_come_first(piled: Records) -> None:
    with piled.database.transaction() as connection:
        connection.exec_driver_sql(
            "update ledger.entry set due_at = due_at - interval '9 days'"
            " where record_id = 'hhax/V3'"
        )
    seen = look(piled)
    assert seen.items[0].record == "hhax/V3"
    assert [item.overdue for item in seen.items] == [True, False, False, False, False]
    assert seen.items[-1].record == "hhax/V5"
    assert seen.reasons[0].overdue == 1
    assert set(seen.items[0].codes) >= {"EVV-UNKNOWN-CLIENT", "MAP-PAYER"}


@pytest.mark.proves("S1-15")
def test_an_owner_sees_only_what_is_hers(piled: Records) -> None:
    seen = look(piled, owner="Contract/payer-relations manager")
    assert [item.record for item in seen.items] == ["hhax/V4"]
    assert seen.records == 1


def test_a_reason_shows_only_its_records(piled: Records) -> None:
    seen = look(piled, reason="EVV-UNKNOWN-CLIENT")
    assert {item.record for item in seen.items} == {"hhax/V1", "hhax/V2", "hhax/V3"}


def test_a_misspelt_reason_or_hop_is_refused_with_a_hint(piled: Records) -> None:
    with pytest.raises(ContractFailure, match="did you mean EVV-UNKNOWN-CLIENT"):
        look(piled, reason="evv-unknown-clients")
    with looking(piled) as sight, pytest.raises(ContractFailure, match="there are "):
        queue(sight, "billing")


def test_the_limit_shortens_the_list_and_not_the_counts(
    piled: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    with looking(piled) as sight:
        seen = queue(sight, HOP, limit=2)
        hop_pages.show_queue(sight, seen)
    assert len(seen.items) == 2
    assert seen.records == 5
    said = capsys.readouterr().out
    assert "5 records at evv_to_coordination not through" in said
    assert "3 more; --limit lists them." in said


def test_an_empty_queue_says_so(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    with looking(records) as sight:
        hop_pages.show_queue(sight, queue(sight, HOP))
    assert capsys.readouterr().out.strip() == f"Nothing stands still at {HOP}."


def test_json_has_the_documented_keys(piled: Records) -> None:
    seen = plain(look(piled))
    keys = {"hop", "at", "records", "amount_cents", "reasons", "items", "awaited", "deliveries"}
    assert set(seen) == keys
    assert set(seen["reasons"][0]) == {
        *("code", "reason_class", "defect", "next_step", "state", "records", "amount_cents"),
        *("oldest_at", "owner", "due_at", "overdue", "behind"),
    }
    assert set(seen["items"][0]) == {
        *("record", "state", "reason_code", "reason_class", "codes", "owner", "since"),
        *("due_at", "overdue", "amount_cents", "attempt"),
    }
