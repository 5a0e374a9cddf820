"""Whom files go to, how they are marked, and when they may leave."""

from datetime import date
from pathlib import Path

import asyncssh  # noqa: F401 - its import runs a program, which no fast test may
import pytest

from orchestration.ground.failures import FileRefused
from orchestration.ground.settings import read_settings
from orchestration.partners.fitness import line_findings
from orchestration.partners.permits import why_withheld
from orchestration.partners.routes import RouteUnknown, read_route, route_to
from orchestration.partners.sending import Sending, Usage, parse_sending

DAY = date(2026, 11, 20)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3yJ2EJ3mWe2Zp8qX0Yw4mJ0GQm7k3rQp1bq1oS0c5C"
PLAN = f"""payers = ["P1"]
[sending]
receiver_id = "PLAN"
name = "SOME PLAN"
usage = "USAGE"
transport = "sftp"
[sending.agreement]
signed_on = 2026-01-02
production = PRODUCTION
[sending.sftp]
host = "sftp.example"
user = "willow"
host_keys = ["{KEY}"]
password = "CAREHOPS_PLAN"
"""
AGENCY = """[agency]
name = "A"
time_zone = "America/New_York"
[owners]
[clearinghouse]
receiver_id = "CLR"
name = "CLEARINGHOUSE"
"""


def plan(usage: str = "T", production: str = "false", **changes: str) -> str:
    text = PLAN.replace("USAGE", usage).replace("PRODUCTION", production)
    for old, new in changes.items():
        before = next(line for line in text.splitlines() if line.startswith(f"{old} = "))
        text = text.replace(before, new)
    return text


def sending(text: str) -> Sending:
    return parse_sending(Path("partners/some_plan.toml"), text)


@pytest.fixture
def agency(tmp_path: Path) -> Path:
    (tmp_path / "agency.toml").write_text(AGENCY)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "some_plan.toml").write_text(plan())
    (tmp_path / "partners" / "silent.toml").write_text('payers = ["P2"]\n')
    return tmp_path


def test_a_payer_goes_to_its_own_partner_or_to_the_clearinghouse(agency: Path) -> None:
    found = [route_to(agency, payer).sending for payer in ("P1", "P2", "P3")]
    assert [one.partner for one in found] == ["some_plan", "clearinghouse", "clearinghouse"]
    assert [one.receiver_id for one in found] == ["PLAN", "CLR", "CLR"]


def test_a_partner_s_file_that_was_never_right_stops_only_payers_it_may_be_for(
    agency: Path,
) -> None:
    (agency / "partners" / "a_new_plan.toml").write_text(
        plan(receiver_id='receiver_id = "TOO LONG A RECEIVER"')
    )
    assert route_to(agency, "P1").sending.partner == "some_plan"
    with pytest.raises(RouteUnknown, match="receiver_id") as unknown:
        route_to(agency, "P3")
    assert unknown.value.place == "partners/a_new_plan.toml:3"


@pytest.mark.parametrize(
    ("usage", "production", "marked", "why"),
    [
        ("T", "false", "T", None),
        ("T", "true", "T", None),
        ("P", "true", "P", None),
        ("P", "false", "T", "marked_as_test"),
        ("T", "true", "P", "marked_for_production"),
        ("T", "false", "P", "production_not_agreed"),
        ("P", "false", "P", "production_not_agreed"),
        ("P", "true", "T", "marked_as_test"),
    ],
)
def test_a_mark_and_its_connection_are_the_same_or_nothing_leaves(
    usage: str, production: str, marked: Usage, why: str | None
) -> None:
    assert why_withheld(sending(plan(usage, production)), marked, DAY) == why


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        ("signed_on = 2026-11-20", None),
        ("signed_on = 2026-11-21", "agreement_not_begun"),
        ("signed_on = 2026-01-01\nended_on = 2026-11-21", None),
        ("signed_on = 2026-01-01\nended_on = 2026-11-20", "agreement_ended"),
    ],
)
def test_an_agreement_holds_from_its_day_until_it_ends(signed: str, why: str | None) -> None:
    assert why_withheld(sending(plan(signed_on=signed)), "T", DAY) == why


def test_without_an_agreement_nothing_leaves() -> None:
    text = plan().replace("[sending.agreement]\nsigned_on = 2026-01-02\nproduction = false\n", "")
    assert why_withheld(sending(text), "T", DAY) == "agreement_missing"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("host_keys", "", "no host key is pinned"),
        ("host_keys", 'host_keys = ["ssh-ed25519 nonsense"]', "this is no public key"),
        ("password", "", "nothing says how to log in"),
        ("password", 'password = "Geheim!"', "password is no name of a secret"),
        ("host", "", "host is missing"),
        ("user", "user = 7", "user must be text in quotes"),
        ("transport", 'transport = "pigeon"', "pigeon"),
        ("name", 'name = "PLAN"\nusages = "X"', "usages is not known here"),
        ("receiver_id", 'receiver_id = "WAY-TOO-LONG-AN-ID"', "receiver_id cannot stand"),
        ("receiver_id", 'receiver_id = "a*b"', "receiver_id cannot stand"),
        ("name", 'name = "PLAN~"', "name cannot stand"),
        ("name", 'name = "PLAN"\nreceiver_qualifier = "Z"', "receiver_qualifier cannot stand"),
        ("signed_on", 'signed_on = "soon"', "signed_on must be a day"),
        ("host", 'host = "x"\ncolour = "red"', "colour is not known here"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_route(Path("partners/some_plan.toml"), plan(**{old: new}))
    assert said in str(refused.value)
    assert "partners/some_plan.toml:" in str(refused.value)
    assert "Geheim" not in str(refused.value)


def test_the_doctor_sees_what_would_keep_files_from_a_partner(agency: Path) -> None:
    home = agency / "home"
    settings = read_settings({"CAREHOPS_HOME": str(home), "CAREHOPS_AGENCY": str(agency)})
    found = [what for what, _, _ in line_findings(settings, DAY)]
    assert found == [
        "secret CAREHOPS_PLAN is missing",
        "no signed agreement with clearinghouse is in force: nothing leaves",
    ]
    home.mkdir()
    settings.secrets.mkdir()
    (settings.secrets / "CAREHOPS_PLAN").write_text("geheim")
    (settings.secrets / "CAREHOPS_PLAN").chmod(0o644)
    found = [what for what, _, _ in line_findings(settings, DAY)]
    assert found[0] == "others on this machine may read a secret"
    (agency / "partners" / "some_plan.toml").write_text(plan(host_keys=""))
    found = [what for what, _, _ in line_findings(settings, DAY)]
    assert found[0] == "no host key is pinned"
    (agency / "partners" / "some_plan.toml").write_text(plan("P"))
    found = [what for what, _, _ in line_findings(settings, DAY)]
    assert found[0] == "the connection to some_plan is for production, which is not agreed"


def test_a_secret_file_that_others_may_read_is_no_secret(tmp_path: Path) -> None:
    settings = read_settings({"CAREHOPS_HOME": str(tmp_path)})
    settings.secrets.mkdir()
    kept = settings.secrets / "CAREHOPS_PLAN"
    kept.write_text("geheim\n")
    kept.chmod(0o640)
    assert settings.secret("CAREHOPS_PLAN") is None
    kept.chmod(0o600)
    assert settings.secret("CAREHOPS_PLAN") == "geheim"
    said = read_settings({"CAREHOPS_HOME": str(tmp_path), "CAREHOPS_PLAN": "another"})
    assert said.secret("CAREHOPS_PLAN") == "another"
