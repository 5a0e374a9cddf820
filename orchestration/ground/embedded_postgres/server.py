"""The one server of a home: started, joined and stopped by any number of programs.

Lives here: what other code calls, waiting for the server, taking turns. Not here: what a sign of
life is, where the files lie, and what is in the data.
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from orchestration.ground.embedded_postgres.account import Account, account_of, give, not_ours, run
from orchestration.ground.embedded_postgres.binaries import find_binaries, reachable, version_of
from orchestration.ground.embedded_postgres.cluster import carehops_conf, create, refuse_other_major
from orchestration.ground.embedded_postgres.folder import data_folder, server_folder, socket_folder
from orchestration.ground.embedded_postgres.living import forget_the_dead, postmaster, serves
from orchestration.ground.failures import SetUpFailure

PATIENCE = 900.0  # seconds; replaying 4 GB of journal takes 20 s here, minutes on a slow disk
SIGN_OF_LIFE = 5.0  # seconds between two words to somebody who waits
ORPHANS_LEFT = "is still in use"  # how PostgreSQL says that a dead server's query still runs
LARGE_LOG = 20 * 2**20  # bytes


@dataclass(frozen=True)
class Server:
    """A server that takes connections."""

    data: Path
    socket_folder: Path
    bin: Path
    version: str
    user: str = "postgres"

    def url(self, database: str = "postgres", driver: str = "postgresql+psycopg") -> str:
        """The SQLAlchemy URL of one of its databases; ``driver="postgresql"`` suits libpq."""
        # The port is named so that a PGPORT in the client's environment changes nothing.
        host = quote(str(self.socket_folder), safe="")
        return f"{driver}://{self.user}@/{quote(database, safe='')}?host={host}&port=5432"


def start(
    home: Path,
    environ: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Server:
    """Start or join the server of a home; it outlives this program.

    Any number of programs may call this at once: one of them makes and starts the server.

    Args:
        home: the folder the server lives in; made if missing.
        environ: where ``CAREHOPS_POSTGRES_BIN`` and ``PATH`` are looked up.
        say: told in a sentence whatever takes long.

    Raises:
        SetUpFailure: no binaries, data of another major version, or PostgreSQL did not start.
    """
    if found := running(home):
        return found
    with _alone(home, say):
        if found := running(home):
            return found
        account = account_of(home / "postgres")
        folder = server_folder(home, account)
        binaries = reachable(find_binaries(environ or {}), account, say)
        if not (folder / "data" / "PG_VERSION").exists():
            say(f"Making a PostgreSQL {version_of(binaries)} database in {folder}.")
            create(folder, binaries, account)
        refuse_other_major(folder / "data", binaries)
        return _bring_up(folder, binaries, account, say)


def stop(home: Path) -> bool:
    """Stop the server of a home, cleanly and without waiting for its clients.

    Returns:
        False if there was nothing to stop.

    Raises:
        SetUpFailure: the server belongs to another container, or does not end.
    """
    data = data_folder(home)
    if postmaster(data) is None:
        return False
    with _alone(home):
        found = postmaster(data)
        if found is None:
            return False
        if not serves(found.pid, data):
            message = f"The server of {data} was started in another container; stop it there."
            raise SetUpFailure(message)
        os.kill(found.pid, signal.SIGINT)  # PostgreSQL's "fast": clients are sent away
        for _ in _moments():
            if not serves(found.pid, data):
                return True
    message = f"The server of {data} (pid {found.pid}) did not stop in {PATIENCE:.0f} s."
    raise SetUpFailure(message)


def running(home: Path) -> Server | None:
    """The server of a home if it takes connections now."""
    data = data_folder(home)
    found = postmaster(data)
    if found is None or not found.takes_connections():
        return None
    binaries = Path((data / "postmaster.opts").read_text().partition(' "')[0]).parent
    # Binaries may be replaced or removed under a server that runs on.
    version = (
        version_of(binaries) if binaries.exists() else (data / "PG_VERSION").read_text().strip()
    )
    return Server(data, found.socket_folder, binaries, version)


def _bring_up(
    folder: Path, binaries: Path, account: Account | None, say: Callable[[str], None]
) -> Server:
    """Launch and wait; again if what a killed server left behind has to end first."""
    data, log = folder / "data", folder / "postgres.log"
    pid, told, complaint = 0, 0.0, ""
    for waited in _moments():
        found = postmaster(data)
        if found is not None and found.takes_connections():
            return Server(data, found.socket_folder, binaries, version_of(binaries))
        if found is not None and found.state == "ready" and serves(found.pid, data):
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGINT)  # it is dying already, or its socket has gone
        elif found is None and not serves(pid, data):
            if pid:
                complaint = "\n".join(log.read_text(errors="replace").splitlines()[-3:])
            if complaint and ORPHANS_LEFT not in complaint:
                message = f"PostgreSQL did not start in {folder}; {log} ends:\n{complaint}"
                raise SetUpFailure(message)
            pid = _launch(folder, binaries, account)
        if waited - told > SIGN_OF_LIFE:
            told = waited
            say(f"PostgreSQL is not ready after {waited:.0f} s: it mends what a crash left.")
    message = f"PostgreSQL in {folder} was not ready after {PATIENCE:.0f} s; see {log}."
    raise SetUpFailure(message)


def _launch(folder: Path, binaries: Path, account: Account | None) -> int:
    """Start a postmaster that is nobody's child here, and so nobody's zombie; answer its pid."""
    data, log, sockets = folder / "data", folder / "postgres.log", socket_folder(folder, account)
    forget_the_dead(data, sockets)
    conf = data / "carehops.conf"
    conf.write_text(carehops_conf(sockets))
    give(conf, account)
    _set_aside(log)
    script = 'exec "$0" -D "$1" </dev/null >>"$2" 2>&1 & echo $!'
    command = ("/bin/sh", "-c", script, binaries / "postgres", data, log)
    return int(run(*command, account=account, cwd=data).stdout)


def _set_aside(log: Path) -> None:
    """Rename a large log, over the one before; no living server writes to it now."""
    if log.exists() and log.stat().st_size > LARGE_LOG:
        log.replace(log.with_name(f"{log.name}.1"))


def _moments() -> Iterator[float]:
    """Seconds since the first moment, ever farther apart, as long as patience lasts."""
    began, pause = time.monotonic(), 0.005
    while (waited := time.monotonic() - began) < PATIENCE:
        yield waited
        time.sleep(pause)
        pause = min(pause * 1.2, 0.5)


@contextmanager
def _alone(home: Path, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """One program at a time makes, starts or stops the server of a home."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = os.open(home / "postgres.lock", os.O_RDONLY | os.O_CREAT, 0o644)
    except PermissionError as refused:
        raise not_ours(refused) from refused
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another program is starting or stopping PostgreSQL in {home}; waiting.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)  # closing is not enough if a forked child has a copy
        os.close(lock)
