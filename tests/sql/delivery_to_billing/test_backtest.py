"""What an edit or terms would have done, said to the cent, with nothing touched."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow.backtest import Bench, Effect
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SQL_FOLDER
from tests.bench_of_records import ZONE, Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    bill,
    contract,
    lay_ground,
    local,
    visit,
)

pytestmark = pytest.mark.slow

FOUR_UNITS = 4 * 425


@pytest.fixture(scope="module")
def ground(module_records: Records) -> Records:
    records = module_records
    lay_ground(records)
    records.put("payer_contract", contract("NOTE1", needs_signed_note=True))
    records.put("payer_contract", {**contract("T1019"), "payer_id": "P2"})
    bill(
        records,
        visit("good", local(DAY, 6)),
        visit("short", local(DAY, 9), 30),
        visit("unplanned", local(DAY, 12), schedule_id=None),
        visit("unsigned", local(DAY, 15), service_code="NOTE1"),
    )
    return records


@pytest.fixture
def bench(ground: Records) -> Bench:
    return Bench(ground.database, assembly.sql_library(), ground.now, ZONE)


def everything(records: Records) -> dict[str, Any]:
    """Every row of every table, as one fingerprint a table."""
    tables = records.all(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname in ('landing', 'core', 'ledger', 'ops', 'audit', 'public')"
    )
    return {
        row.name: records.all(
            "select md5(string_agg(cast(t as text), '' order by cast(t as text))) as all_rows"
            f" from {row.name} as t"
        )[0].all_rows
        for row in tables
    }


def draft(folder: Path, code: str, condition: str) -> str:
    """A draft edit in a folder that is called like its hop."""
    path = folder / HOP / "too_short_to_bill.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"-- {code}: The visit is too short.\n-- checkpoint: V12\n-- class: UNRECONCILED\n"
        "-- severity: HOLD\n-- owner: Scheduler\n-- due: 2 business days\n-- clinical: Short.\n"
        "-- billing: Not billed.\n-- next: Ask.\n-- source: a draft\nselect candidate.record_id\n"
        f"from {{{{ ref('candidate') }}}} as candidate\nwhere {condition}\n"
    )
    return str(path)


def test_a_draft_says_what_it_would_hold_and_touches_nothing(
    ground: Records, bench: Bench, tmp_path: Path
) -> None:
    before = everything(ground)
    found = bench.try_edit(assembly.hops(), draft(tmp_path, "SHORT", "minutes < 60"), DAY)
    assert everything(ground) == before
    (hop,) = found.hops
    assert (found.change, hop.hop, hop.records) == ("edit SHORT", HOP, 4)
    assert hop.reasons == {"SHORT": 1}
    assert hop.payers == (Effect("P1", 4, 1, 2 * 425, 0, 0, 0, 0, -2 * 425),)


def test_an_edit_in_force_says_what_it_holds(ground: Records, bench: Bench) -> None:
    (hop,) = bench.try_edit(assembly.hops(), "EVV-NO-SCHEDULE", DAY).hops
    assert hop.payers == (Effect("P1", 4, 1, FOUR_UNITS, 0, 0, 0, 0, -FOUR_UNITS),)
    assert bench.try_edit(assembly.hops(), "visit_without_schedule", DAY).hops == (hop,)


def test_a_milder_draft_of_an_edit_says_what_it_would_release(
    ground: Records, bench: Bench, tmp_path: Path
) -> None:
    (hop,) = bench.try_edit(
        assembly.hops(), draft(tmp_path, "EVV-NO-SCHEDULE", "minutes < 0"), DAY
    ).hops
    assert [(payer.held, payer.released) for payer in hop.payers] == [(0, 1)]


def test_terms_say_what_they_would_release_reprice_and_cost(ground: Records, bench: Bench) -> None:
    before = everything(ground)

    def change(connection: sa.Connection) -> None:
        connection.exec_driver_sql(
            "update landing.payer_contract set needs_signed_note = false"
            " where service_code = 'NOTE1'"
        )
        connection.exec_driver_sql(
            "update landing.payer_contract set rate_cents = 400 where service_code = 'T1019'"
        )

    hop = next(hop for hop in assembly.hops() if hop.name == HOP)
    (effect,) = bench.try_rows([hop], change, "contract x", DAY).hops
    assert everything(ground) == before
    repriced = -25 * (4 + 2)
    assert effect.payers == (
        Effect("P1", 4, 0, 0, 1, FOUR_UNITS, 2, repriced, FOUR_UNITS + repriced),
    )


def test_what_came_in_before_the_day_is_left_out(ground: Records, bench: Bench) -> None:
    tomorrow = ground.now.date().replace(day=ground.now.day + 1)
    (hop,) = bench.try_edit(assembly.hops(), "EVV-NO-SCHEDULE", tomorrow).hops
    assert (hop.records, hop.payers) == (0, ())


@pytest.mark.parametrize("asked", ["NO-SUCH", "/nowhere/x.sql"])
def test_an_edit_nobody_knows_is_refused(bench: Bench, asked: str) -> None:
    with pytest.raises(ContractFailure):
        bench.try_edit(assembly.hops(), asked, DAY)


def test_every_edit_of_the_hop_can_be_tried(ground: Records, bench: Bench) -> None:
    name = sorted((SQL_FOLDER / "edits" / HOP).glob("*.sql"))[0].stem
    assert bench.try_edit(assembly.hops(), name, DAY).hops[0].hop == HOP
