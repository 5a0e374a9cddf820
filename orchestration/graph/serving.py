"""``carehops ui``: Dagster's web page and daemon, and the watchdog; nothing is left running.

All are child programs in sessions of their own, so that what they start in turn (code servers,
runs) can be ended with them. They listen on loopback only: Dagster asks nobody for a password.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from orchestration.assembly import House
from orchestration.graph.instance import (
    URL_VARIABLE,
    alone,
    dagster_url,
    give_up_lost_runs,
    open_instance,
)
from orchestration.ground.failures import SetUpFailure

LOOPBACK = "127.0.0.1"
PICTURE = "asset-groups?expanded=global@global:hops"
"""The lineage page with the hops unfolded and the feeds folded."""
PATIENCE = 10.0  # seconds children have to end by themselves
_LONGEST_SOCKET_FOLDER = 80  # a socket's path may have some hundred characters
_MOMENT = 0.2


class _AskedToStop(BaseException):
    """Ctrl-C or SIGTERM."""


@dataclass
class _Child:
    name: str
    program: "subprocess.Popen[bytes]"
    log: Path
    is_needed: bool = True


def serve(
    house: House, port: int | None = None, say: Callable[[str], None] = lambda _: None
) -> None:
    """Serve until asked to stop.

    Args:
        house: Opened, so that the database runs and is up to date.
        port: Where to listen; the settings' by default.
        say: Is told where it is and what happens.

    Raises:
        SetUpFailure: the port is taken, or it is served already, or a child ended by itself.
    """
    settings = house.settings
    port = port or settings.ui_port
    with ExitStack() as stack, suppress(_AskedToStop):
        if not stack.enter_context(alone(house.database, "ui")):
            raise SetUpFailure("this database is served already; stop the other `carehops ui`")
        _assert_free(port)
        with open_instance(settings, house.database) as instance:
            # nobody else serves, so whatever Dagster launched before and left open is dead
            if lost := give_up_lost_runs(instance, in_process=False):
                say(f"{lost} runs were cut off when this was last served; they are marked failed")
        stack.enter_context(_stop_when_asked())
        home, surroundings = settings.dagster_home, _surroundings(house)
        workspace = str(home / "workspace.yaml")
        children: list[_Child] = []
        stack.callback(_stop, children)
        for name, module, arguments in (
            ("daemon", "dagster._daemon", ["run", "--log-level", "warning"]),
            ("webserver", "dagster_webserver", ["-h", LOOPBACK, "-p", str(port)]),
        ):
            command = [sys.executable, "-m", module, *arguments, "-w", workspace]
            children.append(_start(name, command, home, surroundings))
        say("Dagster is starting ...")
        _wait(children, lambda: _listens(port))
        # from here on a page that does not answer is news
        watching = [sys.executable, "-m", "orchestration", "watchdog", "--port", str(port)]
        children.append(_start("watchdog", watching, home, surroundings, is_needed=False))
        say(f"Schedules and sensors are on. The picture: http://{LOOPBACK}:{port}/{PICTURE}")
        say("Ctrl-C stops it.")
        _wait(children, lambda: False)


def _surroundings(house: House) -> Mapping[str, str]:
    """The environment of the children: ours, with every path absolute."""
    settings = house.settings
    found = {
        **settings.environ,
        "DAGSTER_HOME": str(settings.dagster_home),
        "CAREHOPS_HOME": str(settings.home),
        "CAREHOPS_AGENCY": str(settings.agency_folder),
        "PYTHONUNBUFFERED": "1",
    }
    if house.database.dagster_url.password is not None:
        found[URL_VARIABLE] = dagster_url(house.database)
    sockets = settings.dagster_home / "tmp"
    if len(str(sockets)) <= _LONGEST_SOCKET_FOLDER:
        sockets.mkdir(mode=0o700, exist_ok=True)
        found["TMPDIR"] = str(sockets)  # nothing is left outside the home
    return found


def _assert_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            message = (
                f"port {port} is taken ({os.strerror(error.errno or 0).lower()}); choose another "
                "with --port, or CAREHOPS_UI_PORT"
            )
            raise SetUpFailure(message) from None


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def _stop_when_asked() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into one exception; children start with the defaults again."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        raise _AskedToStop

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(
    name: str,
    command: list[str],
    home: Path,
    environ: Mapping[str, str],
    *,
    is_needed: bool = True,
) -> _Child:
    log = home / f"{name}.log"
    tethered = [sys.executable, "-m", "orchestration.graph.tethered", str(os.getpid()), *command]
    with log.open("wb") as output:
        program = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            tethered,
            cwd=home,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _Child(name, program, log, is_needed)


def _wait(children: list[_Child], done: Callable[[], bool]) -> None:
    """Wait until it is done.

    Raises:
        SetUpFailure: a child that is needed ended by itself. The watchdog is not: another one may
            look after this home already, and one that is missing is paged about.
    """
    while not done():
        for child in children:
            if child.is_needed and (code := child.program.poll()) is not None:
                message = f"Dagster's {child.name} ended by itself (code {code}); see {child.log}"
                raise SetUpFailure(message)
        time.sleep(_MOMENT)


def _stop(children: list[_Child]) -> None:
    """End all children and whatever they started, gently, then not."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # asked once is enough
    deadline = time.monotonic() + PATIENCE
    for child in children:
        _signal(child, signal.SIGTERM)
    for child in children:
        while _is_there(child) and time.monotonic() < deadline:
            time.sleep(_MOMENT)
        _signal(child, signal.SIGKILL)
        child.program.wait()


def _signal(child: _Child, number: int) -> bool:
    """Signal all of a child's session; answers whether anybody was there."""
    try:
        os.killpg(child.program.pid, number)
    except ProcessLookupError:
        return False
    return True


def _is_there(child: _Child) -> bool:
    child.program.poll()  # its remains are not it
    return _signal(child, 0)
