"""``carehops roster``, ``carehops drill`` and what the doctor says of people and channels."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from orchestration import assembly
from orchestration.cli import main
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.fitness import pager_findings
from tests.receivers import (
    HOST,
    Certificates,
    Receiver,
    mail_receiver,
    make_certificates,
    nobody_listens,
    web_receiver,
)

pytestmark = pytest.mark.slow

Carehops = Callable[..., Result]
KEY = "geheimgeheimgeheim"
CHANNELS = """\
[channels.duty]
kind = "pagerduty"
secret = "CAREHOPS_DUTY"
url = "{web}"
ca_file = "{ca}"

[channels.slack]
kind = "slack"
secret = "CAREHOPS_SLACK"
ca_file = "{ca}"

[channels.mail]
kind = "email"
host = "{host}"
port = {port}
sender = "carehops@willow-bend.example"
ca_file = "{ca}"

[[routes]]
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(certificates: Certificates) -> Iterator[Receiver]:
    with web_receiver(certificates.good) as running:
        yield running


@pytest.fixture
def environ(database: Database, tmp_path: Path) -> dict[str, str]:
    shutil.copytree(SQL_FOLDER / "agency", tmp_path / "agency")
    return {
        "CAREHOPS_HOME": str(tmp_path / "home"),
        "CAREHOPS_AGENCY": str(tmp_path / "agency"),
        "CAREHOPS_DATABASE_URL": database.url.render_as_string(hide_password=False),
    }


@pytest.fixture
def carehops(
    environ: dict[str, str], database: Database, administrator: sa.Engine
) -> Iterator[Carehops]:
    yield lambda *arguments: CliRunner().invoke(main, list(arguments), env=environ)
    with administrator.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{database.url.database}_dagster"')


def set_up(environ: dict[str, str], web: str, ca_file: Path, port: int) -> None:
    path = Path(environ["CAREHOPS_AGENCY"]) / "pager.toml"
    channels = CHANNELS.format(web=web, ca=ca_file, host=HOST, port=port)
    path.write_text(path.read_text().replace("[[routes]]\n", channels))
    environ |= {"CAREHOPS_DUTY": KEY, "CAREHOPS_SLACK": f"{web}/{KEY}"}


def answer(result: Result) -> Any:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return json.loads(result.stdout)


def test_the_roster_says_who_is_on_duty_and_who_is_told_next(carehops: Carehops) -> None:
    result = carehops("roster", "--at", "2026-12-22T15:00:00Z", "--json")
    duty = {each["role"]: each for each in answer(result)}
    assert duty["EVV coordinator"] == {
        "role": "EVV coordinator",
        "persons": ["evv02"],
        "because": "on shift as EVV coordinator",
        "is_planned": True,
        "then": ["Care coordinator", "Compliance/QA lead", "Data on-call"],
    }
    page = carehops("roster", "--at", "2026-12-22T15:00:00Z").output
    assert "On duty Tue 22 Dec 2026 10:00 EST" in page


def test_a_spoiled_roster_is_said_and_the_last_good_one_shown(
    carehops: Carehops, environ: dict[str, str]
) -> None:
    path = Path(environ["CAREHOPS_AGENCY"]) / "roster.toml"
    spoiled = path.read_text().replace("14:00-22:00 evv02", "15:00-22:00 evv02")
    path.write_text(spoiled)
    refused = carehops("roster")
    assert refused.exit_code == 2
    assert "EVV coordinator has nobody on Mon 14:00-15:00" in refused.stderr
    path.write_text((SQL_FOLDER / "agency" / "roster.toml").read_text())
    assert carehops("roster").exit_code == 0
    path.write_text(spoiled)
    kept = carehops("roster", "--at", "2026-12-01T19:30:00Z", "--json")
    assert kept.exit_code == 0
    assert "What it said before stays in force." in kept.stderr
    duty = {each["role"]: each["persons"] for each in answer(kept)}
    assert duty["EVV coordinator"] == ["evv02"]


def test_a_spoiled_timing_or_partner_file_stops_no_question(
    carehops: Carehops, environ: dict[str, str]
) -> None:
    folder = Path(environ["CAREHOPS_AGENCY"])
    timing, partner = folder / "timing.toml", folder / "partners" / "any_payer.toml"
    timing.write_text('[schedules]\nfail_after = "never"\n')
    never = carehops("status")
    assert never.exit_code == 0
    assert "timing.toml:2" in never.stderr
    timing.write_text('[schedules]\nfail_after = "3 hours"\n')
    assert carehops("status").exit_code == 0
    timing.write_text('[schedules]\nfail_after = "never"\n')
    partner.write_text("owner = 5\n" + partner.read_text())
    kept = carehops("status")
    assert kept.exit_code == 0
    assert "timing.toml:2" in kept.stderr
    assert "any_payer.toml:" in kept.stderr
    assert kept.stderr.count("What it said before stays in force.") == 2


def test_a_spoiled_agency_file_stops_nobody_who_answers(
    carehops: Carehops, environ: dict[str, str]
) -> None:
    path = Path(environ["CAREHOPS_AGENCY"]) / "agency.toml"
    assert carehops("incidents").exit_code == 0
    path.write_text("surprise\n" + path.read_text())
    assert carehops("incidents").exit_code == 0
    assert carehops("watch").exit_code == 0


