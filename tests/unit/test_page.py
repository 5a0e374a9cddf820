"""What a page can say, and what it cannot."""

import dataclasses
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.flow.edits import OWNER_ROLES
from orchestration.watch.incidents.incident import Incident
from orchestration.watch.paging.page import (
    NOT_SHOWN,
    Event,
    Page,
    Place,
    name_of_ours,
    page_from,
    page_of,
)

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
RUN = "0a1b2c3d-0a1b-4c3d-8e9f-0a1b2c3d4e5f"
PLACE = Place("willow-bend", "https://carehops.example/", "https://carehops.example/runbooks")


def incident(**columns: Any) -> Incident:
    known: dict[str, Any] = {
        "key": "hop_stale:a_hop:",
        "kind": "hop_stale",
        "subject": "a_hop",
        "cause": "",
        "severity": "P1",
        "owner": "Billing specialist",
        "since": NOW - timedelta(minutes=75),
        "opened_at": NOW,
        "judged_at": NOW,
        "last_seen_at": NOW,
        "quiet_for": timedelta(minutes=15),
        "incident_id": 12,
    }
    return Incident(**known | columns)


def page(what: Any = "opened", **columns: Any) -> Page:
    return page_of(incident(**columns), Event(what, 0, NOW), "Billing specialist", PLACE)


def test_a_page_says_what_where_how_much_whose_and_what_to_do() -> None:
    full = page(count=1204, oldest=NOW - timedelta(hours=30), money=Decimal("12340"), visits=310)
    assert full.text.splitlines() == [
        "P1 a_hop: hop stale",
        "No pass of the hop was published in time. It has lasted 1 h 15 min. 1,204 records, the "
        "oldest for 1 d 6 h; 310 visits; $12,340.00 at stake. Owner: Billing "
        "specialist. Incident 12.",
        "Dagster: https://carehops.example/assets/a_hop",
        "Runbook: https://carehops.example/runbooks/hop_stale.md",
    ]


def test_what_is_not_known_is_not_said() -> None:
    bare = page(kind="unheard_of")
    assert bare.sentence == "It has lasted 1 h 15 min. Owner: Billing specialist. Incident 12."
    assert dict(bare.facts).keys() == {"Owner", "Told", "Open for", "Incident"}


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("reminder", "P1 still: a_hop: hop stale (EVV-NO-OUT)"),
        ("escalation", "P1 nobody has acknowledged: a_hop: hop stale (EVV-NO-OUT)"),
        ("recovered", "P1 over: a_hop: hop stale (EVV-NO-OUT)"),
    ],
)
def test_the_first_line_says_which_event_it_is(what: str, title: str) -> None:
    assert page(what, cause="EVV-NO-OUT").title == title


def test_a_drill_says_so_first() -> None:
    assert page(kind="drill").title.startswith("DRILL, nothing is wrong: ")
    assert not page().is_drill


def test_a_page_leads_to_its_run_where_there_is_one() -> None:
    assert page(run_id=RUN).dagster == f"https://carehops.example/runs/{RUN}"
    assert page(run_id="../../secret").dagster == "https://carehops.example/assets/a_hop"


@pytest.mark.parametrize(
    "name",
    [
        *sorted(OWNER_ROLES), "", "evv_to_coordination", "records_stuck", "EVV-NO-OUT", "hhax",
        "MCO-EAST", "pages", "clearing-house", "835", "BCN1",
        "check_visit_id_unique", "clearinghouse 277CA",
    ],
)  # fmt: skip
def test_names_of_ours_are_shown(name: str) -> None:
    assert name_of_ours(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "Anna Example", "Zzcanary", "anna.example@mail.example", "000000000101", "M0000101",
        "1950-02-03", "614-555-0100", "100 Example Street", "VISITS_20261120.CSV", "a" * 64,
        "name with spaces", "O'Hara", "<script>", "a\nb", "client_000101",
    ],
)  # fmt: skip
def test_what_may_be_a_person_s_is_not_shown(name: str) -> None:
    assert name_of_ours(name) == NOT_SHOWN
    shown = page(subject=name, cause=name, kind=name, owner=name, run_id=name)
    assert name not in f"{shown.text}{shown.as_body()}"


@given(st.text())
def test_no_text_gets_on_a_page_but_names_of_ours(text: str) -> None:
    shown = name_of_ours(text)
    assert shown in {text, NOT_SHOWN}
    assert re.fullmatch(r"[\w /-]*", shown, re.ASCII)
    assert not re.search(r"\d{4}", shown)


def test_a_page_has_no_field_for_an_instant_or_for_free_text() -> None:
    kinds = {field.name: field.type for field in dataclasses.fields(Page)}
    assert not any(kind is datetime for kind in kinds.values())
    assert set(kinds) == {
        *("what", "number", "incident_id", "dedup_key", "severity", "kind", "subject", "cause"),
        *("owner", "told", "count", "open_minutes", "oldest_minutes", "money", "visits"),
        *("run_id", "dagster", "runbook"),
    }


def test_what_is_kept_is_what_is_sent() -> None:
    written = page(money=Decimal("1.5"))
    assert page_from(written.as_body()) == written


def test_two_agencies_incidents_are_never_one_to_a_receiver() -> None:
    other = replace(PLACE, agency="oak-hill")
    event = Event("opened", 0, NOW)
    keys = {page_of(incident(), event, "", place).dedup_key for place in (PLACE, other)}
    assert keys == {"willow-bend-12", "oak-hill-12"}
