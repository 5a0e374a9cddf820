"""A line is billed in words that somebody approved, by codes that exist on its day."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assets.feeds.payer_contracts import PAYER_CONTRACT
from orchestration.partners.payers.checking import inspect_contracts
from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    bill,
    caregiver,
    client,
    contract,
    lay_ground,
    local,
    visit,
)

GOOD, NEW = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
MAPPED = {
    "maps_to_payer_id": "P1",
    "maps_to_program": "WAIVER",
    "maps_to_modifiers": "-",
    "updated_by": "contracts01",
}
#: Service, what its contract says beside.
TERMS: dict[str, dict[str, Any]] = {
    "S1001": {"mapping": GOOD, **MAPPED, "maps_to_service_code": "S1001"},
    "S1002": {
        "mapping": NEW,
        "contract_version": 2,
        **MAPPED,
        "maps_to_service_code": "S1002",
    },
    "S1003": {"disciplines": "aide;LPN"},
    "S1004": {"place_of_service_community": "99"},
    "S1005": {"place_of_service": "77"},
    "S1006": {},
    "S1007": {},
}
# what it is told, its service, the caregiver's discipline, changes
VISITS: dict[str, tuple[list[str], str, str, dict[str, Any]]] = {
    "approved": ([], "S1001", "aide", {}),
    "not-approved": (["MAP-VERSION"], "S1002", "aide", {}),
    "paid-discipline": ([], "S1003", "LPN", {}),
    "other-discipline": (["MAP-DISCIPLINE"], "S1003", "RN", {}),
    "any-discipline": ([], "S1004", "therapist", {}),
    "place-agreed": ([], "S1004", "aide", {"location_type": "community"}),
    "place-not-agreed": (["MAP-LOCATION"], "S1006", "aide", {"location_type": "community"}),
    "place-exists": ([], "S1006", "aide", {}),
    "place-unknown": (["CODE-POS"], "S1005", "aide", {}),
    "code-last-day": ([], "S1007", "aide", {}),
    "code-ended": (["CODE-INVALID"], "S1007", "aide", {"start": local(DAY + timedelta(1), 9)}),
    "modifier-unknown": (["CODE-INVALID"], "S1006", "aide", {"modifier1": "ZZ"}),
}


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    bench = module_records
    lay_ground(bench)
    bench.put(
        "payer_contract",
        *(contract(service, **says) for service, says in TERMS.items()),
        contract("S1006", "ZZ"),
    )
    bench.put(
        "mapping_approval",
        {"payer_id": "P1", "contract_version": 1, "mapping": GOOD, "approved_by": "contracts02"},
        {"payer_id": "P1", "contract_version": 1, "mapping": NEW, "approved_by": "contracts02"},
    )
    codes = [("service", service) for service in ("T1019", *TERMS) if service != "S1007"]
    places = [("modifier", "U1"), ("place", "12"), ("place", "99")]
    bench.put(
        "code",
        *(
            {"code_kind": kind, "code": code, "valid_from": date(2020, 1, 1)}
            for kind, code in (*codes, *places)
        ),
        {
            "code_kind": "service",
            "code": "S1007",
            "valid_from": date(2020, 1, 1),
            "valid_to": DAY,
        },
    )
    bench.put("client", *(client(f"C-{name}") for name in VISITS))
    bench.put(
        "caregiver",
        *(
            caregiver(f"G-{name}", discipline=discipline)
            for name, (_, _, discipline, _) in VISITS.items()
        ),
    )
    bill(
        bench,
        *(
            visit(
                name,
                service_code=service,
                client_id=f"C-{name}",
                caregiver_id=f"G-{name}",
                **{"start": local(DAY, 9), **changes},
            )
            for name, (_, service, _, changes) in VISITS.items()
        ),
    )
    return bench


@pytest.mark.proves("S0-20")
@pytest.mark.parametrize("name", VISITS)
def test_words_and_codes_are_in_force_on_the_day_or_hold_the_line(
    billed: Records, name: str
) -> None:
    assert billed.codes(f"hhax/{name}", HOP) == VISITS[name][0]


def test_an_approval_lets_just_that_version_go_on(billed: Records) -> None:
    billed.put(
        "mapping_approval",
        payer_id="P1",
        contract_version=2,
        mapping=NEW,
        approved_by="contracts02",
    )
    billed.run(HOP)
    assert billed.state("hhax/not-approved", HOP) == "moved"


def test_the_contracts_check_names_services_nobody_pays(billed: Records, tmp_path: Path) -> None:
    bill(billed, visit("unpaid", local(DAY, 12), service_code="T1020", modifier1="U1"))
    with billed.database.engine.connect() as connection:
        said = [str(one) for one in inspect_contracts(PAYER_CONTRACT, connection, tmp_path, DAY)]
    assert any("p1.toml: 1 visit waits for terms of T1020 U1 under WAIVER" in one for one in said)
