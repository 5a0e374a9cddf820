"""What is wrong with the set-up: every fault is found, said in words, and comes with its mend."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.clock import FixedClock, SystemClock
from orchestration.ground.database import Database
from orchestration.ground.settings import Settings, read_settings
from orchestration.views import doctor
from orchestration.views.doctor import Finding


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    """A home of its own, and the test's database named as an agency's server would be."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "dagster").mkdir(mode=0o700)
    (home / "dagster" / "dagster.yaml").write_text("freshness: {enabled: true}\n")
    url = database.url.render_as_string(hide_password=False)
    return read_settings({"CAREHOPS_HOME": str(home), "CAREHOPS_DATABASE_URL": url})


@pytest.fixture
def dagster(database: Database, administrator: sa.Engine) -> Callable[..., None]:
    """Makes Dagster's database with heartbeats of these ages."""

    def beat(**ages: timedelta) -> None:
        with administrator.connect() as connection:
            connection.exec_driver_sql(f'create database "{database.url.database}_dagster"')
        url = database.url.set(database=f"{database.url.database}_dagster")
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "create table daemon_heartbeats (daemon_type text, body text)"
            )
            for name, age in ages.items():
                at = (SystemClock().now() - age).timestamp()
                connection.execute(
                    sa.text("insert into daemon_heartbeats values (:name, :body)"),
                    {"name": name, "body": json.dumps({"timestamp": at})},
                )

    return beat


def words(findings: Any) -> str:
    return "\n".join(f"{found.what} | {found.where} | {found.mend}" for found in findings)


def examine(settings: Settings, now: datetime | None = None) -> list[Finding]:
    clock = SystemClock() if now is None else FixedClock(now)
    return doctor.doctor(settings, assembly.feeds(), assembly.hops(), clock)


def test_nothing_is_wrong_with_a_house_that_runs(
    settings: Settings, dagster: Callable[..., None]
) -> None:
    moment = timedelta(seconds=5)
    dagster(SENSOR=moment, SCHEDULER=moment, FRESHNESS_DAEMON=moment)
    assert examine(settings) == []


def test_every_finding_says_what_where_and_how_to_mend_it(tmp_path: Path) -> None:
    nothing = read_settings(
        {"CAREHOPS_HOME": str(tmp_path / "none"), "CAREHOPS_AGENCY": str(tmp_path / "nobody")}
    )
    findings = examine(nothing)
    assert {finding.what for finding in findings} >= {
        "the database is not running",
        "Dagster has no settings yet",
    }
    assert all(found.what and found.where and found.mend for found in findings)
    assert not (tmp_path / "none").exists()


def test_a_server_that_does_not_answer_is_named_without_its_password(settings: Settings) -> None:
    silent = replace(
        settings, database_url="postgresql://somebody:geheim@127.0.0.1:9/carehops?connect_timeout=1"
    )
    said = words(doctor.server(silent, SystemClock()))
    assert "does not answer" in said
    assert "127.0.0.1" in said
    assert "geheim" not in said


def test_an_empty_database_is_told_from_an_old_one(
    settings: Settings, administrator: sa.Engine
) -> None:
    with administrator.connect() as connection:
        connection.exec_driver_sql("create database t_doctor_empty")
    try:
        url = sa.make_url(str(settings.database_url)).set(database="t_doctor_empty")
        empty = replace(settings, database_url=url.render_as_string(hide_password=False))
        said = words(doctor.server(empty, SystemClock()))
        assert "the database is empty" in said
        assert "Dagster's database is missing" in said
    finally:
        with administrator.connect() as connection:
            connection.exec_driver_sql("drop database t_doctor_empty with (force)")


def test_missing_edited_and_newer_migrations_are_told_apart(
    settings: Settings, database: Database
) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "update public.carehops_migration set sha256 = 'x' where name = '0001_ledger.sql'"
        )
        connection.exec_driver_sql(
            "update public.carehops_migration set name = '9999_future.sql'"
            " where name = '0050_search.sql'"
        )
    said = words(doctor.server(settings, SystemClock()))
    assert "migrations are missing: 0050_search.sql" in said
    assert "edited after they were applied: 0001_ledger.sql" in said
    assert "newer release: it knows 9999_future.sql" in said


def test_a_server_below_the_floor_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "FLOOR", 99)
    assert "is too old; Carehops needs 99" in words(doctor.server(settings, SystemClock()))


def test_clocks_that_differ_are_named(settings: Settings) -> None:
    late = FixedClock(SystemClock().now() + timedelta(hours=2))
    said = words(doctor.server(settings, late))
    assert "this machine's clock and the database's differ by 7" in said


