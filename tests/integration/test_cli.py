"""The commands: what they print, their exit codes, and that nothing leaks when something breaks."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.commands import asking
from orchestration.ground.database import Database
from tests.bench_of_files import text_of

Carehops = Callable[..., Result]
NOW = "2026-11-20T17:00:00Z"
CANARY = "Zzcanary"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def carehops(home: Path, database: Database, administrator: sa.Engine) -> Iterator[Carehops]:
    """The command line on a home and a database of its own."""
    url = database.url.render_as_string(hide_password=False)
    environ = {"CAREHOPS_HOME": str(home), "CAREHOPS_DATABASE_URL": url}

    def call(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(each) for each in arguments], env=environ)

    yield call
    with administrator.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{database.url.database}_dagster"')


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """A file of two visits, one of them of another payer."""
    path = tmp_path / "VISITS_999999999_20261120090000.CSV"
    rows = [{"visit_id": "V1"}, {"visit_id": "V2", "client_id": "C2"}]
    path.write_text(text_of("evv_visits_hhax", rows))
    return path


def answer(result: Result) -> Any:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage: main" in result.output
    for parameter in main.commands[command].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_the_first_page_lists_the_daily_commands_first() -> None:
    result = CliRunner().invoke(main, ["--help"])
    places = [result.output.index(f"\n  {name} ") for name in ("run", "land", "trace", "ui")]
    assert places == sorted(places)


def test_a_file_is_landed_once_and_known_the_second_time(carehops: Carehops, visits: Path) -> None:
    first = carehops("--now", NOW, "land", visits, "--json")
    assert first.exit_code == 0
    seen = answer(first)
    assert seen["verdict"] == "landed"
    assert seen["feed"] == "evv_visits_hhax"
    assert (seen["rows"], seen["held_lines"]) == (2, 0)
    assert re.fullmatch("[0-9a-f]{64}", seen["sha256"])
    second = carehops("land", visits)
    assert second.exit_code == 0
    assert "already seen" in second.output
    assert visits.exists()


def test_a_file_that_is_quarantined_or_refused_has_an_exit_code_of_its_own(
    carehops: Carehops, tmp_path: Path
) -> None:
    empty = tmp_path / "VISITS_1_20261120090000.CSV"
    empty.write_text("")
    quarantined = carehops("land", empty, "--json")
    assert quarantined.exit_code == 3
    assert answer(quarantined)["reason"]
    assert answer(quarantined)["next_step"]
    refused = carehops("land", tmp_path / "nothing.csv")
    assert refused.exit_code == 4
    assert "refused" in refused.output
    assert "next:" in refused.output


def test_held_lines_are_listed_until_somebody_settles_them(
    carehops: Carehops, tmp_path: Path
) -> None:
    path = tmp_path / "VISITS_1_20261120090000.CSV"
    rows = [{"visit_id": "V1"}, {"visit_id": "V2", "call_in_at": f"{CANARY} o'clock"}]
    path.write_text(text_of("evv_visits_hhax", rows))
    file_id = answer(carehops("--now", NOW, "land", path, "--json"))["file_id"]
    listed = answer(carehops("held-lines", "--feed", "evv_visits_hhax", "--json"))
    assert listed["waiting"] == 1
    (line,) = listed["lines"]
    assert (line["number"], line["record"]) == (f"{file_id}/3", "hhax/V2")
    assert (line["held_at"], line["ended_at"]) == (NOW, None)
    page = carehops("held-lines").output
    assert f"{file_id}/3" in page
    assert CANARY not in page
    waiting = {
        feed["feed"]: feed["held_lines"] for feed in answer(carehops("status", "--json"))["feeds"]
    }
    assert waiting["evv_visits_hhax"] == 1
    done = carehops("settle-line", f"{file_id}/3", "--by", "M Ford", "--why", "a test record")
    assert (done.exit_code, done.output) == (
        0,
        f"Line {file_id}/3 is settled by M Ford; it counts no more.\n",
    )
    again = carehops("settle-line", f"{file_id}/3", "--by", "M Ford", "--why", "again")
    assert again.exit_code == 2
    assert "it was settled by M Ford" in again.stderr
    assert carehops("held-lines").output == "No line waits at landing.\n"
    ended = answer(carehops("held-lines", "--ended", "--json"))
    assert (ended["waiting"], ended["lines"][0]["settled_by"]) == (0, "M Ford")
    assert not any(feed["held_lines"] for feed in answer(carehops("status", "--json"))["feeds"])
    assert "no feed is called 'visits'" in carehops("held-lines", "--feed", "visits").stderr


def test_a_feed_that_does_not_exist_is_one_line_and_exit_code_2(
    carehops: Carehops, visits: Path
) -> None:
    result = carehops("land", visits, "--feed", "visits")
    assert result.exit_code == 2
    assert "no feed is called 'visits'" in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_a_pass_is_run_and_its_record_is_found(carehops: Carehops, visits: Path) -> None:
    carehops("--now", NOW, "land", visits)
    done = carehops("--now", NOW, "pass", "evv_to_coordination", "--json")
    assert done.exit_code == 0, done.output
    seen = answer(done)
    assert (seen["outcome"], seen["taken"], seen["totals"]["held"]) == ("published", 2, 2)
    found = answer(carehops("--now", NOW, "trace", "V1", "--json"))
    assert (found["record"], found["state"]) == ("hhax/V1", "held")
    assert found["stuck_since"] == NOW
    said = carehops("--now", NOW, "trace", "V1")
    assert said.exit_code == 0
    assert said.output.startswith("hhax/V1 is stuck at evv_to_coordination since 20 Nov 2026")


@pytest.mark.slow
def test_a_pass_tells_people_what_it_did(carehops: Carehops, visits: Path) -> None:
    carehops("--now", NOW, "land", visits)
    said = carehops("--now", NOW, "pass", "evv_to_coordination").output
    assert "evv_to_coordination: pass" in said
    assert re.search(r"held +2 +2", said)


@pytest.mark.parametrize("command", ["pass", "queue"])
def test_a_hop_that_does_not_exist_is_refused_with_those_there_are(
    carehops: Carehops, command: str
) -> None:
    result = carehops(command, "billing")
    assert result.exit_code == 2
    assert "no hop is called 'billing'" in result.stderr
    assert "delivery_to_billing" in result.stderr


def test_status_tells_every_hop(carehops: Carehops, visits: Path) -> None:
    carehops("--now", NOW, "land", visits)
    seen = answer(carehops("--now", NOW, "status", "--json"))
    hop = next(hop for hop in seen["hops"] if hop["hop"] == "evv_to_coordination")
    assert (hop["received"], hop["waiting"], hop["conserved"]) == (2, 2, True)
    feed = next(feed for feed in seen["feeds"] if feed["feed"] == "evv_visits_hhax")
    assert feed["freshness"] == "fresh"
    assert feed["last_file"] == visits.name
    said = carehops("--now", NOW, "status").output
    assert "evv_to_coordination" in said
    assert "is unknown: no pass has ever been published" in said


@pytest.mark.slow
def test_a_queue_is_asked_for_one_owner(carehops: Carehops, visits: Path) -> None:
    carehops("--now", NOW, "land", visits)
    carehops("--now", NOW, "pass", "evv_to_coordination")
    seen = answer(carehops("queue", "evv_to_coordination", "--owner", "evv coordinator", "--json"))
    assert seen["records"] == 2
    nobody = carehops("queue", "evv_to_coordination", "--owner", "Scheduler")
    assert "Nothing stands still" in nobody.output
    assert carehops("queue", "evv_to_coordination", "--owner", "nobody").exit_code == 2


def test_an_instant_without_offset_is_not_guessed(carehops: Carehops) -> None:
    result = carehops("--now", "2026-11-20 09:00", "status")
    assert result.exit_code == 2
    assert "with its offset" in result.output


def test_the_doctor_s_exit_code_says_whether_something_is_wrong(carehops: Carehops) -> None:
    result = carehops("doctor", "--json")
    assert result.exit_code == 1
    seen = answer(result)
    assert seen["healthy"] is False
    assert set(seen["findings"][0]) == {"what", "where", "mend"}
    assert "mend:" in carehops("doctor").output


def test_sample_files_are_written_with_their_truth(carehops: Carehops, tmp_path: Path) -> None:
    out = tmp_path / "sample"
    result = carehops(
        *("sample", "--seed", "3", "--clients", "20", "--days", "7", "--end", "2026-11-20"),
        *("--out", out),
    )
    assert result.exit_code == 0, result.output
    assert any((out / "feeds").iterdir())
    assert json.loads((out / "truth.jsonl").read_text().splitlines()[0])["seed"] == 3


def test_up_brings_the_database_up_to_date_and_down_leaves_a_named_server_alone(
    carehops: Carehops,
) -> None:
    assert "answers at" in carehops("up").output
    assert "left alone" in carehops("down").output


def test_feed_pages_are_written_where_they_are_wanted(carehops: Carehops, tmp_path: Path) -> None:
    result = carehops("docs", "--out", tmp_path / "pages")
    assert result.exit_code == 0
    assert (tmp_path / "pages" / "clients.md").exists()


def test_what_breaks_unforeseen_is_one_line_without_a_value(
    carehops: Carehops, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> NoReturn:
        raise ValueError(CANARY)

    monkeypatch.setattr(asking, "trace_of", explode)
    result = carehops("trace", "V1")
    assert result.exit_code == 70
    assert CANARY not in result.output
    assert len(result.stderr.splitlines()) == 1
    assert "carehops broke: ValueError, in " in result.stderr


def test_a_question_is_answered_while_a_pass_is_writing(
    carehops: Carehops, visits: Path, database: Database
) -> None:
    carehops("--now", NOW, "land", visits)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into ledger.pass (hop, started_at) values ('evv_to_coordination', now())"
        )
        connection.exec_driver_sql("update ledger.entry set amount_cents = 1")
        connection.exec_driver_sql("update landing.evv_visit set is_current = is_current")
        connection.exec_driver_sql("create unlogged table audit.evv_to_coordination__work (a int)")
        for command in (("trace", "V1"), ("status",), ("queue", "evv_to_coordination")):
            assert carehops(*command).exit_code == 0


def test_a_database_that_does_not_answer_is_one_line(home: Path) -> None:
    result = CliRunner().invoke(
        main,
        ["status"],
        env={
            "CAREHOPS_HOME": str(home),
            "CAREHOPS_DATABASE_URL": "postgresql://u:geheim@127.0.0.1:9/carehops",
        },
    )
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "no database answers" in result.stderr
    assert "geheim" not in result.output


def test_nobody_else_may_look_into_a_home_that_was_made(carehops: Carehops, home: Path) -> None:
    carehops("status")
    assert home.stat().st_mode & 0o066 == 0


def test_no_person_is_printed_by_any_answer(
    carehops: Carehops, visits: Path, tmp_path: Path
) -> None:
    people = tmp_path / "caregivers_20261120.csv"
    people.write_text(text_of("caregivers", [{"caregiver_id": "G1"}, {"hired_on": "soon"}]))
    assert CANARY in people.read_text()
    for command in (
        ("land", people),
        ("land", visits),
        ("pass", "evv_to_coordination"),
        ("trace", "G1"),
        ("trace", people.name),
        ("trace", "V1", "--json"),
        ("status", "--json"),
        ("queue", "evv_to_coordination", "--json"),
    ):
        result = carehops("--now", NOW, *command)
        assert result.exit_code == 0, result.output
        assert CANARY not in result.output
        assert "\x1b[" not in result.output
