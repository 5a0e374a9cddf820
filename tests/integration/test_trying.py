"""A contract is tried by command before it is in force, and nothing is touched."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.ground.database import Database
from tests.bench_of_records import Records
from tests.integration.test_contract_landing import Agency
from tests.sql.delivery_to_billing.good_delivery import DAY, bill, client, local, visit
from tests.unit.test_contract_file import GOOD

pytestmark = pytest.mark.slow

OF_ELM = {"payer_id": "ELM-FICTIVE", "payer_program": "WAIVER"}
IN_FORCE = GOOD.replace("needs_signed_note = true", "needs_signed_note = false").replace(
    "needs_service_auth = true", "needs_service_auth = false"
)


def test_a_contract_says_what_it_would_cost_before_it_is_in_force(
    database: Database, tmp_path: Path
) -> None:
    agency = Agency(database, tmp_path)
    agency.land(IN_FORCE)
    agency.approve(1, 2)
    records = Records(database, tmp_path)
    records.put("client", **client("C1", **OF_ELM))
    records.put("caregiver", caregiver_id="G1", hired_on=date(2020, 1, 1))
    planned: dict[str, Any] = {"client_id": "C1", "caregiver_id": "G1", **OF_ELM}
    planned |= {"service_code": "T1019", "start_at": local(DAY, 9), "end_at": local(DAY, 10)}
    records.put("schedule", schedule_id="S1", **planned)
    bill(
        records, visit("V1", local(DAY, 9), aggregator_status="Verified", modifier1="U1", **OF_ELM)
    )
    assert records.state("hhax/V1", "delivery_to_billing") == "moved"
    before = records.all("select * from landing.file order by file_id")
    corrected = tmp_path / "elm-fictive.toml"
    corrected.write_text(IN_FORCE.replace("number = 2", "number = 3").replace("6.30", "6.40"))

    environ = {
        "CAREHOPS_HOME": str(tmp_path / "home"),
        "CAREHOPS_DATABASE_URL": database.url.render_as_string(hide_password=False),
    }

    def carehops(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--now", "2026-11-20T18:00:00Z", *arguments], env=environ)

    tried = ("backtest", "--contract", str(corrected), "--since", "2026-11-01")
    result = carehops(*tried, "--json")
    assert result.exit_code == 0, result.output
    hops = {hop["hop"]: hop for hop in json.loads(result.stdout)["hops"]}
    (effect,) = hops["delivery_to_billing"]["payers"]
    assert (effect["payer"], effect["repriced"], effect["repriced_cents"]) == ("ELM-FICTIVE", 1, 40)
    assert "nothing was changed" in carehops(*tried).output
    assert records.all("select * from landing.file order by file_id") == before
    corrected.write_text(IN_FORCE)
    assert "already seen" in carehops(*tried).output
    corrected.write_text(IN_FORCE.replace("6.30", "-1"))
    assert carehops(*tried).exit_code == 2
    assert carehops("backtest", "--since", "2026-11-01").exit_code == 2
