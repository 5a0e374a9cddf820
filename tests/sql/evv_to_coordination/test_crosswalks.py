"""What visits call payer, programme and service becomes what it is with us, on the visit's day."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

DAY = timedelta(days=1)
APPROVED, WAITING, OWN = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"
#: Programme others write, service others write, version, crosswalk, who wrote it.
NAMES = [
    ("HCBS", "PCS", 1, APPROVED, date(2026, 1, 1), date(2026, 11, 10)),
    ("HCBS", "PCA", 2, WAITING, date(2026, 1, 1), None),
    ("HCBS", "PCO", 3, OWN, date(2026, 1, 1), None),
    ("WAIVER", "T1020", 2, WAITING, date(2026, 1, 1), None),
]
OURS = {"payer_id": "P-maps", "payer_program": "WAIVER", "service_code": "T1020"}


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    bench = module_records
    lay_ground(bench)
    bench.put(
        "payer_contract",
        *(
            {
                **OURS,
                "payer_program": program,
                "service_code": service,
                "modifiers": "-",
                "contract_version": version,
                "mapping": mapping,
                "valid_from": first,
                "valid_to": last,
                "maps_to_payer_id": "P-maps",
                "maps_to_program": "WAIVER",
                "maps_to_service_code": "T1020",
                "maps_to_modifiers": "-" if service == "T1020" else "U1",
                "max_visit_minutes": 720,
                "gps_limit_metres": 400,
                "updated_by": "contracts01",
            }
            for program, service, version, mapping, first, last in NAMES
        ),
    )
    bench.put(
        "mapping_approval",
        {"payer_id": "P-maps", "contract_version": 1, "mapping": APPROVED, "approved_by": "b"},
        # an approval of other crosswalks under the same number, and one by whoever wrote them
        {"payer_id": "P-maps", "contract_version": 2, "mapping": APPROVED, "approved_by": "b"},
        {
            "payer_id": "P-maps",
            "contract_version": 3,
            "mapping": OWN,
            "approved_by": "contracts01",
        },
    )
    bench.put("caregiver", *({"caregiver_id": f"G-{name}"} for name in VISITS))
    bench.put(
        "evv_visit",
        *(
            visit(name, **{**OURS, "caregiver_id": f"G-{name}", **changes})
            for name, (_, changes) in VISITS.items()
        ),
    )
    bench.run(HOP)
    return bench


OTHERS = {"payer_program": "HCBS", "service_code": "PCS"}
VISITS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "in-our-words": ([], {}),
    "in-others-words": ([], OTHERS),
    "others-words-the-day-after": ([], {**OTHERS, "start": START + DAY}),
    "programme-in-small-letters": (["MAP-NEAR-MISS"], {**OTHERS, "payer_program": "hcbs"}),
    "words-nobody-approved": (["MAP-VERSION"], {**OTHERS, "service_code": "PCA"}),
    "words-their-writer-approved": (["MAP-VERSION"], {**OTHERS, "service_code": "PCO"}),
    "payer-in-small-letters": (["MAP-NEAR-MISS"], {"payer_id": "p-maps"}),
    "payer-with-a-blank": (["MAP-NEAR-MISS"], {"payer_id": "P-maps "}),
    "payer-with-a-zero": (["MAP-NEAR-MISS"], {"payer_id": "0P-maps"}),
    "programme-of-nobody": (["MAP-PAYER"], {"payer_program": "HCB"}),
    "payer-before-its-first-day": (["MAP-PAYER"], {"start": START.replace(year=2025)}),
}


@pytest.mark.parametrize("name", VISITS)
def test_words_are_ours_approved_or_held(judged: Records, name: str) -> None:
    assert judged.codes(f"hhax/{name}", HOP) == VISITS[name][0]


def test_others_words_are_ours_from_here_on(judged: Records) -> None:
    row = judged.one(
        "select * from core.coordination_visit where record_id = 'hhax/in-others-words'"
    )
    assert row is not None
    assert (row.payer_id, row.payer_program) == ("P-maps", "WAIVER")
    assert (row.service_code, row.modifiers) == ("T1020", "U1")
    # the day after, nobody says any more what they stand for
    row = judged.one(
        "select * from core.coordination_visit where record_id = 'hhax/others-words-the-day-after'"
    )
    assert row is not None
    assert (row.payer_program, row.service_code) == ("HCBS", "PCS")


def test_a_near_miss_says_what_was_meant(judged: Records) -> None:
    row = judged.one(
        "select reason.fact from ledger.reason as reason"
        " inner join ledger.entry as entry on reason.entry_id = entry.entry_id"
        " where entry.record_id = 'hhax/payer-in-small-letters'"
    )
    assert row is not None
    assert row.fact == "P-maps WAIVER"
