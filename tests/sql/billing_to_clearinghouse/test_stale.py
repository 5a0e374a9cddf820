"""A claim is never built on what has changed since it was reconciled."""

import pytest

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    auth,
    bill,
    contract,
    lay_ground,
    local,
    visit,
)

pytestmark = pytest.mark.slow

BILLING = "delivery_to_billing"
CLAIMS = "billing_to_clearinghouse"


@pytest.mark.proves("S1-07")
def test_no_claim_is_built_on_an_older_version_of_an_authorization(records: Records) -> None:
    lay_ground(records)
    records.put("payer_contract", contract("AUTH1", needs_service_auth=True))
    records.put("service_auth", auth("A1", service_code="AUTH1"))
    records.put("service_auth", auth("A2", service_code="OTHER"))
    bill(records, visit("V1", local(DAY, 9), service_code="AUTH1"))
    bill(records, visit("V2", local(DAY, 12)))
    records.put("service_auth", auth("A1", auth_version=2, service_code="AUTH1"))
    records.run(CLAIMS)
    assert records.codes("hhax/V1", CLAIMS) == ["AUTH-STALE-VERSION"]
    assert records.state("hhax/V1", CLAIMS) == "waiting"
    assert records.codes("hhax/V2", CLAIMS) == []
    records.run(BILLING)
    records.run(CLAIMS)
    assert records.state("hhax/V1", CLAIMS) == "moved"