def test_a_drill_goes_to_every_channel_and_back(
    carehops: Carehops, environ: dict[str, str], receiver: Receiver, certificates: Certificates
) -> None:
    with mail_receiver(certificates.good) as post:
        set_up(environ, receiver.url, certificates.ca_file, post.port)
        result = carehops("drill", "--json")
        said = answer(result)
    assert (result.exit_code, said["went_well"]) == (0, True)
    legs = [(leg["name"], leg["channel"]) for leg in said["legs"]]
    channels = ["duty", "slack", "mail", "pages"]
    assert legs[0] == ("incident", "")
    assert sorted(legs[1:5]) == sorted(("opened", channel) for channel in channels)
    assert sorted(legs[5:]) == sorted(("recovered", channel) for channel in channels)
    assert all(0 <= leg["seconds"] < 30 for leg in said["legs"])
    actions = [got.json.get("event_action") for got in receiver.got]
    assert sorted(filter(None, actions)) == ["resolve", "trigger"]
    assert all("DRILL, nothing is wrong" in str(mail["Subject"]) for mail in post.got)
    assert KEY not in result.output


def test_a_drill_that_fails_says_which_leg_and_leaves_nothing_behind(
    carehops: Carehops,
    environ: dict[str, str],
    database: Database,
    receiver: Receiver,
    certificates: Certificates,
) -> None:
    receiver.answers(500)
    with mail_receiver(certificates.wrong) as post:
        set_up(environ, receiver.url, certificates.ca_file, post.port)
        del environ["CAREHOPS_SLACK"]
        result = carehops("drill")
    assert result.exit_code == 1
    assert "6 legs failed." in result.output
    for said in ("by duty: broken (500)", "by slack: secret missing", "certificate"):
        assert said in result.output
    assert "opened by pages: sent" in result.output
    with database.engine.connect() as connection:
        left = "select count(*) from ops.page where sent_at is null and dropped_at is null"
        assert connection.scalar(sa.text(left)) == 0
        opened = "select count(*) from ops.incident where closed_at is null"
        assert connection.scalar(sa.text(opened)) == 0
    assert answer(carehops("drill", "--json"))["legs"][0]["went_well"]  # and it can be run again


def test_a_drill_leaves_a_real_incident_alone(carehops: Carehops, database: Database) -> None:
    assert carehops("drill").exit_code == 0
    with database.transaction() as connection:
        connection.execute(
            sa.text("""
                insert into ops.incident (key, kind, subject, cause, severity, owner, opened_at
                    , since, judged_at, last_seen_at, quiet_for)
                values ('a:b:', 'a', 'b', '', 'P3', 'Scheduler', now(), now(), now(), now()
                    , interval '15 min')
            """)
        )
        seen = sa.text("select * from ops.incident where kind = 'a'")
        before = connection.execute(seen).one()
    assert carehops("drill").exit_code == 0
    with database.engine.connect() as connection:
        assert connection.execute(seen).one() == before


def findings(environ: dict[str, str], at: datetime) -> str:
    feeds, hops = assembly.feeds(), assembly.hops()
    found = pager_findings(read_settings(environ), feeds, hops, at)
    return "\n".join(" | ".join(each) for each in found)


TUESDAY = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


def test_the_doctor_finds_nothing_wrong_with_the_sample(environ: dict[str, str]) -> None:
    assert findings(environ, TUESDAY) == ""


def test_the_doctor_names_a_missing_secret_and_what_cannot_be_reached(
    environ: dict[str, str], certificates: Certificates
) -> None:
    with mail_receiver(certificates.wrong) as post:
        set_up(environ, nobody_listens(), certificates.ca_file, post.port)
        del environ["CAREHOPS_SLACK"]
        said = findings(environ, TUESDAY).splitlines()
    assert len(said) == 3
    assert "channel duty cannot be reached: unreachable" in said[0]
    assert "[channels.duty]" in said[0]
    assert "channel slack has no secret" in said[1]
    assert "Set CAREHOPS_SLACK to the incoming webhook's address." in said[1]
    assert "channel mail cannot be reached: certificate" in said[2]
    assert KEY not in "".join(said)


def test_the_doctor_names_files_that_are_wrong_by_line(environ: dict[str, str]) -> None:
    folder = Path(environ["CAREHOPS_AGENCY"])
    for name in ("roster.toml", "pager.toml"):
        path = folder / name
        path.write_text("surprise = 1\n" + path.read_text())
    said = findings(environ, TUESDAY)
    assert f"the roster knows no surprise | {folder}/roster.toml:1 | Remove it" in said
    assert f"the pager knows no surprise | {folder}/pager.toml:1 | Remove it" in said


def test_the_doctor_names_timing_and_partners_that_are_wrong(environ: dict[str, str]) -> None:
    folder = Path(environ["CAREHOPS_AGENCY"])
    (folder / "timing.toml").write_text('[no_such_hop]\nwarn_after = "1 h"\n')
    said = findings(environ, TUESDAY).splitlines()
    assert len(said) == 1
    assert "no_such_hop" in said[0]
    assert f"{folder}/timing.toml:1" in said[0]


def test_the_doctor_looks_two_weeks_ahead_for_shifts_without_anybody(
    environ: dict[str, str],
) -> None:
    path = Path(environ["CAREHOPS_AGENCY"]) / "roster.toml"
    leave = '\n[[leave]]\nperson = "evv02"\nfirst = 2026-12-24\nlast = 2026-12-24\n'
    path.write_text(path.read_text() + leave)
    assert findings(environ, datetime(2026, 12, 9, 17, 0, tzinfo=UTC)) == ""
    said = findings(environ, datetime(2026, 12, 12, 17, 0, tzinfo=UTC)).splitlines()
    assert "EVV coordinator from Thu 24 Dec 06:00 for 16 h" in said[0]
    assert len(said) == 1
    now = findings(environ, datetime(2026, 12, 24, 15, 0, tzinfo=UTC)).splitlines()
    assert now[0].startswith("nobody is on duty as EVV coordinator until Thu 24 Dec 22:00")
