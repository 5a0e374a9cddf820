"""``carehops watchdog`` as a person, cron or systemd runs it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "orchestration", "watchdog", "--port", "1"]


def surroundings(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "CAREHOPS_HOME": str(home), **more}


def once(home: Path, **more: str) -> tuple[int, str]:
    ran = subprocess.run(
        [*COMMAND, "--once"],
        env=surroundings(home, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 90
    while not done():
        assert time.monotonic() < until
        time.sleep(0.2)


def test_once_tells_what_is_out_by_its_exit_code_and_starts_nothing(tmp_path: Path):
    code, said = once(tmp_path)
    assert (code, "database: out for less than a minute, not paged yet" in said) == (1, True)
    assert {path.name for path in tmp_path.iterdir()} <= {"watchdog.json", "watchdog.lock"}


def test_an_agency_nobody_can_read_is_watched_all_the_same(tmp_path: Path):
    code, said = once(tmp_path / "home", CAREHOPS_AGENCY=str(tmp_path))
    assert (code, "schedules are not looked at" in said) == (1, True)
    remembered = json.loads((tmp_path / "home" / "watchdog.json").read_text())
    assert set(remembered["outages"]) == {"database:", "webserver:"}


def test_a_second_one_waits_and_takes_over_when_the_first_ends(tmp_path: Path):
    log = tmp_path / "log"
    with (tmp_path / "watchdog.lock").open("w") as lock, log.open("w") as out:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(COMMAND, env=surroundings(tmp_path), stdout=out, stderr=out)
        wait(lambda: "takes over when it ends" in log.read_text())
        assert once(tmp_path)[0] == 0
        assert not (tmp_path / "watchdog.json").exists()
        fcntl.flock(lock, fcntl.LOCK_UN)
        wait((tmp_path / "watchdog.json").exists)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=30) == 0


def looked_at(home: Path) -> str:
    path = home / "watchdog.json"
    return str(json.loads(path.read_text())["looked_at"]) if path.exists() else ""


def test_killed_again_and_again_each_outage_is_paged_once(tmp_path: Path):
    told: Counter[str] = Counter()
    for minute in range(4):
        before = looked_at(tmp_path)
        program = subprocess.Popen(COMMAND, env=surroundings(tmp_path), stdout=subprocess.DEVNULL)
        wait(lambda before=before: looked_at(tmp_path) != before)
        time.sleep(3)  # it has looked, and sent
        program.kill()
        program.wait()
        # as if minutes had passed: the memory is all there is
        path = tmp_path / "watchdog.json"
        known = json.loads(path.read_text())
        for outage in known["outages"].values():
            outage["seen_at"] = f"2026-01-01T00:0{minute}:00+00:00"
        path.write_text(json.dumps(known))
    for file in (tmp_path / "pages").glob("*.jsonl"):
        told += Counter(json.loads(line)["subject"] for line in file.read_text().splitlines())
    assert told == {"database": 1, "webserver": 1}