@pytest.mark.parametrize("make", [False, True])
def test_a_daemon_that_never_ran_is_named(
    settings: Settings, dagster: Callable[..., None], make: bool
) -> None:
    if make:
        dagster()
    said = words(doctor.server(settings, SystemClock()))
    assert ("has never run" if make else "database is missing") in said


def test_a_silent_daemon_is_named_with_its_last_sign_of_life(
    settings: Settings, dagster: Callable[..., None]
) -> None:
    moment = timedelta(seconds=5)
    dagster(SENSOR=timedelta(hours=3), SCHEDULER=moment, FRESHNESS_DAEMON=moment)
    said = words(doctor.server(settings, SystemClock()))
    assert "daemon is silent (SENSOR), last heard" in said
    assert "carehops ui" in said


def test_a_freshness_daemon_that_is_missing_is_named(
    settings: Settings, dagster: Callable[..., None]
) -> None:
    dagster(SENSOR=timedelta(seconds=5))
    assert "freshness daemon has never run" in words(doctor.server(settings, SystemClock()))


@pytest.mark.parametrize(
    ("text", "is_well"),
    [
        ("freshness: {enabled: true}\n", True),
        ("telemetry: {enabled: false}\nfreshness:\n  enabled: True\n", True),
        ("freshness: {enabled: false}\n", False),
        ("telemetry: {enabled: true}\n", False),
        ("# freshness: {enabled: true}\n", False),
    ],
)
def test_freshness_switched_off_is_found(settings: Settings, text: str, is_well: bool) -> None:
    (settings.dagster_home / "dagster.yaml").write_text(text)
    assert (list(doctor.dagster_settings(settings)) == []) is is_well


@pytest.mark.parametrize(
    ("name", "mode", "is_well"),
    [
        ("drop", 0o700, True),
        ("drop", 0o770, True),
        ("drop", 0o755, False),
        ("kept", 0o711, False),
        ("outbox", 0o704, False),
        ("secrets", 0o755, False),
        ("", 0o711, True),
        ("", 0o755, False),
        ("", 0o702, False),
    ],
)
def test_folders_that_others_may_read_are_found(
    settings: Settings, name: str, mode: int, is_well: bool
) -> None:
    folder = settings.home / name
    folder.mkdir(exist_ok=True)
    folder.chmod(mode)
    findings = list(doctor.folders(settings))
    assert (findings == []) is is_well
    assert all(found.mend == f"chmod o-rwx {folder}" for found in findings)


@pytest.mark.parametrize(
    ("free", "total", "is_well"),
    [(50, 100, True), (4, 100, False), (0.5, 5, False), (6, 100, True)],
)
def test_a_disk_that_is_nearly_full_is_found(
    settings: Settings, free: float, total: float, is_well: bool
) -> None:
    usage = SimpleNamespace(free=int(free * 2**30), total=int(total * 2**30))
    assert (list(doctor.disk(settings, lambda _: usage)) == []) is is_well


def test_an_owner_nobody_stands_for_is_found(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "agency"
    shutil.copytree(settings.agency_folder, folder)
    path = folder / "agency.toml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith('"EDI analyst"')]
    path.write_text("\n".join(kept))
    owners = {feed.owner for feed in assembly.feeds()}
    own = replace(settings, agency_folder=folder)
    said = words(doctor.agency(own, owners))
    assert "nobody answers for what EDI analyst owns" in said
    assert said.count("\n") == 0


def test_an_agency_file_that_is_wrong_is_found(settings: Settings, tmp_path: Path) -> None:
    own = replace(settings, agency_folder=tmp_path)
    assert "cannot be read" in words(doctor.agency(own, ()))
    (tmp_path / "agency.toml").write_text('[agency]\nname = "x"\ntime_zone = "Mars"\n')
    assert "time_zone is no IANA zone" in words(doctor.agency(own, ()))


def test_a_credential_that_is_refused_or_expires_soon_is_named(
    settings: Settings, database: Database
) -> None:
    now = SystemClock().now()
    rows = {"sftp": (now, None), "key": (None, now + timedelta(days=9)), "good": (None, None)}
    with database.transaction() as connection:
        for name, (failing, expires) in rows.items():
            connection.execute(
                sa.text(
                    "insert into ops.credential (name, owner_role, failing_since, expires_at"
                    ", tried_at) values (:name, 'EDI analyst', :failing, :expires, :now)"
                ),
                {"name": name, "failing": failing, "expires": expires, "now": now},
            )
    said = [found for found in examine(settings) if "credential" in found.what]
    assert [found.where for found in said] == [
        "credential sftp, EDI analyst",
        "credential key, EDI analyst",
    ]
    assert "is refused since" in said[0].what
    assert "expires on" in said[1].what
