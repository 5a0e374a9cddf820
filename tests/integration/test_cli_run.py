"""``carehops run`` as a person runs it: a program, a home of its own, its own server."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

AS_OF = "2026-11-21T12:00:00Z"


@pytest.fixture
def home(programs: None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="carehops-run-"))
    folder.chmod(0o711)  # the server's account must reach it, or its data would move elsewhere
    yield folder / "home"
    carehops(folder / "home", "down")
    shutil.rmtree(folder, ignore_errors=True)


def carehops(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if "CAREHOPS" not in name}
    program = Path(sys.executable).with_name("carehops")
    return subprocess.run(
        [program, "--now", AS_OF, *arguments],
        env={**environ, "CAREHOPS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def standing(home: Path) -> tuple[dict[str, Any], list[Any]]:
    page = json.loads(carehops(home, "status", "--json").stdout)
    changing = {"last_pass_at"}
    hops = {hop["hop"]: {key: hop[key] for key in set(hop) - changing} for hop in page["hops"]}
    return hops, page["rungs"]


def test_a_run_moves_everything_and_a_second_one_changes_nothing(home: Path) -> None:
    written = carehops(
        home,
        *("sample", "--clients", "20", "--days", "7", "--end", "2026-11-20"),
        *("--out", str(home / "sample")),
    )
    assert written.returncode == 0, written.stderr
    (home / "sample" / "feeds").rename(home / "drop")
    first = carehops(home, "run")
    assert first.returncode == 0, first.stderr
    seen, rungs = standing(home)
    assert all(hop["received"] > 0 and hop["conserved"] for hop in seen.values())
    assert all(hop["freshness"] in {"fresh", "warn"} for hop in seen.values())
    for name in seen:
        assert name in first.stdout
    assert "Why records stand still" in first.stdout
    assert "An invented clearinghouse took" in first.stderr
    assert "How far claims came" in first.stdout
    assert {one["rung"] for one in rungs} & {"835", "posted"}
    assert "make ui" in first.stdout

    second = carehops(home, "run")
    assert second.returncode == 0, second.stderr
    assert standing(home) == (seen, rungs)
    assert "clearinghouse took" not in second.stderr

    queue = json.loads(carehops(home, "queue", "delivery_to_billing", "--json").stdout)
    stuck = queue["items"][0]["record"]
    found = json.loads(carehops(home, "trace", stuck, "--json").stdout)
    assert (found["record"], found["hop"]) == (stuck, "delivery_to_billing")
    assert "PostgreSQL is stopped." in carehops(home, "down").stdout
