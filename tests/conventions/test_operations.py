"""What systemd and cron are told to run is there, and is what it must be."""

import configparser
import re
import shlex

import pytest

from orchestration.cli import main
from orchestration.ground.sql import SQL_FOLDER

FOLDER = SQL_FOLDER.parent / "docs" / "operations"
UNITS = sorted(FOLDER.glob("*.service"))


def unit(name: str) -> configparser.SectionProxy:
    """What it runs; keys in small letters."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(FOLDER / name)
    return parser["Service"]


def is_ours(line: str) -> bool:
    """Whether every word after the program is a command or an option of it."""
    program, name, *options = shlex.split(line)
    known = {option for each in main.commands[name].params for option in each.opts}
    return program.endswith(".venv/bin/carehops") and set(options) <= known


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_our_commands_and_starts_them_again(path) -> None:
    service = unit(path.name)
    assert all(is_ours(line) for key, line in service.items() if key.startswith("exec"))
    assert service["Restart"] == "always"
    assert service["EnvironmentFile"] == "/etc/carehops.env"


def test_stopping_the_service_stops_the_embedded_server_last() -> None:
    """Told to end all at once, the server would go before those who still write to it."""
    service = unit("carehops.service")
    assert service["KillMode"] == "mixed"
    assert service["ExecStopPost"].endswith("carehops down")


def test_the_line_for_cron_reads_the_same_settings_and_runs_one_look() -> None:
    page = (FOLDER / "watchdog.md").read_text()
    (line,) = re.findall(r"^    \* \* \* \* \* (.+)$", page, re.M)
    assert ". /etc/carehops.env && " in line
    assert is_ours(line.split(" && ")[-1].split(" >")[0])
