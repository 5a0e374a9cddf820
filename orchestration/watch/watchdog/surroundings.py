"""What can be seen of the machine without a database: web page, disk, clocks."""

import http.client
import shutil
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.ground.disk import Usage, is_nearly_full
from orchestration.watch.watchdog.outages import Quiet, Remembered

PATIENCE = timedelta(seconds=60)
"""A restart takes shorter."""
TIMEOUT = 5.0  # seconds a web page may take
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback needs no proxy, whatever the surroundings say."""
LARGEST_JUMP = timedelta(seconds=30)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def web_page(port: int, now: datetime) -> Iterator[Quiet]:
    """Dagster's web page answers."""
    address = f"http://127.0.0.1:{port}/server_info"
    try:
        with OPENER.open(address, timeout=TIMEOUT):
            return
    except (OSError, http.client.HTTPException):
        yield Quiet("webserver", "", now, PATIENCE)


def disk(
    home: Path, now: datetime, usage: Callable[[Path], Usage] = shutil.disk_usage
) -> Iterator[Quiet]:
    """There is room where everything is kept."""
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if is_nearly_full(usage(place)):
        yield Quiet("disk", "", now)


def up_for() -> tuple[float, str]:
    """Seconds since this machine started, sleep included, and which start that was."""
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else socket.gethostname()
    return time.clock_gettime(which), boot


def clock(
    before: Remembered, now: datetime, ran_for: float, boot: str
) -> tuple[list[Quiet], Remembered]:
    """Whether the wall clock jumped since the last look; and what to remember for the next."""
    noted = replace(before, looked_at=now, ran_for=ran_for, boot=boot)
    if before.looked_at is None or before.boot != boot:
        return [], noted
    passed = timedelta(seconds=ran_for - before.ran_for)
    jump = now - before.looked_at - passed
    if abs(jump) <= LARGEST_JUMP:
        return [], noted
    return [Quiet("clock", "jumped", now, count=round(abs(jump).total_seconds()))], noted
