"""Approving, listing and taking back by command."""

import json
from pathlib import Path

import pytest

from tests.bench_of_records import Records
from tests.command_line import CommandLine
from tests.sql.delivery_to_billing.good_delivery import DAY, HOP, bill, lay_ground, local, visit

pytestmark = pytest.mark.slow

BOSS = "billing-manager@willow-bend.example"


def test_an_exception_is_approved_listed_shown_and_taken_back(
    records: Records, tmp_path: Path
) -> None:
    carehops = CommandLine(records, tmp_path)

    lay_ground(records)
    bill(records, visit("V1", local(DAY, 9), schedule_id=None))
    wish = ("approve", "hhax/V1", "--hop", HOP, "--code", "evv-no-schedule", "--why", "Called in")
    refused = carehops(*wish, "--by", "jo")
    assert refused.exit_code == 2
    assert "Billing manager" in refused.output
    given = carehops(*wish, "--by", BOSS, "--json")
    assert given.exit_code == 0, given.output
    assert json.loads(given.stdout)["approved_role"] == "Billing manager"
    records.run(HOP)
    told = carehops("trace", "hhax/V1")
    assert f"EVV-NO-SCHEDULE at {HOP} approved by {BOSS} (Billing manager)" in told.output
    assert carehops("withdraw", "1", "--by", BOSS, "--why", "Wrong visit").exit_code == 0
    (listed,) = json.loads(carehops("approvals", "--hop", HOP, "--json").stdout)
    assert (listed["code"], listed["withdrawn_by"]) == ("EVV-NO-SCHEDULE", BOSS)
    assert BOSS in carehops("approvals").output
