"""Overlaps of many visits, against every pair of them looked at plainly."""

from datetime import timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest

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

CODES = {"OVLP-CAREGIVER", "OVLP-CLIENT", "OVLP-SAME-VISIT"}


def meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    starts, ends = ([row[name] for row in (one, other)] for name in ("call_in_at", "call_out_at"))
    return bool(max(starts) < min(ends))


def codes_of(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Every pair, both ways round."""
    found: dict[str, set[str]] = {row["visit_id"]: set() for row in rows}
    for one, other in permutations(rows, 2):
        if not meet(one, other):
            continue
        carer = one["caregiver_id"] == other["caregiver_id"]
        person = one["client_id"] == other["client_id"]
        service = one["service_code"] == other["service_code"]
        group = one["group_code"] is not None and one["group_code"] == other["group_code"]
        codes = {
            "OVLP-CAREGIVER": carer and not person and not group,
            "OVLP-CLIENT": person and service and not carer,
            "OVLP-SAME-VISIT": person and service and carer,
        }
        found[one["visit_id"]] |= {code for code, broken in codes.items() if broken}
    return found


def drawn(seed: int) -> list[dict[str, Any]]:
    """Visits of few people in quarter hours of two days, some of them through the night."""
    rng = Random(seed)
    rows = []
    for number in range(36):
        start = local(DAY - timedelta(days=1), 20) + timedelta(minutes=15 * rng.randrange(70))
        rows.append(
            visit(
                f"{seed}-{number}",
                # a second apart, so that nothing is the same visit twice
                start + timedelta(seconds=number),
                rng.choice((15, 30, 60, 120, 480)),
                client_id=f"C-{seed}-{rng.randrange(6)}",
                caregiver_id=f"G-{seed}-{rng.randrange(6)}",
                service_code=rng.choice(("T1019", "T1019", "S5125")),
                group_code=rng.choice((None, None, None, f"G{seed}")),
            )
        )
        rows[-1]["call_out_at"] = rows[-1]["call_out_at"] - timedelta(seconds=number)
    return rows


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    lay_ground(module_records)
    module_records.put("payer_contract", contract(file_version=2, group_size_limit=99))
    module_records.put("payer_contract", contract("S5125", group_size_limit=99))
    names = [f"{seed}-{number}" for seed in range(3) for number in range(6)]
    module_records.put("client", *(client(f"C-{name}") for name in names))
    module_records.put("caregiver", *(caregiver(f"G-{name}") for name in names))
    bill(module_records, *(row for seed in range(3) for row in drawn(seed)))
    return module_records


@pytest.mark.parametrize("seed", range(3))
def test_every_overlap_is_found_and_no_other(billed: Records, seed: int) -> None:
    rows = drawn(seed)
    found = {
        row["visit_id"]: CODES & set(billed.codes(f"hhax/{row['visit_id']}", HOP)) for row in rows
    }
    assert found == codes_of(rows)


def test_what_was_drawn_has_overlaps_of_every_kind() -> None:
    drawn_codes = (codes_of(drawn(seed)).values() for seed in range(3))
    assert {code for found in drawn_codes for codes in found for code in codes} == CODES
