"""Which tables can be asked for an id, and how an id may be written."""

import pytest

from orchestration import assembly
from orchestration.views.identifiers import (
    KINDS,
    holders,
    homes,
    reading,
    record_ids,
    spellings,
)
from orchestration.views.mentions import addresses


def test_every_kind_people_ask_for_is_held_somewhere() -> None:
    held = {
        kind
        for holder in holders(assembly.feeds(), assembly.hops())
        for kind in holder.columns.values()
    }
    assert held == set(KINDS)


def test_what_comes_from_outside_has_a_home_and_what_is_made_here_has_none() -> None:
    found = homes(assembly.feeds())
    assert {kind: {feed.table.name for feed in feeds} for kind, feeds in found.items()} == {
        "visit": {"evv_visit"},
        "client": {"client"},
        "caregiver": {"caregiver"},
        "plan": {"care_plan"},
        "authorization": {"service_auth"},
        "schedule": {"schedule"},
        "document": {"document"},
        "incident": {"incident"},
    }


def test_a_bare_visit_id_may_be_of_any_evv_system() -> None:
    names = record_ids(homes(assembly.feeds())["visit"], "V1")
    assert set(names) == {"V1", "hhax/V1", "sandata/V1", "carebridge/V1"}


@pytest.mark.parametrize(
    ("text", "beginning", "found"),
    [
        ("hhax/V1", False, {("evv_visit", "hhax", "V1")}),
        ("other/V1", False, set()),
        ("P1", False, {("care_plan", "P1")}),
        ("P1/v2/G3", False, set()),
        ("P1/v2/G3", True, {("care_plan", "P1")}),
    ],
)
def test_an_id_says_in_which_row_it_would_stand(
    text: str, beginning: bool, found: set[tuple[str, ...]]
) -> None:
    by_kind = homes(assembly.feeds())
    seen = {
        (table.name, *(values[column] for column in table.key))
        for table, values in addresses(
            (*by_kind["visit"], *by_kind["plan"]), text, beginning
        ).values()
    }
    assert found <= seen
    # besides, the whole text may be somebody's bare id
    assert all(text in row for row in seen - found)


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        ("12", "batch", ["12", "000000012"]),
        ("000000012", "batch", ["000000012", "12"]),
        ("B000000012", "batch", ["B000000012"]),
        ("0", "batch", ["0", "000000000"]),
        ("0012", "claim", ["0012"]),
    ],
)
def test_control_numbers_may_be_padded(value: str, kind: str, found: list[str]) -> None:
    assert spellings(value, kind) == found  # type: ignore[arg-type]  # parametrized


@pytest.mark.parametrize(
    ("value", "column_type", "found"),
    [
        ("7", "text", "7"),
        ("7", "bigint", 7),
        ("x7", "bigint", None),
        ("7" * 30, "bigint", None),
        ("\u0667", "bigint", None),  # a digit, and not one of ours
    ],
)
def test_a_number_column_is_asked_only_for_numbers(
    value: str, column_type: str, found: object
) -> None:
    assert reading(value, column_type) == found
