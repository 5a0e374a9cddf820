"""What people say and see of files on their way."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER
from tests.bench_of_exchange import PARTNER, SECRET, Exchanges
from tests.sftp_partner import Running, sftp_partner

pytestmark = pytest.mark.slow

SAID = ("--by", "EDI desk", "--why", "asked their support")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with sftp_partner(tmp_path / "partner") as server:
        yield server


@pytest.fixture
def exchanges(database: Database, tmp_path: Path, running: Running) -> Exchanges:
    bench = Exchanges(database, tmp_path)
    bench.agree(running.partner, meaning=None)
    for name in ("roster.toml", "pager.toml", "timing.toml"):
        (bench.agency / name).write_text((SQL_FOLDER / "agency" / name).read_text())
    path = bench.agency / "partners" / f"{PARTNER}.toml"
    head = 'meaning = "A plan."\ntime_zone = "America/New_York"\nreplies = {}\n'
    path.write_text(head + path.read_text())
    return bench


def carehops(exchanges: Exchanges, *words: str) -> Result:
    environ = {
        "CAREHOPS_HOME": str(exchanges.settings.home),
        "CAREHOPS_AGENCY": str(exchanges.agency),
        "CAREHOPS_DATABASE_URL": exchanges.database.url.render_as_string(hide_password=False),
        **exchanges.environ,
    }
    now = ["--now", exchanges.now.isoformat()]
    return CliRunner().invoke(main, [*now, *words], env=environ)


def test_a_person_is_told_what_an_exchange_did(exchanges: Exchanges, running: Running) -> None:
    exchanges.owe(1)
    done = carehops(exchanges, "exchange", "--partner", PARTNER, "--json")
    assert done.exit_code == 0, done.output
    (said,) = json.loads(done.stdout)
    assert (said["partner"], said["outcome"], said["sent"]) == (PARTNER, "done", 1)
    assert "is with its partner" in carehops(exchanges, "deliveries").output
    wrong = carehops(exchanges, "exchange", "--partner", "nobody")
    assert wrong.exit_code == 2
    assert f"there are {PARTNER}, clearinghouse" in wrong.output


def test_what_is_withheld_says_why_and_what_to_do(exchanges: Exchanges, running: Running) -> None:
    path = exchanges.agency / "partners" / f"{PARTNER}.toml"
    agreed = path.read_text()
    path.write_text(agreed.replace("[sending.agreement]\nsigned_on = 2026-01-02\n", ""))
    exchanges.owe(1)
    assert carehops(exchanges, "exchange").exit_code == 0
    assert running.partner.logins == 0
    said = carehops(exchanges, "deliveries").output.replace("\n", " ")
    assert "may not leave for some_plan (agreement missing); next: sign" in said
    (pile,) = json.loads(carehops(exchanges, "status", "--json").stdout)["deliveries"]
    assert (pile["state"], pile["reason"], pile["files"]) == ("withheld", "agreement_missing", 1)
    assert "sign the trading-partner agreement" in carehops(exchanges, "status").output
    assert "withheld agreement missing: sign" in " ".join(
        carehops(exchanges, "queue", "billing_to_clearinghouse").output.split()
    )
    path.write_text(agreed)
    assert carehops(exchanges, "exchange").exit_code == 0
    assert running.partner.arrived == ["B000000001.837"]


def doubt(exchanges: Exchanges, running: Running) -> None:
    running.partner.takes_at_once, running.partner.loses_answer = "done", True
    exchanges.owe(1)
    exchanges.run()
    exchanges.run()
    assert exchanges.states() == ["unconfirmed"]


def test_a_person_says_that_the_partner_has_it(exchanges: Exchanges, running: Running) -> None:
    doubt(exchanges, running)
    assert carehops(exchanges, "settle", "B000000001", *SAID).exit_code == 2
    done = carehops(exchanges, "settle", "b000000001", "--sent", *SAID)
    assert done.exit_code == 0, done.output
    assert exchanges.states() == ["sent"]
    (said,) = exchanges.all("select who, because, batch_no, decided from ops.line_decision")
    assert tuple(said) == ("EDI desk", "asked their support", "B000000001", "sent")
    again = carehops(exchanges, "settle", "B000000001", "--absent", *SAID)
    assert again.exit_code == 2
    assert exchanges.states() == ["sent"]


def test_a_person_says_that_the_partner_has_it_not(exchanges: Exchanges, running: Running) -> None:
    doubt(exchanges, running)
    assert carehops(exchanges, "settle", "B000000001", "--absent", *SAID).exit_code == 0
    assert exchanges.states() == ["waiting"]
    exchanges.run()
    assert exchanges.states() == ["sent"]
    assert running.partner.arrived == ["B000000001.837"] * 2


def test_a_person_lets_a_refused_partner_be_tried_again(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.owe(1)
    running.partner.password = "locked"
    assert carehops(exchanges, "exchange", "--partner", PARTNER).exit_code == 1
    tried = running.partner.logins
    said = carehops(exchanges, "exchange", "--partner", PARTNER)
    assert said.exit_code == 1
    assert "carehops resume" in said.output
    assert running.partner.logins == tried
    running.partner.password = exchanges.environ[SECRET]
    assert carehops(exchanges, "resume", PARTNER, *SAID).exit_code == 0
    assert carehops(exchanges, "exchange", "--partner", PARTNER).exit_code == 0
    assert exchanges.states() == ["sent"]


def test_a_spoiled_file_of_a_partner_stays_as_it_was(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.run()
    path = exchanges.agency / "partners" / f"{PARTNER}.toml"
    path.write_text(path.read_text().replace('user = "willow"', "user = "))
    exchanges.owe(1)
    done = carehops(exchanges, "exchange", "--partner", PARTNER)
    assert done.exit_code == 0, done.output
    assert "some_plan.toml:" in done.output
    assert running.partner.arrived == ["B000000001.837"]
