"""What several modules begin with: claims that are out."""

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from tests.bench_of_records import Records
from tests.conftest import copy_of
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill

MONDAY = date(2026, 11, 9)


@pytest.fixture(scope="module")
def ground(module_records: Records) -> Records:
    """Two clients' claims in one file."""
    lay_claim_ground(module_records, "C2")
    bill(module_records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    module_records.run(HOP)
    return module_records


@pytest.fixture
def sent(administrator: sa.Engine, server_url: sa.URL, ground: Records) -> Iterator[Records]:
    """The same, of each test's own."""
    yield from copy_of(administrator, server_url, ground)
