"""Telling the living server from the dead, and forgetting the dead one.

Lives here: what postmaster.pid says, and whether a process and a socket bear it out. Not here:
starting and stopping.
"""

import os
import socket
from pathlib import Path
from typing import NamedTuple

from orchestration.ground.embedded_postgres.account import not_ours, run
from orchestration.ground.embedded_postgres.folder import SOCKET

MAY_WE_TALK = bytes([0, 0, 0, 8, 4, 210, 22, 47])  # SSLRequest, to which any server says S or N
NO_PROCESS = 2**31 - 1  # larger than any pid, yet a pid to PostgreSQL


class Postmaster(NamedTuple):
    """A live server as its postmaster.pid describes it."""

    pid: int
    socket_folder: Path
    state: str  # starting, ready, stopping

    def takes_connections(self) -> bool:
        """Whether a client that comes now is served."""
        return self.state == "ready" and _answers(self.socket_folder / SOCKET)


def postmaster(data: Path) -> Postmaster | None:
    """The live server of this data, if there is one."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as refused:
        raise not_ours(refused) from refused
    # pid, data, start, port, socket folder, addresses, shared memory, state
    pid, _, _, _, sockets, _, _, state, *_ = [line.strip() for line in lines] + [""] * 8
    if serves(int(pid or 0), data) or (sockets and _answers(Path(sockets, SOCKET))):
        return Postmaster(int(pid), Path(sockets), state)
    return None


def serves(pid: int, data: Path) -> bool:
    """Whether this pid is this data's server, and neither a zombie nor a stranger."""
    try:
        if not Path("/proc/self").exists():  # macOS
            line = run("ps", "-o", "stat=,command=", "-p", str(pid)).stdout.strip()
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


def forget_the_dead(data: Path, sockets: Path) -> None:
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
